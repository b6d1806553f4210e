"""From a call to what delivery is asked, and from what it delivers to an answer."""

from collections.abc import Mapping

from longrun.contracts.print.errors import Refused
from longrun.contracts.print.services import Services
from longrun.delivery.delivery import Delivered
from longrun.delivery.request import Mode, Request
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call


def asked(call: Call[Services]) -> Request:
    """What a call asks of the bytes that it will get.

    Without `delivery` they come in the response as long as one carries them: clients of this
    contract want 200, the bytes and the result's headers in one.

    Raises:
        Refused: `delivery` is none of the three ways.
    """
    way = call.query("delivery") or Mode.AUTO
    if way not in Mode:
        known = ", ".join(Mode)
        raise Refused(f"delivery must be one of {known}, not {way!r:.80}.", parameter="delivery")
    return Request.read(call.method, call.header, Mode(way))


def answered(delivered: Delivered, headers: Mapping[str, str]) -> Answer:
    """What was delivered, with headers of the contract's own."""
    return Answer(
        status=delivered.status,
        media_type=delivered.media_type,
        headers={**delivered.headers, **headers},
        body=delivered.body,
    )
