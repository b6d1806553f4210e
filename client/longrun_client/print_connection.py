"""HTTP to the print service: credentials, repeats, redirects, errors. What is called is elsewhere.

Credentials go with calls of the service and with nothing else: redirects and presigned forms are
requested without them, be they on the same host.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any, Final
from urllib.parse import quote

import httpx

from longrun_client.print_errors import (
    Busy,
    CallRefused,
    PrintServiceError,
    ServiceUnreachable,
    StoreRefused,
    UnexpectedAnswer,
    refusal,
)
from longrun_client.print_reading import Answer

TRIES: Final = 4
"""How often a call is made at most that may be repeated."""

LONGEST_PAUSE: Final = 20.0
"""Seconds between two tries, whatever Retry-After asks for."""

REDIRECTS: Final = 5
_FIRST_PAUSE: Final = 0.25
# The length and the digest that are announced shall be those of the bytes to be saved.
_PLAIN: Final = {"Accept-Encoding": "identity"}
_STORE_ERROR = re.compile(r"<Code>([^<]*)</Code>\s*<Message>([^<]*)</Message>")
_REASON_LENGTH: Final = 300

type Query = Mapping[str, str]
type Body = Callable[[], Iterator[bytes]]
"""Makes the pieces of a body, anew for each try."""


def segment(value: str | int) -> str:
    """A value as one segment of a path."""
    return quote(str(value), safe="")


class Connection:
    """A keep-alive connection to one service, for one user. Not for several threads at once."""

    def __init__(
        self,
        base_url: str,
        *,
        user: str | None,
        password: str | None,
        token: str | None,
        timeout: float,
        transport: httpx.BaseTransport | None,
        sleep: Callable[[float], None],
    ) -> None:
        if token is None and (user is None or password is None):
            message = "A print client needs a user and a password, or a token."
            raise ValueError(message)
        if token is not None and not (token.isascii() and token.isprintable()):
            message = "A print client's token has characters that no token has."
            raise ValueError(message)
        if user is not None and ":" in user:
            message = "A user name for Basic authentication has no colon."
            raise ValueError(message)
        url = httpx.URL(base_url)
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            message = "A print client's base URL is http or https, with a host and without a user."
            raise ValueError(message)
        self.base_url = base_url.rstrip("/")
        self.user = user
        self._password = password
        self._token = token
        self._sleep = sleep
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
            transport=transport,
            follow_redirects=False,
            headers={"User-Agent": "longrun-client"},
        )

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def take(self, token: str) -> None:
        """Send this token from now on, instead of the password."""
        self._token = token

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        document: Any = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
        basic: bool = False,
    ) -> httpx.Response:
        """Make a call and read its answer whole.

        Args:
            method: The verb.
            path: Below the base URL, its segments quoted.
            query: Parameters.
            document: A body to be sent as JSON.
            body: Or a body of bytes; `headers` tell its type and length.
            headers: More of them.
            repeatable: It may be made again where it is unknown whether it was carried out.
            basic: Use the password even where there is a token.

        Raises:
            CallRefused: The answer is 400 or more.
            ServiceUnreachable: There is none.
        """
        make = self._maker(
            method,
            path,
            query=query,
            document=document,
            body=body,
            headers={**(headers or {}), **self._credentials(basic=basic)},
        )
        response = self._opened(make, f"{method} {path}", repeatable=repeatable)
        if response.is_redirect:
            raise UnexpectedAnswer(f"{method} {path}", f"a redirect ({response.status_code})")
        return response

    @contextmanager
    def streamed(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Iterator[Answer]:
        """Make a call whose answer is read in pieces; a redirect is followed without credentials.

        Raises:
            CallRefused: The answer is 400 or more.
            StoreRefused: That of the place which the service redirected to is.
            ServiceUnreachable: There is none.
        """
        all_headers = {**_PLAIN, **(headers or {}), **self._credentials()}
        make = self._maker(method, path, query=query, body=body, headers=all_headers)
        first = self._opened(make, f"{method} {path}", repeatable=repeatable, stream=True)
        last, left = first, REDIRECTS
        try:
            while last.is_redirect:
                left -= 1
                if left < 0 or "Location" not in last.headers:
                    raise UnexpectedAnswer(f"{method} {path}", "its redirects lead nowhere")
                last.close()
                last = self._followed(last.url.join(last.headers["Location"]))
            yield Answer(first=first, last=last)
        except httpx.TransportError as error:
            raise ServiceUnreachable(_origin(last.url), _reason(error)) from error
        finally:
            last.close()

    def send_form(
        self, url: str, *, fields: Mapping[str, str], name: str, content: IO[bytes]
    ) -> None:
        """Upload by a presigned form, which carries its own authority.

        Raises:
            StoreRefused: The store did not take it.
            ServiceUnreachable: There is no answer.
        """
        try:
            response = self._http.post(
                url,
                data=dict(fields),
                files={"file": (name, content, "application/octet-stream")},
            )
        except httpx.TransportError as error:
            raise ServiceUnreachable(_origin(httpx.URL(url)), _reason(error)) from error
        self._check_store(response)

    def _maker(
        self,
        method: str,
        path: str,
        *,
        query: Query | None,
        document: Any = None,
        body: Body | None,
        headers: Mapping[str, str],
    ) -> Callable[[], httpx.Request]:
        """What makes the request, for each try anew."""

        def make() -> httpx.Request:
            return self._http.build_request(
                method,
                self.base_url + path,
                params=query or None,
                json=document,
                content=None if body is None else body(),
                headers=headers,
            )

        return make

    def _credentials(self, *, basic: bool = False) -> dict[str, str]:
        if self._token is not None and not basic:
            return {"auth_token": self._token}
        pair = base64.b64encode(f"{self.user}:{self._password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def _opened(
        self,
        make: Callable[[], httpx.Request],
        call: str,
        *,
        repeatable: bool,
        stream: bool = False,
    ) -> httpx.Response:
        """The first answer that is no error, after so many tries as the call allows."""
        pause, tries = _FIRST_PAUSE, TRIES
        while True:
            failure: PrintServiceError
            try:
                response = self._http.send(make(), stream=stream)
                if not response.is_error:
                    return response
                response.read()
                failure = _refusal(response, call)
                again, asked = repeatable and isinstance(failure, Busy), _asked(response)
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
            self._check_store(response)
        except httpx.TransportError as error:
            raise ServiceUnreachable(_origin(url), _reason(error)) from error
        return response

    def _check_store(self, response: httpx.Response) -> None:
        if not response.is_error:
            return
        response.read()
        response.close()
        found = _STORE_ERROR.search(response.text)
        # Nothing else of the answer: it may repeat the presigned URL.
        reason = f"{found[1]}: {found[2]}" if found else response.reason_phrase
        raise StoreRefused(origin=_origin(response.url), status=response.status_code, reason=reason)


def _refusal(response: httpx.Response, call: str) -> CallRefused:
    message, parameter = response.text.strip()[:_REASON_LENGTH], None
    with suppress(ValueError):
        document = response.json()
        error = document.get("error") if isinstance(document, dict) else None
        if isinstance(error, dict):
            message, parameter = str(error.get("message") or message), error.get("parameter")
    return refusal(
        status=response.status_code,
        message=message or response.reason_phrase,
        parameter=None if parameter is None else str(parameter),
        call=call,
    )


def _asked(response: httpx.Response) -> float:
    """Seconds of Retry-After; a date is not waited for."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _origin(url: httpx.URL) -> str:
    """Without path and query: those of presigned URLs are secrets."""
    return f"{url.scheme}://{url.netloc.decode()}"


def _reason(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
