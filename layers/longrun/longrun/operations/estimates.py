"""How long operations of a kind have lately taken: what the end of the next one is estimated by.

Learned from the table's stream, as history is; nobody writes it. Of each kind the last ends are
kept, which is a set: told of one again, or in another order, it is the same.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from longrun.operations.errors import Interrupted
from longrun.operations.history import Seen
from longrun.operations.kinds import Kinds
from longrun.operations.operation import Operation
from longrun.operations.states import Status

LAST: Final = 20
"""So many ends of a kind count."""

FRESH: Final = timedelta(seconds=15)
"""How long an estimate is used before it is read anew."""

SOON: Final = timedelta(seconds=1)
"""How far ahead the end of what should have ended is put, at least."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """An operation that has succeeded."""

    operation_id: str
    finished: datetime
    taken: timedelta
    """Since it was accepted."""


class EstimateStore(Protocol):
    """Where the last ends of each kind are kept."""

    def ends(self, kind: str) -> Sequence[End]:
        """The last ends of a kind, which may be a moment old.

        Raises:
            Interrupted: The database could not answer just now.
        """
        ...

    def note(self, kind: str, ends: Sequence[End]) -> None:
        """Keep the `latest` of these ends and those that are kept already.

        Raises:
            Interrupted: They may not have been kept.
        """
        ...


def latest(ends: Iterable[End]) -> tuple[End, ...]:
    """The ends that count: the last ones, each once, in order."""
    once = {end.operation_id: end for end in ends}
    return tuple(sorted(once.values(), key=lambda end: (end.finished, end.operation_id))[-LAST:])


def average(ends: Sequence[End]) -> timedelta | None:
    """How long operations took on average; None: there are none."""
    return sum((end.taken for end in ends), timedelta()) / len(ends) if ends else None


def learn(changes: Iterable[Seen], store: EstimateStore) -> None:
    """Keep the ends that were among the changes; where they cannot be, it is done without them."""
    ends: dict[str, list[End]] = defaultdict(list)
    for change in changes:
        operation = change.after
        if operation.status is Status.SUCCEEDED and operation.finished is not None:
            taken = max(operation.finished - operation.accepted, timedelta())
            end = End(operation_id=operation.id, finished=operation.finished, taken=taken)
            ends[operation.kind].append(end)
    for kind, each in ends.items():
        try:
            store.note(kind, each)
        except Interrupted as interrupted:
            # An estimate is not worth holding the stream up.
            _logger.warning("Some ends of %s were not learned from: %s", kind, interrupted)


class Estimates:
    """Estimates for those who ask how long it will take; remembered for a moment."""

    def __init__(
        self, *, store: EstimateStore, kinds: Kinds, clock: Callable[[], datetime]
    ) -> None:
        """Make estimates from a store.

        Args:
            store: Where the last ends are.
            kinds: Every kind that is asked about.
            clock: Tells the time, with its zone.
        """
        self._store = store
        self._kinds = kinds
        self._clock = clock
        self._held: dict[str, tuple[datetime, timedelta]] = {}

    def estimate(self, kind: str) -> timedelta:
        """How long an operation of the kind takes, from its acceptance on, as far as is known.

        Raises:
            KindUnknown: There is no such kind.
        """
        typical = self._kinds[kind].typical
        now = self._clock()
        until, held = self._held.get(kind, (now, typical))
        if now < until:
            return held
        try:
            found = average(self._store.ends(kind)) or typical
        except Interrupted:
            # A poll is not worth failing for it.
            found = held
        self._held[kind] = (now + FRESH, found)
        return found

    def eta(self, operation: Operation) -> datetime:
        """When the operation is estimated to end; for one that has ended, when it did.

        Of one that should have ended by now, a moment from now: callers wait until then.
        """
        if operation.finished is not None:
            return operation.finished
        taken = self.estimate(operation.kind)
        return max(operation.accepted + taken, self._clock() + max(SOON, taken / 10))
