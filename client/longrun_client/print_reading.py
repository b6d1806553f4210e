"""Answers of the print service on their way from HTTP to values: in pieces, as JSON, as text."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from longrun_client.print_answers import Submitted
from longrun_client.print_errors import UnexpectedAnswer


class Answer:
    """An answer in pieces: the headers of the service's own, the body of the last."""

    def __init__(self, *, first: httpx.Response, last: httpx.Response) -> None:
        self.headers: Mapping[str, str] = first.headers
        self.status = first.status_code
        self.response = last
        self.redirected = last is not first

    def text(self) -> str:
        """The whole of a body that is text."""
        self.response.read()
        return self.response.text


def submitted(response: httpx.Response) -> Submitted:
    """The operation that a 202 tells of.

    Raises:
        UnexpectedAnswer: It is not a 202, or has no operationId.
    """
    operation_id = response.headers.get("operationId")
    if response.status_code != httpx.codes.ACCEPTED or not operation_id:
        raise UnexpectedAnswer(_call(response), "it is not a 202 with an operationId")
    links = {relation: link["url"] for relation, link in response.links.items() if relation}
    return Submitted(operation_id=operation_id, links=links)


def parsed[T](response: httpx.Response, read: Callable[[Any], T]) -> T:
    """What `read` makes of an answer's JSON.

    Raises:
        UnexpectedAnswer: It is not JSON, or not what `read` expects.
    """
    return understood(response, lambda: read(response.json()))


def parsed_text[T](response: httpx.Response, read: Callable[[str], T]) -> T:
    """What `read` makes of an answer's text.

    Raises:
        UnexpectedAnswer: It is not what `read` expects.
    """
    return understood(response, lambda: read(response.text))


def understood[T](response: httpx.Response, read: Callable[[], T]) -> T:
    """What `read` gives; its trouble with the answer becomes an error of the client's.

    Raises:
        UnexpectedAnswer: `read` raised what readers of JSON and text raise.
    """
    try:
        return read()
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise UnexpectedAnswer(_call(response), f"{type(error).__name__}: {error}") from error


def _call(response: httpx.Response) -> str:
    return f"{response.request.method} {response.request.url.path}"
