"""The pages of the catalogue's lists: bare arrays by name, and a header that leads on."""

from collections.abc import Sequence
from typing import Any, Final

from longrun.contracts.work_requests.analytics.errors import Refused
from longrun.contracts.work_requests.object_ids import object_id, object_name
from longrun.contracts.work_requests.services import Services
from longrun.gateway.answer import Answer, document
from longrun.gateway.call import Call

NEXT_PAGE: Final = "opc-next-page"
MOST: Final = 1000
"""`limit` goes from 1 to this."""
USUAL: Final = 100
"""Entries of a page where no `limit` is given."""


def limit_of(call: Call[Services]) -> int:
    """How many entries a page may have.

    Raises:
        Refused: `limit` is no number from 1 to 1000.
    """
    value = call.query("limit")
    if value is None:
        return USUAL
    limit = int(value) if value.isascii() and value.isdigit() and len(value) <= 4 else 0
    if not 1 <= limit <= MOST:
        raise Refused(400, "InvalidParameter", f"limit must be a whole number from 1 to {MOST}.")
    return limit


def place_of(call: Call[Services]) -> str | None:
    """The name after which the caller asks the list to go on; None: from its beginning.

    Raises:
        RequestMalformed: `page` is no `opc-next-page` of such a list.
    """
    token = call.query("page")
    return None if token is None else object_name(token, "page")


def page(entries: Sequence[dict[str, Any]], after: str | None) -> Answer:
    """A page.

    Args:
        entries: What is on it; may be nothing, even before the end.
        after: The name after which the list goes on; None: this was its end.
    """
    headers = {} if after is None else {NEXT_PAGE: object_id(after)}
    return document(list(entries), headers=headers)
