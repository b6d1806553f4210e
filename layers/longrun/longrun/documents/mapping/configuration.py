"""The data mapping configuration: what a client writes to say how a data file becomes records.

Plain dataclasses that check how their parts go together; text becomes one of them in
`longrun.documents.formats`, which also makes the JSON Schema from the annotations and the field
metadata. Nothing here imports pydantic, so a step that reads a checked configuration starts fast.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from longrun.documents.errors import Misfit
from longrun.documents.mapping.values import FieldType, ValueInvalid, check_date_format, typed
from longrun.documents.records import Value

_RULES: dict[str, Any] = {"extra": "forbid", "use_attribute_docstrings": True}
NAME = {"pattern": r"^[^\W\d][\w-]*$", "max_length": 128}
"""Field, table and parameter names: a letter or `_`, then letters, digits, `_` and `-`."""
_CHARACTER = {"min_length": 1, "max_length": 1}
# Python knows them as text encodings; as the encoding of a data file they are traps.
_NO_FILE_ENCODINGS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvSource:
    """A file of delimited rows."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _RULES

    format: Literal["csv"]
    """`csv`."""
    delimiter: str = field(default=",", metadata=_CHARACTER)
    """The character between two cells."""
    quote: str | None = field(default='"', metadata=_CHARACTER)
    """The character around cells with delimiters or line ends; doubled it stands for itself.
    `null`: cells are never quoted."""
    encoding: str = "utf-8"
    """The character encoding, by any name that Python knows; a byte order mark is skipped."""
    header: bool = True
    """Whether the first row names the columns. Without it, columns are numbers, from 1."""

    def __post_init__(self) -> None:
        for key, character in (("delimiter", self.delimiter), ("quote", self.quote)):
            if character is not None and character in "\r\n\0":
                raise Misfit("A line end cannot separate or quote cells.", key)
        if self.delimiter == self.quote:
            raise Misfit("The quote must be another character than the delimiter.", "quote")
        if not _is_file_encoding(self.encoding):
            raise Misfit(f'There is no character encoding "{self.encoding}".', "encoding")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonSource:
    """A JSON document (UTF-8), or JSON Lines."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _RULES

    format: Literal["json"]
    """`json`."""
    records: str = ""
    """The path to the array of records: dotted (`data.customers`) or a JSON pointer
    (`/data/customers`). Empty: the document itself. A single object there is one record."""
    lines: bool = False
    """JSON Lines: every line is a record."""

    def __post_init__(self) -> None:
        if self.lines and self.records:
            raise Misfit("In JSON Lines every line is a record: there is no path.", "records")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping:
    """One field: where its value comes from, and what it is."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _RULES

    name: str = field(metadata=NAME)
    """The name that templates and presets use."""
    type: FieldType = "string"
    """What the value is. Dates become text in the form YYYY-MM-DD."""
    column: str | int | None = None
    """CSV: the column, by its name in the header or by its number from 1.
    Without a source, the column that has the field's name."""
    path: str | None = None
    """JSON: the path inside the record (or the detail row), dotted or a JSON pointer.
    Without a source, the member that has the field's name."""
    parameter: str | None = None
    """The runtime parameter whose value the field takes."""
    format: str | None = field(default=None, metadata={"min_length": 1})
    """Dates: a pattern such as `%d.%m.%Y`; without it, YYYY-MM-DD.
    Booleans: the words for true and false, such as `ja/nein`; without it, true/false, yes/no, y/n
    and 1/0, in any case."""
    decimal: str | None = field(default=None, metadata=_CHARACTER)
    """Numbers in text: the decimal character; without it, the point."""
    grouping: str | None = field(default=None, metadata=_CHARACTER)
    """Numbers in text: the character between groups of digits; without it, there is none."""
    default: str | int | float | bool | None = None
    """The value when the source has none: of the field's type, dates as YYYY-MM-DD."""
    required: bool = False
    """Whether a record without the value is refused."""

    def __post_init__(self) -> None:
        given = [key for key in ("column", "path", "parameter") if getattr(self, key) is not None]
        if len(given) > 1:
            raise Misfit(f"A field has one source; this one has {' and '.join(given)}.", given[1])
        if isinstance(self.column, int) and self.column < 1:
            raise Misfit("Columns are numbered from 1.", "column")
        numeric = self.type in ("integer", "number")
        if self.format is not None:
            self._check_format(self.format)
        if self.decimal is not None and self.type != "number":
            raise Misfit("Only a number has a decimal character.", "decimal")
        if self.grouping is not None and not numeric:
            raise Misfit("Only a number or an integer has a grouping character.", "grouping")
        for key, character in (("decimal", self.decimal), ("grouping", self.grouping)):
            if character is not None and (character.isalnum() or character in "+-"):
                raise Misfit("A digit, letter or sign cannot take this part in a number.", key)
        if self.grouping is not None and self.grouping == (self.decimal or "."):
            raise Misfit("The grouping character is the decimal character.", "grouping")
        if self.required and self.default is not None:
            raise Misfit("A required field cannot have a default.", "default")
        _check_default(self.type, self.default)

    def _check_format(self, text: str) -> None:
        if self.type == "date":
            try:
                check_date_format(text)
            except ValueError as error:
                raise Misfit(str(error), "format") from None
        elif self.type == "boolean":
            words = [word.strip().casefold() for word in text.split("/")]
            if len(words) != 2 or not all(words) or words[0] == words[1]:
                raise Misfit("A boolean's format is two words, such as ja/nein.", "format")
        else:
            raise Misfit("Only dates and booleans have a format.", "format")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """A detail table: rows that belong to a record."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _RULES

    name: str = field(metadata=NAME)
    """The name that templates use."""
    fields: tuple[FieldMapping, ...] = field(metadata={"min_length": 1})
    """The fields of a row."""
    path: str | None = None
    """JSON: the path to the array of rows inside the record (or the row of the outer table).
    Without it, the rows are those that `group` put together, as in CSV; a row whose sources are
    all empty is left out then."""
    tables: "tuple[TableMapping, ...]" = ()
    """JSON: tables inside a row."""

    def __post_init__(self) -> None:
        _check_names(self.fields, self.tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A runtime parameter: a value that the client gives with the job."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _RULES

    name: str = field(metadata=NAME)
    """Its name in the All-In-One configuration's `datamining.parameters`."""
    type: FieldType = "string"
    """What its value is; dates as YYYY-MM-DD."""
    default: str | int | float | bool | None = None
    """The value when the client gives none."""
    required: bool = False
    """Whether the client has to give it."""

    def __post_init__(self) -> None:
        if self.required and self.default is not None:
            raise Misfit("A required parameter cannot have a default.", "default")
        _check_default(self.type, self.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingConfiguration:
    """How a data file becomes records: its format, the fields, the detail tables."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _RULES

    source: CsvSource | JsonSource = field(metadata={"discriminator": "format"})
    """The format of the data file."""
    fields: tuple[FieldMapping, ...] = field(metadata={"min_length": 1})
    """The fields of a record."""
    tables: tuple[TableMapping, ...] = ()
    """The detail tables of a record."""
    group: tuple[str | int, ...] = ()
    """Key columns (CSV) or paths (JSON): consecutive rows with the same values there are one
    record, whose fields come from the first of them. Empty: every row is a record."""
    parameters: tuple[Parameter, ...] = ()
    """The runtime parameters."""
    name: str | None = None
    """A title for people."""
    description: str | None = None
    """What it is for."""

    def __post_init__(self) -> None:
        _check_names(self.fields, self.tables)
        known = {parameter.name for parameter in self.parameters}
        if len(known) < len(self.parameters):
            raise Misfit("Two parameters have the same name.", "parameters")
        for at, mapping in _all_fields(self.fields, self.tables):
            if mapping.parameter is not None and mapping.parameter not in known:
                raise Misfit(f'There is no parameter "{mapping.parameter}".', *at, "parameter")
        if isinstance(self.source, CsvSource):
            self._check_csv(self.source)
        else:
            self._check_json()

    def _check_csv(self, source: CsvSource) -> None:
        for index, table in enumerate(self.tables):
            if table.path is not None or table.tables:
                key = "path" if table.path is not None else "tables"
                raise Misfit("In CSV a table's rows are those of the group.", "tables", index, key)
            if not self.group:
                raise Misfit("A CSV detail table needs `group`.", "tables", index)
        for at, mapping in _all_fields(self.fields, self.tables):
            if mapping.path is not None:
                raise Misfit("A CSV field comes from a column.", *at, "path")
            by_name = not isinstance(mapping.column, int) and mapping.parameter is None
            if by_name and not source.header:
                raise Misfit("Without a header, columns are numbers from 1.", *at, "column")
        for index, key_column in enumerate(self.group):
            if isinstance(key_column, int) and key_column < 1:
                raise Misfit("Columns are numbered from 1.", "group", index)
            if not isinstance(key_column, int) and not source.header:
                raise Misfit("Without a header, columns are numbers from 1.", "group", index)

    def _check_json(self) -> None:
        for at, mapping in _all_fields(self.fields, self.tables):
            if mapping.column is not None:
                raise Misfit("A JSON field comes from a path.", *at, "column")
        for index, key in enumerate(self.group):
            if isinstance(key, int):
                raise Misfit("JSON records are grouped by paths.", "group", index)
        for at, table, inner in _all_tables(self.tables):
            if table.path is None and (inner or not self.group):
                raise Misfit("A JSON detail table has a path, or `group`.", *at)


def _is_file_encoding(name: str) -> bool:
    try:
        known = codecs.lookup(name).name
        # Looking up finds byte-to-byte codecs too; decoding refuses them.
        b"a".decode(name)
    except UnicodeDecodeError:
        return True
    except (LookupError, ValueError):
        return False
    return known.replace("-", "_") not in _NO_FILE_ENCODINGS


def _check_default(of: FieldType, default: Value) -> None:
    if default is not None:
        try:
            typed(of, default)
        except ValueInvalid as error:
            raise Misfit(error.reason, "default") from None


def _check_names(fields: tuple[FieldMapping, ...], tables: tuple[TableMapping, ...]) -> None:
    seen: set[str] = set()
    parts: tuple[tuple[str, tuple[FieldMapping | TableMapping, ...]], ...] = (
        ("fields", fields),
        ("tables", tables),
    )
    for key, entries in parts:
        for index, entry in enumerate(entries):
            if entry.name in seen:
                raise Misfit(f'The name "{entry.name}" is taken already.', key, index, "name")
            seen.add(entry.name)


def _all_tables(
    tables: tuple[TableMapping, ...], at: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], TableMapping, bool]]:
    for index, table in enumerate(tables):
        here = (*at, "tables", index)
        yield here, table, bool(at)
        yield from _all_tables(table.tables, here)


def _all_fields(
    fields: tuple[FieldMapping, ...], tables: tuple[TableMapping, ...]
) -> Iterator[tuple[tuple[str | int, ...], FieldMapping]]:
    yield from ((("fields", index), mapping) for index, mapping in enumerate(fields))
    for at, table, _ in _all_tables(tables):
        yield from (((*at, "fields", index), mapping) for index, mapping in enumerate(table.fields))
