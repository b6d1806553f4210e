"""The key set over HTTP: what is taken, and what counts as silence."""

from typing import Any

import pytest
import urllib3
from urllib3.exceptions import ProtocolError

from longrun.aws.jwks import SIZE_LIMIT, HttpKeySource
from longrun.operations.errors import Interrupted

URL = "https://issuer.example/.well-known/jwks.json"


class Body:
    """Gives out so many bytes, and knows how many it was asked for."""

    def __init__(self, status: int, content: bytes | Exception) -> None:
        self.status = status
        self.content = content
        self.asked = 0
        self.closed = False

    def read(self, amount: int) -> bytes:
        self.asked = amount
        if isinstance(self.content, Exception):
            raise self.content
        return self.content[:amount]

    def close(self) -> None:
        self.closed = True


def answering(monkeypatch: pytest.MonkeyPatch, answer: Body | Exception) -> list[dict[str, Any]]:
    """Let every request be answered so; the requests."""
    asked: list[dict[str, Any]] = []

    def request(_: object, method: str, url: str, **options: Any) -> Body:
        asked.append({"method": method, "url": url} | options)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(urllib3.PoolManager, "request", request)
    return asked


def test_the_set_is_fetched_without_redirects(monkeypatch: pytest.MonkeyPatch) -> None:
    body = Body(200, b'{"keys":[]}')
    asked = answering(monkeypatch, body)

    assert HttpKeySource(URL).fetch() == b'{"keys":[]}'

    assert asked[0]["url"] == URL
    assert asked[0]["redirect"] is False
    assert body.closed


@pytest.mark.parametrize(
    "answer",
    [
        Body(500, b"{}"),
        Body(302, b""),
        Body(404, b"{}"),
        Body(200, b" " * (SIZE_LIMIT + 1)),
        Body(200, ProtocolError("cut off")),
        ProtocolError("refused"),
    ],
)
def test_any_other_answer_is_silence(
    monkeypatch: pytest.MonkeyPatch, answer: Body | Exception
) -> None:
    answering(monkeypatch, answer)

    with pytest.raises(Interrupted, match="The token issuer"):
        HttpKeySource(URL).fetch()


def test_no_more_is_read_than_a_set_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    body = Body(200, b" " * (SIZE_LIMIT * 3))
    answering(monkeypatch, body)

    with pytest.raises(Interrupted):
        HttpKeySource(URL).fetch()
    assert body.asked == SIZE_LIMIT + 1
