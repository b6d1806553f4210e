"""The data mapping step: the data file becomes a data set."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from longrun.documents.dataset_chunks import DataSetWriter
from longrun.documents.errors import RecordInvalid, SourceInvalid
from longrun.documents.mapping.configuration import MappingConfiguration
from longrun.documents.mapping.engine import map_records, validate_source
from longrun.documents.mapping.text import Pieces
from longrun.documents.order import DATA_MAPPING, DataMining
from longrun.documents.sets import SetType
from longrun.documents.steps.engine import (
    Engine,
    RecordsInvalid,
    faults_of,
    set_prefix,
)
from longrun.filestore import FileType, ManagedFile
from longrun.operations.operation import ERRORS_KEPT, Operation

PROBLEMS_LISTED = 10_000
"""So many problems of a data file are listed in full, in the artefact beside the operation."""

_HEARTBEAT = timedelta(seconds=1)


class _Counted:
    """A data file that is read once, and how much of it was."""

    def __init__(self, engine: Engine, file: ManagedFile) -> None:
        self.position = 0
        self._pieces = engine.artefacts.stream(file.key, version=file.version)
        self.source = Pieces(self._counted())

    def _counted(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.position += len(piece)
            yield piece


def map_data(engine: Engine, operation: Operation) -> None:
    """Map the order's data file into chunks of records, and make them a data set.

    Raises:
        RecordsInvalid: Records are at fault; all of them are named, in an artefact if many.
        InputInvalid: The configuration, a parameter or the file as a whole is at fault.
    """
    part = engine.order(operation).datamining
    assert part is not None, "the workflow enters data mapping only where it was ordered"
    file = engine.files.get(operation.tenant, part.file, FileType.DATA_FILE)
    engine.enter(operation, DATA_MAPPING, total=max(file.size, 1))
    configuration = engine.configuration(
        operation, FileType.DATA_MAPPING_CONFIG, MappingConfiguration
    )
    writer = DataSetWriter(engine.artefacts, set_prefix(operation, SetType.DATA))
    try:
        _write(engine, operation, configuration, file, part, writer)
    except RecordInvalid:
        raise _all_faults(engine, operation, configuration, file, part) from None
    index = writer.close()
    block = 1 + index.count + index.detail_count
    set_id = engine.reserve_set(operation, SetType.DATA, block)
    data_set = replace(
        engine.new_set(operation, SetType.DATA, set_id, index.count),
        details=index.detail_count,
        transient=not part.persist,
    )
    last = engine.order(operation).contentcreation is None
    engine.finish_set(operation, data_set, last=last)


def _write(
    engine: Engine,
    operation: Operation,
    configuration: MappingConfiguration,
    file: ManagedFile,
    part: DataMining,
    writer: DataSetWriter,
) -> None:
    data = _Counted(engine, file)
    records = map_records(
        configuration, data.source, file_name=file.name, parameters=part.parameters
    )
    said, told = engine.clock(), 0
    for record in records:
        # A word after a chunk, at most one a second: progress, and whether to go on at all.
        if writer.add(record) and _due(engine.clock(), said):
            engine.lifecycle.advance(operation.id, DATA_MAPPING, data.position - told)
            said, told = engine.clock(), data.position


def _due(now: datetime, said: datetime) -> bool:
    return now - said >= _HEARTBEAT


def _all_faults(
    engine: Engine,
    operation: Operation,
    configuration: MappingConfiguration,
    file: ManagedFile,
    part: DataMining,
) -> RecordsInvalid:
    """Read on past the first fault, so that all can be mended at once."""
    found = validate_source(
        configuration,
        _Counted(engine, file).source,
        file_name=file.name,
        parameters=part.parameters,
        limit=PROBLEMS_LISTED,
    )
    if found.faults > ERRORS_KEPT:
        engine.artefacts.write(
            f"results/{operation.tenant}/{operation.id}/errors.jsonl",
            (_line(problem) for problem in found.problems),
            media_type="application/jsonl",
        )
    return RecordsInvalid(faults_of(found.problems[:ERRORS_KEPT]), found.faults)


def _line(problem: RecordInvalid | SourceInvalid) -> bytes:
    entry = {"code": type(problem).__name__, "message": str(problem)}
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"
