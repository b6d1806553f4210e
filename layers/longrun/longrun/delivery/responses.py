"""The seam between an answer and the function's runtime: streamed where that streams, else whole.

The one place that knows both forms; `layers/streaming` streams what has a status, headers and a
body by these names. Neither imports the other.
"""

import base64
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

type Headers = Mapping[str, str | list[str]]

type ProxyResult = dict[str, Any]
"""What a buffered Lambda proxy integration takes; its body may still be an iterator of bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedResponse:
    """An HTTP response whose body is made while it is sent."""

    status: int
    headers: Headers
    """All of them; several values of one header are sent as that header several times."""
    body: Iterator[bytes]
    """Read once. Closed in the end if it has a `close`."""


def streaming() -> bool:
    """Whether this process's runtime streams: its exec wrapper says so."""
    return os.environ.get("LONGRUN_RESPONSES") == "streamed"


def resolved(result: ProxyResult, *, streaming: bool) -> StreamedResponse | ProxyResult:
    """What a handler returns for a resolver's result.

    A gateway that streams takes only streamed answers, so every one becomes one: errors too.

    Args:
        result: Its body a text, in base64 if it says so, or bytes in pieces.
        streaming: Whether the runtime streams.
    """
    body = result.get("body") or ""
    if streaming:
        return StreamedResponse(
            status=result["statusCode"],
            headers={**result.get("headers", {}), **result.get("multiValueHeaders", {})},
            body=_pieces(body, encoded=result.get("isBase64Encoded", False)),
        )
    if isinstance(body, str):
        return result
    return {**result, "body": base64.b64encode(_whole(body)).decode(), "isBase64Encoded": True}


def begun(body: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, the first of them made now: if that fails, the status can still say so."""
    return _Begun(body)


class _Begun:
    def __init__(self, body: Iterator[bytes]) -> None:
        self._body = body
        self._first: bytes | None = next(body, None)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._first is None:
            return next(self._body)
        first, self._first = self._first, None
        return first

    def close(self) -> None:
        _close(self._body)


def _pieces(body: str | Iterator[bytes], *, encoded: bool) -> Iterator[bytes]:
    if not isinstance(body, str):
        return body
    return iter((base64.b64decode(body) if encoded else body.encode(),))


def _whole(body: Iterator[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        _close(body)


def _close(body: Iterator[bytes]) -> None:
    close: Callable[[], None] | None = getattr(body, "close", None)
    if close is not None:
        close()
