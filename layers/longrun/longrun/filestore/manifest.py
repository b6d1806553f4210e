"""The manifest of a managed directory: its entries as one JSON artefact.

Thousands of entries would not fit an index entry.
"""

import json
from collections.abc import Iterable, Iterator

from longrun.filestore.managed_file import DirectoryEntry
from longrun.operations.artefacts import Artefact

MANIFEST = "manifest.json"
"""Its name beside the directory."""


def write_manifest(entries: Iterable[DirectoryEntry]) -> bytes:
    """The entries as JSON, in their order."""
    rows = [{"path": entry.path, **entry.artefact.document()} for entry in entries]
    return json.dumps(rows).encode()


def read_manifest(content: bytes) -> Iterator[DirectoryEntry]:
    """The entries of a manifest that `write_manifest` made."""
    for row in json.loads(content):
        yield DirectoryEntry(path=row["path"], artefact=Artefact.read(row))
