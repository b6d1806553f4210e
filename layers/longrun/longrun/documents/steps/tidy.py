"""The last step of every course: what served the operation alone goes."""

from longrun.documents.sets import SetMissing, SetType
from longrun.documents.steps.engine import Engine, set_prefix, work_prefix


def tidy(engine: Engine, operation_id: str) -> None:
    """Remove an ended operation's intermediate artefacts, and its data set if it was transient.

    What a canceled or killed workflow leaves is removed by the bucket's lifecycle.
    """
    operation = engine.operations.get(operation_id)
    if not operation.status.terminal:
        return
    order = engine.order(operation)
    if order.datamining is not None and not order.datamining.persist:
        try:
            data_set = engine.made_set(operation, SetType.DATA)
        except SetMissing:
            pass
        else:
            engine.sets.delete(data_set)
        engine.artefacts.delete(set_prefix(operation, SetType.DATA))
    engine.artefacts.delete(work_prefix(operation))
