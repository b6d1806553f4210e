"""What the steps of the workflows work with, and how a step's end becomes the operation's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from longrun.datasets.errors import WorkRefused
from longrun.datasets.snapshots.entries import Catalogue
from longrun.datasets.snapshots.errors import ArchiveRefused
from longrun.datasets.snapshots.snapshots import SnapshotIndex
from longrun.filestore.ports import FileArtefacts
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.operation import Fault, Operation, Source
from longrun.operations.store import OperationStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """The services that the steps use."""

    lifecycle: Lifecycle
    """With a sealer: the password is the operation's secret."""
    operations: OperationStore
    artefacts: FileArtefacts
    snapshots: SnapshotIndex
    catalogue: Catalogue


def run(workshop: Workshop, operation_id: str, step: Callable[[Workshop, Operation], None]) -> None:
    """Run a step of an operation; an archive that is refused fails it with the reason.

    Raises:
        WorkRefused: The operation has failed for a reason that it tells.
        OperationStopped: The operation is being canceled, or has ended.
        Interrupted: A passing fault of the platform; the workflow repeats the step.
    """
    operation = workshop.operations.get(operation_id)
    try:
        step(workshop, operation)
    except ArchiveRefused as refused:
        fault = Fault(code=type(refused).__name__, message=str(refused), source=Source.USER)
        workshop.lifecycle.fail(operation_id, [fault])
        # The reason's own cause may come from the archive: it is not for the log.
        raise WorkRefused from None


def tidy(
    workshop: Workshop,
    operation_id: str,
    steps: Mapping[str, Callable[[Workshop, Operation], None]],
) -> None:
    """Tidy up after an operation that has ended, as its kind needs it.

    Args:
        workshop: The services.
        operation_id: The operation.
        steps: What to do, by the kind's name.
    """
    operation = workshop.operations.get(operation_id)
    if operation.status.terminal:
        steps[operation.kind](workshop, operation)
