"""The states of an operation and the one table of transitions between them.

The domain check, the database's condition and the documentation all derive from `TRANSITIONS`;
nothing else in the project lists which state may follow which.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """Where an operation stands; the words of contracts/operations.md."""

    ACCEPTED = "ACCEPTED"
    IN_PROGRESS = "IN_PROGRESS"
    CANCELING = "CANCELING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"

    @property
    def terminal(self) -> bool:
        """Whether nothing can follow."""
        return not TRANSITIONS[self]


TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.ACCEPTED: frozenset({Status.IN_PROGRESS, Status.CANCELING, Status.FAILED}),
        Status.IN_PROGRESS: frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELING}),
        # A success that was already on its way may overtake the cancellation; a failure then
        # is what the caller asked for.
        Status.CANCELING: frozenset({Status.CANCELED, Status.SUCCEEDED}),
        Status.SUCCEEDED: frozenset(),
        Status.FAILED: frozenset(),
        Status.CANCELED: frozenset(),
    }
)


def sources(target: Status) -> frozenset[Status]:
    """The states from which `target` may be entered."""
    return frozenset(source for source, targets in TRANSITIONS.items() if target in targets)


RUNNING: frozenset[Status] = frozenset(status for status in Status if not status.terminal)
"""The states in which work may still happen."""
