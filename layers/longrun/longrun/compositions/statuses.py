"""The statuses of a composition and the one table of transitions between them.

The domain's check, the tests and the words of the bus events all derive from `TRANSITIONS`;
nothing else lists which status may follow which.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CompositionStatus(StrEnum):
    """Where a composition stands; the words of the contract."""

    PRELIMINARY = "PRELIMINARY"
    """Created, not signed."""
    FINAL = "FINAL"
    """Signed."""
    AMENDED = "AMENDED"
    """Replaced by another that is signed."""
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"
    """Canceled."""


_PRELIMINARY, _FINAL = CompositionStatus.PRELIMINARY, CompositionStatus.FINAL
_AMENDED, _CANCELED = CompositionStatus.AMENDED, CompositionStatus.ENTERED_IN_ERROR

TRANSITIONS: Mapping[tuple[CompositionStatus | None, CompositionStatus], str] = MappingProxyType(
    {
        (None, _PRELIMINARY): "created",
        (_PRELIMINARY, _FINAL): "signed",
        (_FINAL, _AMENDED): "amended",
        # What replaced it was canceled.
        (_AMENDED, _FINAL): "restored",
        (_FINAL, _CANCELED): "entered-in-error",
    }
)
"""Which status may follow which, and what that is called: the event is `composition.<word>`."""


def change_of(before: CompositionStatus | None, after: CompositionStatus) -> str | None:
    """What the change from one status to another is called; None: no such change may be."""
    return TRANSITIONS.get((before, after))
