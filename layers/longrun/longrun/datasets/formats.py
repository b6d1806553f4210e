"""The formats of sources: told by the definition or by the file's ending, each opened its way."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from longrun.datasets.columnar import Columnar
from longrun.datasets.data_sets import Definition
from longrun.datasets.errors import SourceInvalid
from longrun.datasets.source import Source


class Format(StrEnum):
    """A format of source files."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


_ENDINGS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        ".csv": Format.CSV,
        ".tsv": Format.CSV,
        ".txt": Format.CSV,
        ".json": Format.JSON,
        ".jsonl": Format.JSON,
        ".ndjson": Format.JSON,
        ".parquet": Format.PARQUET,
        ".xlsx": Format.XLSX,
        ".xlsm": Format.XLSX,
    }
)


def format_of(definition: Definition, file: str) -> Format:
    """The format of a source file.

    Raises:
        SourceInvalid: The definition names none, and the file's ending says nothing.
    """
    if definition.format is not None:
        return Format(definition.format)
    found = _ENDINGS.get(Path(file).suffix.lower())
    if found is None:
        raise SourceInvalid(
            file,
            "its name does not say its format; put the data set's definition with a format: "
            f"{', '.join(Format)}.",
        )
    return found


def open_source(
    path: Path, file: str, definition: Definition, engine: Columnar, word: Callable[[], None]
) -> Source:
    """The source, ready to be read.

    Args:
        path: Where the file lies; it may be rewritten, and others put beside it.
        file: Its name, for messages.
        definition: How it is read.
        engine: Reads it.
        word: Said now and then; may raise to stop.

    Raises:
        SourceInvalid: It cannot be read as its format says.
    """
    # Each loads what it needs.
    match format_of(definition, file):
        case Format.CSV:
            from longrun.datasets.csv_source import open_csv

            return open_csv(path, file, delimiter=definition.delimiter)
        case Format.JSON:
            from longrun.datasets.json_source import open_json

            return open_json(path, file, engine)
        case Format.PARQUET:
            from longrun.datasets.parquet_source import open_parquet

            return open_parquet(path, file, engine)
        case Format.XLSX:
            from longrun.datasets.sheet_source import open_sheet

            return open_sheet(path, file, sheet=definition.sheet, word=word)
