"""Paths into JSON: dotted (`address.city`, `phones.0`) or a JSON pointer (RFC 6901)."""

from collections.abc import Callable
from typing import Any, Final

_DIGITS: Final = 10
"""No array is so long that its indexes have as many."""


def parse_path(path: str) -> tuple[str, ...]:
    """The keys and indexes that a path goes through; none for the empty path."""
    if not path:
        return ()
    if path.startswith("/"):
        return tuple(part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/"))
    return tuple(path.split("."))


def _element(row: list[Any], part: str) -> object:
    # Thousands of digits are more than Python reads as a number.
    index = int(part) if len(part) < _DIGITS and part.isdecimal() else len(row)
    return row[index] if index < len(row) else None


def getter(path: str) -> Callable[[Any], object]:
    """A function that finds the path in a JSON object; None where the path leads nowhere."""
    parts = parse_path(path)
    if len(parts) == 1:
        only = parts[0]

        def get_member(row: dict[str, object]) -> object:
            return row.get(only)

        return get_member

    def get(row: Any) -> object:
        for part in parts:
            if isinstance(row, dict):
                row = row.get(part)
            elif isinstance(row, list):
                row = _element(row, part)
            else:
                return None
        return row

    return get
