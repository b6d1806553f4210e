"""CSV by rows, as Python reads it: for the delimiter, the header, and the places of faults.

The engine reads the data; this only tells where in the file its rows are. Memory is one row.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from longrun.datasets.errors import SourceInvalid
from longrun.datasets.text_files import NOT_TEXT, lines_of

LONGEST_ROW: Final = 2_000_000
"""Bytes: the engine's own limit; its buffers are a multiple of it."""

_DELIMITERS: Final = ",;\t|"
_ROWS_COMPARED: Final = 50
_FAR: Final = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRow:
    """A row and where it begins."""

    line: int
    """From 1."""
    position: int
    """In bytes."""
    values: list[str] | None
    """Empty: a blank line; None: its quotes are not in order."""


def csv_rows(path: Path, delimiter: str, *, strict: bool = False) -> Iterator[CsvRow]:
    """The rows of a file in UTF-8, blank lines included.

    Args:
        path: Where it lies.
        delimiter: Between the values.
        strict: Whether a quote out of order makes a row broken; else it is taken for what it may
            be.
    """
    begun: list[tuple[int, int]] = []

    def lines() -> Iterator[str]:
        for number, (position, line) in enumerate(lines_of(path), 1):
            begun.append((number, position))
            yield line.removeprefix("\ufeff") if position == 0 else line

    csv.field_size_limit(LONGEST_ROW)
    text = lines()
    reader = csv.reader(text, delimiter=delimiter, strict=strict)
    while True:
        values: list[str] | None
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            values = None
            reader = csv.reader(text, delimiter=delimiter, strict=strict)
        line, position = begun[0]
        begun.clear()
        yield CsvRow(line=line, position=position, values=values)


def header(path: Path, file: str, delimiter: str) -> CsvRow:
    """The first row that is not blank.

    Raises:
        SourceInvalid: There is none.
    """
    for row in csv_rows(path, delimiter):
        if row.values is None:
            raise SourceInvalid(file, "its header is longer than a row may be.")
        if row.values:
            return row
    raise SourceInvalid(file, "it is empty.")


def likely_delimiter(path: Path) -> str:
    """The delimiter that cuts the first rows into the most values, the same number in each."""
    best = (0.0, 0, ",")
    for delimiter in _DELIMITERS:
        counts = []
        for row in csv_rows(path, delimiter):
            if row.values is None:
                break
            if row.values:
                counts.append(len(row.values))
            if len(counts) > _ROWS_COMPARED or row.position > _FAR:
                break
        if not counts or counts[0] < 2:
            continue
        alike = sum(count == counts[0] for count in counts) / len(counts)
        if (alike, counts[0]) > best[:2]:
            best = (alike, counts[0], delimiter)
    return best[2]


def broken_rows(path: Path, delimiter: str, columns: int) -> Iterator[CsvRow]:
    """The rows below the header that are no rows of so many columns, or no text."""
    for row in islice(csv_rows(path, delimiter, strict=True), 1, None):
        values = row.values
        broken = values is None or any(NOT_TEXT in value for value in values)
        if broken or (values and len(values) != columns):
            yield row
