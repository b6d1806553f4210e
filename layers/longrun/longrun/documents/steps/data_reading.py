"""The data mapping step of an order for a named data set: its records are taken as they are."""

import json
from itertools import islice

from longrun.documents.dataset_chunks import DataSetWriter
from longrun.documents.order import DATA_MAPPING, DataReading
from longrun.documents.records import Record
from longrun.documents.sets import SetType
from longrun.documents.sources import RecordSource, SourceState
from longrun.documents.steps.data_set_writing import Heartbeat, finish_data_set
from longrun.documents.steps.engine import Engine, set_prefix, work_prefix
from longrun.operations.artefacts import ArtefactMissing
from longrun.operations.operation import Operation


def read_data_set(engine: Engine, operation: Operation, source: RecordSource) -> None:
    """Copy the records of the order's data set into chunks, and make them a data set of its own.

    Of an export of some pages, only as many as these can be of.

    Raises:
        DataSetMissing: It is gone.
        DataSetNotLoaded: It has no records yet.
        DataSetReplaced: It was replaced more than once meanwhile.
        RecordTooLarge: A record has more in it than a document can be made of.
    """
    order = engine.order(operation)
    part = order.datamining
    assert isinstance(part, DataReading), "the workflow comes here only where a data set is named"
    state = _pinned(engine, operation, source, part.name)
    reach = order.export.reach if order.export else None
    wanted = state.records if reach is None else min(reach, state.records)
    engine.enter(operation, DATA_MAPPING, total=max(wanted, 1))
    writer = DataSetWriter(engine.artefacts, set_prefix(operation, SetType.DATA))
    heartbeat = Heartbeat(engine, operation)
    records = source.records(operation.tenant, part.name, state.version)
    for values in islice(records, reach):
        if writer.add(Record(dict(values))):
            heartbeat.at(writer.count)
    finish_data_set(engine, operation, writer)


def _pinned(engine: Engine, operation: Operation, source: RecordSource, name: str) -> SourceState:
    """The state that the first run of the step met: a reload meanwhile changes nothing for it.

    The ids were drawn for the records of that one.
    """
    key = f"{work_prefix(operation)}source.json"
    try:
        document = json.loads(engine.artefacts.read(key))
    except ArtefactMissing:
        state = source.state(operation.tenant, name)
        document = {"version": state.version, "records": state.records}
        content = json.dumps(document).encode()
        engine.artefacts.write(key, content, media_type="application/json")
    return SourceState(version=document["version"], records=document["records"])
