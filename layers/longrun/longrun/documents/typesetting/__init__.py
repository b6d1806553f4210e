"""Typesetting: a chunk of records and a template become one PDF, a document for each record.

One Typst compile serves the whole chunk, because it is ten times faster than one for each record.
What a template archive may hold is `longrun.documents.template`'s business.
"""

from longrun.documents.typesetting.failures import ChunkTooLarge, TemplateFailed
from longrun.documents.typesetting.typesetter import (
    MOST_BYTES,
    MOST_RECORDS,
    TypesetChunk,
    Typesetter,
)

__all__ = [
    "MOST_BYTES",
    "MOST_RECORDS",
    "ChunkTooLarge",
    "TemplateFailed",
    "TypesetChunk",
    "Typesetter",
]
