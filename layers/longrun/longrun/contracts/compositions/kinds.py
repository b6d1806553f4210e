"""The kinds of operation that are started here: create, sign, cancel.

Read by each function that changes states: input models are loaded by the kinds themselves, where
work is accepted.
"""

from datetime import timedelta
from typing import Final

from longrun.identity.roles import COMPOSITION_CANCEL, COMPOSITION_CREATE, COMPOSITION_SIGN
from longrun.operations.kinds import InputModel, Kind

_DEADLINE: Final = timedelta(minutes=15)
"""The workflow's own limit."""


def _draft() -> InputModel:
    from longrun.contracts.compositions.orders import Draft

    return Draft


def _signed() -> InputModel:
    from longrun.contracts.compositions.orders import Signed

    return Signed


CREATE_COMPOSITION: Final = Kind(
    name="composition.create",
    permission=COMPOSITION_CREATE,
    input=_draft,
    typical=timedelta(seconds=3),
    deadline=_DEADLINE,
)
SIGN_COMPOSITION: Final = Kind(
    name="composition.sign",
    permission=COMPOSITION_SIGN,
    input=_signed,
    typical=timedelta(seconds=3),
    deadline=_DEADLINE,
)
CANCEL_COMPOSITION: Final = Kind(
    name="composition.cancel",
    permission=COMPOSITION_CANCEL,
    input=_signed,
    typical=timedelta(seconds=3),
    deadline=_DEADLINE,
)
