"""Reloading a data set: the one step of the kind `dataset.reload`.

Readers see the state that was there until the new one is complete, and then that: the exchange is
one conditional write. A step that dies anywhere leaves the old state; repeated, it does no harm.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from longrun.datasets.columnar import columnar
from longrun.datasets.data_sets import PARQUET, Contents, DataSet, DataSetIndex, state_key
from longrun.datasets.errors import (
    DataSetDeleted,
    DefinitionChanged,
    EntryTooLarge,
    ReloadRefused,
    SourceInvalid,
    SourceMissing,
    WorkRefused,
)
from longrun.datasets.formats import open_source
from longrun.datasets.loading import Load, Loaded
from longrun.filestore import FileNotFound, FileStore, FileStoreError, FileType, ManagedFile
from longrun.operations.artefacts import ArtefactMissing, ArtefactStore
from longrun.operations.error_list import keep_error_list
from longrun.operations.errors import Interrupted, OperationStopped
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.operation import ERRORS_KEPT, Fault, Operation, Phase, Resource, Source
from longrun.operations.store import OperationStore

_logger = logging.getLogger(__name__)

FETCHING: Final = Phase(name="Fetching", start=0, end=30)
READING: Final = Phase(name="Reading", start=30, end=80)
STORING: Final = Phase(name="Storing", start=80, end=100)

RESOURCE: Final = "DATASET"
RELOADED: Final = "RELOADED"
REJECTIONS_SHOWN: Final = 10
"""So many reasons a successful reload tells for the rows that it left out."""
NAMES_SHOWN: Final = 50

_PIECE: Final = 1 << 20
_PERCENT: Final = 100
_LARGEST_SOURCE: Final = 4 << 30
"""Bytes of a source: with what is made of it, it must fit into a function's folder of 10 GB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadEngine:
    """The services that a reload uses."""

    lifecycle: Lifecycle
    operations: OperationStore
    artefacts: ArtefactStore
    files: FileStore
    data_sets: DataSetIndex
    clock: Callable[[], datetime]


def run(engine: ReloadEngine, operation_id: str) -> None:
    """Reload the operation's data set; a caller's fault fails the operation with its reasons.

    Raises:
        WorkRefused: The operation has failed for a fault of the caller's.
        OperationStopped: It is being canceled, or has ended.
        Interrupted: A passing fault of the platform; the workflow repeats the step.
    """
    operation = engine.operations.get(operation_id)
    reload = _Reload(engine, operation)
    try:
        engine.lifecycle.check(operation_id)
        reload.run()
    except OperationStopped:
        # Its workflow may have been stopped already.
        reload.abandon()
        raise
    except ReloadRefused as refused:
        _fail(engine, operation, refused)
        raise WorkRefused from None


def tidy(engine: ReloadEngine, operation_id: str) -> None:
    """Remove what an operation that has ended made and never exchanged; repeatable."""
    operation = engine.operations.get(operation_id)
    if operation.status.terminal:
        _Reload(engine, operation).abandon()


def _fail(engine: ReloadEngine, operation: Operation, refused: ReloadRefused) -> None:
    """End the operation with the reasons; where they are many, all of them go into a file."""
    reasons = refused.reasons
    if len(reasons) > ERRORS_KEPT:
        told = [(each.code, each.message) for each in reasons]
        if (untold := refused.count - len(reasons)) > 0:
            told.append(("RowsRejected", f"And {untold:,} more rows."))
        keep_error_list(operation, told, engine.artefacts)
    faults = [
        Fault(code=each.code, message=each.message, source=Source.USER, target=each.place)
        for each in reasons[:ERRORS_KEPT]
    ]
    engine.lifecycle.fail(operation.id, faults, refused.count)


