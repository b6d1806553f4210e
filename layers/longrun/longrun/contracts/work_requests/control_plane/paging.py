"""Page tokens, and the parameters by which a list is cut into pages.

A token says where a list goes on, and only in the very list that it was given out for. It is no
credential: what it names is looked up among what its bearer may see, so its digest needs no key.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

from longrun.contracts.work_requests.control_plane.errors import Refused
from longrun.contracts.work_requests.services import Services
from longrun.gateway.answer import Answer, document
from longrun.gateway.call import Call

NEXT_PAGE: Final = "opc-next-page"
MOST: Final = 1000
"""`limit` goes from 1 to this."""
USUAL: Final = 100
"""Entries of a page where no `limit` is given."""
LONGEST_TOKEN: Final = 4096
BYTES: Final = 3_000_000
"""A page ends early rather than become longer than this: an invocation's answer has its bounds."""

_FURTHEST: Final = 10_000_000
_DIGEST: Final = 16
"""Bytes of the digest in a token."""


def single(call: Call[Services], name: str) -> str | None:
    """A query parameter that may be there once; None if it is absent or empty.

    Raises:
        Refused: It is there several times.
    """
    values = call.queries(name)
    if len(values) > 1:
        raise Refused(f"{name} is given {len(values)} times; give it once.")
    return values[0] if values else None


def limit_of(call: Call[Services]) -> int:
    """How many entries a page may have.

    Raises:
        Refused: `limit` is no number from 1 to 1000.
    """
    value = single(call, "limit")
    if value is None:
        return USUAL
    limit = int(value) if value.isascii() and value.isdigit() and len(value) <= 4 else 0
    if not 1 <= limit <= MOST:
        raise Refused(f"limit must be a whole number from 1 to {MOST}.")
    return limit


class Pages:
    """The tokens of one list: of one tenant, with its filters and its order."""

    def __init__(self, call: Call[Services], *binding: str) -> None:
        """Args: `binding` tells the list from every other of the caller's tenant."""
        self._call = call
        self._binding = json.dumps([call.principal.tenant, *binding]).encode()

    def place[P](self, read: Callable[[dict[str, Any]], P]) -> P | None:
        """Where the caller asks the list to go on; None: at its beginning.

        Args:
            read: Makes the place of what a token says; raises `NoPlace` where it is none.

        Raises:
            Refused: `page` is no token of this list.
        """
        token = single(self._call, "page")
        if token is None:
            return None
        content = _decoded(token)
        if content is None or self._digest(content[_DIGEST:]) != content[:_DIGEST]:
            raise no_token()
        try:
            said = json.loads(content[_DIGEST:])
            if isinstance(said, dict):
                return read(said)
        except (NoPlace, ValueError, RecursionError):
            pass  # whoever made the digest made up the place too
        raise no_token()

    def answer(self, entries: list[dict[str, Any]], following: dict[str, Any] | None) -> Answer:
        """A page: a bare array, and in a header how to get the next one.

        Args:
            entries: What is on it; may be nothing, even before the end.
            following: Where the list goes on, in JSON types; None: this was its end.
        """
        headers = {} if following is None else {NEXT_PAGE: self._token(following)}
        return document(entries, headers=headers)

    def _token(self, place: dict[str, Any]) -> str:
        content = json.dumps(place, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._digest(content) + content).decode().rstrip("=")

    def _digest(self, content: bytes) -> bytes:
        return hashlib.sha256(self._binding + b"\n" + content).digest()[:_DIGEST]


class NoPlace(Exception):
    """What a token says is no place in such a list."""


def no_token() -> Refused:
    """What a token is told that was never given out for the list."""
    return Refused(
        "page must be the opc-next-page of the last answer to the same request: this is not."
    )


def number_in(said: dict[str, Any], name: str) -> int:
    """A number that a token says: how much of a list was given out.

    Raises:
        NoPlace: It says none.
    """
    number = said.get(name)
    if type(number) is not int or not 0 <= number <= _FURTHEST:
        raise NoPlace
    return number


def size_of(entry: dict[str, Any]) -> int:
    """About how many bytes an entry takes in an answer."""
    return len(json.dumps(entry))


def _decoded(token: str) -> bytes | None:
    """The bytes of a token; None where it is none: every token has one form."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        content = base64.b64decode(
            (token + "=" * (-len(token) % 4)).encode("ascii"), altchars=b"-_", validate=True
        )
    except (UnicodeError, binascii.Error):
        return None
    canonical = base64.urlsafe_b64encode(content).decode().rstrip("=")
    return content if canonical == token else None
