"""What the two ways to a data set share: a word while it is written, and its end."""

from dataclasses import replace
from datetime import timedelta

from longrun.documents.dataset_chunks import DataSetWriter
from longrun.documents.order import DATA_MAPPING
from longrun.documents.sets import SetType
from longrun.documents.steps.engine import Engine
from longrun.operations.operation import Operation

_HEARTBEAT = timedelta(seconds=1)


class Heartbeat:
    """A word now and then, at most one a second: progress, and whether to go on at all."""

    def __init__(self, engine: Engine, operation: Operation) -> None:
        self._engine = engine
        self._operation = operation.id
        self._said = engine.clock()
        self._told = 0

    def at(self, position: int) -> None:
        """So many units of data mapping are done.

        Raises:
            OperationStopped: The work should stop.
        """
        now = self._engine.clock()
        if now - self._said >= _HEARTBEAT:
            self._engine.lifecycle.advance(self._operation, DATA_MAPPING, position - self._told)
            self._said, self._told = now, position


def finish_data_set(engine: Engine, operation: Operation, writer: DataSetWriter) -> None:
    """Make what was written the operation's data set."""
    index = writer.close()
    block = 1 + index.count + index.detail_count
    set_id = engine.reserve_set(operation, SetType.DATA, block)
    data_set = replace(
        engine.new_set(operation, SetType.DATA, set_id, index.count),
        details=index.detail_count,
    )
    last = engine.order(operation).contentcreation is None
    engine.finish_set(operation, data_set, last=last)
