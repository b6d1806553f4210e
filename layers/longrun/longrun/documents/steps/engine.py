"""What every step works with, and how a step's end becomes the operation's."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from longrun.documents.checked import load_checked
from longrun.documents.errors import InputInvalid
from longrun.documents.order import Order
from longrun.documents.ranges import Run
from longrun.documents.sets import EntitySet, SetIndex, SetMissing, SetType
from longrun.filestore import FileNotFound, FileStore, FileType, KeptOutputs
from longrun.operations.artefacts import ArtefactMissing, ArtefactStore
from longrun.operations.entity_ids import EntityIds
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.operation import Fault, Operation, Resource, Result, Source
from longrun.operations.store import OperationStore

_logger = logging.getLogger(__name__)


class WorkRefused(Exception):
    """The work cannot be done as ordered; the operation says why and has failed.

    Ends the workflow. Carries no detail: executions' histories are read by others.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The services that steps use."""

    lifecycle: Lifecycle
    operations: OperationStore
    artefacts: ArtefactStore
    sets: SetIndex
    ids: EntityIds
    files: FileStore
    outputs: KeptOutputs
    retention: timedelta
    clock: Callable[[], datetime]

    def order(self, operation: Operation) -> Order:
        """What the operation was accepted to do."""
        return Order.read(self.operations.input(operation.id))

    def configuration[T](self, operation: Operation, file_type: FileType, model: type[T]) -> T:
        """One of the order's configurations, as the plan step has checked it."""
        content = self.artefacts.read(configuration_key(operation, file_type))
        return load_checked(model, content)

    def enter(self, operation: Operation, phase: str, total: int = 1) -> Order:
        """Begin a phase of the operation's order; returns the order."""
        order = self.order(operation)
        self.lifecycle.enter(operation.id, order.phases[phase], total)
        return order

    def reserve_set(self, operation: Operation, set_type: SetType, block: int) -> int:
        """The id of the set that the operation makes: drawn once, however often it is asked.

        Args:
            operation: The operation; it makes one set of a type.
            set_type: The type.
            block: How many ids the set needs, its own included.
        """
        reserved = self._reserved(operation, set_type)
        if reserved is None:
            reserved = self.ids.draw(block).start
            self.artefacts.write(
                _reservation(operation, set_type),
                json.dumps({"id": reserved}).encode(),
                media_type="application/json",
            )
        return reserved

    def made_set(self, operation: Operation, set_type: SetType) -> EntitySet:
        """The set that an earlier step of the operation made.

        Raises:
            SetMissing: None did, or it is gone.
        """
        reserved = self._reserved(operation, set_type)
        if reserved is None:
            raise SetMissing(set_type, 0, member=False)
        return self.sets.get(operation.tenant, set_type, reserved)

    def _reserved(self, operation: Operation, set_type: SetType) -> int | None:
        try:
            document = json.loads(self.artefacts.read(_reservation(operation, set_type)))
        except ArtefactMissing:
            return None
        reserved: int = document["id"]
        return reserved

    def record_runs(self, tenant: str, runs: Iterable[Run]) -> Iterator[tuple[EntitySet, Run]]:
        """The data sets that record ids belong to, each with a run of its ids, in order.

        Raises:
            SetMissing: An id is of no data set of the tenant's.
        """
        data_set: EntitySet | None = None
        for first, last in runs:
            while first <= last:
                if data_set is None or first not in data_set.members:
                    data_set = self.sets.containing(tenant, SetType.DATA, first)
                end = min(last, data_set.members[-1])
                yield data_set, (first, end)
                first = end + 1

    def finish_set(self, operation: Operation, entity_set: EntitySet, *, last: bool) -> None:
        """Make a complete set known: noted on the operation, then entered.

        Args:
            operation: Whose set.
            entity_set: The set, its contents written.
            last: Whether it is what the order asked for.
        """
        if not entity_set.transient:
            resource = Resource(
                type=entity_set.type,
                id=str(entity_set.id),
                action="CREATED",
                metadata={"count": str(entity_set.count)},
            )
            result = Result(type=SET_RESULTS[entity_set.type]) if last else None
            self.lifecycle.produce(operation.id, resources=[resource], result=result)
        self.sets.put(entity_set)

    def new_set(
        self, operation: Operation, set_type: SetType, set_id: int, count: int
    ) -> EntitySet:
        """A set of the operation's, from now on and for as long as results are kept."""
        now = self.clock()
        return EntitySet(
            type=set_type,
            id=set_id,
            tenant=operation.tenant,
            operation=operation.id,
            count=count,
            prefix=set_prefix(operation, set_type),
            created=now,
            expires=now + self.retention,
            transient=self.order(operation).transient(set_type),
        )


SET_RESULTS = {
    SetType.DATA: "Data-Set-ID",
    SetType.CONTENT: "Content-Set-ID",
    SetType.JOB: "Job-Set-ID",
}
"""What a result is called that is a set; its id is the operation's resource of the type."""

OUTPUT_RESULT = "Output"
"""What a result is called that is files."""


def configuration_key(operation: Operation, file_type: FileType) -> str:
    """Where the plan step keeps a checked configuration."""
    return f"{work_prefix(operation)}{file_type.lower()}.json"


def _reservation(operation: Operation, set_type: SetType) -> str:
    return f"{work_prefix(operation)}{set_type.lower()}.json"


def set_prefix(operation: Operation, set_type: SetType) -> str:
    """Where the contents of an operation's set are: known before the set's id is."""
    return f"sets/{operation.tenant}/{operation.id}/{set_type.lower()}/"


class RecordsInvalid(Exception):
    """Records of the data file are at fault: the first faults, and how many there are."""

    def __init__(self, faults: Sequence[Fault], count: int) -> None:
        super().__init__(f"{count} records are at fault.")
        self.faults = faults
        self.count = count


def work_prefix(operation: Operation) -> str:
    """Where an operation's intermediate artefacts are; they go with the operation."""
    return f"work/{operation.id}/"


def run[T](engine: Engine, operation_id: str, step: Callable[[Operation], T]) -> T:
    """Run a step of an operation; a caller's fault fails the operation with its reason.

    Raises:
        WorkRefused: The operation has failed for a fault of the caller's.
        OperationStopped: The operation is being canceled, or has ended.
        Interrupted: A passing fault of the platform; the workflow repeats the step.
    """
    operation = engine.lifecycle.check(operation_id)
    try:
        return step(operation)
    except RecordsInvalid as invalid:
        engine.lifecycle.fail(operation_id, invalid.faults, invalid.count)
    except (InputInvalid, FileNotFound, SetMissing) as invalid:
        engine.lifecycle.fail(operation_id, [fault_of(invalid)])
    except ArtefactMissing:
        # Deleted or expired under our hands; a step never reads what was not written.
        _logger.exception("An artefact of operation %s is missing", operation_id)
        engine.lifecycle.fail(operation_id, [_GONE])
    raise WorkRefused


_GONE = Fault(
    code="InputMissing",
    message="A file or set that the work needs was deleted while it ran.",
    source=Source.USER,
)


def fault_of(error: Exception) -> Fault:
    """A caller's fault, as the operation tells it."""
    return Fault(code=type(error).__name__, message=str(error), source=Source.USER)


def faults_of(errors: Iterable[Exception]) -> list[Fault]:
    """Several of them."""
    return [fault_of(error) for error in errors]
