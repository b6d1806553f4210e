"""What the sheets are called that pages of a size are printed on."""

from typing import Final

from longrun.documents.content_chunks import PageSize

_NAMED: Final = {
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "A6": (105.0, 148.0),
    "DL": (99.0, 210.0),
    "B4": (250.0, 353.0),
    "B5": (176.0, 250.0),
    "Letter": (215.9, 279.4),
    "Legal": (215.9, 355.6),
    "Tabloid": (279.4, 431.8),
    "Executive": (184.2, 266.7),
}
_TOLERANCE: Final = 1.0
"""Millimetres; sizes pass through points, and are rounded."""


def media_of(size: PageSize) -> dict[str, str]:
    """The name of a sheet, whichever way it lies, and its size in millimetres as it lies."""
    return {"name": _name(size), "size": f"{size.width:.4g}mm x {size.height:.4g}mm"}


def _name(size: PageSize) -> str:
    short, long = sorted((size.width, size.height))
    for name, (width, height) in _NAMED.items():
        if abs(short - width) <= _TOLERANCE and abs(long - height) <= _TOLERANCE:
            return name
    return "Custom"
