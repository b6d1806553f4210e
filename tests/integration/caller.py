"""A user of the print API, as plain HTTP: what is sent and answered is seen to the letter."""

from collections.abc import Callable
from typing import Any, Protocol

import httpx

from local.stack import Stack, User
from tests.integration.waiting import eventually

OCTETS = {"Content-Type": "application/octet-stream"}
PRINT = "/workflow/print"


class Caller:
    """Calls with one user's credentials."""

    def __init__(self, stack: Stack, credentials: User | dict[str, str]) -> None:
        """
        Args:
            stack: Where to call.
            credentials: A user, or the headers to send instead.
        """
        self.http = httpx.Client(base_url=stack.contracts["print"], timeout=60)
        if isinstance(credentials, User):
            self.http.auth = httpx.BasicAuth(credentials.name, credentials.password)
        else:
            self.http.headers.update(credentials)

    def close(self) -> None:
        self.http.close()

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.http.get(path, params=query or None)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.http.post(path, **options)

    def upload(self, method: str, name: str, content: bytes, **query: str) -> int:
        """Upload a file; its id."""
        answer = self.http.post(
            f"/filestore/{method}",
            params={"filename": name, **query},
            content=content,
            headers=OCTETS,
        )
        assert answer.status_code == 200, answer.text
        return int(answer.text)

    def submit(self, configuration: dict[str, Any], **headers: str) -> str:
        """Start an operation; its id."""
        answer = self.http.post(f"{PRINT}/submit", json=configuration, headers=headers)
        assert answer.status_code == 202, answer.text
        return answer.headers["operationId"]

    def progress(self, operation: str) -> str:
        answer = self.get(f"{PRINT}/getProgress/{operation}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def wait(self, operation: str, seconds: float = 40) -> None:
        """Until it has ended, however."""
        eventually(lambda: self.progress(operation), until="done".__eq__, seconds=seconds)

    def result(self, operation: str, method: str = "getResult") -> httpx.Response:
        return self.http.post(f"{PRINT}/{method}/{operation}")

    def run(self, configuration: dict[str, Any], method: str = "getResult") -> httpx.Response:
        """Start an operation, wait for its end, ask for its result."""
        operation = self.submit(configuration)
        self.wait(operation)
        return self.result(operation, method)

    def cancel(self, operation: str) -> httpx.Response:
        return self.http.post(f"{PRINT}/cancel/{operation}")

    def running(self) -> dict[str, dict[str, Any]]:
        """getOperations, by id."""
        answer = self.get(f"{PRINT}/getOperations")
        assert answer.status_code == 200, answer.text
        return {row["id"]: row for row in answer.json()}

    def ids(self, path: str) -> list[Any]:
        """The identifiers that an entity service answers with."""
        answer = self.get(f"/entity/{path}")
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.json()["identifiers"]
        return found


def refusal(answer: httpx.Response) -> str:
    """The message of a JSON Error; fails if the answer is none."""
    assert answer.headers["Content-Type"] == "application/json", answer.text
    error = answer.json()["error"]
    assert error["status"] == answer.status_code
    message: str = error["message"]
    assert message
    return message


type CallAs = Callable[[User | dict[str, str]], Caller]
"""Gives a caller: a user, or whoever sends these headers."""


class NewUser(Protocol):
    """Makes a user with roles, and a password of its own."""

    def __call__(self, *roles: str, tenant: str = "acme") -> User: ...
