"""Spreadsheets (xlsx): one sheet, streamed into a CSV file that the engine reads.

The first row with anything in it names the columns. Cells keep what they are: a number in a cell
is a number, digits in a text cell are text.
"""

import csv
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import repeat
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from longrun.datasets.columnar import literal
from longrun.datasets.columns import ColumnType
from longrun.datasets.csv_rows import LONGEST_ROW
from longrun.datasets.csv_source import tidy_names
from longrun.datasets.errors import SourceInvalid
from longrun.datasets.source import Fault, LeftOut, Source, SourceColumn

LARGEST_UNPACKED: Final = 4 << 30
"""Bytes of all that a workbook holds, unpacked."""
LARGEST_STRINGS: Final = 64 << 20
"""Bytes of its table of texts, which is held in memory."""
_STEEPEST: Final = 1_000
"""Nothing that people type packs to less than a thousandth."""
_WORTH_A_LOOK: Final = 16 << 20
_ROWS_A_WORD: Final = 2_000
_PIECE: Final = 1 << 20
_FORMULA: Final = re.compile(rb"<(\w+:)?f[ />]")

type Word = Callable[[], None]
"""Said now and then while a sheet is read; may raise to stop it."""


def open_sheet(path: Path, file: str, *, sheet: str | None, word: Word) -> "SheetSource":
    """A sheet of a workbook as a source.

    Args:
        path: Where the workbook lies; the CSV file goes beside it.
        file: Its name, for messages.
        sheet: Which sheet; None: the first.
        word: Said now and then.

    Raises:
        SourceInvalid: It is no such workbook, has no such sheet, or nothing in it.
    """
    _look_through(path, file)
    try:
        return _open(path, file, sheet, word)
    except (
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        ValueError,
        IndexError,
        TypeError,
        OSError,
    ) as error:  # what openpyxl raises for what it cannot read
        raise SourceInvalid(file, "it cannot be read as a spreadsheet (xlsx).") from error


def _open(path: Path, file: str, sheet: str | None, word: Word) -> "SheetSource":
    with ExitStack() as ending:
        workbook = _workbook(path, ending, data_only=True)
        names = [each.title for each in workbook.worksheets]
        wanted = sheet if sheet is not None else next(iter(names), None)
        if wanted not in names:
            shown = ", ".join(repr(name) for name in names) or "none"
            raise SourceInvalid(file, f"it has no sheet {sheet!r}; its sheets are {shown}.")
        values = _rows(workbook[wanted])
        # Results and formulas are two readings; where there are no formulas, one will do.
        formulas: Iterable[Sequence[Any]] = repeat(())
        if _has_formulas(path):
            formulas = _rows(_workbook(path, ending, data_only=False)[wanted])
        table = _Table(file=file)
        text = path.with_suffix(".csv")
        with text.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
            table.write(values, formulas, writer, word)
    return table.source(text)


def _workbook(path: Path, ending: ExitStack, *, data_only: bool) -> Any:
    import openpyxl

    # It warns of what it does not keep: styles, validations, extensions.
    ending.enter_context(warnings.catch_warnings(action="ignore"))
    # By its content: the name under which it lies here says nothing.
    content = ending.enter_context(path.open("rb"))
    workbook = openpyxl.load_workbook(
        content, read_only=True, data_only=data_only, keep_links=False
    )
    ending.callback(workbook.close)
    return workbook


def _rows(sheet: Any) -> Iterable[Sequence[Any]]:
    sheet.reset_dimensions()  # what a sheet says of its size may be wrong
    rows: Iterable[Sequence[Any]] = sheet.iter_rows(values_only=True)
    return rows


def _has_formulas(path: Path) -> bool:
    """Whether any sheet of the workbook has a formula."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            end = b""
            with archive.open(name) as sheet:
                while piece := sheet.read(_PIECE):
                    if _FORMULA.search(end + piece):
                        return True
                    end = piece[-8:]
    return False


@dataclass(slots=True, kw_only=True)
class SheetSource(Source):
    """A sheet. Its rows are told by the numbers that the sheet shows."""

    def places(self, ordinals: Sequence[int], left_out: LeftOut) -> Mapping[int, str]:
        """See `Source.places`: the ordinals are the sheet's own numbers."""
        return {ordinal: f"row {ordinal}" for ordinal in ordinals}


