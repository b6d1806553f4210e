"""The commands of an operator: functions on the events of `events/`, tenants and users."""

import json
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from local.places import ROOT
from local.stack import Stack
from tests.e2e.conftest import Run


def invoke(run: Run, home: Path, function: str, event: str) -> tuple[int, str, str]:
    """What `make invoke` runs."""
    command = ("python", "-m", "local", "--home", home, "invoke", function)
    done = run(*command, ROOT / "events" / f"{event}.json")
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("function", "event", "status"),
    [
        ("PrintApi", "print-api-version", 200),
        ("PrintApi", "print-api-resources", 200),
        ("PrintApi", "print-api-progress", 404),
        ("PrintApi", "print-api-submit", 400),
        ("PrintDelivery", "print-delivery-result", 404),
    ],
)
def test_an_api_function_answers_its_event(
    run: Run, home: Path, function: str, event: str, status: int
) -> None:
    code, said, log = invoke(run, home, function, event)

    assert code == 0, said + log
    assert json.loads(said)["statusCode"] == status


@pytest.mark.parametrize(
    ("function", "event"),
    [("Sweep", "sweep"), ("Settle", "settle-aborted"), ("History", "history")],
)
def test_what_happens_by_itself_can_be_had_by_hand(
    run: Run, home: Path, function: str, event: str
) -> None:
    code, said, log = invoke(run, home, function, event)

    assert code == 0, said + log


def test_a_function_that_fails_says_so(run: Run, home: Path) -> None:
    code, said, _ = invoke(run, home, "PrintAuthorizer", "print-authorizer")

    assert code == 1
    assert json.loads(said)["errorMessage"] == "Unauthorized"


def test_an_unknown_function_is_named(run: Run, home: Path) -> None:
    code, said, log = invoke(run, home, "Nothing", "sweep")

    assert code == 1
    assert "no function 'Nothing'" in said + log


def test_users_are_created_rotated_and_revoked_by_commands(run: Run, stack: Stack) -> None:
    name = f"anna-{uuid4().hex[:8]}"

    def longrun(*arguments: str) -> dict[str, str]:
        done = run("longrun", "--stack", stack.stack, *arguments, "--json")
        assert done.returncode == 0, done.stderr
        answer: dict[str, str] = json.loads(done.stdout)
        return answer

    def status(password: str) -> int:
        url = f"{stack.contracts['print']}/workflow/print"
        return httpx.get(url, auth=(name, password)).status_code

    created = longrun("users", "create", name, "--tenant", "acme", "--role", "ROLE_DATA")
    assert status(created["password"]) == 200
    rotated = longrun("users", "rotate", name)
    assert [status(each["password"]) for each in (created, rotated)] == [401, 200]
    longrun("users", "revoke", name)
    assert status(rotated["password"]) == 401
    again = run("longrun", "--stack", stack.stack, "users", "revoke", name)
    assert "nothing changed" in again.stdout
