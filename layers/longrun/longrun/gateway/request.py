"""A request as a gateway hands it over, whichever payload that is: read from the event, unjudged.

Two payloads: 1.0 of REST APIs, whose query is decoded and has lost its order, and 2.0 of HTTP APIs,
whose headers of several lines are joined by commas. What costs is read when it is asked for.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from longrun.gateway.errors import RequestMalformed

_LISTS: Final = frozenset({"if-match", "if-none-match"})
"""Headers that may come in several lines, which are one list (RFC 9110, 5.3)."""

_NO_STAGE: Final = "$default"
"""The stage of an HTTP API that is in no path."""


class Headers:
    """Header fields, found by their names in any case."""

    __slots__ = ("_lines",)

    def __init__(self, lines: Mapping[str, Sequence[str]]) -> None:
        """Take them as they came.

        Args:
            lines: Of each name the values, one for each line.
        """
        self._lines = lines

    def all(self, name: str) -> list[str]:
        """The values of each line of that name; of payload 2.0 one, joined by commas."""
        wanted = name.lower()
        return [
            value
            for key, values in self._lines.items()
            if key.lower() == wanted
            for value in values
        ]

    def get(self, name: str) -> str | None:
        """The value; of several lines the last, of those that are one list all; None if absent."""
        values = self.all(name)
        if name.lower() in _LISTS and values:
            return ", ".join(values)
        return values[-1] if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, of nobody known yet."""

    method: str
    """In capitals."""
    path: str
    """As the gateway tells it: a stage or a mapping's key may be in front, `%` may be decoded."""
    raw_query: str = ""
    """As it was sent, byte for byte; empty with payload 1.0, which does not tell."""
    query: Sequence[tuple[str, str]] = ()
    """Names and values, decoded; with payload 2.0 in the order sent."""
    headers: Headers = field(default_factory=lambda: Headers({}))
    content: str = ""
    """The body as the event carries it."""
    encoded: bool = False
    """Whether that is base64."""
    request_id: str = "unknown"
    """The gateway's own."""
    authorizer: Mapping[str, Any] = field(default_factory=dict)
    """The context that the API's authorizer gave; empty where it has none."""
    domain: str = ""
    stage: str = _NO_STAGE

    @property
    def body(self) -> bytes:
        """What was sent; empty where nothing was.

        Raises:
            RequestMalformed: It is not what the event says it is.
        """
        try:
            if self.encoded:
                return base64.b64decode(self.content, validate=True)
            return self.content.encode()
        except ValueError:
            raise RequestMalformed("The request's body could not be decoded.") from None

    @property
    def base_url(self) -> str:
        """Where the API has just been called, by the gateway's own name for it."""
        stage = "" if self.stage == _NO_STAGE else f"/{self.stage}"
        return f"https://{self.domain}{stage}"


def read_rest(event: Mapping[str, Any]) -> Request:
    """The request of a REST API's event, payload 1.0.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    context: Mapping[str, Any] = event["requestContext"]
    return Request(
        method=event["httpMethod"].upper(),
        path=event["path"],
        query=_pairs(event),
        headers=Headers(_lines(event, "multiValueHeaders", "headers")),
        content=event.get("body") or "",
        encoded=bool(event.get("isBase64Encoded")),
        request_id=context.get("requestId") or "unknown",
        authorizer=context.get("authorizer") or {},
        domain=context.get("domainName") or "",
        stage=context.get("stage") or _NO_STAGE,
    )


def read_http(event: Mapping[str, Any]) -> Request:
    """The request of an HTTP API's event, payload 2.0.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    context: Mapping[str, Any] = event["requestContext"]
    raw_query: str = event.get("rawQueryString") or ""
    lines = {name: (value,) for name, value in (event.get("headers") or {}).items()}
    if cookies := event.get("cookies"):
        lines["cookie"] = ("; ".join(cookies),)
    return Request(
        method=context["http"]["method"].upper(),
        path=context["http"]["path"],
        raw_query=raw_query,
        query=parse_qsl(raw_query, keep_blank_values=True),
        headers=Headers(lines),
        content=event.get("body") or "",
        encoded=bool(event.get("isBase64Encoded")),
        request_id=context.get("requestId") or "unknown",
        authorizer=(context.get("authorizer") or {}).get("lambda") or {},
        domain=context.get("domainName") or "",
        stage=context.get("stage") or _NO_STAGE,
    )


def _pairs(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    several = _lines(event, "multiValueQueryStringParameters", "queryStringParameters")
    return [(name, value) for name, values in several.items() for value in values]


def _lines(event: Mapping[str, Any], several: str, single: str) -> Mapping[str, Sequence[str]]:
    """The values by name, from the map that has them all, else from that of one for each name."""
    found: Mapping[str, Sequence[str]] | None = event.get(several)
    if found:
        return found
    return {name: (value,) for name, value in (event.get(single) or {}).items()}
