"""A print service in the process, for the client's tests: it answers from tables, without sockets.

It keeps what it was sent, and hands out bodies in pieces as a network does.
"""

from collections.abc import Callable, Iterator, Mapping

import httpx

HOST = "https://print.example.com"
URL = f"{HOST}/rest/serverengine"
STORE = "https://bucket.s3.example.com"

type Handler = Callable[[httpx.Request], httpx.Response]
type Reply = httpx.Response | Exception | Handler


class Pieces(httpx.SyncByteStream):
    """A body in pieces; an exception among them breaks the connection off."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


class Service:
    """Replies by method and path; several replies to one call come one after another."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []
        self.now = 0.0

    def on(self, call: str, *replies: Reply) -> None:
        """Args: `call` as in `GET /filestore`, below the base URL, or with a whole URL."""
        self.replies.setdefault(call, []).extend(replies)

    def handle(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        url = str(request.url.copy_with(query=None))
        call = f"{request.method} {url.removeprefix(URL)}"
        replies = self.replies.get(call)
        assert replies, f"The test expects no {call}."
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else reply(request)

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.handle)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now

    def calls(self) -> list[str]:
        return [f"{each.method} {str(each.url).removeprefix(URL)}" for each in self.requests]

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]


def text(body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Handler:
    """Plain text; made anew for each request."""
    return lambda _: httpx.Response(
        status, headers={"Content-Type": "text/plain", **(headers or {})}, content=body.encode()
    )


def error(
    status: int,
    message: str,
    *,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Handler:
    """The contract's JSON Error."""
    inner = {"status": status, "message": message} | ({"parameter": parameter} if parameter else {})
    return lambda _: httpx.Response(status, json={"error": inner}, headers=dict(headers or {}))


def streamed(
    *pieces: bytes | Exception, length: int | None = None, headers: Mapping[str, str] | None = None
) -> Handler:
    """Bytes in pieces, announced with a length."""
    real = sum(len(piece) for piece in pieces if isinstance(piece, bytes))
    announced = {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(real if length is None else length),
    }
    return lambda _: httpx.Response(
        200, headers=announced | dict(headers or {}), stream=Pieces(*pieces)
    )
