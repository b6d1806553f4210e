"""Pictures of pages: PDF pages drawn as PNG, one in memory at a time.

The fonts are in the PDF, as the typesetter put them there; nothing of this machine is used.
"""

import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pypdfium2


def page_count(pdf: Path) -> int:
    """How many pages a PDF has."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return len(document)


@contextmanager
def opened(pdf: Path) -> "Iterator[Pages]":
    """The pages of a PDF, to be drawn."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        yield Pages(document)


class Pages:
    """The pages of an open PDF."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        self._document = document

    def draw(self, number: int, target: Path, *, width: int, height: int) -> tuple[int, int]:
        """Draw a page as a PNG, as large as it fits into a box; opaque, on white.

        Memory is 7 bytes a pixel of the picture: 90 MB for the largest, 3600 by 3600.

        Args:
            number: The page's, from 0.
            target: The file to write.
            width: Of the box, in pixels.
            height: The same.

        Returns:
            The picture's width and height in pixels; neither exceeds the box, one fills it.
        """
        page = self._document[number]
        try:
            across, down = page.get_size()
            # Sizes are rounded up: a hair less than the box, so that no side is a pixel over.
            scale = min(width / across, height / down) * (1 - 1e-6)
            size = math.ceil(across * scale), math.ceil(down * scale)
            bitmap = page.render(scale=scale, rev_byteorder=True)
            try:
                bitmap.to_pil().convert("RGB").save(target, format="PNG")
            finally:
                bitmap.close()
        finally:
            page.close()
        return size