class _Reload:
    """One run of the step."""

    def __init__(self, engine: ReloadEngine, operation: Operation) -> None:
        self._engine = engine
        self._operation = operation
        self._name: str = engine.operations.input(operation.id)["dataset"]

    def run(self) -> None:
        data_set = self._data_set()
        contents = data_set.contents
        if contents is not None and contents.operation == self._operation.id:
            # The step was repeated after its exchange.
            self._conclude(data_set)
            return
        file = self._source(data_set)
        with tempfile.TemporaryDirectory(prefix="reload-") as folder:
            path = Path(folder) / "source"
            self._fetch(file, path)
            target = Path(folder) / "made.parquet"
            loaded = self._load(data_set, file, path, target)
            self._exchange(data_set, file, loaded, target)

    def abandon(self) -> None:
        """Remove what was made and never exchanged, by this run of the step or one before it."""
        key = state_key(self._operation.tenant, self._operation.id)
        now = self._engine.data_sets.get(self._operation.tenant, self._name)
        if now is None or key not in now.states:
            self._engine.artefacts.delete(key)

    def _data_set(self) -> DataSet:
        data_set = self._engine.data_sets.get(self._operation.tenant, self._name)
        if data_set is None:
            raise DataSetDeleted(self._name)
        return data_set

    def _source(self, data_set: DataSet) -> ManagedFile:
        source = data_set.definition.source
        try:
            file = self._engine.files.find(self._operation.tenant, FileType.DATA_FILE, source)
        except FileNotFound:
            raise SourceMissing(self._name, source) from None
        except FileStoreError as error:  # what a file that has only just arrived is at fault with
            raise SourceInvalid(source, str(error)) from None
        if file.size > _LARGEST_SOURCE:
            raise SourceInvalid(
                file.name,
                f"it is larger than {_LARGEST_SOURCE >> 30} GB; split it, or send Parquet.",
            )
        return file

    def _fetch(self, file: ManagedFile, path: Path) -> None:
        self._enter(FETCHING, max(file.size, 1))
        told = Told(self._engine, self._operation.id, FETCHING)
        try:
            pieces = self._engine.artefacts.stream(file.key, version=file.version)
            with path.open("wb") as target:
                for piece in pieces:
                    target.write(piece)
                    told.more(len(piece))
        except ArtefactMissing:
            raise SourceMissing(self._name, file.name) from None
        if not path.stat().st_size:
            raise SourceInvalid(file.name, "it is empty.")

    def _load(self, data_set: DataSet, file: ManagedFile, path: Path, target: Path) -> Loaded:
        self._enter(READING, _PERCENT)
        told = Told(self._engine, self._operation.id, READING)
        definition = data_set.definition
        with columnar(path.parent) as columns:
            return Load(
                engine=columns,
                name=self._name,
                source=open_source(path, file.name, definition, columns, told.alive),
                definition=definition,
                schema=data_set.schema,
                target=target,
                beat=told.part,
            ).run()

    def _exchange(self, data_set: DataSet, file: ManagedFile, loaded: Loaded, made: Path) -> None:
        engine, operation = self._engine, self._operation
        size = made.stat().st_size
        self._enter(STORING, size)
        told = Told(engine, operation.id, STORING)
        artefact = engine.artefacts.write(
            state_key(operation.tenant, operation.id), _pieces(made, told), media_type=PARQUET
        )
        contents = Contents(
            artefact=artefact,
            columns=loaded.columns,
            rows=loaded.rows,
            rejected=loaded.rejected,
            operation=operation.id,
            loaded=engine.clock(),
            file=file.name,
            facts=_facts(loaded, file.name, artefact.size),
        )
        engine.lifecycle.check(operation.id)
        new = data_set.loaded(contents)
        try:
            if not engine.data_sets.put(new, replacing=data_set.revision):
                new = self._overtaken(artefact.key)
        except EntryTooLarge as large:
            engine.artefacts.delete(artefact.key)
            raise SourceInvalid(
                file.name,
                "it has too many columns with names that are too long: what describes the data set "
                f"would have {large.size:,} bytes, and may have {large.most:,}.",
            ) from None
        self._conclude(new)

    def _overtaken(self, key: str) -> DataSet:
        """The data set is another than was read for; unless an earlier run of this step made it."""
        now = self._engine.data_sets.get(self._operation.tenant, self._name)
        if now is not None and now.contents and now.contents.operation == self._operation.id:
            return now
        self._engine.artefacts.delete(key)
        raise DataSetDeleted(self._name) if now is None else DefinitionChanged(self._name)

    def _conclude(self, data_set: DataSet) -> None:
        """Tell what was made, and remove what no reader can be at any more."""
        assert data_set.contents is not None
        resource = Resource(
            type=RESOURCE, id=self._name, action=RELOADED, metadata=data_set.contents.facts
        )
        self._engine.lifecycle.produce(self._operation.id, resources=[resource])
        if data_set.surplus is not None:
            self._engine.artefacts.delete(data_set.surplus)
            with suppress(Interrupted):  # it is gone; that it is still named does no harm
                self._engine.data_sets.put(data_set.without_surplus(), replacing=data_set.revision)

    def _enter(self, phase: Phase, total: int) -> None:
        self._engine.lifecycle.enter(self._operation.id, phase, total)


class Told:
    """Tells the operation how far a phase is, about once a second; stops it if it should stop."""

    def __init__(self, engine: ReloadEngine, operation_id: str, phase: Phase) -> None:
        self._engine = engine
        self._operation_id = operation_id
        self._phase = phase.name
        self._untold = 0
        self._percent = 0
        self._said = engine.clock()

    def more(self, units: int) -> None:
        """So many more units are done."""
        self._untold += units
        if (self._engine.clock() - self._said).total_seconds() >= 1:
            self._say()

    def part(self, done: float) -> None:
        """That part of a phase of 100 units is done, 0 to 1; a second query begins anew."""
        percent = int(done * _PERCENT)
        if percent > self._percent:
            self._untold += percent - self._percent
            self._percent = percent
        self._say()

    def alive(self) -> None:
        """Work goes on, there is no telling how far it is."""
        self.more(0)

    def _say(self) -> None:
        self._engine.lifecycle.advance(self._operation_id, self._phase, self._untold)
        self._untold = 0
        self._said = self._engine.clock()


def _pieces(path: Path, told: Told) -> Iterator[bytes]:
    with path.open("rb") as made:
        while piece := made.read(_PIECE):
            yield piece
            told.more(len(piece))


def _facts(loaded: Loaded, file: str, size: int) -> dict[str, str]:
    """What the work request tells of the new state; every value is text."""
    found = {
        "file": file,
        "rowsRead": str(loaded.rows + loaded.rejected),
        "rowsLoaded": str(loaded.rows),
        "rowsRejected": str(loaded.rejected),
        "bytes": str(size),
        "columns": str(len(loaded.columns)),
    }
    if loaded.added:
        shown = ", ".join(loaded.added[:NAMES_SHOWN])
        more = len(loaded.added) - NAMES_SHOWN
        found["columnsAdded"] = f"{shown} and {more} more" if more > 0 else shown
    if loaded.rejections:
        first = loaded.rejections[:REJECTIONS_SHOWN]
        found["rejections"] = "\n".join(each.sentence(file) for each in first)
    return found
