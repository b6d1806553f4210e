"""Access tokens by client credentials (RFC 6749, 4.4): fetched when needed, and again in time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import httpx

from longrun_client.work_requests_errors import ServiceUnreachable, TokenRefused, UnexpectedAnswer

EARLY: Final = 60.0
"""Seconds before its end at which a token is not used any more."""

_USUAL_LIFE: Final = 300.0
"""Seconds for which a token is used whose issuer does not say how long it is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """A client of the issuer's, as `longrun clients create` shows it."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    """Only these of the client's; none: all."""


class Tokens(Protocol):
    """Gives access tokens."""

    def token(self) -> str:
        """One that is good at this moment, as far as is known."""
        ...

    def refused(self, token: str) -> bool:
        """The service did not take this one; whether it is worth asking for another."""
        ...


class FixedToken:
    """A token from elsewhere."""

    def __init__(self, token: str) -> None:
        if not (token and token.isascii() and token.isprintable()):
            message = "A work requests client's token has characters that no token has."
            raise ValueError(message)
        self._token = token

    def token(self) -> str:
        """The token."""
        return self._token

    def refused(self, token: str) -> bool:
        """There is no other."""
        del token
        return False


class FetchedTokens:
    """Tokens of the issuer, each used until shortly before its end."""

    def __init__(
        self, credentials: ClientCredentials, http: httpx.Client, clock: Callable[[], float]
    ) -> None:
        """Nothing is sent yet.

        Args:
            credentials: Whose tokens.
            http: Sends.
            clock: Seconds that never go back.
        """
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self._token: str | None = None
        self._until = 0.0

    def token(self) -> str:
        """The token at hand, or a new one.

        Raises:
            TokenRefused: The issuer gives none.
            ServiceUnreachable: The issuer does not answer.
        """
        if self._token is None or self._clock() >= self._until:
            self._token, life = self._fetched()
            self._until = self._clock() + max(life - EARLY, life / 2)
        return self._token

    def refused(self, token: str) -> bool:
        """Have another fetched: keys are rotated, and clients too."""
        if token == self._token:
            self._token = None
        return True

    def _fetched(self) -> tuple[str, float]:
        credentials = self._credentials
        form = {"grant_type": "client_credentials"}
        if credentials.scopes:
            form["scope"] = " ".join(credentials.scopes)
        url = httpx.URL(credentials.token_url)
        origin = f"{url.scheme}://{url.netloc.decode()}"
        try:
            response = self._http.post(
                url, data=form, auth=(credentials.client_id, credentials.client_secret)
            )
        except httpx.TransportError as error:
            raise ServiceUnreachable(origin, str(error) or type(error).__name__) from error
        if not response.is_success:
            raise TokenRefused(origin=origin, status=response.status_code, reason=_reason(response))
        try:
            document = response.json()
            return str(document["access_token"]), float(document.get("expires_in", _USUAL_LIFE))
        except (ValueError, KeyError, TypeError, AttributeError):
            # Not the cause: it may quote a token.
            raise UnexpectedAnswer(f"POST {url.path}", "it has no access_token") from None


def _reason(response: httpx.Response) -> str:
    """The `error` of the issuer, which is a code; else what HTTP says."""
    try:
        return str(response.json()["error"])[:100]
    except (ValueError, KeyError, TypeError):
        return response.reason_phrase
