"""From a source to one Parquet file: every row is read, and either taken or rejected with reasons.

At first it is taken for granted that every row fits, which one strict pass over the file shows.
Only where that breaks off are rows counted, faults placed, and types looked at again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from longrun.datasets.columnar import Beat, Columnar, EngineFailed, literal
from longrun.datasets.columns import Column
from longrun.datasets.data_sets import LARGEST_REJECT_LIMIT, Definition
from longrun.datasets.errors import (
    ColumnChange,
    Rejection,
    RowsRejected,
    SchemaChanged,
    SourceInvalid,
)
from longrun.datasets.plan import REJECTED, Chosen, Origin, Plan, choose, detect, guess
from longrun.datasets.source import REJECTIONS_LISTED, LeftOut, Source

VALUE_SHOWN: Final = 60
"""So many characters of an offending value are told."""

_ROW_GROUP: Final = 122_880
_CELLS_A_GROUP: Final = 8_000_000
_SMALLEST_GROUP: Final = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load came to."""

    rows: int
    rejected: int
    rejections: Sequence[Rejection]
    """The first of them."""
    columns: tuple[Column, ...]
    added: tuple[str, ...]
    """Columns that were not there the last time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Diagnosis:
    """How many rows and values are at fault."""

    rows: int
    """Without those that the reader left out."""
    rejected: int
    values: Mapping[int, int]
    """By the column's number: how many there are."""
    bad: Mapping[int, int]
    left_out: LeftOut

    @property
    def all_rejected(self) -> int:
        return self.rejected + self.left_out.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One reading of a source."""

    engine: Columnar
    name: str
    """Of the data set."""
    source: Source
    definition: Definition
    schema: Sequence[Column]
    """The columns of the last time that this time is held to."""
    target: Path
    """Where the Parquet file goes."""
    beat: Beat

    def run(self) -> Loaded:
        """Read everything.

        Raises:
            SourceInvalid: The source cannot be read.
            ColumnMissing: It lacks columns that the definition names.
            SchemaChanged: Its columns are not those of the last time.
            RowsRejected: More rows are at fault than may be.
        """
        try:
            chosen = choose(self.source, self.definition, self.schema)
            plan = guess(self.engine, chosen.plan)
            if chosen.missing:
                raise self._changed(plan, chosen.missing, self._diagnose(plan))
            return self._read(chosen, plan)
        except EngineFailed as failed:
            mended = self.source.mend(failed.said, limit=self.definition.reject_limit)
            if mended is not None:
                return replace(self, source=mended).run()
            raise self._explained(failed) from failed

    def _read(self, chosen: Chosen, plan: Plan) -> Loaded:
        while True:
            rows = self._write(plan, plan.strict())
            if rows is not None:
                left_out = self.source.left_out(self.engine)
                return self._loaded(chosen, plan, rows, left_out, left_out.first)
            found = self._diagnose(plan)
            if changed := self._other_types(plan, found):
                raise self._changed(plan, changed, found)
            wrong = [
                number
                for number, count in found.bad.items()
                if count
                and plan.columns[number].origin is Origin.GUESSED
                and not plan.columns[number].required
            ]
            if wrong and found.all_rejected > self.definition.reject_limit:
                # The first rows had misled.
                plan = plan.retyped(detect(self.engine, plan, wrong))
                continue
            rejections = self._rejections(plan, found)
            if found.all_rejected > self.definition.reject_limit:
                raise self._too_many(found.rows, found.left_out, found.rejected, rejections)
            taken = self._write(plan, plan.forgiving())
            assert taken is not None, "nothing in that query is strict"
            return self._loaded(chosen, plan, taken, found.left_out, rejections, found.rejected)

    def _loaded(
        self,
        chosen: Chosen,
        plan: Plan,
        rows: int,
        left_out: LeftOut,
        rejections: Sequence[Rejection],
        rejected: int = 0,
    ) -> Loaded:
        if rejected + left_out.count > self.definition.reject_limit:
            raise self._too_many(rows + rejected, left_out, rejected, rejections)
        return Loaded(
            rows=rows,
            rejected=rejected + left_out.count,
            rejections=rejections,
            columns=tuple(each.column() for each in plan.columns),
            added=chosen.added,
        )

    def _too_many(
        self, rows: int, left_out: LeftOut, rejected: int, rejections: Sequence[Rejection]
    ) -> RowsRejected:
        return RowsRejected(
            self.source.file,
            read=rows + left_out.count,
            rejected=rejected + left_out.count,
            limit=self.definition.reject_limit,
            first=rejections,
            counted=left_out.count <= LARGEST_REJECT_LIMIT,
        )

    def _write(self, plan: Plan, select: str) -> int | None:
        """How many rows were written; None: a strict reading met one at fault."""
        group = max(_SMALLEST_GROUP, min(_ROW_GROUP, _CELLS_A_GROUP // len(plan.columns)))
        self.source.begin(self.engine)
        try:
            [(rows,)] = self.engine.run(
                f"COPY ({select}) TO {literal(str(self.target))} "
                f"(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE {group})",
                self.beat,
            )
        except EngineFailed as failed:
            if REJECTED in failed.said:
                return None
            raise
        return int(rows)

    def _diagnose(self, plan: Plan) -> _Diagnosis:
        """Count what is at fault, column by column."""
        numbers = range(len(plan.columns))
        counts = [f"count({each.shown(n)})" for n, each in enumerate(plan.columns)]
        tests = {n: bad for n in numbers if (bad := plan.columns[n].bad(n)) is not None}
        bads = [f"count(*) FILTER ({test})" for test in tests.values()]
        asked = ["count(*)", f"count(*) FILTER ({plan.any_bad()})", *counts, *bads]
        self.source.begin(self.engine)
        [row] = self.engine.run(f"SELECT {', '.join(asked)} FROM ({plan.inner()})", self.beat)
        rows, rejected, *rest = row
        return _Diagnosis(
            rows=rows,
            rejected=rejected,
            values=dict(zip(numbers, rest, strict=False)),
            bad=dict(zip(tests, rest[len(numbers) :], strict=True)),
            left_out=self.source.left_out(self.engine),
        )

    def _other_types(self, plan: Plan, found: _Diagnosis) -> list[Column]:
        """Columns most of whose values are not of the type that they had.

        Where it is fewer, the rows are at fault and not the column.
        """
        held = {column.name: column for column in self.schema}
        return [
            held[plan.columns[number].name]
            for number, bad in found.bad.items()
            if plan.columns[number].name in held and 2 * bad > found.values[number] > 0
        ]

    def _changed(self, plan: Plan, changed: Sequence[Column], found: _Diagnosis) -> SchemaChanged:
        """Name every column that changed, also those beside the given ones."""
        numbers = {each.name: number for number, each in enumerate(plan.columns)}
        known = {column.name for column in changed}
        others = [each for each in self._other_types(plan, found) if each.name not in known]
        there = [numbers[each.name] for each in (*changed, *others) if each.name in numbers]
        types = detect(self.engine, plan, there) if there else {}
        changes = []
        for column in (*changed, *others):
            number = numbers.get(column.name)
            if number is None:
                gone = ColumnChange(column=column.name, was=column.type.words, now=None)
                changes.append(gone)
                continue
            [(place, value)] = self._first_bad(plan, number, found)
            now = plan.columns[number].source.type or types[number][0]
            changes.append(
                ColumnChange(
                    column=column.name,
                    was=plan.columns[number].type.words,
                    now=now.words,
                    place=place,
                    value=value,
                )
            )
        return SchemaChanged(self.name, self.source.file, changes)

    def _first_bad(self, plan: Plan, number: int, found: _Diagnosis) -> list[tuple[str, str]]:
        column = plan.columns[number]
        self.source.begin(self.engine)
        rows = self.engine.rows(
            f"SELECT n, {_start(column.shown(number))} "
            f"FROM ({self._numbered(plan)}) WHERE {column.bad(number)} LIMIT 1"
        )
        places = self.source.places([n for n, _ in rows], found.left_out)
        return [(places[n], _shortened(value)) for n, value in rows]

    def _rejections(self, plan: Plan, found: _Diagnosis) -> list[Rejection]:
        """The first rejected rows with their reasons, the reader's own among them."""
        tests = {n: bad for n, each in enumerate(plan.columns) if (bad := each.bad(n))}
        faults = [f"f{n}" for n in range(len(self.source.faults))]
        cells = [
            f"CASE WHEN {test} THEN "
            f"struct_pack(c := {n}, v := {_start(plan.columns[n].shown(n))}) END"
            for n, test in tests.items()
        ]
        cell_list = f"list_filter([{', '.join(cells)}], lambda each: each IS NOT NULL)"
        if not cells:
            cell_list = "[]"
        self.source.begin(self.engine)
        rows = self.engine.run(
            f"SELECT n, [{', '.join(faults)}], {cell_list} FROM ({self._numbered(plan)}) "
            f"WHERE {plan.any_bad()} LIMIT {REJECTIONS_LISTED}",
            self.beat,
        )
        places = self.source.places([row[0] for row in rows], found.left_out)
        listed = list(found.left_out.first)
        for ordinal, broken, values in rows:
            listed += self._reasons(plan, places[ordinal], broken, values)
        listed.sort(key=lambda each: int(each.place.rsplit(" ", 1)[1]))
        return listed[:REJECTIONS_LISTED]

    def _numbered(self, plan: Plan) -> str:
        return plan.inner(f"{self.source.ordinal} AS n")

    def _reasons(
        self, plan: Plan, place: str, broken: Sequence[bool], cells: Sequence[Mapping[str, Any]]
    ) -> list[Rejection]:
        for fault, found in zip(self.source.faults, broken, strict=True):
            if found:
                return [Rejection(place=place, column=None, reason=fault.reason)]
        reasons = []
        for cell in cells:
            column = plan.columns[cell["c"]]
            if cell["v"] is None:
                reason = "there is no value, and one is required."
            else:
                misfit = column.conversion.misfit(cell["v"])
                reason = f"{_shortened(cell['v'])!r} is {misfit}."
            reasons.append(Rejection(place=place, column=column.name, reason=reason))
        return reasons

    def _explained(self, failed: EngineFailed) -> Exception:
        """What of the engine's trouble the source is to blame for."""
        if failed.said.startswith("Out of Memory"):
            return SourceInvalid(
                self.source.file,
                "its rows are too wide to be read at once: it has too many columns, or values that "
                "are too long.",
            )
        return self.source.explain(failed.said) or failed


def _start(text: str) -> str:
    """SQL: enough of a value to be told."""
    return f"left({text}, {VALUE_SHOWN + 1})"


def _shortened(value: str) -> str:
    return value if len(value) <= VALUE_SHOWN else value[: VALUE_SHOWN - 1] + "…"
