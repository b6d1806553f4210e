"""Job creation: which records go into which job, and in what order.

Works on record numbers and the few values that the rules look at, never on records or documents.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from longrun.documents.records import Record, Value, text_of

Operator = Literal[
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "not_in",
    "contains",
    "starts_with",
    "empty",
    "not_empty",
]
Comparison = Literal["auto", "numeric", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a record has to meet to be in any job."""

    field: str
    operator: Operator
    values: tuple[Value, ...] = ()
    """What to compare with: one value, several for `in` and `not_in`, none for `empty`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """One key of the order within and among jobs."""

    field: str
    descending: bool = False
    compare: Comparison = "auto"
    """`auto`: numbers by their value, and before texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRules:
    """A job creation preset as it is carried out; without any rule, all records are one job."""

    conditions: tuple[Condition, ...] = ()
    """All of them have to be met."""
    sort: tuple[SortKey, ...] = ()
    """The most significant first."""
    group: tuple[str, ...] = ()
    """Fields: records with the same values there are one job."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the rules look at, each once: the columns of the rows of `plan_jobs`."""
        named = (
            *(condition.field for condition in self.conditions),
            *(key.field for key in self.sort),
            *self.group,
        )
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some of the records, in the order in which they are put out."""

    group: dict[str, Value]
    """The values that its records have in common; empty without group keys."""
    members: list[int]
    """The records by the numbers they came with; never empty."""


def key_values(record: Record, fields: Iterable[str]) -> tuple[Value, ...]:
    """What `plan_jobs` needs of a record; None where it has no such field."""
    get = record.values.get
    return tuple([get(field) for field in fields])


def plan_jobs(rules: JobRules, rows: Iterable[tuple[int, Sequence[Value]]]) -> list[Job]:
    """Filter, sort and group.

    The sort is stable: what the keys do not tell apart stays in the order it came. No value (None)
    sorts last, also in descending order. Jobs follow one another as their first records do, and no
    two have the same group values.

    Args:
        rules: The preset's rules.
        rows: Each record's number, and its values of `rules.fields` in that order.

    Returns:
        The jobs; none if no record is left.
    """
    column = {field: index for index, field in enumerate(rules.fields)}
    meets = [(column[c.field], _test(c)) for c in rules.conditions]
    left = [row for row in rows if all(met(row[1][index]) for index, met in meets)]
    # Sorting by the least significant key first keeps each key's own direction.
    for key in reversed(rules.sort):
        left.sort(key=_order(column[key.field], key), reverse=key.descending)
    grouped = [(field, column[field]) for field in rules.group]
    jobs: dict[tuple[str | None, ...], Job] = {}
    for number, values in left:
        # As text, because for Python 1 and True are the same key.
        identity = tuple([_identity(values[index]) for _, index in grouped])
        job = jobs.get(identity)
        if job is None:
            common = {field: values[index] for field, index in grouped}
            jobs[identity] = Job(group=common, members=[number])
        else:
            job.members.append(number)
    return list(jobs.values())


def _identity(value: Value) -> str | None:
    return None if value is None else text_of(value)


def _number(value: Value) -> int | float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if value is None or isinstance(value, bool) or math.isnan(value):
        return None
    return value


def _order(
    index: int, key: SortKey
) -> Callable[[tuple[int, Sequence[Value]]], tuple[int, int | float | str]]:
    compare = key.compare
    # Reversing the order puts the highest rank first.
    last = -1 if key.descending else 2

    def order(row: tuple[int, Sequence[Value]]) -> tuple[int, int | float | str]:
        value = row[1][index]
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return last, 0
        number: int | float | None = None
        if compare == "numeric" or (compare == "auto" and not isinstance(value, str)):
            number = _number(value)
        if number is not None:
            return 0, number
        return 1, text_of(value)

    return order


def _test(condition: Condition) -> Callable[[Value], bool]:  # noqa: C901  # a table of cases
    wanted = condition.values
    first = wanted[0] if wanted else None
    text = text_of(first)
    match condition.operator:
        case "eq":
            return lambda value: _same(value, first)
        case "ne":
            return lambda value: not _same(value, first)
        case "in":
            return lambda value: any(_same(value, one) for one in wanted)
        case "not_in":
            return lambda value: not any(_same(value, one) for one in wanted)
        case "contains":
            return lambda value: text in text_of(value)
        case "starts_with":
            return lambda value: text_of(value).startswith(text)
        case "empty":
            return lambda value: value is None or value == ""
        case "not_empty":
            return lambda value: value is not None and value != ""
        case "lt":
            return lambda value: _compared(value, first) == -1
        case "le":
            return lambda value: _compared(value, first) in (-1, 0)
        case "gt":
            return lambda value: _compared(value, first) == 1
        case "ge":
            return lambda value: _compared(value, first) in (0, 1)


def _same(value: Value, other: Value) -> bool:
    if value is None or other is None:
        return value is other
    return _compared(value, other) == 0


def _compared(value: Value, other: Value) -> int | None:
    """-1, 0 or 1; None where the two cannot be compared."""
    if value is None or other is None:
        return None
    left: int | float | str | None
    right: int | float | str | None
    if (isinstance(value, str) and isinstance(other, str)) or (
        isinstance(value, bool) or isinstance(other, bool)
    ):
        left, right = text_of(value), text_of(other)
        return (left > right) - (left < right)
    left, right = _number(value), _number(other)
    if left is None or right is None:
        return None
    return (left > right) - (left < right)
