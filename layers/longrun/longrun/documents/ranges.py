"""Ranges of whole numbers: what people write (`1-3, 7`), and runs of ids kept short."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

type Run = tuple[int, int]
"""First and last, both included."""

_PART = re.compile(r"\s*([0-9]{1,15})\s*(?:-\s*([0-9]{1,15})\s*)?")


class RangeInvalid(ValueError):
    """A text is not a range of numbers."""

    def __init__(self, text: str) -> None:
        super().__init__(f'{text[:80]!r} is not a range such as "1-3, 7".')
        self.text = text


def parse(text: str) -> list[Run]:
    """The runs that a text such as `1-3, 7` names: from 1 on, in rising order, merged.

    Raises:
        RangeInvalid: It names none, or one that begins at 0 or after its end.
    """
    runs: list[Run] = []
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise RangeInvalid(text)
        first = int(match[1])
        last = int(match[2]) if match[2] else first
        if not 1 <= first <= last:
            raise RangeInvalid(text)
        runs.append((first, last))
    return merge(runs)


def merge(runs: Iterable[Run]) -> list[Run]:
    """The same numbers in rising order, touching and overlapping runs joined."""
    merged: list[Run] = []
    for first, last in sorted(runs):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def compress(numbers: Iterable[int]) -> list[Run]:
    """Runs of the numbers in their own order: 4, 5, 6, 2 → (4, 6), (2, 2)."""
    runs: list[Run] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def expand(runs: Iterable[Run]) -> Iterator[int]:
    """The numbers of the runs, in order."""
    for first, last in runs:
        yield from range(first, last + 1)


def clip(runs: Iterable[Run], last: int) -> list[Run]:
    """The runs without what lies beyond `last`."""
    return [(first, min(end, last)) for first, end in runs if first <= last]


def split(runs: Iterable[Run], bounds: Iterable[int], most: int) -> Iterator[list[Run]]:
    """Cut runs into groups of at most `most` numbers, none across a bound.

    Args:
        runs: The numbers, in order.
        bounds: Rising numbers at which a new group must begin: the first of each stored chunk.
        most: How many numbers a group may hold.
    """
    starts = list(bounds)
    group: list[Run] = []
    held = stored = 0
    for number in expand(runs):
        before, stored = stored, bisect_right(starts, number)
        if group and (held == most or stored != before):
            yield group
            group, held = [], 0
        if group and group[-1][1] + 1 == number:
            group[-1] = (group[-1][0], number)
        else:
            group.append((number, number))
        held += 1
    if group:
        yield group
