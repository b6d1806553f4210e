"""What the kernel needs of a database and of a workflow engine.

Protocols and the values that cross them; the implementations live in `longrun.aws`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from longrun.operations.operation import Fault, Operation, Phase, Resource, Result
from longrun.operations.states import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One atomic change of an operation, made only if the guards hold.

    Every field but the guards says what becomes of the operation; None leaves it as it is.
    """

    allowed: frozenset[Status]
    """Guard: the status before the change is one of these."""
    status: Status | None = None
    started: datetime | None = None
    finished: datetime | None = None
    expires: datetime | None = None
    due: datetime | None = None
    """When the sweep should look at it next; never again after a terminal status."""
    enter: Phase | None = None
    """Begin this phase, unless it was begun before or a later one was (a guard as well: it
    starts where the present one ends, or later)."""
    total: int = 1
    """With `enter`: the units of work in the phase."""
    within: str | None = None
    """Guard: the phase that it is in."""
    done: int = 0
    """With `within`: so many more units are done."""
    errors: tuple[Fault, ...] = ()
    error_count: int = 0
    """With `errors`: how many there were in all."""
    result: Result | None = None
    """A terminal status other than SUCCEEDED drops the one that is there."""
    resources: tuple[Resource, ...] = ()
    """Added to what is there; the same type and id replaces."""

    @property
    def ends(self) -> bool:
        """Whether nothing can follow."""
        return self.status is not None and self.status.terminal

    @property
    def drops_result(self) -> bool:
        """Whether no result is left: the operation ends, and not in success."""
        return self.ends and self.status is not Status.SUCCEEDED


class ChangeRefused(Exception):
    """A guard did not hold; nothing was changed."""

    def __init__(self, current: Operation) -> None:
        super().__init__(f"Operation {current.id!r} is {current.status}; the change does not fit.")
        self.current = current


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """A caller's key for a request, with the digest of what was asked."""

    key: str
    digest: str
    """Hex SHA-256 of the request."""


class KeyTaken(Exception):
    """The idempotency key stands for another operation already."""

    def __init__(self, operation_id: str, digest: str) -> None:
        super().__init__(f"The key stands for operation {operation_id!r}.")
        self.operation_id = operation_id
        self.digest = digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPosition:
    """A place in a tenant's list of operations: right after this one, which may be gone by now."""

    accepted: datetime
    operation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPage:
    """A stretch of a tenant's list of operations."""

    operations: Sequence[Operation]
    """In the list's order. Fewer than were asked for, even none, does not mean the end."""
    after: ListPosition | None
    """Where the list goes on; None at its end."""


class OperationStore(Protocol):
    """Where operations are kept. Every call is one request, atomic, and read back consistently.

    Every call raises `Interrupted` where the database could not answer just now.
    """

    def create(
        self,
        operation: Operation,
        request: Mapping[str, Any],
        *,
        due: datetime,
        input_until: datetime,
        idempotency: Idempotency | None,
        claim: str | None = None,
        sealed: bytes | None = None,
    ) -> None:
        """Keep a new operation and its input; both, the key and the claim, or nothing.

        Args:
            operation: As accepted.
            request: Its input, in JSON types.
            due: When the sweep should look at it first.
            input_until: When nobody can need the input any more.
            idempotency: The caller's key for the request, if there is one.
            claim: What the operation has to itself among its tenant's until it ends.
            sealed: Its secret, encrypted; erased by the change that ends it.

        Raises:
            KeyTaken: The same tenant and owner used the key before; said before `Claimed`.
            KeyInUse: Somebody is using it at this moment.
            Claimed: An operation that has not ended holds the claim.
        """
        ...

    def keyed(self, tenant: str, owner: str, key: str, now: datetime) -> KeyTaken | None:
        """What an idempotency key stands for, if it was used and still counts."""
        ...

    def get(self, operation_id: str) -> Operation:
        """The operation as it stands, expired or not.

        Raises:
            OperationUnknown: There is none.
        """
        ...

    def input(self, operation_id: str) -> Mapping[str, Any]:
        """The input that it was accepted with.

        Raises:
            OperationUnknown: There is none.
        """
        ...

    def sealed(self, operation_id: str) -> bytes | None:
        """The secret that it was accepted with, encrypted; None: it has none, or none any more.

        Raises:
            OperationUnknown: There is no such operation.
        """
        ...

    def change(self, operation_id: str, change: Change) -> Operation:
        """Apply the change and return the operation after it. One that ends it erases its secret.

        Raises:
            ChangeRefused: A guard did not hold.
            OperationUnknown: There is no such operation.
        """
        ...

    def running(self, tenant: str) -> Iterator[Operation]:
        """The tenant's operations that have not ended, oldest first."""
        ...

    def listed(
        self, tenant: str, *, newest_first: bool, after: ListPosition | None, limit: int
    ) -> ListedPage:
        """A stretch of the tenant's operations by the time that they were accepted at.

        The expired are among them; `Authority.listed` leaves them out. What has just been
        accepted may take a moment to appear.

        Args:
            tenant: Whose.
            newest_first: The order.
            after: Where to go on; None: at the beginning.
            limit: How many at most, at least 1; a store may hand out fewer at a time.
        """
        ...

    def due(self, now: datetime) -> Iterator[str]:
        """The ids of operations that the sweep should look at."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a workflow's execution stands."""

    status: str
    """The engine's word: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED."""
    error: str | None = None
    """The engine's name of the error; never its details, which may hold data."""

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.status in ("RUNNING", "PENDING_REDRIVE")


class Workflows(Protocol):
    """The engine that runs kinds' workflows; an execution bears its operation's id as its name."""

    def start(self, workflow: str, operation_id: str) -> None:
        """Start the execution; one that was started before is left alone.

        Raises:
            Interrupted: The engine refused; the sweep tries again.
        """
        ...

    def stop(self, workflow: str, operation_id: str) -> bool:
        """Stop the execution; False if there is none that runs.

        Raises:
            Interrupted: The engine refused.
        """
        ...

    def outcome(self, workflow: str, operation_id: str) -> Outcome | None:
        """How the execution stands; None if it was never started."""
        ...
