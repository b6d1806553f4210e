"""CSV: its dialect, its header, its ragged rows. The first row names the columns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from longrun.datasets.columnar import Columnar, literal
from longrun.datasets.csv_rows import (
    LONGEST_ROW,
    CsvRow,
    broken_rows,
    csv_rows,
    header,
    likely_delimiter,
)
from longrun.datasets.data_sets import LARGEST_REJECT_LIMIT
from longrun.datasets.errors import Rejection, RowsRejected, SourceInvalid
from longrun.datasets.source import (
    REJECTIONS_LISTED,
    LeftOut,
    Source,
    SourceColumn,
)
from longrun.datasets.text_files import (
    FALLBACK,
    NOT_TEXT,
    cut_lines,
    even_out_line_ends,
    lines_at,
    mixes_line_ends,
    normalise,
    past_blank_lines,
    recode,
    speaks_utf8,
)

LONGEST_NAME: Final = 255
"""Characters of a column's name."""


def open_csv(path: Path, file: str, *, delimiter: str | None = None) -> "CsvSource":
    """A CSV file as a source.

    Args:
        path: Where it lies; it may be rewritten.
        file: Its name, for messages.
        delimiter: Default: as its first rows suggest.

    Raises:
        SourceInvalid: It is no text, or has no header.
    """
    normalise(path, file)
    delimiter = delimiter or likely_delimiter(path)
    first = header(path, file, delimiter)
    written = first.values or []
    if any(NOT_TEXT in name for name in written) and not speaks_utf8(path):
        recode(path, FALLBACK, file)
        written = header(path, file, delimiter).values or []
    names = tidy_names(written, file)
    blank = first.line - 1
    if blank:
        # The engine would take the first of them for the header.
        cut_lines(path, blank)
    return CsvSource(
        file=file,
        columns=[SourceColumn(name=name, text=f"c{n}") for n, name in enumerate(names)],
        relation=_relation(path, delimiter, len(names)),
        path=path,
        delimiter=delimiter,
        blank=blank,
    )


def tidy_names(header: Sequence[str], file: str) -> list[str]:
    """Column names as a header has them: without blanks around them, the nameless numbered."""
    names = []
    for place, written in enumerate(header, 1):
        name = " ".join(written.split()) or f"column_{place}"
        if len(name) > LONGEST_NAME:
            raise SourceInvalid(
                file,
                f"the name of column {place} is longer than {LONGEST_NAME} characters; "
                "is the first row a header?",
            )
        names.append(name)
    return names


