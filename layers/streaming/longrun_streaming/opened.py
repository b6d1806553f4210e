"""A response about to be streamed: what it says first is ready, its first piece is made.

The form is API Gateway's: a JSON object with status and headers, eight NUL bytes, the payload.
https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol, TypeIs

CONTENT_TYPE: Final = "application/vnd.awslambda.http-integration-response"
DELIMITER: Final = bytes(8)
PRELUDE_LIMIT: Final = 16 * 1024
"""Bytes within which API Gateway must have seen the delimiter's end."""


class Streamed(Protocol):
    """What a handler returns to have it streamed: any value with these three."""

    @property
    def status(self) -> int:
        """Of HTTP."""
        ...

    @property
    def headers(self) -> Mapping[str, str | list[str]]:
        """A header with several values is sent several times."""
        ...

    @property
    def body(self) -> Iterable[bytes]:
        """In pieces; closed in the end, if it can be."""
        ...


class HeadersTooLarge(Exception):
    """Status and headers do not fit in what API Gateway reads of them."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"The response's status and headers are {size} bytes; streamed, they may be "
            f"{PRELUDE_LIMIT} at most."
        )
        self.size = size


class Opened:
    """The pieces of a response, the first of them already made."""

    def __init__(self, streamed: Streamed) -> None:
        """Make the first piece.

        Whatever goes wrong here happens before the first byte: it is an ordinary error.

        Raises:
            HeadersTooLarge: See there.
        """
        self._body = streamed.body
        try:
            self.prelude: Final = prelude(streamed.status, streamed.headers)
            self._pieces = iter(self._body)
            self._first = next(self._pieces, b"")
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        first, self._first = self._first, b""
        yield first
        # Held no longer than it takes to send it.
        del first
        yield from self._pieces

    def close(self) -> None:
        """Let the body's maker clean up."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def is_streamed(returned: Any) -> TypeIs[Streamed]:
    """Whether a handler's return value is to be streamed."""
    return all(hasattr(returned, name) for name in ("status", "headers", "body"))


def prelude(status: int, headers: Mapping[str, str | list[str]]) -> bytes:
    """What comes before the payload.

    Raises:
        HeadersTooLarge: See there.
    """
    single: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    cookies: list[str] = []
    for name, value in headers.items():
        values = [value] if isinstance(value, str) else list(value)
        if name.lower() == "set-cookie":
            cookies += values
        elif len(values) == 1:
            [single[name]] = values
        elif values:
            several[name] = values
    metadata: dict[str, object] = {"statusCode": status, "headers": single}
    if several:
        metadata["multiValueHeaders"] = several
    if cookies:
        metadata["cookies"] = cookies
    made = json.dumps(metadata, separators=(",", ":")).encode() + DELIMITER
    if len(made) > PRELUDE_LIMIT:
        raise HeadersTooLarge(len(made))
    return made
