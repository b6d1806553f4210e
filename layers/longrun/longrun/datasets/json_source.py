"""JSON: an array of objects, an object a line, or objects one after another.

Each object is a row, each key a column; objects and lists within are kept as JSON text.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from longrun.datasets.columnar import Columnar, EngineFailed, identifier, literal
from longrun.datasets.columns import ColumnType
from longrun.datasets.conversions import DETECTED
from longrun.datasets.csv_source import LONGEST_NAME
from longrun.datasets.errors import SourceInvalid
from longrun.datasets.source import Fault, LeftOut, Source, SourceColumn, check_names
from longrun.datasets.text_files import normalise

LONGEST_RECORD: Final = 16 << 20
"""Bytes of one object: the engine's own limit."""

_HEAD: Final = 1 << 16
_TYPES: Final[Mapping[object, ColumnType]] = {
    "BOOLEAN": ColumnType.BOOLEAN,
    "BIGINT": ColumnType.INTEGER,
    "UBIGINT": ColumnType.INTEGER,
}
_DECIMALS: Final = "DOUBLE"
"""What the engine calls numbers of which one is no integer of 64 bits. Some may be integers that a
double would change, so that their texts are looked at."""
_IN_TEXT: Final = (ColumnType.DATE, ColumnType.TIMESTAMP)


def open_json(path: Path, file: str, engine: Columnar) -> "JsonSource":
    """A JSON file as a source; its records are looked through for their keys.

    Args:
        path: Where it lies; it may be rewritten.
        file: Its name, for messages.
        engine: Looks through it.

    Raises:
        SourceInvalid: It is no JSON, or has nothing but scalars.
    """
    normalise(path, file)
    form = _form(path, file)
    lenient = ", ignore_errors = true" if form == "newline_delimited" else ""
    objects = (
        f"read_json_objects({literal(str(path))}, format = '{form}'{lenient}, "
        f"maximum_object_size = {LONGEST_RECORD})"
    )
    source = JsonSource(file=file, columns=(), relation=objects)
    try:
        structure, records = engine.row(
            f"SELECT json_group_structure(json)::VARCHAR, count(*) FROM {objects} "
            "WHERE json_type(json) = 'OBJECT'"
        )
    except EngineFailed as failed:
        raise source.explain(failed.said) or failed from failed
    if not records:
        raise SourceInvalid(file, "there is no JSON object in it, so there are no rows.")
    return _with_columns(source, objects, json.loads(structure))


def _with_columns(
    source: "JsonSource", objects: str, structure: Mapping[str, object]
) -> "JsonSource":
    check_names(source.file, list(structure), needed=None)
    for name in structure:
        if len(name) > LONGEST_NAME or not name.strip():
            raise SourceInvalid(
                source.file, f"a key must have 1 to {LONGEST_NAME} characters: {name[:60]!r}."
            )
    wanted = json.dumps(dict.fromkeys(structure, "VARCHAR"))
    source.relation = (
        f"(SELECT json, json_transform(CASE WHEN json_type(json) = 'OBJECT' THEN json END, "
        f"{literal(wanted)}) AS o FROM {objects})"
    )
    source.columns = [
        SourceColumn(
            name=name,
            text=f"o.{identifier(name)}",
            type=_TYPES.get(kind) if isinstance(kind, str) else None,
            candidates=_candidates(kind),
        )
        for name, kind in structure.items()
    ]
    source.faults = (
        Fault(test="json IS NULL", reason="it is not valid JSON."),
        Fault(
            test="json IS NOT NULL AND json_type(json) <> 'OBJECT'",
            reason="it is not a JSON object.",
        ),
    )
    return source


def _candidates(kind: object) -> tuple[ColumnType, ...]:
    """What the values of a key may be as text, by what the engine found them to be."""
    if not isinstance(kind, str):
        return ()
    if kind in _TYPES:
        return DETECTED
    if kind == _DECIMALS:
        return (ColumnType.NUMBER,)
    return _IN_TEXT if kind == "VARCHAR" else ()


@dataclass(slots=True, kw_only=True)
class JsonSource(Source):
    """A JSON file. Its rows are told by the numbers of the records."""

    def places(self, ordinals: Sequence[int], left_out: LeftOut) -> Mapping[int, str]:
        """See `Source.places`."""
        return {ordinal: f"record {ordinal}" for ordinal in ordinals}

    def explain(self, said: str) -> SourceInvalid | None:
        """See `Source.explain`."""
        # The engine says how many records it has begun with, and one more.
        record = re.search(r"in record/value (\d+)", said)
        place = f"record {int(record[1]) - 1}" if record else None
        if "maximum_object_size" in said:
            return SourceInvalid(
                self.file, f"a record is larger than {LONGEST_RECORD >> 20} MB.", place=place
            )
        if "Duplicate" in said and "key" in said.lower():
            return SourceInvalid(
                self.file, "records have keys that differ in upper and lower case alone."
            )
        if "JSON" in said:
            return SourceInvalid(self.file, "it is not valid JSON.", place=place)
        return None


def _form(path: Path, file: str) -> str:
    """How the objects are put together, in the engine's words."""
    with path.open("rb") as source:
        head = source.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
        source.seek(0, 2)
        size = source.tell()
        source.seek(max(0, size - _HEAD))
        tail = source.read().rstrip()
    if head.startswith(b"["):
        if not tail.endswith(b"]"):
            # The engine would take the records before that for all of them.
            raise SourceInvalid(file, "the array that begins there never ends; is it cut?")
        return "array"
    if not head.startswith(b"{"):
        raise SourceInvalid(file, "it is neither an array of JSON objects nor an object a line.")
    first, _, rest = head.partition(b"\n")
    try:
        json.loads(first)
    except ValueError:
        # One object over several lines; or an object a line, the first of them broken.
        return "newline_delimited" if rest.lstrip().startswith(b"{") else "unstructured"
    return "newline_delimited"
