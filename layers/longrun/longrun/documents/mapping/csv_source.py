"""CSV files: rows of cells with their place in the file; what cells mean is the engine's affair."""

import csv
from collections.abc import Callable, Iterator

from longrun.documents.errors import SourceInvalid
from longrun.documents.mapping.configuration import CsvSource
from longrun.documents.mapping.text import Readable, TextInvalid, lines

_LARGEST_CELL = 1 << 24
_REASONS = {
    "unexpected end of data": "A quoted cell is never closed.",
    "expected after": "After a closing quote comes something else than the delimiter.",
    "field larger": "A quoted cell is never closed, or a cell is larger than 16 Mi characters.",
    "new-line character": "A carriage return stands alone outside quotes; lines end in LF or CRLF.",
}


class CsvRows:
    """The rows of a CSV file, one after the other; memory is one row.

    Aims to go on after a row that is at fault, where `fault` returns instead of raising.
    """

    def __init__(
        self,
        source: Readable,
        settings: CsvSource,
        file_name: str,
        fault: Callable[[SourceInvalid], None],
    ) -> None:
        """Read up to the header, or to the first row where there is none.

        Raises:
            SourceInvalid: Even that much cannot be read.
        """
        csv.field_size_limit(_LARGEST_CELL)
        self._file = file_name
        self._fault = fault
        self._line = 0
        self._row = 0
        self._reader = csv.reader(
            self._lines(source, settings.encoding),
            delimiter=settings.delimiter,
            quotechar=settings.quote,
            quoting=csv.QUOTE_MINIMAL if settings.quote else csv.QUOTE_NONE,
            strict=True,
        )
        first = next(
            (row for row in self._rows() if row and (len(row) > 1 or row[0].strip())), None
        )
        self.header = [cell.strip() for cell in first] if first and settings.header else None
        """The names of the columns, if the file has them."""
        self.width = len(first) if first is not None else None
        """How many cells every row has; None: the file is empty."""
        self._pending = first if first is not None and not settings.header else None
        self._row = 0

    def column(self, name: str | int) -> int:
        """The index of a column.

        Raises:
            SourceInvalid: The file has no such column, or several of that name.
        """
        if isinstance(name, int):
            if name > (self.width or 0):
                raise SourceInvalid(
                    self._file, f"There is no column {name}: a row has {self.width} cells."
                )
            return name - 1
        names = self.header or []
        match names.count(name.strip()):
            case 1:
                return names.index(name.strip())
            case 0:
                raise SourceInvalid(self._file, f'There is no column "{name}".', place="header")
            case _:
                reason = f'Several columns are named "{name}"; give the number of the one meant.'
                raise SourceInvalid(self._file, reason, place="header")

    def __iter__(self) -> Iterator[list[str]]:
        width = self.width
        if self._pending is not None:
            self._row = 1
            yield self._pending
        for row in self._rows():
            if len(row) == width:
                self._row += 1
                yield row
            elif row and (len(row) > 1 or row[0].strip()):
                self._row += 1
                reason = f"The row has {len(row)} cells instead of {width}."
                self._fault(SourceInvalid(self._file, reason, place=self._place(self._row)))

    def _place(self, row: int) -> str:
        return f"row {row} (line {self._start})"

    def _rows(self) -> Iterator[list[str]]:
        reader = self._reader
        while True:
            self._start = self._line + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._row += 1
                reason = next((r for part, r in _REASONS.items() if part in str(error)), str(error))
                self._fault(SourceInvalid(self._file, reason, place=self._place(self._row)))
            except TextInvalid as error:
                self._start = max(self._line, 1)
                place = self._place(self._row + 1)
                raise SourceInvalid(self._file, error.reason, place=place) from None
            else:
                yield row

    def _lines(self, source: Readable, encoding: str) -> Iterator[str]:
        following = lines(source, encoding)
        while True:
            self._line += 1
            line = next(following, None)
            if line is None:
                return
            yield line
