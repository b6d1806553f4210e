"""What a method of a contract answers with, before it becomes a gateway's response."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

TEXT: Final = "text/plain"
JSON: Final = "application/json"
OCTETS: Final = "application/octet-stream"
# Never with a charset: clients compare the whole header (contracts/print.md, "Methods").

type Headers = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status, headers and a body."""

    status: int = 200
    media_type: str = TEXT
    headers: Headers = field(default_factory=dict)
    """Several values of one header are sent as that header several times."""
    body: str | Iterator[bytes] = ""
    """Text, or bytes in pieces, read once and only if they are sent."""


def text(body: str, *, headers: Headers | None = None) -> Answer:
    """200 with plain text."""
    return Answer(body=body, headers=headers or {})


def document(body: Any, *, status: int = 200, headers: Headers | None = None) -> Answer:
    """JSON."""
    return Answer(
        status=status,
        media_type=JSON,
        body=_whole(json.dumps(body, ensure_ascii=False, separators=(",", ":"))),
        headers=headers or {},
    )


def no_content(*, headers: Headers | None = None) -> Answer:
    """204."""
    return Answer(status=204, headers=headers or {})


def _whole(text: str) -> str:
    """The text without halves of characters: a client's JSON may hold them, no encoding can."""
    return text.encode(errors="replace").decode()
