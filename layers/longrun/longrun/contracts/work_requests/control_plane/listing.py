"""The list of a tenant's work requests, in pages each of which costs a bounded number of reads.

The store knows one order, that of acceptance. Every other is made by selection: a walk over the
whole list that keeps the next entries, in as many calls as it takes; until then pages are empty.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from longrun.contracts.kinds import KINDS
from longrun.contracts.work_requests.control_plane.errors import CompartmentUnknown, Refused
from longrun.contracts.work_requests.control_plane.filters import (
    Filters,
    Key,
    Order,
    filters_of,
    order_of,
)
from longrun.contracts.work_requests.control_plane.paging import (
    BYTES,
    Pages,
    limit_of,
    single,
    size_of,
)
from longrun.contracts.work_requests.control_plane.places import Place
from longrun.contracts.work_requests.control_plane.views import summary_view
from longrun.contracts.work_requests.services import Services
from longrun.contracts.work_requests.work_request import WorkRequest, work_request
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.identity.ocids import tenancy_ocid
from longrun.operations.errors import OperationExpired, OperationUnknown
from longrun.operations.operation import Operation
from longrun.operations.store import ListPosition

READS: Final = 10
"""Stretches of the list that one call reads at most."""
STRETCH: Final = 100
"""Operations of a stretch."""
CARRIED: Final = 50
"""Entries that a token carries from call to call while a selection is not complete."""
TIME_NEEDED: Final = 5.0
"""Seconds before the end of the function's time at which a call stops to read on."""


def list_work_requests(call: Call[Services]) -> Answer:
    """The work requests of the tenancy, newest first unless another order is asked for."""
    compartment = single(call, "compartmentId")
    if compartment is None:
        raise Refused("compartmentId is missing: it is your tenancy's OCID.")
    if compartment != tenancy_ocid(call.principal.tenant):
        raise CompartmentUnknown
    listing = _Listing(call, filters=filters_of(call), order=order_of(call), limit=limit_of(call))
    return listing.by_acceptance() if listing.order.by == "timeAccepted" else listing.selected()


class _Listing:
    """One call of the list."""

    def __init__(self, call: Call[Services], *, filters: Filters, order: Order, limit: int) -> None:
        self.order = order
        self._call = call
        self._filters = filters
        self._limit = limit
        self._pages = Pages(call, "workRequests", *filters.binding, order.by, str(order.descending))

    def by_acceptance(self) -> Answer:
        """A page in the order that the store has."""
        entries: list[dict[str, Any]] = []
        place = self._pages.place(Place.read) or Place()
        walk = _Walk(self._call, place.after, newest_first=self.order.descending)
        room = BYTES
        for operation in walk.operations(None if self._filters.given else self._limit):
            seen = self._seen(operation)
            if seen is None:
                continue
            entry = summary_view(seen, self._call.principal.tenant)
            entries.append(entry)
            room -= size_of(entry)
            if len(entries) == self._limit or room < 0:
                break
        following = None if walk.after is None else Place(after=walk.after).document()
        return self._pages.answer(entries, following)

    def selected(self) -> Answer:
        """A page in any order: the next entries of all, or none as long as not all were read."""
        place = self._pages.place(Place.read) or Place()
        last, bound = place.last, place.bound
        walk = _Walk(self._call, place.after, newest_first=True)
        best = {seen.id: seen for seen in self._again(place.best, last)}
        for operation in walk.operations(None):
            seen = self._seen(operation)
            if seen is not None and self._is_next(seen, last):
                best[seen.id] = seen
            if len(best) > 2 * self._limit:
                best, bound = self._cut(best, bound, self._limit)
        if walk.after is None:
            return self._selection(best, bound)
        carried = min(self._limit, CARRIED)
        if len(best) > carried:
            best, bound = self._cut(best, bound, carried)
        following = Place(after=walk.after, last=last, best=list(best), bound=bound)
        return self._pages.answer([], following.document())

    def _selection(self, best: Mapping[str, WorkRequest], bound: Key | None) -> Answer:
        """The page that a complete walk has found, of those that are sure to be the next.

        They may be none: what was carried can change its place, or expire, between two calls.
        """
        entries: list[dict[str, Any]] = []
        room = BYTES
        last: Key | None = None
        following = bound
        for seen in self._ordered(best):
            key = self.order.key(seen)
            if bound is not None and self.order.follows(key, bound):
                break
            if len(entries) == self._limit or room < 0:
                following = last
                break
            entries.append(summary_view(seen, self._call.principal.tenant))
            room -= size_of(entries[-1])
            last = key
        goes_on = None if following is None else Place(last=following).document()
        return self._pages.answer(entries, goes_on)

    def _cut(
        self, best: Mapping[str, WorkRequest], bound: Key | None, count: int
    ) -> tuple[dict[str, WorkRequest], Key]:
        """The first so many, and the bound beyond which something is left out by now."""
        kept = self._ordered(best)[:count]
        worst = self.order.key(kept[-1])
        if bound is None or self.order.follows(bound, worst):
            bound = worst
        return {seen.id: seen for seen in kept}, bound

    def _ordered(self, best: Mapping[str, WorkRequest]) -> list[WorkRequest]:
        return sorted(best.values(), key=self.order.key, reverse=self.order.descending)

    def _is_next(self, seen: WorkRequest, last: Key | None) -> bool:
        return last is None or self.order.follows(self.order.key(seen), last)

    def _again(self, ids: Sequence[str], last: Key | None) -> Iterator[WorkRequest]:
        """Entries that a token carries, as they are by now."""
        authority = self._call.services.authority
        for operation_id in islice(ids, CARRIED):
            try:
                seen = self._seen(authority.see(operation_id, self._call.principal))
            except (OperationUnknown, OperationExpired):
                continue
            if seen is not None and self._is_next(seen, last):
                yield seen

    def _seen(self, operation: Operation) -> WorkRequest | None:
        """The entry, if it is wanted."""
        seen = work_request(operation, self._call.principal, KINDS)
        return seen if self._filters.pass_on(seen) else None


class _Walk:
    """Reads the list of the tenant, from a place on, as far as one call may."""

    def __init__(
        self, call: Call[Services], after: ListPosition | None, *, newest_first: bool
    ) -> None:
        self._call = call
        self._newest_first = newest_first
        self.after = after
        """Where the list goes on after what was read so far; None at its end."""

    def operations(self, wanted: int | None) -> Iterator[Operation]:
        """Operations in order; `after` follows them one by one.

        Args:
            wanted: How many are wanted at most; None: nobody knows.
        """
        given = 0
        for _ in range(READS):
            if wanted is not None and given >= wanted:
                return
            page = self._call.services.authority.listed(
                self._call.principal,
                newest_first=self._newest_first,
                after=self.after,
                limit=STRETCH if wanted is None else min(STRETCH, wanted - given),
            )
            for number, operation in enumerate(page.operations, start=1):
                given += 1
                at_end = number == len(page.operations)
                self.after = page.after if at_end else _after(operation)
                yield operation
            self.after = page.after
            if self.after is None or self._call.seconds_left() < TIME_NEEDED:
                return


def _after(operation: Operation) -> ListPosition:
    return ListPosition(accepted=operation.accepted, operation_id=operation.id)
