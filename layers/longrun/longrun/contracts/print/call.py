"""A call of one of the contract's methods: the gateway's event, read when asked."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from longrun.contracts.print.errors import Refused
from longrun.identity.principal import Principal

if TYPE_CHECKING:
    from longrun.contracts.print.services import Services


_LISTS = frozenset({"if-match", "if-none-match"})
"""Headers that may come in several lines, which are one list (RFC 9110, 5.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of a known caller."""

    services: "Services"
    event: Mapping[str, Any]
    """API Gateway's REST proxy event, payload 1.0."""
    principal: Principal
    path: Mapping[str, str]
    """The path's parameters by name, decoded."""
    seconds_left: Callable[[], float]
    """Until the function's time is over."""

    @property
    def method(self) -> str:
        """GET, HEAD or POST."""
        method: str = self.event["httpMethod"]
        return method.upper()

    @property
    def body(self) -> bytes:
        """What was sent; empty where nothing was."""
        body: str | None = self.event.get("body")
        if not body:
            return b""
        if not self.event.get("isBase64Encoded"):
            return body.encode()
        try:
            return base64.b64decode(body)
        except binascii.Error:
            raise Refused("The request's body could not be decoded.") from None

    @property
    def base_url(self) -> str:
        """Where the caller sees the API: as configured, else where it has just been called."""
        configured = self.services.platform.public_base_url
        if configured:
            return configured
        context: Mapping[str, Any] = self.event["requestContext"]
        return f"https://{context['domainName']}/{context['stage']}"

    def query(self, name: str) -> str | None:
        """A query parameter; None if it is absent or empty."""
        parameters: Mapping[str, str] = self.event.get("queryStringParameters") or {}
        return parameters.get(name) or None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A query parameter that is `true` or `false`.

        Raises:
            Refused: It is neither.
        """
        value = self.query(name)
        match value.lower() if value is not None else None:
            case None:
                return default
            case "true":
                return True
            case "false":
                return False
        raise Refused(f"{name} must be true or false, not {value!r}.", parameter=name)

    def header(self, name: str) -> str | None:
        """A header; None if it is absent."""
        wanted = name.lower()
        if wanted in _LISTS:
            lines: Mapping[str, list[str]] = self.event.get("multiValueHeaders") or {}
            sent = [
                each for key, values in lines.items() if key.lower() == wanted for each in values
            ]
            if sent:
                return ", ".join(sent)
        headers: Mapping[str, str] = self.event.get("headers") or {}
        return next((value for key, value in headers.items() if key.lower() == wanted), None)


def decoded(segment: str) -> str:
    """A path segment, decoded where the gateway did not (`%20`)."""
    return unquote(segment) if "%" in segment else segment
