"""A job, as the contract tells it: an operation on compositions in its words."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from longrun.contracts.compositions.kinds import (
    CANCEL_COMPOSITION,
    CREATE_COMPOSITION,
    SIGN_COMPOSITION,
)
from longrun.operations.operation import Fault, Operation
from longrun.operations.states import Status

KINDS: Final = frozenset({CREATE_COMPOSITION.name, SIGN_COMPOSITION.name, CANCEL_COMPOSITION.name})
"""The operations that are jobs here."""

ENTITY: Final = "eHealth/composition"

CANCELED: Final = 9101
SERVICE_AT_FAULT: Final = 9100
"""Numbers of ours for what the contract has none for; far from those of its list."""

_STATUSES: Final = {
    Status.ACCEPTED: "PENDING",
    Status.IN_PROGRESS: "PENDING",
    Status.CANCELING: "PENDING",
    Status.SUCCEEDED: "DONE",
    Status.FAILED: "FAILED",
    Status.CANCELED: "FAILED",
}


def job(operation: Operation, eta: datetime) -> dict[str, Any]:
    """The job's state, in both published revisions: what has no value is left out.

    Args:
        operation: Of one of the kinds here.
        eta: When it will end, or did.
    """
    errors = list(_errors(operation))
    told: dict[str, Any] = {
        "id": operation.id,
        "status": _STATUSES[operation.status],
        "eta": time_text(eta),
    }
    if operation.finished is not None:
        told["doneAt"] = time_text(operation.finished)
    told["links"] = list(_links(operation, errors))
    if errors:
        told["error"] = errors
    return told


def time_text(time: datetime) -> str:
    """Such as `2022-10-24T12:35:49.956Z`."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _links(operation: Operation, errors: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What it made or changed, its own composition first; before that, what it is about."""
    own = operation.subject
    if operation.result is not None:
        own = operation.result.values["composition"]
    others = [resource.id for resource in operation.resources if resource.id != own]
    for composition in [own, *others]:
        link = {"entity": ENTITY}
        if composition is not None:
            link["href"] = f"composition/{composition}"
        if errors:
            link["error"] = "; ".join(f"{error['code']}: {error['message']}" for error in errors)
        yield link


def _errors(operation: Operation) -> Iterator[dict[str, Any]]:
    for fault in operation.errors:
        yield {"code": _code(fault), "message": fault.message}
    if operation.status is Status.CANCELED:
        yield {"code": CANCELED, "message": "The job was stopped before it had done anything."}


def _code(fault: Fault) -> int:
    return int(fault.code) if fault.code.isdecimal() else SERVICE_AT_FAULT
