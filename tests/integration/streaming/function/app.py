"""The function that the proofs run: what it answers is named by the event."""

import hashlib
import logging
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

from longrun.delivery.responses import StreamedResponse

type Event = dict[str, Any]

logger = logging.getLogger("function")

MIB = 1024 * 1024
closed: list[str] = []
"""The bodies that were closed, over all invocations."""


def _streamed(body: Iterator[bytes], **headers: str | list[str]) -> StreamedResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return StreamedResponse(status=200, headers=named, body=body)


def plain(event: Event, context: Any) -> object:
    return {"statusCode": 200, "body": "plain", "closed": closed}


def greeting(event: Event, context: Any) -> object:
    return _streamed(iter([b"hello, ", b"", b"world"]), Content_Type="text/plain")


def nothing(event: Event, context: Any) -> object:
    return StreamedResponse(status=204, headers={}, body=iter(()))


def headers(event: Event, context: Any) -> object:
    return StreamedResponse(status=201, headers=event["headers"], body=iter([b"x"]))


def gated(event: Event, context: Any) -> object:
    """Makes a piece for each byte that the test writes into the pipe."""

    def body() -> Iterator[bytes]:
        for number in range(event["pieces"]):
            os.read(int(os.environ["GATE"]), 1)
            yield f"piece {number}".encode()

    return _streamed(body())


def large(event: Event, context: Any) -> object:
    def body() -> Iterator[bytes]:
        for number in range(event["mib"]):
            yield hashlib.sha256(b"%d" % number).digest() * (MIB // 32)

    return _streamed(body())


def endless(event: Event, context: Any) -> object:
    def body() -> Iterator[bytes]:
        try:
            while True:
                yield bytes(MIB)
        finally:
            closed.append("endless")

    return _streamed(body())


def fails_at_once(event: Event, context: Any) -> object:
    def body() -> Iterator[bytes]:
        if event:
            raise LookupError("not even the first")
        yield b""

    return _streamed(body())


def fails_later(event: Event, context: Any) -> object:
    def body() -> Iterator[bytes]:
        try:
            yield b"the beginning"
            raise LookupError(event.get("message", "the store went away"))
        finally:
            closed.append("fails_later")

    return _streamed(body())


def gives_text(event: Event, context: Any) -> object:
    body: Iterator[Any] = iter([b"bytes", "text"])
    return _streamed(body)


def ends_the_process(event: Event, context: Any) -> object:
    def body() -> Iterator[bytes]:
        yield b"the beginning"
        raise SystemExit(3)

    return _streamed(body())


def surroundings(event: Event, context: Any) -> object:
    """What the runtime tells the function, read while the response is under way."""

    def body() -> Iterator[bytes]:
        yield b""
        yield f"{os.environ['_X_AMZN_TRACE_ID']}\n".encode()
        yield f"{context.aws_request_id}\n".encode()
        yield f"{context.get_remaining_time_in_millis() > 0}".encode()

    return _streamed(body())


def minds_the_end(event: Event, context: Any) -> object:
    signal.signal(signal.SIGTERM, lambda *_: logger.error("asked to end"))
    return "ready"


ANSWERS: dict[str, Callable[[Event, Any], object]] = {
    answer.__name__: answer
    for answer in (
        plain,
        greeting,
        nothing,
        headers,
        gated,
        large,
        endless,
        fails_at_once,
        fails_later,
        gives_text,
        ends_the_process,
        surroundings,
        minds_the_end,
    )
}


def handler(event: Event, context: Any) -> object:
    return ANSWERS[event["answer"]](event, context)
