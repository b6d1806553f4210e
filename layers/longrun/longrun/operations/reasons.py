"""Why operations fail for which no step spoke: late, never started, stopped, broken off.

The sentences are for those who started the operation; of the engine's error only its name is
looked at, for its details may hold data.
"""

from typing import Final

from longrun.operations.operation import MESSAGE_KEPT, Fault, Source
from longrun.operations.store import Outcome

LATE: Final = Fault(
    code="DeadlineExceeded",
    message="The work took longer than allowed and was stopped.",
    source=Source.SYSTEM,
)
NEVER_STARTED: Final = Fault(
    code="NotStarted",
    message="The work could not be started. Please submit it again.",
    source=Source.SYSTEM,
)
_TIMEOUTS: Final = frozenset({"States.Timeout", "States.HeartbeatTimeout", "Sandbox.Timedout"})


def shortened(message: str) -> str:
    """The message, cut where it is longer than is kept."""
    return message if len(message) <= MESSAGE_KEPT else message[: MESSAGE_KEPT - 1] + "…"


def unsettled(outcome: Outcome, phase: str | None) -> Fault:
    """Why an operation failed whose workflow ended without saying so.

    Args:
        outcome: How the execution ended.
        phase: The name of the phase that the operation was in, if it had come to one.
    """
    where = f" during {phase}" if phase else ""
    if outcome.status == "ABORTED":
        code, message = "Aborted", f"The work was stopped from outside{where}."
    elif outcome.status == "TIMED_OUT" or outcome.error in _TIMEOUTS:
        code, message = "DeadlineExceeded", f"The work took longer than allowed{where}."
    elif outcome.status == "SUCCEEDED":
        code, message = "Incomplete", "The work ended without a result."
    else:
        code = "Crashed"
        message = f"The work broke off{where}: a fault of the service, not of your data."
    return Fault(code=code, message=message, source=Source.SYSTEM)
