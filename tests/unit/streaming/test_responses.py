import base64
from collections.abc import Iterator

import pytest

from longrun.delivery.responses import StreamedResponse, begun, resolved, streaming


def pieces(closed: list[bool]) -> Iterator[bytes]:
    try:
        yield b"one "
        yield b"two"
    finally:
        closed.append(True)


def test_the_exec_wrapper_says_whether_the_runtime_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LONGRUN_RESPONSES", raising=False)
    assert not streaming()
    monkeypatch.setenv("LONGRUN_RESPONSES", "streamed")
    assert streaming()


@pytest.mark.parametrize(
    ("result", "payload"),
    [
        ({"body": "naïve", "isBase64Encoded": False}, "naïve".encode()),
        ({"body": base64.b64encode(b"\0\1").decode(), "isBase64Encoded": True}, b"\0\1"),
        ({"body": ""}, b""),
        ({"body": None}, b""),
        ({}, b""),
        ({"body": pieces([])}, b"one two"),
    ],
)
def test_every_result_of_a_resolver_is_streamed_by_a_runtime_that_streams(
    result: dict[str, object], payload: bytes
) -> None:
    given = {"statusCode": 404, "multiValueHeaders": {"Link": ["<a>", "<b>"]}, **result}
    response = resolved(given, streaming=True)
    assert isinstance(response, StreamedResponse)
    assert response.status == 404
    assert response.headers == {"Link": ["<a>", "<b>"]}
    assert b"".join(response.body) == payload


def test_a_resolvers_text_is_left_as_it_is_where_nothing_streams() -> None:
    result = {"statusCode": 200, "body": "text", "isBase64Encoded": False}
    assert resolved(result, streaming=False) == result


def test_a_resolvers_pieces_are_joined_where_nothing_streams() -> None:
    closed: list[bool] = []
    result = {"statusCode": 200, "multiValueHeaders": {"A": ["1"]}, "body": pieces(closed)}
    assert resolved(result, streaming=False) == {
        "statusCode": 200,
        "multiValueHeaders": {"A": ["1"]},
        "body": base64.b64encode(b"one two").decode(),
        "isBase64Encoded": True,
    }
    assert closed == [True]


def test_a_body_that_has_begun_is_the_same_and_closes_the_same() -> None:
    closed: list[bool] = []
    assert list(begun(pieces(closed))) == [b"one ", b"two"]
    assert closed == [True]
    assert list(begun(iter(()))) == []
    unread = begun(pieces(closed))
    unread.close()  # type: ignore[attr-defined]  # an iterator need not have it
    assert closed == [True, True]


def test_what_fails_with_the_first_piece_fails_when_the_body_is_begun() -> None:
    def body(store: dict[str, bytes]) -> Iterator[bytes]:
        yield store["gone"]

    with pytest.raises(LookupError, match="gone"):
        begun(body({}))
