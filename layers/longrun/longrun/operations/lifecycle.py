"""The one writer of operations: every change of an operation's state is made here.

Called by doors that accept work, by a workflow's first and last states and its Catch, by the
steps between them, by the rule on the execution's end and by the sweep. Repeating any call, in
any order, is harmless: what does not fit the transition table changes nothing.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from longrun.operations.authority import Caller, require
from longrun.operations.errors import (
    Interrupted,
    KeyReused,
    OperationStopped,
    SecretGone,
    StatusChanged,
)
from longrun.operations.kinds import Kind, Kinds
from longrun.operations.operation import (
    ERRORS_KEPT,
    Fault,
    Operation,
    Phase,
    Resource,
    Result,
)
from longrun.operations.reasons import LATE, shortened, unsettled
from longrun.operations.request import Accepted, Request, digest_of
from longrun.operations.secrets import Sealer
from longrun.operations.states import Status, sources
from longrun.operations.store import (
    Change,
    ChangeRefused,
    Idempotency,
    KeyTaken,
    OperationStore,
    Outcome,
    Workflows,
)

__all__ = ["GIVE_UP", "LOOK_AGAIN", "Accepted", "Lifecycle", "Request"]

_logger = logging.getLogger(__name__)

LOOK_AGAIN = {
    Status.ACCEPTED: timedelta(minutes=1),
    Status.IN_PROGRESS: timedelta(minutes=10),
    Status.CANCELING: timedelta(minutes=1),
}
"""How long an operation may be in a state before the sweep looks at it (again)."""

GIVE_UP = timedelta(minutes=15)
"""How long the sweep tries to start what was accepted."""


class Lifecycle:
    """Moves operations through their states."""

    def __init__(
        self,
        *,
        store: OperationStore,
        kinds: Kinds,
        retention: timedelta,
        clock: Callable[[], datetime],
        workflows: Workflows | None = None,
        sealer: Sealer | None = None,
    ) -> None:
        """Make a lifecycle over a store.

        Args:
            store: Where operations are kept.
            kinds: Every kind that may be met.
            retention: How long ended operations are kept.
            clock: Tells the time, with its zone.
            workflows: Needed to accept, to cancel and to sweep; what goes on inside a workflow
                has no use for it.
            sealer: Needed to accept requests that have a secret, and by the steps that use it.
        """
        self._store = store
        self._given_sealer = sealer
        self._given_workflows = workflows
        self._kinds = kinds
        self._retention = retention
        self._clock = clock

    def accept(self, request: Request, caller: Caller) -> Accepted:
        """Keep the operation, then start its workflow.

        Once this returns the operation can be read. Where the engine refuses the start, the
        operation stays ACCEPTED and the sweep starts it.

        Raises:
            PermissionMissing: The caller may not start this kind.
            ValueError: The input is not one of the kind's; the message names the places.
            KeyReused: The idempotency key was used with another payload.
            KeyInUse: Another request with the same key is being accepted just now.
            Claimed: An operation that has not ended has what this one claims.
            Interrupted: The state store could not answer; nothing was accepted.
        """
        kind = self._kinds[request.kind]
        require(caller, kind.permission)
        document = (
            kind.input().model_validate(request.input).model_dump(mode="json", exclude_none=True)
        )
        request.check()
        now = self._clock()
        operation = Operation(
            id=str(uuid.uuid4()),
            kind=kind.name,
            tenant=caller.tenant,
            owner=caller.id,
            status=Status.ACCEPTED,
            accepted=now,
            tags=request.tags,
            subject=request.subject,
        )
        idempotency = None
        if request.key is not None:
            digest = digest_of(kind.name, request.payload)
            idempotency = Idempotency(key=request.key, digest=digest)
        sealed = None
        if request.secret is not None:
            sealed = self._sealer.seal(request.secret, operation.id)
        try:
            self._store.create(
                operation,
                document,
                due=now + LOOK_AGAIN[Status.ACCEPTED],
                # Started at the last moment, ended at the last, and kept as long as others.
                input_until=now + GIVE_UP + kind.deadline + self._retention,
                idempotency=idempotency,
                claim=request.claim,
                sealed=sealed,
            )
        except KeyTaken as taken:
            return self._replayed(kind, taken, request.payload)
        self._start(kind, operation.id)
        return Accepted(operation=operation, replayed=False)

    def replay(self, kind: str, key: str, payload: bytes, caller: Caller) -> Accepted | None:
        """The operation that the caller's idempotency key stands for, if it was used before.

        To be asked before the request is looked into: what it refers to may be gone by now.

        Args:
            kind: The kind that is to be started.
            key: The caller's idempotency key.
            payload: What the caller sent.
            caller: Who sent it.

        Raises:
            KeyReused: The key was used with another payload.
            OperationUnknown: It was used for an operation that is gone.
        """
        taken = self._store.keyed(caller.tenant, caller.id, key, self._clock())
        return self._replayed(self._kinds[kind], taken, payload) if taken else None

    def begin(self, operation_id: str) -> Operation:
        """The workflow has begun: ACCEPTED → IN_PROGRESS.

        Raises:
            OperationStopped: It is being canceled, or has ended: there is nothing to do.
        """
        now = self._clock()
        change = Change(
            allowed=sources(Status.IN_PROGRESS),
            status=Status.IN_PROGRESS,
            started=now,
            due=now + LOOK_AGAIN[Status.IN_PROGRESS],
        )
        try:
            return self._store.change(operation_id, change)
        except ChangeRefused as refused:
            if refused.current.status is Status.IN_PROGRESS:
                return refused.current
            raise OperationStopped(operation_id, refused.current.status) from None

    def enter(self, operation_id: str, phase: Phase, total: int = 1) -> Operation:
        """A phase of the work begins; it has so many units. One begun before is left alone.

        Raises:
            OperationStopped: The work should stop.
        """
        change = Change(allowed=frozenset({Status.IN_PROGRESS}), enter=phase, total=total)
        return self._in_progress(operation_id, change)

    def advance(self, operation_id: str, phase: str, done: int = 1) -> Operation:
        """So many more units of the phase are done. Late words of an earlier phase are ignored.

        A repeated step may count twice; the phase's share of the percentage is the bound.

        Raises:
            OperationStopped: The work should stop.
        """
        if done < 0:
            raise ValueError(f"Work cannot be undone: {done} units of {phase!r}.")
        change = Change(allowed=frozenset({Status.IN_PROGRESS}), within=phase, done=done)
        return self._in_progress(operation_id, change)

    def check(self, operation_id: str) -> Operation:
        """Read the operation on behalf of a step that is about to do more work on it.

        Raises:
            OperationStopped: The work should stop.
        """
        operation = self._store.get(operation_id)
        if operation.status is not Status.IN_PROGRESS:
            raise OperationStopped(operation_id, operation.status)
        return operation

    def secret(self, operation_id: str) -> str:
        """The secret that the operation was accepted with, for a step that needs it.

        Not to be kept, logged or handed on: a step asks again.

        Raises:
            SecretGone: The operation has ended, or was accepted without one.
        """
        sealed = self._store.sealed(operation_id)
        if sealed is None:
            raise SecretGone(operation_id)
        return self._sealer.open(sealed, operation_id)

    def produce(
        self,
        operation_id: str,
        *,
        resources: Iterable[Resource] = (),
        result: Result | None = None,
    ) -> Operation:
        """The work has made something. Callers see the result once the operation succeeded.

        Raises:
            OperationStopped: The work should stop; nothing was noted.
        """
        change = Change(
            allowed=frozenset({Status.IN_PROGRESS}), resources=tuple(resources), result=result
        )
        return self._in_progress(operation_id, change)

    def succeed(self, operation_id: str) -> Operation:
        """The work is complete, its result noted by `produce`."""
        return self._end(operation_id, Status.SUCCEEDED)

    def fail(
        self, operation_id: str, faults: Sequence[Fault], count: int | None = None
    ) -> Operation:
        """The work cannot be completed. What was being canceled is canceled by that.

        Args:
            operation_id: The operation.
            faults: The reasons; the first `ERRORS_KEPT` are kept.
            count: How many reasons there were, where more than are handed over.
        """
        now = self._clock()
        errors = tuple(
            replace(
                fault,
                message=shortened(fault.message),
                timestamp=fault.timestamp or now,
            )
            for fault in faults[:ERRORS_KEPT]
        )
        return self._end(operation_id, Status.FAILED, errors, count or len(faults))

    def cancel(self, operation_id: str, *, only_from: Status | None = None) -> Operation:
        """The caller wants no more of it. Again, or after the end, it changes nothing.

        The state is CANCELING until the workflow has stopped; steps in flight notice at their
        next word to this class.

        Args:
            operation_id: The operation.
            only_from: The status that the caller takes it to be in, if it matters.

        Raises:
            StatusChanged: It is in another than `only_from`; nothing was changed.
        """
        if only_from is None or only_from in sources(Status.CANCELING):
            operation = self._to_canceling(operation_id, only_from)
        else:
            # No way leads from there to CANCELING: it is only looked at.
            operation = self._store.get(operation_id)
            if operation.status is not only_from:
                raise StatusChanged(operation_id, operation.status)
        return operation if operation.status.terminal else self._stop(operation)

    def settle(self, operation_id: str, outcome: Outcome) -> Operation:
        """The execution has ended, or broken off: end the operation too, if no step did.

        An execution that ended well and noted a result has done its work, though it did not come
        to say so.

        Args:
            operation_id: The operation.
            outcome: How the execution ended; its Catch says FAILED, with the error's name.
        """
        operation = self._store.get(operation_id)
        if operation.status.terminal or outcome.running:
            return operation
        if outcome.status == "SUCCEEDED" and operation.result is not None:
            return self.succeed(operation_id)
        if operation.status is Status.CANCELING:
            return self._end(operation_id, Status.CANCELED)
        return self.fail(operation_id, [unsettled(outcome, operation.phase)])

    def restart(self, operation: Operation) -> None:
        """Try again to start what was accepted; the sweep looks again later.

        The date moves first: an engine that is quick must not meet a sweep that is late.
        """
        self.look_later(operation.id, Status.ACCEPTED)
        self._start(self._kinds[operation.kind], operation.id)

    def look_later(self, operation_id: str, status: Status) -> None:
        """Nothing is to be done for an operation in that status; the sweep looks again later."""
        change = Change(allowed=frozenset({status}), due=self._clock() + LOOK_AGAIN[status])
        try:
            self._store.change(operation_id, change)
        except ChangeRefused:
            return  # It moved on meanwhile, which is as good.

    def stop_late(self, operation: Operation) -> None:
        """The work had its time: it has failed, and whatever still runs is stopped."""
        self.fail(operation.id, [LATE])
        self._workflows.stop(self._kinds[operation.kind].workflow, operation.id)

    def _replayed(self, kind: Kind, taken: KeyTaken, payload: bytes) -> Accepted:
        if taken.digest != digest_of(kind.name, payload):
            raise KeyReused
        earlier = self._store.get(taken.operation_id)
        if earlier.status is Status.ACCEPTED:
            self._start(kind, earlier.id)
        return Accepted(operation=earlier, replayed=True)

    @property
    def _sealer(self) -> Sealer:
        if self._given_sealer is None:
            raise TypeError(
                "This lifecycle was made without a sealer; secrets are out of its reach."
            )
        return self._given_sealer

    @property
    def _workflows(self) -> Workflows:
        if self._given_workflows is None:
            raise TypeError("This lifecycle was made without workflows; they are out of its reach.")
        return self._given_workflows

    def _start(self, kind: Kind, operation_id: str) -> None:
        try:
            self._workflows.start(kind.workflow, operation_id)
        except Interrupted as refusal:
            # The item stands; the sweep will start it.
            _logger.warning("Operation %s was not started yet: %s", operation_id, refusal)

    def _to_canceling(self, operation_id: str, only_from: Status | None) -> Operation:
        change = Change(
            allowed=sources(Status.CANCELING) if only_from is None else frozenset({only_from}),
            status=Status.CANCELING,
            due=self._clock() + LOOK_AGAIN[Status.CANCELING],
        )
        try:
            return self._store.change(operation_id, change)
        except ChangeRefused as refused:
            if only_from is not None:
                raise StatusChanged(operation_id, refused.current.status) from None
            return refused.current

    def _stop(self, operation: Operation) -> Operation:
        """Stop what runs for an operation in CANCELING."""
        try:
            stopped = self._workflows.stop(self._kinds[operation.kind].workflow, operation.id)
        except Interrupted as refusal:
            # Steps in flight notice; the sweep stops the rest.
            _logger.warning("Operation %s was not stopped yet: %s", operation.id, refusal)
            return operation
        # With no execution left there is no end to wait for.
        return operation if stopped else self._end(operation.id, Status.CANCELED)

    def _in_progress(self, operation_id: str, change: Change) -> Operation:
        try:
            return self._store.change(operation_id, change)
        except ChangeRefused as refused:
            if refused.current.status is Status.IN_PROGRESS:
                return refused.current
            raise OperationStopped(operation_id, refused.current.status) from None

    def _end(
        self,
        operation_id: str,
        status: Status,
        errors: tuple[Fault, ...] = (),
        error_count: int = 0,
    ) -> Operation:
        now = self._clock()
        change = Change(
            allowed=sources(status),
            status=status,
            finished=now,
            expires=now + self._retention,
            errors=errors,
            error_count=error_count,
        )
        try:
            return self._store.change(operation_id, change)
        except ChangeRefused as refused:
            if status is Status.FAILED and refused.current.status is Status.CANCELING:
                return self._end(operation_id, Status.CANCELED)
            return refused.current
