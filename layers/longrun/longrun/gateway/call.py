"""A call of one of a contract's methods: the request of a known caller, and what answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from longrun.gateway.errors import RequestMalformed
from longrun.gateway.request import Request
from longrun.identity.principal import Principal


class Platform(Protocol):
    """Of the outside, what every contract's platform knows."""

    @property
    def public_base_url(self) -> str:
        """Where callers see the API, without a slash at the end; empty: where they called it."""
        ...


class Services(Protocol):
    """What every contract's services have."""

    @property
    def platform(self) -> Platform:
        """The outside."""
        ...

    @property
    def streaming(self) -> bool:
        """Whether answers leave as they are made, of any size up to the gateway's."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call[S: Services]:
    """One request of a known caller."""

    services: S
    """What the contract's methods work with."""
    request: Request
    principal: Principal
    path: Mapping[str, str]
    """The path's parameters by name, decoded."""
    seconds_left: Callable[[], float]
    """Until the function's time is over."""

    @property
    def method(self) -> str:
        """The verb, in capitals."""
        return self.request.method

    @property
    def request_id(self) -> str:
        """By which the log finds the request."""
        return self.request.request_id

    @property
    def body(self) -> bytes:
        """What was sent; empty where nothing was.

        Raises:
            RequestMalformed: It cannot be decoded.
        """
        return self.request.body

    @property
    def base_url(self) -> str:
        """Where the caller sees the API: as configured, else where it has just been called."""
        return self.services.platform.public_base_url or self.request.base_url

    def query(self, name: str) -> str | None:
        """A query parameter, of several the last; None if it is absent or empty."""
        values = [value for key, value in self.request.query if key == name]
        return (values[-1] or None) if values else None

    def queries(self, name: str) -> list[str]:
        """Every value of a query parameter that is not empty, in the order sent."""
        return [value for key, value in self.request.query if key == name and value]

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A query parameter that is `true` or `false`.

        Raises:
            RequestMalformed: It is neither.
        """
        value = self.query(name)
        match value.lower() if value is not None else None:
            case None:
                return default
            case "true":
                return True
            case "false":
                return False
        raise RequestMalformed(f"{name} must be true or false, not {value!r}.", parameter=name)

    def header(self, name: str) -> str | None:
        """A header; None if it is absent."""
        return self.request.headers.get(name)


def decoded(segment: str) -> str:
    """A path segment, decoded where the gateway did not (`%20`)."""
    return unquote(segment) if "%" in segment else segment
