"""The job creation preset: what a client writes; `longrun.documents.jobs` carries it out."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from longrun.documents.errors import Misfit
from longrun.documents.jobs import Comparison, Condition, JobRules, Operator, SortKey
from longrun.documents.records import Value

_RULES: dict[str, Any] = {"extra": "forbid", "use_attribute_docstrings": True}
_FIELD = {"min_length": 1, "max_length": 128}
_MANY = ("in", "not_in")
_NONE = ("empty", "not_empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterRule:
    """A condition that a record has to meet."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _RULES

    field: str = field(metadata=_FIELD)
    """The field to look at."""
    op: Operator
    """How to compare: `eq`, `ne`, `lt`, `le`, `gt`, `ge`, `contains`, `starts_with` with a value;
    `in`, `not_in` with a list; `empty`, `not_empty` with nothing."""
    value: str | int | float | bool | tuple[str | int | float | bool, ...] | None = None
    """What to compare with. Numbers compare as numbers, dates as YYYY-MM-DD text."""

    def __post_init__(self) -> None:
        if self.op in _MANY and not isinstance(self.value, (tuple, list)):
            raise Misfit(f"`{self.op}` compares with a list.", "value")
        if self.op in _NONE and self.value is not None:
            raise Misfit(f"`{self.op}` compares with nothing.", "value")
        if self.op not in _MANY + _NONE and (self.value is None or isinstance(self.value, tuple)):
            raise Misfit(f"`{self.op}` compares with one value.", "value")

    def condition(self) -> Condition:
        """The rule as jobs carry it out."""
        values: tuple[Value, ...] = self.value if isinstance(self.value, tuple) else (self.value,)
        return Condition(
            field=self.field, operator=self.op, values=() if self.op in _NONE else values
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SortRule:
    """A key to sort by."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _RULES

    field: str = field(metadata=_FIELD)
    """The field to sort by. Records without a value come last."""
    descending: bool = False
    """Whether the largest comes first."""
    compare: Comparison = "auto"
    """`numeric`: texts that are numbers too, by their value; `text`: numbers too, as text; `auto`:
    numbers by their value, texts as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPreset:
    """How documents become jobs; an empty preset puts all of them into one job, in their order."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _RULES

    filter: tuple[FilterRule, ...] = ()
    """Conditions; only records that meet all of them are put out."""
    sort: tuple[SortRule, ...] = ()
    """Keys to sort by, the most significant first."""
    group: tuple[str, ...] = field(default=(), metadata={})
    """Fields: records with the same values there make one job."""
    name: str | None = None
    """A title for people."""
    description: str | None = None
    """What it is for."""

    def __post_init__(self) -> None:
        for index, name in enumerate(self.group):
            if not name or name in self.group[:index]:
                raise Misfit("A group key is the name of a field, each once.", "group", index)

    def rules(self) -> JobRules:
        """The preset as `plan_jobs` carries it out."""
        return JobRules(
            conditions=tuple(rule.condition() for rule in self.filter),
            sort=tuple(
                SortKey(field=rule.field, descending=rule.descending, compare=rule.compare)
                for rule in self.sort
            ),
            group=self.group,
        )
