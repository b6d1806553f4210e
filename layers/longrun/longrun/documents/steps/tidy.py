"""The last step of every course: what served the operation alone goes."""

from longrun.documents.sets import SetMissing, SetType
from longrun.documents.steps.engine import Engine, set_prefix, work_prefix


def tidy(engine: Engine, operation_id: str) -> None:
    """Remove an ended operation's intermediate artefacts, and the sets that served it alone.

    What a canceled or killed workflow leaves is removed by the bucket's lifecycle.
    """
    operation = engine.operations.get(operation_id)
    if not operation.status.terminal:
        return
    order = engine.order(operation)
    for set_type in filter(order.transient, SetType):
        try:
            entity_set = engine.made_set(operation, set_type)
        except SetMissing:
            pass
        else:
            engine.sets.delete(entity_set)
        engine.artefacts.delete(set_prefix(operation, set_type))
    engine.artefacts.delete(work_prefix(operation))
