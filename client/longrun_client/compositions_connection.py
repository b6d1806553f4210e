"""HTTP to the compositions service: both credentials, repeats, and the envelope of answers.

What a call means is known in `compositions_client`; here is how it is made.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx

from longrun_client import work_requests_errors as issuer
from longrun_client.compositions_errors import (
    Busy,
    CallRefused,
    CompositionsError,
    NotAuthenticated,
    ServiceUnreachable,
    TokenRefused,
    UnexpectedAnswer,
    refusal,
)
from longrun_client.print_reading import Answer
from longrun_client.work_requests_tokens import (
    ClientCredentials,
    FetchedTokens,
    FixedToken,
    Tokens,
)

TRIES: Final = 4
"""Of a call that may be repeated."""
LONGEST_PAUSE: Final = 20.0
"""Seconds between two tries, whatever `Retry-After` says."""

_FIRST_PAUSE: Final = 0.3
_REASON_LENGTH: Final = 300

type Query = Mapping[str, str | int]


class Connection:
    """A keep-alive connection to one service, for one caller. Not for several threads at once."""

    def __init__(
        self,
        base_url: str,
        *,
        credentials: ClientCredentials | str,
        api_key: str,
        timeout: float,
        transport: httpx.BaseTransport | None,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        url = httpx.URL(base_url)
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            message = (
                "A compositions client's base URL is http or https, with a host and without a user."
            )
            raise ValueError(message)
        if not (api_key and api_key.isascii() and api_key.isprintable()):
            raise ValueError("A compositions client's api-key has characters that none has.")
        self.base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._sleep = sleep
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
            transport=transport,
            follow_redirects=False,
            headers={"User-Agent": "longrun-client"},
        )
        self._tokens: Tokens = (
            FixedToken(credentials)
            if isinstance(credentials, str)
            else FetchedTokens(credentials, self._http, clock)
        )

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def read[T](self, path: str, parse: Callable[[Any], T], *, query: Query | None = None) -> T:
        """What `parse` makes of the answer to a call that only reads.

        Raises:
            CallRefused: The answer is 400 or more.
            ServiceUnreachable: There is none.
            UnexpectedAnswer: `parse` cannot read it.
        """
        response = self._opened("GET", path, query=query, repeatable=True)
        return _parsed(response, parse)

    def start[T](self, method: str, path: str, document: Any, parse: Callable[[Any], T]) -> T:
        """What `parse` makes of the answer to a call that starts a job.

        Not made again where it is unknown whether it was carried out: the same request is the same
        job only while that one is pending.

        Raises:
            As of `read`.
        """
        response = self._opened(method, path, document=document, repeatable=False)
        return _parsed(response, parse)

    @contextmanager
    def streamed(self, path: str) -> Iterator[Answer]:
        """GET something in pieces.

        Raises:
            CallRefused: The answer is 400 or more.
            ServiceUnreachable: There is none.
        """
        response = self._opened("GET", path, repeatable=True, stream=True)
        try:
            yield Answer(first=response, last=response)
        finally:
            response.close()

    def _opened(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool,
        query: Query | None = None,
        document: Any = None,
        stream: bool = False,
    ) -> httpx.Response:
        """The first answer that is no error, after so many tries as the call allows."""
        pause, tries, renewed, call = _FIRST_PAUSE, TRIES, False, f"{method} {path}"
        while True:
            token = self._token()
            failure: CompositionsError
            request = self._http.build_request(
                method,
                self.base_url + path,
                params=query or None,
                json=document,
                headers={
                    "Authorization": f"Bearer {token}",
                    "api-key": self._api_key,
                    # A digest and a length shall be those of the bytes to be saved.
                    "Accept-Encoding": "identity",
                },
            )
            try:
                response = self._http.send(request, stream=stream)
                if response.is_success:
                    return response
                response.read()
                if not response.is_error:
                    raise UnexpectedAnswer(call, f"a redirect ({response.status_code})")
                failure = _refusal(response, call)
                if isinstance(failure, NotAuthenticated) and not renewed:
                    # Refused at the door: nothing was carried out.
                    renewed = True
                    if self._tokens.refused(token):
                        continue
                # 429: the service itself says that it did nothing.
                again = isinstance(failure, Busy) and (repeatable or failure.status == 429)
                asked = _asked(response)
            except httpx.TransportError as error:
                failure = ServiceUnreachable(_origin(self.base_url), _reason(error))
                failure.__cause__ = error
                # What was never sent may always be sent again.
                unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                again, asked = repeatable or unsent, 0.0
            tries -= 1
            if not (tries and again):
                raise failure
            self._sleep(min(max(pause, asked), LONGEST_PAUSE))
            pause *= 2

    def _token(self) -> str:
        try:
            return self._tokens.token()
        except issuer.TokenRefused as error:
            raise TokenRefused(str(error)) from error
        except issuer.ServiceUnreachable as error:
            raise ServiceUnreachable(error.origin, error.reason) from error
        except issuer.UnexpectedAnswer as error:
            raise UnexpectedAnswer(error.call, error.reason) from None


def _parsed[T](response: httpx.Response, parse: Callable[[Any], T]) -> T:
    try:
        return parse(response.json())
    except (ValueError, KeyError, TypeError, AttributeError, LookupError) as error:
        call = f"{response.request.method} {response.request.url.path}"
        # Not the cause: it may quote a patient's data.
        raise UnexpectedAnswer(call, type(error).__name__) from None


def _refusal(response: httpx.Response, call: str) -> CallRefused:
    kind, message = response.reason_phrase, response.text.strip()[:_REASON_LENGTH]
    request_id = None
    try:
        document = response.json()
        kind, message = str(document["error"]["type"]), str(document["error"]["message"])
        request_id = str(document["meta"]["request_id"])
    except (ValueError, KeyError, TypeError):
        # A gateway's own answer.
        pass
    return refusal(
        status=response.status_code, type=kind, message=message, call=call, request_id=request_id
    )


def _asked(response: httpx.Response) -> float:
    """Seconds of Retry-After; a date is not waited for."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _origin(base_url: str) -> str:
    url = httpx.URL(base_url)
    return f"{url.scheme}://{url.netloc.decode()}"


def _reason(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
