"""Records: what data mapping makes and everything after it reads, with their form on disk.

A record stands on one line of JSON, so that a chunk is read and written line by line. How source
files become records is `longrun.documents.mapping`'s business; ids belong to the sets.
"""

import json
from dataclasses import dataclass, field
from typing import Any

type Value = str | int | float | bool | None
"""A field's value; dates are text in the form YYYY-MM-DD."""


@dataclass(slots=True)
class Record:
    """One record: its fields, and the rows of its detail tables."""

    values: dict[str, Value]
    tables: "dict[str, list[Record]]" = field(default_factory=dict)


def _plain(value: object) -> object:
    if isinstance(value, Record):
        return {"values": value.values, "tables": value.tables}
    raise TypeError(f"A record cannot hold a {type(value).__name__}.")


_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
).encode


def encode_record(record: Record) -> bytes:
    """The record as one line of UTF-8 JSON, `{"values":{…},"tables":{…}}`, newline included."""
    return _encode(record).encode() + b"\n"


def decode_record(line: str | bytes) -> Record:
    """The record that `encode_record` wrote."""
    return _revive(json.loads(line))


def _revive(data: dict[str, Any]) -> Record:
    tables: dict[str, list[dict[str, Any]]] = data["tables"]
    return Record(
        data["values"],
        {name: [_revive(row) for row in rows] for name, rows in tables.items()} if tables else {},
    )


def text_of(value: Value) -> str:
    """A value as people and file names see it: no value is empty, 12.0 is `12`, True is `true`."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
