"""Commands as documents, their answers and errors."""

from typing import Any

import pytest

from longrun.identity.administration import Administration
from longrun.identity.commands import answer

SECRET = "hunter2 hunter2"


@pytest.fixture(autouse=True)
def acme(administration: Administration) -> None:
    administration.create_tenant("acme", name="Acme Insurance")
    administration.create_user("anna", tenant_id="acme", roles=["ROLE_DATA"], password=SECRET)


def run(administration: Administration, command: str, **arguments: object) -> dict[str, Any]:
    return answer({"command": command} | arguments, administration)


def test_a_tenant_answers_whole(administration: Administration) -> None:
    assert run(administration, "tenants.create", tenant="globex", name="Globex") == {
        "tenant": {
            "id": "globex",
            "name": "Globex",
            "active": True,
            "timeCreated": "2026-11-21T12:00:00Z",
        },
        "changed": True,
    }


def test_a_user_answers_whole_and_without_any_hash(administration: Administration) -> None:
    document = run(
        administration,
        "users.create",
        user="bob",
        tenant="acme",
        roles=["ROLE_MONITOR", "ROLE_DATA"],
        password=SECRET,
    )

    assert document == {
        "user": {
            "name": "bob",
            "tenant": "acme",
            "roles": ["ROLE_DATA", "ROLE_MONITOR"],
            "active": True,
            "timeCreated": "2026-11-21T12:00:00Z",
        },
        "changed": True,
    }


def test_a_generated_password_stands_in_the_answer(administration: Administration) -> None:
    created = run(administration, "users.create", user="bob", tenant="acme", roles=["ROLE_DATA"])
    rotated = run(administration, "users.rotate", user="bob")

    assert len(created["password"]) == len(rotated["password"]) == 24
    assert created["password"] != rotated["password"]


@pytest.mark.parametrize(
    ("command", "arguments", "expected"),
    [
        ("tenants.rename", {"tenant": "acme", "name": "Acme Ltd"}, {"name": "Acme Ltd"}),
        ("tenants.revoke", {"tenant": "acme"}, {"active": False}),
        ("tenants.restore", {"tenant": "acme"}, {"active": True}),
        ("users.roles", {"user": "anna", "roles": ["ROLE_MONITOR"]}, {"roles": ["ROLE_MONITOR"]}),
        ("users.revoke", {"user": "anna"}, {"active": False}),
        ("users.restore", {"user": "anna"}, {"active": True}),
        ("users.endSessions", {"user": "anna"}, {"active": True}),
        ("users.rotate", {"user": "anna", "password": "another password"}, {"name": "anna"}),
    ],
)
def test_every_other_command_answers_with_what_it_changed(
    administration: Administration,
    command: str,
    arguments: dict[str, object],
    expected: dict[str, object],
) -> None:
    document = run(administration, command, **arguments)

    assert expected.items() <= (document.get("tenant") or document["user"]).items()


def test_lists_answer_in_pages(administration: Administration) -> None:
    run(administration, "users.create", user="bob", tenant="acme", roles=["ROLE_DATA"])

    first = run(administration, "users.list", tenant="acme", limit=1)
    second = run(administration, "users.list", tenant="acme", limit=1, after=first["after"])
    tenants = run(administration, "tenants.list")

    assert [user["name"] for user in first["users"] + second["users"]] == ["anna", "bob"]
    assert second["after"] is None
    assert [tenant["id"] for tenant in tenants["tenants"]] == ["acme"]


def test_a_refusal_is_an_error_with_code_message_and_target(
    administration: Administration,
) -> None:
    assert run(administration, "users.revoke", user="nobody") == {
        "error": {
            "code": "notFound",
            "message": "There is no user 'nobody'.",
            "target": "user",
        }
    }


@pytest.mark.parametrize(
    ("document", "target"),
    [
        ({}, "command"),
        (None, "command"),
        ([], "command"),
        ({"command": "users.destroy"}, "command"),
        ({"command": "users.revoke"}, "user"),
        ({"command": "users.revoke", "user": 5}, "user"),
        ({"command": "users.revoke", "user": "anna", "force": True}, "force"),
        ({"command": "users.roles", "user": "anna", "roles": "ROLE_DATA"}, "roles"),
        ({"command": "users.roles", "user": "anna", "roles": ["ROLE_DATA", 5]}, "roles.1"),
        ({"command": "tenants.list", "limit": 0}, "limit"),
        ({"command": "users.rotate", "user": "anna", "password": [SECRET]}, "password"),
    ],
)
def test_a_malformed_document_names_the_place_and_shows_no_input(
    administration: Administration, document: object, target: str
) -> None:
    error = answer(document, administration)["error"]

    assert (error["code"], error["target"]) == ("malformed", target)
    assert f"The command's {target} is wrong: " in error["message"]
    assert "hunter2" not in error["message"]
