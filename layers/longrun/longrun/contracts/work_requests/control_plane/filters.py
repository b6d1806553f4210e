"""Which work requests a list is asked for, and in which order: read from its query parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from longrun.contracts.work_requests.control_plane.errors import Refused
from longrun.contracts.work_requests.control_plane.paging import single
from longrun.contracts.work_requests.control_plane.views import identifier
from longrun.contracts.work_requests.services import Services
from longrun.contracts.work_requests.times import written
from longrun.contracts.work_requests.work_request import WorkRequest
from longrun.gateway.call import Call
from longrun.operations.states import Status

type Key = tuple[bool, str, str]
"""What entries are compared by: whether there is no value, the value, the id."""


def _time(value: datetime | None) -> str | None:
    return written(value) if value else None


_FIELDS: Final[Mapping[str, Callable[[WorkRequest], str | None]]] = MappingProxyType(
    {
        "id": lambda seen: seen.id,
        "operationType": lambda seen: seen.type,
        "status": lambda seen: seen.status.value,
        "timeAccepted": lambda seen: _time(seen.accepted),
        "timeStarted": lambda seen: _time(seen.started),
        "timeFinished": lambda seen: _time(seen.finished),
    }
)
SORT_BY: Final = tuple(_FIELDS)
SORT_ORDER: Final = ("ASC", "DESC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By what the list is sorted; what has no value yet counts as the latest."""

    by: str
    descending: bool

    def key(self, seen: WorkRequest) -> Key:
        """What the entry is compared by."""
        value = _FIELDS[self.by](seen)
        return value is None, value or "", seen.id

    def follows(self, key: Key, other: Key) -> bool:
        """Whether an entry comes after another."""
        return key < other if self.descending else key > other


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which entries are wanted; all that is given must hold."""

    statuses: frozenset[Status]
    """Any of these; none: all."""
    resource_id: str | None
    resource_type: str | None

    @property
    def given(self) -> bool:
        """Whether there are any."""
        return bool(self.statuses or self.resource_id or self.resource_type)

    @property
    def binding(self) -> tuple[str, ...]:
        """The filters as text, the same for the same."""
        statuses = ",".join(sorted(status.value for status in self.statuses))
        return statuses, self.resource_id or "", self.resource_type or ""

    def pass_on(self, seen: WorkRequest) -> bool:
        """Whether the entry is wanted; resources that the caller may not see match nothing."""
        if self.statuses and seen.status not in self.statuses:
            return False
        if self.resource_id is None and self.resource_type is None:
            return True
        return any(
            (self.resource_id is None or identifier(each) == self.resource_id)
            and (self.resource_type is None or each.type == self.resource_type)
            for each in seen.resources
        )


def filters_of(call: Call[Services]) -> Filters:
    """The filters that the caller gives.

    Raises:
        Refused: A status is none, or another filter is given twice.
    """
    statuses = set()
    for value in call.queries("status"):
        if value not in Status:
            raise Refused(f"status must be one of {', '.join(Status)}.")
        statuses.add(Status(value))
    return Filters(
        statuses=frozenset(statuses),
        resource_id=single(call, "resourceId"),
        resource_type=single(call, "resourceType"),
    )


def order_of(call: Call[Services]) -> Order:
    """The order that the caller gives: newest first without one; times are, others ascend.

    Raises:
        Refused: `sortBy` or `sortOrder` is none of what there is.
    """
    by = single(call, "sortBy") or "timeAccepted"
    if by not in SORT_BY:
        raise Refused(f"sortBy must be one of {', '.join(SORT_BY)}.")
    order = single(call, "sortOrder") or ("DESC" if by.startswith("time") else "ASC")
    if order not in SORT_ORDER:
        raise Refused(f"sortOrder must be one of {', '.join(SORT_ORDER)}.")
    return Order(by=by, descending=order == "DESC")
