"""The work request: what an operation looks like in the words that both faces share.

Facts only: each face has its own way to write them. What a caller may know of them follows from
`operations.authority`: who lacks the kind's permission sees the type, the status and the times.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from longrun.contracts.work_requests.object_ids import object_id
from longrun.operations.authority import Caller
from longrun.operations.kinds import Kinds
from longrun.operations.operation import Fault, Operation
from longrun.operations.states import Status

POLL_AGAIN: Final = 2
"""Seconds after which a work request that has not ended is worth another look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A resource that the work made, changed or was about."""

    type: str
    """SNAPSHOT, SYSTEM, DATASET, WORKBOOK_EXPORT; others in the same style."""
    action: str
    """CREATED, RELOADED, RESTORED, EXPORTED, DELETED; NONE: nothing was done to it (yet)."""
    id: str | None
    """As the Analytics face writes it."""
    path: str | None
    """Where the Analytics face has it, below its base."""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRequest:
    """An operation, as far as a caller may know of it."""

    id: str
    type: str
    """`operationType`."""
    resource_type: str | None
    """Of the four types that the published contract has, the resource's; else None."""
    status: Status
    percent: float
    accepted: datetime
    started: datetime | None
    finished: datetime | None
    etag: str
    """Changes with every change that this caller can see; of unreserved characters."""
    whole: bool
    """Whether resources and errors are there to be seen."""
    resources: Sequence[Affected]
    errors: Sequence[Fault]
    error_count: int
    """How many errors there were; the first of them are told."""

    @property
    def retry_after(self) -> int | None:
        """Seconds until it is worth another look; None: it has ended."""
        return None if self.status.terminal else POLL_AGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """How the published contract speaks of a kind."""

    type: str
    resource_type: str | None = None
    subject: Callable[[Operation], str | None] = lambda _: None
    """What the work is about, known from the start: as `Resource.id` will have it."""


def _data_set(operation: Operation) -> str | None:
    return operation.subject


def _export(operation: Operation) -> str | None:
    return operation.id


def _snapshot(operation: Operation) -> str | None:
    # A snapshot has the id of the work request that made it.
    return operation.id


_WORDS: Final[Mapping[str, _Words]] = MappingProxyType(
    {
        "dataset.reload": _Words(type="RELOAD_DATASET", resource_type="DATASET", subject=_data_set),
        "workbook.export": _Words(
            type="CREATE_WORKBOOK_EXPORT", resource_type="WORKBOOK_EXPORT", subject=_export
        ),
        "snapshot.create": _Words(
            type="CREATE_SNAPSHOT", resource_type="SNAPSHOT", subject=_snapshot
        ),
        "snapshot.restore": _Words(type="RESTORE_SNAPSHOT", resource_type="SYSTEM"),
        "print.all-in-one": _Words(type="CREATE_PRINT_OUTPUT"),
    }
)


def operation_type(kind: str) -> str:
    """`operationType` of a kind: as published, else in the same style (`SIGN_COMPOSITION`)."""
    words = _WORDS.get(kind)
    if words is not None:
        return words.type
    noun, _, verb = kind.partition(".")
    return "_".join(part for part in (_upper(verb), _upper(noun)) if part)


def work_request(operation: Operation, caller: Caller, kinds: Kinds) -> WorkRequest:
    """The work request, as far as the caller may know of it.

    Args:
        operation: Of the caller's tenant.
        caller: Who asks.
        kinds: By which permission is needed.
    """
    words = _WORDS.get(operation.kind, _Words(type=operation_type(operation.kind)))
    whole = kinds[operation.kind].permission in caller.permissions
    return WorkRequest(
        id=operation.id,
        type=words.type,
        resource_type=words.resource_type,
        status=operation.status,
        percent=operation.percent,
        accepted=operation.accepted,
        started=operation.started,
        finished=operation.finished,
        etag=f"{operation.version}.{'w' if whole else 's'}",
        whole=whole,
        resources=_affected(operation, words) if whole else (),
        errors=operation.errors if whole else (),
        error_count=operation.error_count if whole else 0,
    )


def _affected(operation: Operation, words: _Words) -> tuple[Affected, ...]:
    made = tuple(
        _resource(operation, each.type, each.id, each.action, each.metadata)
        for each in operation.resources
    )
    subject = words.subject(operation)
    if subject is None or words.resource_type is None:
        return made
    if any(each.type == words.resource_type for each in made):
        return made
    return (_resource(operation, words.resource_type, subject, "NONE", {}), *made)


def _resource(
    operation: Operation, type: str, id: str, action: str, metadata: Mapping[str, str]
) -> Affected:
    kind = _upper(type)
    known = object_id(id) if kind == "DATASET" else id
    path = None
    if kind == "DATASET":
        path = f"/catalog/datasets/{known}"
    elif kind == "SNAPSHOT":
        path = f"/snapshots/{known}"
    elif kind == "WORKBOOK_EXPORT" and operation.subject:
        path = f"/catalog/workbooks/{object_id(operation.subject)}/exports/{known}"
    return Affected(
        type=kind, action=_upper(action), id=known or None, path=path, metadata=metadata
    )


def _upper(words: str) -> str:
    return words.upper().replace("-", "_").replace(".", "_")