@dataclass(slots=True, kw_only=True)
class CsvSource(Source):
    """A CSV file. Its rows are told by their lines, as an editor counts them."""

    path: Path
    delimiter: str
    blank: int
    """How many blank lines stood before the header, where now it stands first."""
    tolerant: bool = False
    """Whether rows that are broken are noted and left out."""

    def begin(self, engine: Columnar) -> None:
        """See `Source.begin`."""
        engine.rows("DROP TABLE IF EXISTS reject_errors")
        engine.rows("DROP TABLE IF EXISTS reject_scans")

    def mend(self, said: str, *, limit: int) -> Source | None:
        """See `Source.mend`.

        A file is read strictly at first, for what the engine notes of broken rows it holds in
        memory, all of it.
        """
        if "invalid state" in said and mixes_line_ends(self.path):
            even_out_line_ends(self.path)
            return self
        if "CSV Error" not in said or self.tolerant:
            return None
        if "utf-8" in said.lower() and not speaks_utf8(self.path):
            recode(self.path, FALLBACK, self.file)
            return self
        broken = broken_rows(self.path, self.delimiter, len(self.columns))
        first = list(islice(broken, REJECTIONS_LISTED))
        rest = sum(1 for _ in islice(broken, LARGEST_REJECT_LIMIT + 1 - len(first)))
        if len(first) + rest > LARGEST_REJECT_LIMIT:
            raise RowsRejected(
                self.file,
                read=0,
                rejected=len(first) + rest,
                limit=limit,
                first=[self._rejection(row) for row in first],
                counted=False,
            )
        relation = _relation(self.path, self.delimiter, len(self.columns), "store_rejects = true")
        return replace(self, relation=relation, tolerant=True)

    def left_out(self, engine: Columnar) -> LeftOut:
        """See `Source.left_out`.

        Raises:
            SourceInvalid: A quote that is never closed has swallowed the rest of the file.
        """
        there = engine.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'")
        if not there:
            return LeftOut()
        [(count,)] = engine.rows("SELECT count(DISTINCT line_byte_position) FROM reject_errors")
        rows = engine.rows(
            # The engine counts bytes from 1.
            "SELECT DISTINCT ON (line_byte_position) line_byte_position - 1, error_type::VARCHAR, "
            "error_message, "
            "contains(csv_line, chr(10)) OR contains(csv_line, chr(13)) "
            "FROM reject_errors ORDER BY line_byte_position, column_idx "
            f"LIMIT {REJECTIONS_LISTED}"
        )
        # A row's place may be told as that of the blank lines before it.
        starts = [past_blank_lines(self.path, row[0]) for row in rows]
        lines = lines_at(self.path, starts)
        found = []
        for start, (_, kind, message, several) in zip(starts, rows, strict=True):
            place = f"line {self.blank + lines[start]}"
            if kind == "UNQUOTED VALUE" and several:
                raise SourceInvalid(
                    self.file,
                    "a quote is opened that is never closed, or followed by more text; the rest of "
                    "the file cannot be told apart.",
                    place=place,
                )
            reason = self._reason(kind, message)
            found.append(Rejection(place=place, column=None, reason=reason))
        return LeftOut(count=count, first=found, starts=frozenset(starts))

    def places(self, ordinals: Sequence[int], left_out: LeftOut) -> Mapping[int, str]:
        """See `Source.places`: the file is read as far as the last of them."""
        wanted = set(ordinals)
        found: dict[int, str] = {}
        ordinal = 0
        for row in islice(csv_rows(self.path, self.delimiter), 1, None):
            if row.position in left_out.starts or (not row.values and len(self.columns) > 1):
                continue
            ordinal += 1
            if ordinal in wanted:
                found[ordinal] = f"line {self.blank + row.line}"
                if len(found) == len(wanted):
                    break
        # Where the two readings disagree, the number of the row must do.
        return {each: found.get(each, f"row {each}") for each in ordinals}

    def explain(self, said: str) -> SourceInvalid | None:
        """See `Source.explain`."""
        if "CSV" not in said:
            return None
        return SourceInvalid(self.file, "it cannot be read as CSV.")

    def _rejection(self, row: CsvRow) -> Rejection:
        values = row.values
        if values is None:
            reason = self._reason("UNQUOTED VALUE", "")
        elif len(values) != len(self.columns):
            reason = self._reason("MISSING COLUMNS", f"Found: {len(values)}")
        else:
            reason = self._reason("INVALID ENCODING", "")
        return Rejection(place=f"line {self.blank + row.line}", column=None, reason=reason)

    def _reason(self, kind: str, message: str) -> str:
        match kind:
            case "MISSING COLUMNS" | "TOO MANY COLUMNS":
                counts = re.search(r"Found: (\d+)", message)
                has = counts[1] if counts else "another number of"
                values = "value" if has == "1" else "values"
                return f"the row has {has} {values} where the header names {len(self.columns)}."
            case "UNQUOTED VALUE":
                return "a quoted value is followed by more text, or its quote is never closed."
            case "LINE SIZE OVER MAXIMUM":
                return f"the row is longer than {LONGEST_ROW:,} bytes."
            case "INVALID ENCODING":
                return "some bytes of the row are not UTF-8."
            case _:
                return "the row cannot be read."


def _relation(path: Path, delimiter: str, columns: int, *options: str) -> str:
    types = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(columns))
    given = ", ".join(
        (
            literal(str(path)),
            "auto_detect = false, header = true, quote = '\"', escape = '\"'",
            f"delim = {literal(delimiter)}",
            f"columns = {{{types}}}",
            *options,
        )
    )
    return f"read_csv({given})"
