"""The history of an operation, derived from its changes.

Nobody writes history: each change of the stored operation, seen by the table's stream, yields
the event that it was. Sequence numbers are the operation's versions, so seeing a change twice
yields the same event twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from longrun.operations.operation import Operation
from longrun.operations.states import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to an operation."""

    operation_id: str
    sequence: int
    type: str
    """`accepted`, `started`, `phase`, `progress`, `produced`, `canceling`, `canceled`,
    `succeeded` or `failed`."""
    time: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)
    """JSON types only; nothing of the operation's input or result."""


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
        operation_id=after.id, sequence=after.version, type=kind, time=time, detail=detail
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
