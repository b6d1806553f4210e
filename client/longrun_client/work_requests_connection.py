"""HTTP to the work requests service: tokens, repeats, pages, and redirects to the object store.

What a call means is known in `work_requests_client` and its neighbours; here is how it is made.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx

from longrun_client.print_reading import Answer
from longrun_client.work_requests_errors import (
    Busy,
    CallRefused,
    Conflict,
    NotAuthenticated,
    ServiceUnreachable,
    StoreRefused,
    UnexpectedAnswer,
    WorkRequestsError,
    refusal,
)
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
REDIRECTS: Final = 3

_FIRST_PAUSE: Final = 0.3
_REASON_LENGTH: Final = 300
# A download's digest and length shall be those of the bytes to be saved.
_PLAIN: Final = {"Accept-Encoding": "identity"}

type Query = Mapping[str, str]


class Connection:
    """A keep-alive connection to one service, for one caller. Not for several threads at once."""

    def __init__(
        self,
        base_url: str,
        *,
        credentials: ClientCredentials | str,
        timeout: float,
        transport: httpx.BaseTransport | None,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        url = httpx.URL(base_url)
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            message = (
                "A work requests client's base URL is http or https, with a host and without a user"
                "."
            )
            raise ValueError(message)
        self.base_url = base_url.rstrip("/")
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

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        document: Any = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> httpx.Response:
        """Make a call and read its answer whole.

        Args:
            method: The verb.
            path: Below the base URL, its segments quoted.
            query: Parameters.
            document: A body to be sent as JSON.
            headers: More of them.
            repeatable: It may be made again where it is unknown whether it was carried out.

        Raises:
            CallRefused: The answer is 400 or more.
            ServiceUnreachable: There is none.
        """

        def make(token: str) -> httpx.Request:
            return self._http.build_request(
                method,
                self.base_url + path,
                params=query or None,
                json=document,
                headers={**(headers or {}), "Authorization": f"Bearer {token}"},
            )

        response = self._opened(make, f"{method} {path}", repeatable=repeatable)
        if response.is_redirect:
            raise UnexpectedAnswer(f"{method} {path}", f"a redirect ({response.status_code})")
        return response

    def start(self, path: str, document: Any = None, *, retry_token: str | None) -> httpx.Response:
        """Start work; the retry token makes it repeatable, here and by whoever has it.

        Raises:
            Conflict: Other work is at it; or the token was used for another request.
            ValueError: The token is none.
        """
        token = str(uuid.uuid4()) if retry_token is None else retry_token
        if not (0 < len(token) <= 64 and token.isascii() and token.isprintable()):
            message = f"A retry token has 1 to 64 printable ASCII characters: {token!r}"
            raise ValueError(message)
        return self.call("POST", path, document=document, headers={"opc-retry-token": token})

    def pages(self, path: str) -> Iterator[httpx.Response]:
        """The pages of a list, each asked for when it is needed."""
        query: dict[str, str] | None = None
        while True:
            response = self.call("GET", path, query=query)
            yield response
            following = response.headers.get("opc-next-page")
            if not following:
                return
            query = {"page": following}

    @contextmanager
    def streamed(self, path: str) -> Iterator[Answer]:
        """GET something in pieces; a redirect is followed without the token.

        Raises:
            CallRefused: The answer is 400 or more.
            StoreRefused: That of the place which the service redirected to is.
            ServiceUnreachable: There is none.
        """

        def make(token: str) -> httpx.Request:
            headers = {**_PLAIN, "Authorization": f"Bearer {token}"}
            return self._http.build_request("GET", self.base_url + path, headers=headers)

        first = self._opened(make, f"GET {path}", repeatable=True, stream=True)
        last, left = first, REDIRECTS
        try:
            while last.is_redirect:
                left -= 1
                if left < 0 or "Location" not in last.headers:
                    raise UnexpectedAnswer(f"GET {path}", "its redirects lead nowhere")
                last.close()
                last = self._followed(last.url.join(last.headers["Location"]))
            yield Answer(first=first, last=last)
        finally:
            last.close()

    def _opened(
        self,
        make: Callable[[str], httpx.Request],
        call: str,
        *,
        repeatable: bool,
        stream: bool = False,
    ) -> httpx.Response:
        """The first answer that is no error, after so many tries as the call allows."""
        pause, tries, renewed = _FIRST_PAUSE, TRIES, False
        while True:
            token = self._tokens.token()
            failure: WorkRequestsError
            try:
                response = self._http.send(make(token), stream=stream)
                if not response.is_error:
                    return response
                response.read()
                failure = _refusal(response, call)
                if isinstance(failure, NotAuthenticated) and not renewed:
                    # Refused at the door: nothing was carried out.
                    renewed = True
                    if self._tokens.refused(token):
                        continue
                again, asked = repeatable and _passing(failure, response), _asked(response)
            except httpx.TransportError as error:
                failure = ServiceUnreachable(_origin(httpx.URL(self.base_url)), _reason(error))
                failure.__cause__ = error
                # What was never sent may always be sent again.
                unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                again, asked = repeatable or unsent, 0.0
            tries -= 1
            if not (tries and again):
                raise failure
            self._sleep(min(max(pause, asked), LONGEST_PAUSE))
            pause *= 2

    def _followed(self, url: httpx.URL) -> httpx.Response:
        request = self._http.build_request("GET", url, headers=_PLAIN)
        try:
            response = self._http.send(request, stream=True)
            if not response.is_error:
                return response
            response.read()
        except httpx.TransportError as error:
            raise ServiceUnreachable(_origin(url), _reason(error)) from error
        # Nothing of its body: it may repeat the presigned URL.
        raise StoreRefused(
            origin=_origin(url), status=response.status_code, reason=response.reason_phrase
        )


def _passing(failure: CallRefused, response: httpx.Response) -> bool:
    """Whether the service itself asks for the call to be made again."""
    return isinstance(failure, Busy) or (
        isinstance(failure, Conflict) and "Retry-After" in response.headers
    )


def _refusal(response: httpx.Response, call: str) -> CallRefused:
    code, message = response.reason_phrase, response.text.strip()[:_REASON_LENGTH]
    try:
        document = response.json()
        code, message = str(document["code"]), str(document["message"])
    except (ValueError, KeyError, TypeError):
        # A gateway's own answer.
        pass
    return refusal(status=response.status_code, code=code, message=message, call=call)


def _asked(response: httpx.Response) -> float:
    """Seconds of Retry-After; a date is not waited for."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _origin(url: httpx.URL) -> str:
    """Without path and query: those of presigned URLs are secrets."""
    return f"{url.scheme}://{url.netloc.decode()}"


def _reason(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
