import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from longrun_streaming.marshaller import StreamingMarshaller
from longrun_streaming.opened import (
    CONTENT_TYPE,
    PRELUDE_LIMIT,
    HeadersTooLarge,
    Opened,
    is_streamed,
    prelude,
)

from longrun.delivery.responses import StreamedResponse


class Pieces:
    """An iterator that tells how far it was read, and whether it was closed."""

    def __init__(self, *pieces: bytes, breaks: bool = False) -> None:
        self._pieces = iter(pieces)
        self._breaks = breaks
        self.made = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._breaks:
            raise LookupError("gone")
        piece = next(self._pieces)
        self.made += 1
        return piece

    def close(self) -> None:
        self.closed = True


def response(body: Iterator[bytes], **headers: str | list[str]) -> StreamedResponse:
    return StreamedResponse(status=200, headers=headers, body=body)


def metadata(made: bytes) -> object:
    assert made.endswith(bytes(8))
    return json.loads(made[:-8])


def test_the_first_piece_and_no_more_is_made_before_the_response_opens() -> None:
    pieces = Pieces(b"a", b"b", b"c")
    opened = Opened(response(pieces))
    assert pieces.made == 1
    assert list(opened) == [b"a", b"b", b"c"]


def test_what_fails_with_the_first_piece_is_raised_and_the_body_closed() -> None:
    pieces = Pieces(breaks=True)
    with pytest.raises(LookupError, match="gone"):
        Opened(response(pieces))
    assert pieces.closed


def test_headers_beyond_the_gateways_limit_are_refused_before_anything_is_made() -> None:
    pieces = Pieces(b"a")
    with pytest.raises(HeadersTooLarge, match="may be 16384 at most"):
        Opened(response(pieces, X="x" * PRELUDE_LIMIT))
    assert pieces.made == 0
    assert pieces.closed


def test_a_body_without_close_is_closed_all_the_same() -> None:
    Opened(response(iter([b"a"]))).close()


def test_the_metadata_says_several_values_and_cookies_apart() -> None:
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/plain",
        "Link": ["<a>", "<b>"],
        "set-cookie": "a=1",
        "Set-Cookie": ["b=2", "c=3"],
        "ETag": ["x"],
        "Absent": [],
    }
    assert metadata(prelude(201, headers)) == {
        "statusCode": 201,
        "headers": {"Content-Type": "text/plain", "ETag": "x"},
        "multiValueHeaders": {"Link": ["<a>", "<b>"]},
        "cookies": ["a=1", "b=2", "c=3"],
    }


def test_the_delimiter_comes_once_whatever_the_headers_hold() -> None:
    made = prelude(200, {"X": "\0" * 8 + "ü"})
    assert made.count(bytes(8)) == 1
    assert metadata(made) == {"statusCode": 200, "headers": {"X": "\0" * 8 + "ü"}}


def test_anything_with_status_headers_and_body_is_streamed() -> None:
    assert is_streamed(SimpleNamespace(status=200, headers={}, body=[]))


@pytest.mark.parametrize("returned", [{"status": 1, "headers": {}, "body": ""}, "text", b"", None])
def test_anything_else_is_marshalled_as_ever(returned: object) -> None:
    assert not is_streamed(returned)
    result, content_type = StreamingMarshaller().marshal_response(returned)
    assert not isinstance(result, Opened)
    assert content_type != CONTENT_TYPE


def test_a_streamed_response_is_opened_by_the_marshaller() -> None:
    result, content_type = StreamingMarshaller().marshal_response(response(Pieces(b"a")))
    assert isinstance(result, Opened)
    assert content_type == CONTENT_TYPE
