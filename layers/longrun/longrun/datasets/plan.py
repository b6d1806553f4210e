"""Which columns a load makes, of which types, and the SQL that makes them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import batched
from typing import Final

from longrun.datasets.columnar import Columnar, identifier
from longrun.datasets.columns import Column, ColumnType
from longrun.datasets.conversions import Conversion, looks_like
from longrun.datasets.data_sets import Definition
from longrun.datasets.errors import ColumnMissing
from longrun.datasets.source import Source, SourceColumn, check_names

REJECTED: Final = "a row is rejected"
"""What the engine says when a strict reading meets the first row at fault."""

_SAMPLED_ROWS: Final = 8_000
_SAMPLED_CELLS: Final = 400_000
_COLUMNS_AT_ONCE: Final = 25
"""Each pattern that a query matches takes memory of its own."""


class Origin(Enum):
    """Why a column has its type."""

    DECLARED = auto()
    HELD = auto()
    """It had it the last time."""
    GUESSED = auto()
    """Its values have it, as far as was looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One column to be made."""

    name: str
    source: SourceColumn
    type: ColumnType
    origin: Origin
    required: bool = False
    format: str | None = None
    known: bool = True

    @property
    def conversion(self) -> Conversion:
        """How its text is read."""
        return Conversion(
            type=self.type, format=self.format, lenient=self.origin is Origin.DECLARED
        )

    @property
    def ready(self) -> bool:
        """Whether the source has its values in the engine's form."""
        return self.source.value is not None and self.source.type is self.type

    @property
    def plain(self) -> bool:
        """Whether every value fits."""
        return self.ready or self.type is ColumnType.STRING

    def inner(self, number: int) -> list[str]:
        """SQL: what is selected of the source: the text `v`, and `t`, what a cast makes of it."""
        if self.ready:
            return [f"{self.source.value} AS t{number}"]
        text = f"{self.source.text} AS v{number}"
        if self.plain:
            return [text]
        return [text, f"{self.conversion.cast(f'v{number}')} AS t{number}"]

    def shown(self, number: int) -> str:
        """SQL: the value as text."""
        return f"t{number}::VARCHAR" if self.ready else f"v{number}"

    def value(self, number: int, *, strict: bool) -> str:
        """SQL: the value; what does not fit is null, or an error where that is strict."""
        refused = f"error('{REJECTED}')"
        if self.plain:
            given = f"t{number}" if self.ready else f"v{number}"
            if self.required and strict:
                return f"CASE WHEN {given} IS NULL THEN {refused} ELSE {given} END"
            return given
        text, cast = f"v{number}", f"t{number}"
        conversion = self.conversion
        nothing = refused if self.required and strict else "NULL"
        rest = conversion.slow(text, cast)
        if strict:
            rest = f"coalesce({rest}, {refused})" if rest else refused
        return (
            f"CASE WHEN {conversion.quick(text, cast)} THEN {cast} "
            f"WHEN {conversion.empty(text)} THEN {nothing} ELSE {rest or 'NULL'} END"
        )

    def bad(self, number: int) -> str | None:
        """SQL: whether the value does not fit; None: it always does."""
        if self.plain:
            given = f"t{number}" if self.ready else f"v{number}"
            return f"{given} IS NULL" if self.required else None
        text, cast = f"v{number}", f"t{number}"
        conversion = self.conversion
        slow = conversion.slow(text, cast)
        unfit = f"NOT coalesce({conversion.quick(text, cast)}, false)"
        if slow:
            unfit += f" AND ({slow}) IS NULL"
        empty = conversion.empty(text)
        return f"({empty} OR ({unfit}))" if self.required else f"(NOT {empty} AND {unfit})"

    def column(self) -> Column:
        """The column that it becomes."""
        return Column(name=self.name, type=self.type, known=self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All columns to be made of a source."""

    source: Source
    columns: tuple[Planned, ...]

    def inner(self, *more: str) -> str:
        """SQL: the source's rows with `v…` and `t…` of each column, and `f…` of each fault."""
        parts = [part for n, each in enumerate(self.columns) for part in each.inner(n)]
        parts += [f"{fault.test} AS f{n}" for n, fault in enumerate(self.source.faults)]
        return f"SELECT {', '.join([*more, *parts])} FROM {self.source.relation}"

    def strict(self) -> str:
        """SQL: all rows; an error at the first that is at fault."""
        values = [each.value(n, strict=True) for n, each in enumerate(self.columns)]
        if self.source.faults:
            any_fault = " OR ".join(f"f{n}" for n in range(len(self.source.faults)))
            values[0] = f"CASE WHEN {any_fault} THEN error('{REJECTED}') ELSE {values[0]} END"
        return f"SELECT {self._named(values)} FROM ({self.inner()})"

    def forgiving(self) -> str:
        """SQL: the rows that are not at fault."""
        values = [each.value(n, strict=False) for n, each in enumerate(self.columns)]
        return f"SELECT {self._named(values)} FROM ({self.inner()}) WHERE NOT ({self.any_bad()})"

    def any_bad(self) -> str:
        """SQL: whether a row is at fault."""
        tests = [f"f{n}" for n in range(len(self.source.faults))]
        tests += [bad for n, each in enumerate(self.columns) if (bad := each.bad(n))]
        return " OR ".join(tests) or "false"

    def _named(self, values: Sequence[str]) -> str:
        return ", ".join(
            f"{value} AS {identifier(each.name)}"
            for value, each in zip(values, self.columns, strict=True)
        )

    def retyped(self, types: "dict[int, tuple[ColumnType, bool]]") -> "Plan":
        """The plan with other types for some columns, and whether those had values."""
        columns = list(self.columns)
        for number, (found, known) in types.items():
            columns[number] = replace(columns[number], type=found, known=known)
        return replace(self, columns=tuple(columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a load starts from: the plan, and how the file differs from the last time by name."""

    plan: Plan
    missing: tuple[Column, ...]
    """Columns of the last time that the file lacks."""
    added: tuple[str, ...]


def choose(source: Source, definition: Definition, schema: Sequence[Column]) -> Chosen:
    """Choose the columns to be made, with types as far as they are known.

    Args:
        source: What is read.
        definition: What is asked for.
        schema: The columns of the last time, that this time is held to; none: to nothing.

    Raises:
        ColumnMissing: The source lacks a column that the definition names, and always did.
        SourceInvalid: Columns cannot be told apart.
    """
    names = [column.name for column in source.columns]
    rules = definition.columns
    check_names(source.file, names, needed=[r.taken_from for r in rules] if rules else None)
    there = {column.name: column for column in source.columns}
    held = {column.name: column for column in schema}
    planned: list[Planned] = []
    if rules:
        lacking = [rule for rule in rules if rule.taken_from not in there]
        new = [rule.taken_from for rule in lacking if rule.name not in held]
        if new:
            raise ColumnMissing(source.file, new, names)
        for rule in rules:
            if rule.taken_from in there:
                column = there[rule.taken_from]
                one = _planned(rule.name, column, held.get(rule.name), declared=rule.type)
                planned.append(replace(one, required=rule.required, format=rule.format))
        missing = tuple(held[rule.name] for rule in lacking)
    else:
        planned = [_planned(name, there[name], held.get(name)) for name in names]
        missing = tuple(column for column in schema if column.name not in there)
    added = tuple(each.name for each in planned if held and each.name not in held)
    return Chosen(plan=Plan(source=source, columns=tuple(planned)), missing=missing, added=added)


def _planned(
    name: str,
    column: SourceColumn,
    held: Column | None,
    declared: ColumnType | None = None,
) -> Planned:
    if declared is not None:
        return Planned(name=name, source=column, type=declared, origin=Origin.DECLARED)
    if held is not None and held.known:
        return Planned(name=name, source=column, type=held.type, origin=Origin.HELD)
    # Text, until its values were looked at; then nothing is known of it.
    return Planned(
        name=name,
        source=column,
        type=column.type or ColumnType.STRING,
        origin=Origin.GUESSED,
        known=column.type is not None,
    )


def guess(engine: Columnar, plan: Plan) -> Plan:
    """Give types to the columns of which nothing is known, by their first rows.

    Where those have no value, by all rows. What later rows say otherwise is found when they are
    read.
    """
    open_ones = [n for n, each in enumerate(plan.columns) if not each.known]
    if not open_ones:
        return plan
    rows = max(200, min(_SAMPLED_ROWS, _SAMPLED_CELLS // len(open_ones)))
    texts = ", ".join(f"{plan.columns[n].source.text} AS v{n}" for n in open_ones)
    plan.source.begin(engine)
    engine.rows(
        "CREATE OR REPLACE TEMP TABLE sample AS "
        f"SELECT {texts} FROM {plan.source.relation} LIMIT {rows}"
    )
    types = detect(engine, plan, open_ones, sampled=True)
    without = [number for number, (_, valued) in types.items() if not valued]
    if without:
        types |= detect(engine, plan, without)
    return plan.retyped(types)


def detect(
    engine: Columnar, plan: Plan, numbers: Sequence[int], *, sampled: bool = False
) -> dict[int, tuple[ColumnType, bool]]:
    """The narrowest types that all values fit, and whether there are values.

    Args:
        engine: Reads the source.
        plan: Of all columns.
        numbers: Of the columns in question.
        sampled: Whether just the sample is looked at that `guess` took.
    """
    types: dict[int, tuple[ColumnType, bool]] = {}
    for group in batched(numbers, _COLUMNS_AT_ONCE, strict=False):
        types |= _detect(engine, plan, group, sampled=sampled)
    return types


def _detect(
    engine: Columnar, plan: Plan, numbers: Sequence[int], *, sampled: bool
) -> dict[int, tuple[ColumnType, bool]]:
    columns = {number: plan.columns[number].source for number in numbers}
    tests: list[str] = []
    for n, column in columns.items():
        tests.append(f"count(v{n})")
        tests += [
            f"bool_and({looks_like(kind, f'v{n}')}) FILTER (v{n} <> '')"
            for kind in column.candidates
        ]
    given = "sample"
    if not sampled:
        texts = ", ".join(f"{column.text} AS v{n}" for n, column in columns.items())
        given = f"(SELECT {texts} FROM {plan.source.relation})"
        plan.source.begin(engine)
    found = iter(engine.row(f"SELECT {', '.join(tests)} FROM {given}"))
    types: dict[int, tuple[ColumnType, bool]] = {}
    for number, column in columns.items():
        valued = bool(next(found))
        fits = [kind for kind in column.candidates if next(found)]
        types[number] = (fits[0] if fits and valued else ColumnType.STRING, valued)
    return types
