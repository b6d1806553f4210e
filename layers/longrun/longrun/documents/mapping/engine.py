"""The mapping engine: from a data file and its configuration to records, or to all that is wrong.

Reading files is the sources' part (`csv_source`, `json_source`), making records that of `shape`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from longrun.documents.errors import ParameterInvalid, RecordInvalid, SourceInvalid
from longrun.documents.mapping.configuration import (
    CsvSource,
    FieldMapping,
    MappingConfiguration,
)
from longrun.documents.mapping.csv_source import CsvRows
from longrun.documents.mapping.json_source import json_items
from longrun.documents.mapping.paths import getter
from longrun.documents.mapping.shape import Get, Row, Shape, shape_of
from longrun.documents.mapping.text import Readable
from longrun.documents.mapping.values import ValueInvalid, typed
from longrun.documents.records import Record, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What a data file has to say about itself without being used."""

    records: int
    """How many records it has, those at fault included."""
    faults: int
    """How many faults there are in all."""
    problems: tuple[RecordInvalid | SourceInvalid, ...]
    """The first of them."""


def map_records(
    configuration: MappingConfiguration,
    source: Readable,
    *,
    file_name: str,
    parameters: Mapping[str, str | int | float | bool] | None = None,
) -> Iterator[Record]:
    """The records of a data file, in its order, in the memory of one record.

    Args:
        configuration: How the file becomes records.
        source: The file, open for reading bytes.
        file_name: What messages call it.
        parameters: The job's runtime parameters by name.

    Raises:
        ParameterInvalid: By the call itself: a parameter is unknown, missing or mistyped.
        SourceInvalid: While iterating: the file cannot be read as configured.
        RecordInvalid: While iterating: a value is missing or not of its type.
    """
    given = _parameters(configuration, parameters or {})
    return _mapped(configuration, source, file_name, given)


def validate_source(
    configuration: MappingConfiguration,
    source: Readable,
    *,
    file_name: str,
    parameters: Mapping[str, str | int | float | bool] | None = None,
    limit: int = 100,
) -> Validation:
    """Go through a whole data file as `map_records` would, past what is at fault.

    Where the rest of the file cannot be made sense of (broken JSON, bytes in another encoding, a
    missing column), that is the last problem.

    Args:
        configuration, source, file_name, parameters: As for `map_records`.
        limit: How many problems to keep.

    Raises:
        ParameterInvalid: A parameter is unknown, missing or mistyped.
    """
    given = _parameters(configuration, parameters or {})
    problems: list[RecordInvalid | SourceInvalid] = []
    records = faults = 0

    def note(problem: RecordInvalid | SourceInvalid) -> None:
        nonlocal faults
        faults += 1
        if len(problems) < limit:
            problems.append(problem)

    try:
        for records, (shape, rows) in enumerate(
            _groups(configuration, source, file_name, given, note), 1
        ):
            for trail, field, reason in shape.faults(rows[0], rows):
                note(RecordInvalid(file_name, records, field, reason, rows=trail))
    except SourceInvalid as error:
        note(error)
    return Validation(records=records, faults=faults, problems=tuple(problems))


def _mapped(
    configuration: MappingConfiguration,
    source: Readable,
    file_name: str,
    parameters: Mapping[str, Value],
) -> Iterator[Record]:
    groups = _groups(configuration, source, file_name, parameters, _raise)
    for number, (shape, rows) in enumerate(groups, 1):
        try:
            yield shape.build(rows[0], rows)
        except ValueInvalid:
            # The way without faults keeps no account of where it is; this one does.
            trail, field, reason = next(shape.faults(rows[0], rows))
            raise RecordInvalid(file_name, number, field, reason, rows=trail) from None


def _raise(problem: SourceInvalid) -> None:
    raise problem


def _parameters(
    configuration: MappingConfiguration, given: Mapping[str, str | int | float | bool]
) -> dict[str, Value]:
    declared = {parameter.name: parameter for parameter in configuration.parameters}
    for name in given:
        if name not in declared:
            raise ParameterInvalid(name, "The data mapping configuration does not know it.")
    values: dict[str, Value] = {}
    for name, parameter in declared.items():
        value = given.get(name, parameter.default)
        if value is None and parameter.required:
            raise ParameterInvalid(name, "It is required.")
        try:
            values[name] = None if value is None else typed(parameter.type, value)
        except ValueInvalid as error:
            raise ParameterInvalid(name, error.reason) from None
    return values


def _groups(
    configuration: MappingConfiguration,
    source: Readable,
    file_name: str,
    parameters: Mapping[str, Value],
    fault: Callable[[SourceInvalid], None],
) -> Iterator[tuple[Shape, list[Row]]]:
    """The rows of each record, with the shape to build it."""
    rows: Iterable[Row]
    keys: list[Get]
    if isinstance(configuration.source, CsvSource):
        rows = cells = CsvRows(source, configuration.source, file_name, fault)
        if cells.width is None:
            return

        def get(field: FieldMapping) -> Get:
            return itemgetter(cells.column(field.name if field.column is None else field.column))

        keys = [itemgetter(cells.column(name)) for name in configuration.group]
    else:
        rows = json_items(source, configuration.source, file_name, fault)

        def get(field: FieldMapping) -> Get:
            # A name holds no dot, and a pointer takes it as it is.
            return getter(f"/{field.name}" if field.path is None else field.path)

        keys = [getter(str(path)) for path in configuration.group]
    shape = shape_of(configuration.fields, configuration.tables, get, parameters)
    if not keys:
        for row in rows:
            yield shape, [row]
    else:
        for _, group in groupby(rows, lambda row: [key(row) for key in keys]):
            yield shape, list(group)
