"""Shapes: a configuration's fields and tables as closures that make records of rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from longrun.documents.mapping.configuration import FieldMapping, TableMapping
from longrun.documents.mapping.paths import getter
from longrun.documents.mapping.values import ValueInvalid, converter, shown, typed
from longrun.documents.records import Record, Value

type Row = Any
"""A row of cells (CSV) or an object (JSON)."""
type Get = Callable[[Row], object]
type Fault = tuple[tuple[tuple[str, int], ...], str | None, str]
"""The (table, row) trail, the field and the reason."""


@dataclass(frozen=True, slots=True)
class Table:
    """A detail table: how to find its rows, and what each becomes."""

    name: str
    rows: Callable[[Row, list[Row]], list[Row]]
    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a record, or a row of a detail table, is made of."""

    fields: tuple[tuple[str, Callable[[Row], Value]], ...]
    tables: tuple[Table, ...]

    def build(self, row: Row, group: list[Row]) -> Record:
        """The record of a row, with the rows that were grouped under it.

        Raises:
            ValueInvalid: A value is at fault; `faults` says which.
        """
        values = {name: read(row) for name, read in self.fields}
        if not self.tables:
            return Record(values)
        return Record(
            values,
            {
                table.name: [table.shape.build(inner, []) for inner in table.rows(row, group)]
                for table in self.tables
            },
        )

    def faults(
        self, row: Row, group: list[Row], trail: tuple[tuple[str, int], ...] = ()
    ) -> Iterator[Fault]:
        """All that is wrong with the row, in the order of the configuration."""
        for name, read in self.fields:
            try:
                read(row)
            except ValueInvalid as error:
                yield trail, name, error.reason
        for table in self.tables:
            try:
                inner_rows = table.rows(row, group)
            except ValueInvalid as error:
                yield trail, table.name, error.reason
                continue
            for number, inner in enumerate(inner_rows, 1):
                yield from table.shape.faults(inner, [], (*trail, (table.name, number)))


def shape_of(
    fields: tuple[FieldMapping, ...],
    tables: tuple[TableMapping, ...],
    get: Callable[[FieldMapping], Get],
    parameters: Mapping[str, Value],
) -> Shape:
    """Compile fields and tables.

    Args:
        fields, tables: What the configuration says.
        get: Finds a field's source in the file at hand.
        parameters: The job's parameters.
    """
    return Shape(
        tuple((field.name, _reader(field, get, parameters)) for field in fields),
        tuple(
            Table(
                table.name,
                _rows_at(table.path) if table.path is not None else _rows_of_group(table, get),
                shape_of(table.fields, table.tables, get, parameters),
            )
            for table in tables
        ),
    )


def _rows_at(path: str) -> Callable[[Row, list[Row]], list[Row]]:
    find = getter(path)

    def rows(row: Row, _group: list[Row]) -> list[Row]:
        found = find(row)
        if found is None:
            return []
        if not isinstance(found, list):
            raise ValueInvalid(f"{shown(found).capitalize()} is not an array of rows.")
        for number, inner in enumerate(found, 1):
            if not isinstance(inner, dict):
                raise ValueInvalid(f"Row {number} of it, {shown(inner)}, is not an object.")
        return found

    return rows


def _rows_of_group(
    table: TableMapping, get: Callable[[FieldMapping], Get]
) -> Callable[[Row, list[Row]], list[Row]]:
    sources = [get(field) for field in table.fields if field.parameter is None]

    def rows(_row: Row, group: list[Row]) -> list[Row]:
        # A join writes a master without details as one row with empty cells.
        return [
            inner
            for inner in group
            if not sources or any(find(inner) not in (None, "") for find in sources)
        ]

    return rows


def _reader(
    field: FieldMapping, get: Callable[[FieldMapping], Get], parameters: Mapping[str, Value]
) -> Callable[[Row], Value]:
    convert = converter(
        field.type, format=field.format, decimal=field.decimal, grouping=field.grouping
    )
    default = None if field.default is None else typed(field.type, field.default)
    required, is_text = field.required, field.type == "string"

    def converted(raw: object) -> Value:
        if not is_text and isinstance(raw, str):
            raw = raw.strip()
        if raw is None or raw == "":
            if required:
                raise ValueInvalid("A value is required, and there is none.")
            if default is not None:
                return default
            return "" if is_text and raw == "" else None
        return convert(raw)

    if field.parameter is not None:
        constant = parameters[field.parameter]

        def read_constant(_row: Row) -> Value:
            return converted(constant)

        return read_constant
    find = get(field)

    def read(row: Row) -> Value:
        return converted(find(row))

    return read
