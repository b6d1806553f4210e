"""Source files as bytes, and loading one as a reload does: into Parquet, with the engine itself."""

import io
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from longrun.datasets.columnar import Columnar, columnar, literal
from longrun.datasets.columns import Column, ColumnRule, ColumnType
from longrun.datasets.data_sets import Definition
from longrun.datasets.formats import open_source
from longrun.datasets.loading import Load, Loaded


@dataclass(frozen=True)
class Made:
    """What a load came to, and the rows that it wrote."""

    loaded: Loaded
    rows: list[tuple[Any, ...]]

    @property
    def types(self) -> dict[str, str]:
        return {column.name: column.type.value for column in self.loaded.columns}

    @property
    def reasons(self) -> list[str]:
        return [each.sentence("f") for each in self.loaded.rejections]


def load(
    content: bytes | str,
    file: str = "sales.csv",
    *,
    schema: Sequence[Column] = (),
    columns: Sequence[ColumnRule] = (),
    **definition: Any,
) -> Made:
    """Load the content under the file's name; further arguments are the definition's."""
    asked = Definition(source=file, columns=tuple(columns), **definition)
    with engine() as (columns_engine, folder):
        path = folder / "source"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        target = folder / "made.parquet"
        loaded = Load(
            engine=columns_engine,
            name="sales",
            source=open_source(path, file, asked, columns_engine, lambda: None),
            definition=asked,
            schema=schema,
            target=target,
            beat=lambda _: None,
        ).run()
        rows = columns_engine.rows(f"SELECT * FROM read_parquet({literal(str(target))})")
    return Made(loaded, rows)


@contextmanager
def engine() -> Iterator[tuple[Columnar, Path]]:
    with tempfile.TemporaryDirectory() as folder, columnar(Path(folder)) as running:
        yield running, Path(folder)


def schema(**types: str) -> list[Column]:
    """Columns of the last time."""
    return [Column(name=name, type=ColumnType(kind)) for name, kind in types.items()]


def rule(name: str, **parts: Any) -> ColumnRule:
    """What a definition says of a column."""
    if "type" in parts:
        parts["type"] = ColumnType(parts["type"])
    return ColumnRule(name=name, **parts)


def parquet(select: str) -> bytes:
    """A Parquet file with the rows of a query."""
    with engine() as (running, folder):
        path = folder / "given.parquet"
        running.rows(f"COPY ({select}) TO {literal(str(path))} (FORMAT parquet)")
        return path.read_bytes()


def workbook(fill: Callable[[Any], None]) -> bytes:
    """A spreadsheet, filled by hand."""
    made = openpyxl.Workbook()
    fill(made)
    content = io.BytesIO()
    with warnings.catch_warnings(action="ignore"):  # it asks the time in an old way
        made.save(content)
    return content.getvalue()


__all__ = ["Made", "engine", "load", "parquet", "rule", "schema", "workbook"]
