"""Holding a call until an operation ends, within what a client and the function can wait."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from longrun.operations.operation import Operation

RESULT_HELD: Final = 20.0
"""Seconds that a result call is held (contracts/print.md, "Result headers")."""

SYNCHRONOUS_HELD: Final = 25.0
"""Seconds that a synchronous call is held; the gateway ends it at 29."""

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0
_GROWTH: Final = 1.5
_RESERVE: Final = 3.0
"""Seconds kept for the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Waits for operations."""

    sleep: Callable[[float], None]
    now: Callable[[], float]

    def until_ended(
        self, look: Callable[[], Operation], *, seconds: float, seconds_left: float
    ) -> Operation:
        """The operation when it has ended, or as it stands when the time is over.

        Args:
            look: Reads it.
            seconds: For how long to wait.
            seconds_left: Until the function's time is over.
        """
        end = self.now() + min(seconds, seconds_left - _RESERVE)
        pause = _FIRST_PAUSE
        operation = look()
        while not operation.status.terminal and (left := end - self.now()) > 0:
            self.sleep(min(pause, left))
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)
            operation = look()
        return operation
