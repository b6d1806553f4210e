"""The data mapping step: the data file becomes a data set."""

from collections.abc import Iterator

from longrun.documents.dataset_chunks import DataSetWriter
from longrun.documents.errors import RecordInvalid
from longrun.documents.mapping.configuration import MappingConfiguration
from longrun.documents.mapping.engine import map_records, validate_source
from longrun.documents.mapping.text import Pieces
from longrun.documents.order import DATA_MAPPING, DataMining
from longrun.documents.sets import SetType
from longrun.documents.steps.data_set_writing import Heartbeat, finish_data_set
from longrun.documents.steps.engine import (
    Engine,
    RecordsInvalid,
    faults_of,
    set_prefix,
)
from longrun.filestore import FileType, ManagedFile
from longrun.operations.error_list import keep_error_list
from longrun.operations.operation import ERRORS_KEPT, Operation

PROBLEMS_LISTED = 10_000
"""So many problems of a data file are listed in full, in the artefact beside the operation."""


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
    assert isinstance(part, DataMining), "the workflow maps data only where a file is named"
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
    finish_data_set(engine, operation, writer)


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
    heartbeat = Heartbeat(engine, operation)
    for record in records:
        if writer.add(record):
            heartbeat.at(data.position)


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
        told = ((type(problem).__name__, str(problem)) for problem in found.problems)
        keep_error_list(operation, told, engine.artefacts)
    return RecordsInvalid(faults_of(found.problems[:ERRORS_KEPT]), found.faults)
