"""The admin function's door: what it answers, and what it logs."""

import importlib
from types import ModuleType
from typing import Any

import pytest

from longrun.identity.administration import Administration
from longrun.identity.command_models import Offices
from longrun.operations.errors import Interrupted

SECRET = "hunter2 hunter2"


@pytest.fixture
def door(offices: Offices, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("TABLE", "longrun-state")
    monkeypatch.setenv("USER_POOL", "eu-central-1_pool")
    monkeypatch.setenv("TOKEN_URL", "https://pool.example/oauth2/token")
    app = importlib.import_module("functions.identity.admin.app")
    monkeypatch.setattr(app, "offices", offices)
    return app


def create_anna(door: ModuleType, **arguments: object) -> dict[str, Any]:
    door.handler({"command": "tenants.create", "tenant": "acme"}, None)
    document = {"user": "anna", "tenant": "acme", "roles": ["ROLE_DATA"]} | arguments
    answer: dict[str, Any] = door.handler({"command": "users.create"} | document, None)
    return answer


def test_a_command_is_run(door: ModuleType) -> None:
    assert create_anna(door)["changed"] is True
    assert create_anna(door)["changed"] is False


def test_commands_are_logged_with_their_names_and_no_password(
    door: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        generated = create_anna(door)["password"]
        door.handler({"command": "users.rotate", "user": "anna", "password": SECRET}, None)
        door.handler({"command": "users.rotate", "user": "anna", "password": [SECRET]}, None)

    assert "'users.create'" in caplog.text
    assert "'anna'" in caplog.text
    assert ": malformed" in caplog.text
    assert generated not in caplog.text
    assert SECRET not in caplog.text
    assert "scrypt" not in caplog.text


def test_a_clients_secret_is_not_logged(door: ModuleType, caplog: pytest.LogCaptureFixture) -> None:
    door.handler({"command": "tenants.create", "tenant": "acme"}, None)
    wanted = {"client": "batch", "tenant": "acme", "scopes": ["print:run"]}

    with caplog.at_level("INFO"):
        secret = door.handler({"command": "clients.create"} | wanted, None)["clientSecret"]

    assert "'batch'" in caplog.text
    assert secret not in caplog.text


@pytest.mark.parametrize("event", [None, [], "users.list", 5, {}])
def test_whatever_is_sent_is_answered(door: ModuleType, event: object) -> None:
    assert door.handler(event, None)["error"]["code"] == "malformed"


def test_a_passing_fault_says_that_repeating_is_safe(
    door: ModuleType, administration: Administration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise Interrupted("The directory")

    monkeypatch.setattr(administration, "tenants", interrupted)

    error = door.handler({"command": "tenants.list"}, None)["error"]

    assert error["code"] == "unavailable"
    assert error["message"].endswith("Repeat the command: that is safe.")


def test_a_fault_of_ours_is_answered_without_a_trace_and_logged_with_one(
    door: ModuleType,
    administration: Administration,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken inside")

    monkeypatch.setattr(administration, "tenants", broken)

    answer = door.handler({"command": "tenants.list"}, None)

    assert answer["error"]["code"] == "internal"
    assert "broken inside" not in str(answer)
    assert "broken inside" in caplog.text
