"""Looking into PDFs."""

import io

import pikepdf


def page_count(content: bytes) -> int:
    """How many pages a PDF has; fails if it is none."""
    with pikepdf.open(io.BytesIO(content)) as opened:
        return len(opened.pages)
