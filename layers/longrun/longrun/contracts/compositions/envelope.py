"""The envelope of every answer: `{meta, data}`, `{meta, data, paging}` or `{meta, error}`.

`meta` is made in one place, as the last thing that is done to an answer: errors have it too.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from longrun.gateway.answer import Answer, document
from longrun.gateway.request import Request

PREFIX: Final = "/api"
"""Before the paths of the table: on AWS a mapping's key stays in them, locally it is taken off."""

REQUEST_ID: Final = "X-Request-ID"

_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
"""A request id that may be told back and logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enveloped(Answer):
    """An answer that has no `meta` yet."""

    content: Mapping[str, Any] = field(default_factory=dict)
    """What stands beside `meta`."""


def data(value: Mapping[str, Any]) -> Enveloped:
    """200 with one object."""
    return Enveloped(content={"data": value})


def page(values: Sequence[Mapping[str, Any]], paging: Mapping[str, int]) -> Enveloped:
    """200 with a page of a list."""
    return Enveloped(content={"data": values, "paging": paging})


def finishing(base_url: Callable[[Request], str]) -> Callable[[Request, Answer], Answer]:
    """What puts the envelope around answers.

    Args:
        base_url: Where the caller sees the API, `/api` included where it is published there.
    """

    def finish(request: Request, answer: Answer) -> Answer:
        if not isinstance(answer, Enveloped):
            return answer
        several = isinstance(answer.content.get("data"), list)
        meta = {
            "code": answer.status,
            "url": base_url(request) + _path(request),
            "type": "list" if several else "object",
            "request_id": request_id(request),
        }
        return document(
            {"meta": meta, **answer.content}, status=answer.status, headers=answer.headers
        )

    return finish


def request_id(request: Request) -> str:
    """The caller's `X-Request-ID`, if it is sane, else the gateway's own."""
    sent = request.headers.get(REQUEST_ID) or ""
    return sent if _SANE.fullmatch(sent) else request.request_id


def _path(request: Request) -> str:
    path = request.path
    if path == PREFIX or path.startswith(f"{PREFIX}/"):
        path = path.removeprefix(PREFIX)
    return quote(path, safe="/%:@!$&'()*+,;=~-._")
