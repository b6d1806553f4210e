"""The history of an operation, derived from its changes.

Nobody writes history: each change of the stored operation, seen by the table's stream, yields
the event that it was. Sequence numbers are the operation's versions, so seeing a change twice
yields the same event twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from longrun.operations.operation import Operation
from longrun.operations.states import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to an operation."""

    operation_id: str
    tenant: str
    sequence: int
    type: str
    """`accepted`, `started`, `phase`, `progress`, `produced`, `canceling`, `canceled`,
    `succeeded` or `failed`."""
    time: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)
    """JSON types only; nothing of the operation's input or result."""
    expires: datetime | None = None
    """When the operation's retention is over, if that is known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A change of a stored operation, as the table's stream tells of it."""

    before: Operation | None
    """None: the operation is new."""
    after: Operation
    time: datetime


class EventLog(Protocol):
    """Where events are kept, beside their operations and as long as they."""

    def keep(self, events: Sequence[Event]) -> None:
        """Keep the events; those kept before are replaced by the same.

        Raises:
            Interrupted: Some may not have been kept.
        """
        ...

    def events(self, operation_id: str, *, after: int = 0) -> Iterator[Event]:
        """What happened to the operation, in order; nothing for an unknown one.

        Args:
            operation_id: The operation.
            after: The sequence number of the last event that is known already.
        """
        ...


class Bus(Protocol):
    """Whoever wants to know of events hears of them here, at least once, perhaps out of order."""

    def announce(self, events: Sequence[Event]) -> None:
        """Tell of the events.

        Raises:
            Interrupted: Some may not have been told.
        """
        ...


def follow(changes: Iterable[Seen], *, log: EventLog, bus: Bus) -> None:
    """Keep and announce the events that the changes were.

    Args:
        changes: In the stream's order.
        log: Keeps the events.
        bus: Is told of them.

    Raises:
        Interrupted: Some may be lost; the changes must be seen again.
    """
    derived = (derive(each.before, each.after, each.time) for each in changes)
    events = [event for event in derived if event is not None]
    if events:
        log.keep(events)
        bus.announce(events)


_BY_STATUS = {
    Status.ACCEPTED: "accepted",
    Status.IN_PROGRESS: "started",
    Status.CANCELING: "canceling",
    Status.CANCELED: "canceled",
    Status.SUCCEEDED: "succeeded",
    Status.FAILED: "failed",
}


def derive(before: Operation | None, after: Operation, time: datetime) -> Event | None:
    """The event that a change was, or None if nothing that history tells has changed.

    Args:
        before: The operation before the change; None when it is new.
        after: The operation after the change.
        time: When the change was made.
    """
    kind = _type(before, after)
    if kind is None:
        return None
    detail: dict[str, Any] = {
        "kind": after.kind,
        "status": after.status.value,
        "percentComplete": round(after.percent, 1),
    }
    if after.phase:
        detail["phase"] = after.phase
    if kind == "failed":
        detail["errors"] = [fault.code for fault in after.errors]
    return Event(
        operation_id=after.id,
        tenant=after.tenant,
        sequence=after.version,
        type=kind,
        time=time,
        detail=detail,
        expires=after.expires,
    )


def _type(before: Operation | None, after: Operation) -> str | None:
    if before is None or before.status is not after.status:
        return _BY_STATUS[after.status]
    if before.phase != after.phase:
        return "phase"
    if before.progress != after.progress:
        return "progress"
    if before.resources != after.resources or before.result != after.result:
        return "produced"
    return None
