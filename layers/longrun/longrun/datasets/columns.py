"""Columns of data sets: their types, and what a definition says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

MOST_COLUMNS: Final = 2_000
"""With more, the engine has not the memory to read a row of text formats at once."""


class ColumnType(StrEnum):
    """What a column's values are."""

    STRING = "string"
    INTEGER = "integer"
    """64 bits."""
    NUMBER = "number"
    """A double; what one would change is text, unless a number was declared."""
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    """Without a zone, to the microsecond; where the source has one, in UTC."""

    @property
    def words(self) -> str:
        """The type in a sentence."""
        return "text" if self is ColumnType.STRING else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a data set as it was last loaded."""

    name: str
    type: ColumnType
    known: bool = True
    """False: it had no values, and its type holds nobody to anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """What a definition says of one column."""

    name: str
    """In the data set."""
    source: str | None = None
    """In the source; None: the same."""
    type: ColumnType | None = None
    """None: as the values are, and as they were."""
    required: bool = False
    format: str | None = None
    """Of dates and timestamps, in strptime's directives."""

    @property
    def taken_from(self) -> str:
        """The column's name in the source."""
        return self.name if self.source is None else self.source

    def document(self) -> dict[str, Any]:
        """The rule in JSON types; `read` is its inverse."""
        values = {
            "name": self.name,
            "from": self.source,
            "type": self.type.value if self.type else None,
            "required": self.required or None,
            "format": self.format,
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The rule of `document`."""
        named = document.get("type")
        return cls(
            name=document["name"],
            source=document.get("from"),
            type=ColumnType(named) if named else None,
            required=document.get("required", False),
            format=document.get("format"),
        )


def columns_document(columns: Sequence[Column]) -> list[list[Any]]:
    """Columns in JSON types, short: there may be thousands."""
    return [[each.name, each.type.value, *([] if each.known else [False])] for each in columns]


def read_columns(document: Sequence[Sequence[Any]]) -> tuple[Column, ...]:
    """The columns of `columns_document`."""
    return tuple(
        Column(name=name, type=ColumnType(kind), known=all(known))
        for name, kind, *known in document
    )
