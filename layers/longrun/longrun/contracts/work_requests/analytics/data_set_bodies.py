"""What defines a data set. Loaded by who reads such a body (pydantic)."""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    model_validator,
)

from longrun.contracts.work_requests.analytics.names import Name, Reference
from longrun.datasets.columns import MOST_COLUMNS, ColumnRule, ColumnType
from longrun.datasets.data_sets import LARGEST_REJECT_LIMIT, Definition

_DIRECTIVE: Final = re.compile(r"%(-?[a-zA-Z%])|%")
_DIRECTIVES: Final = frozenset("aAbBdjmyYHIpMSfz%") | {f"-{each}" for each in "djmyHIMS"}
_LONGEST_FORMAT: Final = 60
_TIMED: Final = frozenset({ColumnType.DATE, ColumnType.TIMESTAMP})


def _format(value: str) -> str:
    found = [match[1] for match in _DIRECTIVE.finditer(value)]
    wrong = [name for name in found if name not in _DIRECTIVES]
    if wrong:
        raise ValueError(f"%{wrong[0] or ''} is no directive of strptime that is known here")
    if not found:
        raise ValueError("a format has directives such as %d.%m.%Y")
    return value


type Format = Annotated[
    str,
    Field(min_length=2, max_length=_LONGEST_FORMAT, pattern=r"^[ -~]+$"),
    AfterValidator(_format),
]


class ColumnBody(BaseModel):
    """One column of a data set."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    name: Name
    """In the data set."""
    source: Name | None = Field(default=None, alias="from")
    """Its name in the source; default: the same."""
    type: Literal["string", "integer", "number", "boolean", "date", "timestamp"] | None = None
    """Default: what the values are, and from then on what they were."""
    required: StrictBool = False
    """Whether a row without a value is rejected."""
    format: Format | None = None
    """Of dates and timestamps, in strptime's directives; default: ISO 8601."""

    @model_validator(mode="after")
    def _belongs(self) -> Self:
        if self.format is not None and self.type not in _TIMED:
            raise ValueError("a format belongs to the types date and timestamp")
        return self

    def rule(self) -> ColumnRule:
        """As the domain has it."""
        return ColumnRule(
            name=self.name,
            source=self.source,
            type=ColumnType(self.type) if self.type else None,
            required=self.required,
            format=self.format,
        )


def _once(columns: list[ColumnBody]) -> list[ColumnBody]:
    seen: set[str] = set()
    for column in columns:
        if (folded := column.name.casefold()) in seen:
            raise ValueError(f'two columns are called "{column.name}" (case is not told apart)')
        seen.add(folded)
    return columns


class DataSetBody(BaseModel):
    """A data set: a named source in the file store."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    source: Reference
    """Id or name of a data file in the file store; of a name, the newest file counts at each
    reload."""
    format: Literal["csv", "json", "parquet", "xlsx"] | None = None
    """Default: by the ending of the file's name."""
    columns: Annotated[
        list[ColumnBody] | None,
        Field(min_length=1, max_length=MOST_COLUMNS),
        AfterValidator(lambda given: given and _once(given)),
    ] = None
    """Just these columns, in this order; default: all that the source has."""
    delimiter: Annotated[str, Field(pattern=r"^[\t -~]$")] | None = None
    """Of CSV, one character; default: as the first rows suggest."""
    sheet: Name | None = None
    """Of a spreadsheet; default: the first."""
    reject_limit: Annotated[StrictInt, Field(ge=0, le=LARGEST_REJECT_LIMIT)] = Field(
        default=0, alias="rejectLimit"
    )
    """So many rows may be left out; with more, a reload fails."""
    description: Annotated[str, Field(max_length=1000)] | None = None
    """What it is for."""

    @model_validator(mode="after")
    def _delimits(self) -> Self:
        if self.delimiter == '"':
            raise ValueError("delimiter: a quote cannot stand between values")
        return self

    def definition(self) -> Definition:
        """As the domain has it."""
        return Definition(
            source=self.source,
            format=self.format,
            columns=tuple(column.rule() for column in self.columns or ()),
            delimiter=self.delimiter,
            sheet=self.sheet,
            reject_limit=self.reject_limit,
            description=self.description,
        )
