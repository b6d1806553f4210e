"""What of a request is looked at before a job is accepted: media type, ids, the outer body."""

import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from longrun.contracts.compositions.errors import ErrorType, Refused, broken
from longrun.contracts.compositions.services import Services
from longrun.gateway.answer import JSON, Answer
from longrun.gateway.call import Call

if TYPE_CHECKING:
    from longrun.compositions.canonical import NotCanonical

BODY: Final = "json_data_property"
QUERY: Final = "query_parameter"

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

type Endpoint = Callable[[Call[Services]], Answer]


def speaking_json(answer: Endpoint) -> Endpoint:
    """The endpoint, for calls whose `Content-Type` is JSON; without a body it may be left out.

    Raises:
        Refused: 415.
    """

    @wraps(answer)
    def checked(call: Call[Services]) -> Answer:
        named = call.header("Content-Type")
        bare = (named or "").partition(";")[0].strip().lower()
        if bare != JSON and (named or call.method in ("POST", "PATCH", "PUT")):
            raise Refused(ErrorType.CONTENT_TYPE_INVALID, f"Content-Type must be {JSON}.")
        return answer(call)

    return checked


def path_id(call: Call[Services], name: str, what: str) -> str:
    """An id of the path, in lower case.

    Raises:
        Refused: 404: it is no UUID, and so nothing's id.
    """
    value = call.path[name]
    if not _UUID.fullmatch(value):
        raise Refused(ErrorType.NOT_FOUND, f"There is no such {what}.")
    return str(UUID(value))


def query_id(call: Call[Services], name: str) -> str | None:
    """An id among the query parameters, in lower case; None: it is not given.

    Raises:
        Refused: 400: it is no UUID.
    """
    value = call.query(name)
    if value is not None and not _UUID.fullmatch(value):
        raise broken(QUERY, f"$.{name}", "format", "This must be a UUID.")
    return None if value is None else str(UUID(value))


def read_object(call: Call[Services], *, largest: int) -> dict[str, Any]:
    """The body: a JSON object that every reader takes for the same.

    Args:
        call: The caller's.
        largest: In bytes.

    Raises:
        Refused: 413: it is larger; 400: it is none. What it says is not told.
        RequestMalformed: It cannot be decoded.
    """
    from longrun.compositions.canonical import NotCanonical, canonical, read

    content = call.body
    if len(content) > largest:
        raise Refused(
            ErrorType.REQUEST_TOO_LARGE, f"The body of this call may have {largest} bytes at most."
        )
    if not content.strip():
        raise broken(BODY, "$", "required", "The body must be a JSON object; there is none.")
    try:
        value = read(content)
        canonical(value)
    except NotCanonical as error:
        raise _malformed(error) from None
    if not isinstance(value, dict):
        raise broken(BODY, "$", "type", "The body must be a JSON object.", "object")
    return value


def _malformed(error: "NotCanonical") -> Refused:
    # A path would hold the names of members, which may be anybody's data.
    return broken(BODY, "$", "format", f"The body {error.problem}.")


def body_text(body: dict[str, Any], name: str) -> str:
    """A text that the body must have.

    Raises:
        Refused: 400.
    """
    if body.get(name) is None:
        raise broken(BODY, f"$.{name}", "required", "This must be given.")
    value = body[name]
    if not isinstance(value, str):
        raise broken(BODY, f"$.{name}", "type", "This must be text.", "string")
    return value
