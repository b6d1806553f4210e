"""What every job works with, and how a job's end becomes the operation's."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from longrun.compositions.document import Composition
from longrun.compositions.refusals import Code, Missing, Refusal
from longrun.compositions.registry import Registry
from longrun.compositions.signatures.signed import Signed
from longrun.compositions.store import CompositionStore, Overtaken
from longrun.operations.artefacts import ArtefactStore
from longrun.operations.errors import Interrupted, OperationUnknown
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.operation import Fault, Operation, Resource, Result, Source
from longrun.operations.store import OperationStore

ATTEMPTS: Final = 10
"""So often a job looks again at what holds, before it leaves that to its workflow."""

RESOURCE: Final = "COMPOSITION"
"""The type of the resources that the jobs tell."""

_logger = logging.getLogger(__name__)


class WorkRefused(Exception):
    """The work cannot be done; the operation says why and has failed.

    Ends the workflow. Carries no detail: executions' histories are read by others.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The services that the jobs use."""

    lifecycle: Lifecycle
    operations: OperationStore
    compositions: CompositionStore
    registry: Registry
    archive: ArtefactStore
    """Where signed blobs are kept for good, as they were received."""
    verify: Callable[[bytes, datetime], Signed]
    """`signatures.verification.verify` with the configured roots."""
    zone: tzinfo
    """Whose days count."""
    clock: Callable[[], datetime]

    def today(self) -> date:
        """The day in the zone."""
        return self.clock().astimezone(self.zone).date()

    def composition(self, tenant: str, composition_id: str) -> Composition:
        """The composition.

        Raises:
            Missing: The tenant has none of that id.
        """
        found = self.compositions.get(tenant, composition_id)
        if found is None:
            raise Missing("composition", composition_id)
        return found

    def report(
        self,
        operation: Operation,
        composition: Composition,
        action: str,
        others: Sequence[str] = (),
        others_action: str = "",
    ) -> None:
        """Note on the operation what it did to which compositions; again is harmless.

        Args:
            operation: The job's.
            composition: The one that it is about; its id is also in the result's values.
            action: What was done to it.
            others: The ids of those that were changed with it.
            others_action: What was done to them.
        """
        resources = [Resource(type=RESOURCE, id=composition.id, action=action)]
        resources += [Resource(type=RESOURCE, id=each, action=others_action) for each in others]
        result = Result(type="Composition", values={"composition": composition.id})
        self.lifecycle.produce(operation.id, resources=resources, result=result)


def run(engine: Engine, operation_id: str, step: Callable[[Engine, Operation], None]) -> None:
    """Run a job's step; a refusal fails the operation with its code.

    Raises:
        WorkRefused: The operation has failed for a reason that it tells.
        OperationStopped: The operation is being canceled, or has ended.
        Interrupted: A passing fault of the platform; the workflow repeats the step.
    """
    operation = engine.lifecycle.check(operation_id)
    try:
        step(engine, operation)
    except Refusal as refused:
        fault = Fault(
            code=str(int(refused.code)),
            message=refused.message,
            source=Source.USER,
            target=refused.path,
        )
        engine.lifecycle.fail(operation_id, [fault])
        # The reason's own cause may quote a document: it is not for the log.
        raise WorkRefused from None


def settled[T](engine: Engine, operation: Operation, attempt: Callable[[], T]) -> T:
    """What an attempt gives that no other change overtook; each looks anew at what holds.

    Raises:
        OperationStopped: The operation has ended meanwhile: what nobody waits for is not done.
        Interrupted: They were overtaken too often.
    """
    for _ in range(ATTEMPTS):
        engine.lifecycle.check(operation.id)
        try:
            return attempt()
        except Overtaken:
            _logger.info("A change of compositions was overtaken; looking again.")
    raise Interrupted("The store of compositions")


@contextmanager
def at_work(engine: Engine, operation: Operation, composition_id: str) -> Iterator[None]:
    """Have the composition marked as being worked on; the job's commit takes the mark away.

    So does a refusal. Whatever else ends the job leaves the mark, for the job's repetition; where
    there is none, the operation ends and its mark counts for nothing.

    Raises:
        Refusal: Another operation that has not ended is at work on it (1006).
    """
    holder: str | None = None
    while True:
        holder = engine.compositions.take_task(
            operation.tenant, composition_id, operation.id, over=holder
        )
        if holder is None:
            break
        if not _ended(engine, holder):
            raise Refusal(
                Code.TASK_RUNNING,
                f"Another task on composition {composition_id} is running.",
            )
    try:
        yield
    except Refusal:
        engine.compositions.drop_task(operation.tenant, composition_id, operation.id)
        raise


def _ended(engine: Engine, operation_id: str) -> bool:
    try:
        return engine.operations.get(operation_id).status.terminal
    except OperationUnknown:
        return True
