"""The rows of a data set, for whoever makes something of them: plain values, batch by batch."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from longrun.datasets.columnar import columnar, identifier, literal
from longrun.datasets.data_sets import DataSet, DataSetIndex, state_key
from longrun.datasets.errors import DataSetMissing, DataSetNotLoaded, DataSetReplaced
from longrun.operations.artefacts import ArtefactMissing, ArtefactStore

type Value = str | int | float | bool | None
"""Dates are YYYY-MM-DD, timestamps YYYY-MM-DDThh:mm:ss."""

_MEMORY: Final = "256MB"
_CELLS_A_BATCH: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of a data set, which stays readable until the next but one."""

    id: str
    rows: int


class Rows:
    """Reads the states of data sets."""

    def __init__(self, *, data_sets: DataSetIndex, artefacts: ArtefactStore) -> None:
        self._data_sets = data_sets
        self._artefacts = artefacts

    def state(self, tenant: str, name: str) -> State:
        """The data set as it is now.

        Raises:
            DataSetMissing: There is none.
            DataSetNotLoaded: It has no rows yet.
        """
        data_set = self._data_sets.get(tenant, name)
        if data_set is None:
            raise DataSetMissing(name)
        if data_set.contents is None:
            raise DataSetNotLoaded(name)
        return State(id=_state_of(data_set), rows=data_set.contents.rows)

    def rows(self, tenant: str, name: str, state: str) -> Iterator[Mapping[str, Value]]:
        """The rows of one state, always in the same order; memory is one batch.

        Args:
            tenant: Whose.
            name: Of the data set, for messages.
            state: Its state's id.

        Raises:
            DataSetReplaced: That state is gone.
        """
        with tempfile.TemporaryDirectory(prefix="rows-") as folder:
            path = Path(folder) / "rows.parquet"
            try:
                with path.open("wb") as target:
                    self._artefacts.download(state_key(tenant, state), target)
            except ArtefactMissing:
                raise DataSetReplaced(name) from None
            yield from _read(path)


def _state_of(data_set: DataSet) -> str:
    assert data_set.contents is not None
    return Path(data_set.contents.artefact.key).stem


def _read(path: Path) -> Iterator[Mapping[str, Value]]:
    with columnar(path.parent, memory=_MEMORY, threads=1) as engine:
        relation = f"read_parquet({literal(str(path))})"
        described = engine.rows(f"DESCRIBE SELECT * FROM {relation}")
        names = [name for name, *_ in described]
        values = [_value(name, kind) for name, kind, *_ in described]
        size = max(1, _CELLS_A_BATCH // len(names))
        for batch in engine.batches(f"SELECT {', '.join(values)} FROM {relation}", size):
            for row in batch:
                yield dict(zip(names, row, strict=True))


def _value(name: str, engine_type: str) -> str:
    """SQL: a column's values as they are handed out."""
    column = identifier(name)
    match engine_type:
        case "DATE":
            return f"strftime({column}, '%Y-%m-%d')"
        case "TIMESTAMP":
            whole = f"strftime({column}, '%Y-%m-%dT%H:%M:%S')"
            fraction = f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%f')"
            even = f"{column} = date_trunc('second', {column})"
            return f"CASE WHEN {even} THEN {whole} ELSE {fraction} END"
        case _:
            return column
