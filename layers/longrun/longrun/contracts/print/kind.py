"""The kind of operation that the print contract starts: an All-In-One production."""

from datetime import timedelta
from typing import Final

from longrun.identity.roles import PRINT_RUN
from longrun.operations.kinds import InputModel, Kind


def _input() -> InputModel:
    # Loaded by who accepts work alone: pydantic would double every other function's start-up.
    from longrun.contracts.print.accepted import AcceptedConfiguration

    return AcceptedConfiguration


ALL_IN_ONE: Final = Kind(
    name="print.all-in-one",
    permission=PRINT_RUN,
    input=_input,
    typical=timedelta(minutes=1),
    deadline=timedelta(hours=6),
)
