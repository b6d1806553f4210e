"""Parquet: its own types as ours. What we have no type for is text, nested values as JSON."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from longrun.datasets.columnar import Columnar, EngineFailed, identifier, literal
from longrun.datasets.columns import ColumnType
from longrun.datasets.errors import SourceInvalid
from longrun.datasets.source import Source, SourceColumn

_INTEGERS: Final = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_TIMESTAMPS: Final = {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
_INTEGER_DIGITS: Final = 18
"""So many digits any 64-bit integer holds."""
_EXACT_DIGITS: Final = 15
"""So many digits a double holds."""


def open_parquet(path: Path, file: str, engine: Columnar) -> "ParquetSource":
    """A Parquet file as a source.

    Args:
        path: Where it lies.
        file: Its name, for messages.
        engine: Reads its footer.

    Raises:
        SourceInvalid: It is no Parquet, or damaged.
    """
    with path.open("rb") as source:
        if source.read(4) != b"PAR1":
            raise SourceInvalid(file, "it is not Parquet.")
    relation = f"read_parquet({literal(str(path))})"
    try:
        described = engine.rows(f"DESCRIBE SELECT * FROM {relation}")
    except EngineFailed as failed:
        raise SourceInvalid(file, "it begins as Parquet, and is damaged.") from failed
    columns = [_column(name, kind) for name, kind, *_ in described]
    return ParquetSource(file=file, columns=columns, relation=relation)


@dataclass(slots=True, kw_only=True)
class ParquetSource(Source):
    """A Parquet file."""

    def explain(self, said: str) -> SourceInvalid | None:
        """See `Source.explain`."""
        return SourceInvalid(self.file, "it begins as Parquet, and is damaged.")


def _column(name: str, engine_type: str) -> SourceColumn:
    value = identifier(name)
    found = _typed(value, engine_type)
    if found is not None:
        kind, form = found
        return SourceColumn(name=name, text=f"CAST({form} AS VARCHAR)", type=kind, value=form)
    if engine_type == "UBIGINT":
        # Mostly small all the same.
        text = f"CAST({value} AS VARCHAR)"
        return SourceColumn(name=name, text=text, candidates=(ColumnType.INTEGER,))
    return SourceColumn(name=name, text=_text(value, engine_type), candidates=())


def _typed(value: str, engine_type: str) -> tuple[ColumnType, str] | None:
    """Our type and the value in the engine's form of it, in SQL; None: we have no such type."""
    if engine_type in _INTEGERS:
        return ColumnType.INTEGER, f"CAST({value} AS BIGINT)"
    if engine_type in {"FLOAT", "DOUBLE"}:
        # Writers put NaN where there is no value.
        number = f"CAST({value} AS DOUBLE)"
        return ColumnType.NUMBER, f"(CASE WHEN isfinite({number}) THEN {number} END)"
    if engine_type in {"BOOLEAN", "DATE"}:
        return ColumnType[engine_type], value
    if engine_type in _TIMESTAMPS:
        return ColumnType.TIMESTAMP, f"CAST({value} AS TIMESTAMP)"
    if engine_type == "TIMESTAMP WITH TIME ZONE":
        return ColumnType.TIMESTAMP, f"timezone('UTC', {value})"
    decimal = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", engine_type)
    if decimal and decimal[2] == "0" and int(decimal[1]) <= _INTEGER_DIGITS:
        return ColumnType.INTEGER, f"CAST({value} AS BIGINT)"
    if decimal and int(decimal[1]) <= _EXACT_DIGITS:
        return ColumnType.NUMBER, f"CAST({value} AS DOUBLE)"
    return None


def _text(value: str, engine_type: str) -> str:
    if engine_type == "BLOB":
        return f"base64({value})"
    if engine_type.endswith("]") or engine_type.startswith(("STRUCT", "MAP")):
        return f"CAST(to_json({value}) AS VARCHAR)"
    return f"CAST({value} AS VARCHAR)"