@dataclass(slots=True, kw_only=True)
class _Table:
    """What was seen of a sheet while it was written as CSV."""

    file: str
    names: list[str] = field(default_factory=list)
    kinds: list[set[ColumnType]] = field(default_factory=list)
    _numbered: list[bool] = field(default_factory=list)
    """Whether the column's name is no more than its number."""

    def write(
        self,
        values: Iterable[Sequence[Any]],
        formulas: Iterable[Sequence[Any]],
        target: Any,
        word: Word,
    ) -> None:
        rows = zip(values, formulas, strict=False)
        for number, (row, written) in enumerate(rows, 1):
            if number % _ROWS_A_WORD == 0:
                word()
            if all(cell is None for cell in row) and all(cell is None for cell in written):
                continue
            if not self.names:
                self._head(row)
                continue
            target.writerow([number, *self._cells(number, row, written)])
        if not self.names:
            raise SourceInvalid(self.file, "the sheet is empty.")

    def source(self, text: Path) -> SheetSource:
        """What was written, as a source."""
        fields = ["'n': 'BIGINT'", *(f"'c{n}': 'VARCHAR'" for n in range(len(self.names)))]
        fields += ["'beyond': 'VARCHAR'", "'unknown': 'VARCHAR'"]
        kept = [n for n in range(len(self.names)) if self.kinds[n] or not self._numbered[n]]
        return SheetSource(
            file=self.file,
            columns=[
                SourceColumn(
                    name=self.names[n],
                    text=f"c{n}",
                    type=_type_of(self.kinds[n]),
                    candidates=(),
                )
                for n in kept
            ],
            relation=(
                f"read_csv({literal(str(text))}, auto_detect = false, header = false, "
                f"delim = ',', quote = '\"', escape = '\"', columns = {{{', '.join(fields)}}}, "
                f"max_line_size = {LONGEST_ROW})"
            ),
            faults=(
                Fault(
                    test="beyond IS NOT NULL",
                    reason="it has a value beyond the last column that the header names; a merged "
                    "cell names one column only.",
                ),
                Fault(
                    test="unknown IS NOT NULL",
                    reason="it has a formula without a result; open the file in a spreadsheet "
                    "program and save it, so that results are stored.",
                ),
            ),
            ordinal="n",
        )

    def _head(self, row: Sequence[Any]) -> None:
        header = ["" if cell is None else _text_of(cell)[0] for cell in row]
        while header and not header[-1].strip():
            header.pop()
        self.names = tidy_names(header, self.file)
        self._numbered = [not written.strip() for written in header]
        self.kinds = [set() for _ in self.names]

    def _cells(self, number: int, row: Sequence[Any], written: Sequence[Any]) -> Iterator[str]:
        size = 0
        for n in range(len(self.names)):
            cell = row[n] if n < len(row) else None
            if cell is None or cell == "":
                yield ""
                continue
            text, kind = _text_of(cell)
            size += len(text)
            self.kinds[n].add(kind)
            yield text
        if size > LONGEST_ROW // 4:
            raise SourceInvalid(self.file, "its cells hold too much text.", place=f"row {number}")
        yield "x" if any(cell is not None for cell in row[len(self.names) :]) else ""
        unknown = any(
            isinstance(formula, str) and formula.startswith("=") and value is None
            for value, formula in zip(row, written, strict=False)
        )
        yield "x" if unknown else ""


def _text_of(cell: Any) -> tuple[str, ColumnType]:
    match cell:
        case bool():
            return ("true" if cell else "false"), ColumnType.BOOLEAN
        case int():
            whole = -(2**63) <= cell < 2**63
            return str(cell), ColumnType.INTEGER if whole else ColumnType.STRING
        case float():
            if cell.is_integer() and abs(cell) < 1e15:
                return str(int(cell)), ColumnType.INTEGER
            return repr(cell), ColumnType.NUMBER
        case datetime():
            if cell.time() == time():
                return cell.date().isoformat(), ColumnType.DATE
            return cell.isoformat(" "), ColumnType.TIMESTAMP
        case date():
            return cell.isoformat(), ColumnType.DATE
        case _:
            return str(cell), ColumnType.STRING


def _type_of(kinds: set[ColumnType]) -> ColumnType | None:
    """The type of cells of these kinds together; None: there are none."""
    match kinds:
        case _ if not kinds:
            return None
        case _ if len(kinds) == 1:
            [only] = kinds
            return only
        case _ if kinds == {ColumnType.INTEGER, ColumnType.NUMBER}:
            return ColumnType.NUMBER
        case _ if kinds == {ColumnType.DATE, ColumnType.TIMESTAMP}:
            return ColumnType.TIMESTAMP
        case _:
            return ColumnType.STRING


def _look_through(path: Path, file: str) -> None:
    """Refuse what is no workbook, or would grow beyond measure when it is unpacked.

    Raises:
        SourceInvalid: So it is.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceInvalid(file, "it is not a spreadsheet (xlsx).") from error
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise SourceInvalid(file, "it is a zip archive, but not a spreadsheet (xlsx).")
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise SourceInvalid(
            file, f"unpacked it is larger than {LARGEST_UNPACKED >> 30} GB; it is not read."
        )
    for entry in entries:
        if entry.filename.endswith("sharedStrings.xml") and entry.file_size > LARGEST_STRINGS:
            raise SourceInvalid(
                file, f"its texts are larger than {LARGEST_STRINGS >> 20} MB; send it as CSV."
            )
        steep = entry.file_size > _STEEPEST * max(entry.compress_size, 1)
        if entry.file_size > _WORTH_A_LOOK and steep:
            raise SourceInvalid(
                file, "it holds hardly anything and unpacks to a great deal; it is not read."
            )
