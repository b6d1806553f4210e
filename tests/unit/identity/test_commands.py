"""Commands as documents, their answers and errors."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from longrun.identity.administration import Administration
from longrun.identity.command_models import Offices
from longrun.identity.commands import answer

SECRET = "hunter2 hunter2"


@pytest.fixture(autouse=True)
def acme(administration: Administration) -> None:
    administration.create_tenant("acme", name="Acme Insurance")
    administration.create_user("anna", tenant_id="acme", roles=["ROLE_DATA"], password=SECRET)


def run(offices: Offices, command: str, **arguments: object) -> dict[str, Any]:
    return answer({"command": command} | arguments, offices)


def test_a_tenant_answers_whole(offices: Offices) -> None:
    assert run(offices, "tenants.create", tenant="globex", name="Globex") == {
        "tenant": {
            "id": "globex",
            "name": "Globex",
            "active": True,
            "timeCreated": "2026-11-21T12:00:00Z",
        },
        "changed": True,
    }


def test_a_user_answers_whole_and_without_any_hash(offices: Offices) -> None:
    document = run(
        offices,
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


def test_a_generated_password_stands_in_the_answer(offices: Offices) -> None:
    created = run(offices, "users.create", user="bob", tenant="acme", roles=["ROLE_DATA"])
    rotated = run(offices, "users.rotate", user="bob")

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
    offices: Offices,
    command: str,
    arguments: dict[str, object],
    expected: dict[str, object],
) -> None:
    document = run(offices, command, **arguments)

    assert expected.items() <= (document.get("tenant") or document["user"]).items()


def test_lists_answer_in_pages(offices: Offices) -> None:
    run(offices, "users.create", user="bob", tenant="acme", roles=["ROLE_DATA"])

    first = run(offices, "users.list", tenant="acme", limit=1)
    second = run(offices, "users.list", tenant="acme", limit=1, after=first["after"])
    tenants = run(offices, "tenants.list")

    assert [user["name"] for user in first["users"] + second["users"]] == ["anna", "bob"]
    assert second["after"] is None
    assert [tenant["id"] for tenant in tenants["tenants"]] == ["acme"]


def test_a_refusal_is_an_error_with_code_message_and_target(
    offices: Offices,
) -> None:
    assert run(offices, "users.revoke", user="nobody") == {
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
    offices: Offices, document: object, target: str
) -> None:
    error = answer(document, offices)["error"]

    assert (error["code"], error["target"]) == ("malformed", target)
    assert f"The command's {target} is wrong: " in error["message"]
    assert "hunter2" not in error["message"]


def test_a_client_answers_whole_and_its_secret_once(offices: Offices) -> None:
    wanted = {"client": "batch", "tenant": "acme", "scopes": ["DV Content Author", "print:run"]}

    created = run(offices, "clients.create", **wanted)

    assert created == {
        "client": {
            "name": "batch",
            "tenant": "acme",
            "clientId": "id-1",
            "scopes": ["DVContentAuthor", "print:run"],
            "managed": True,
            "active": True,
            "timeCreated": "2026-11-21T12:00:00Z",
        },
        "changed": True,
        "clientSecret": "secret-1",
        "tokenUrl": "https://pool.example/oauth2/token",
    }
    repeated = run(offices, "clients.create", **wanted)
    assert repeated == {"client": created["client"], "changed": False}
    assert run(offices, "clients.list", tenant="acme")["clients"] == [created["client"]]
    assert run(offices, "clients.rotate", client="batch", tenant="acme")["clientSecret"]
    revoked = run(offices, "clients.revoke", client="batch", tenant="acme")
    assert revoked["client"]["active"] is False
    restored = run(offices, "clients.restore", client="batch", tenant="acme")
    assert restored["client"]["active"] is True


def test_an_api_secret_is_answered_once(offices: Offices) -> None:
    wanted = {"apikey": "portal", "tenant": "acme"}

    created = run(offices, "apikeys.create", **wanted)

    entry = {
        "name": "portal",
        "tenant": "acme",
        "active": True,
        "timeCreated": "2026-11-21T12:00:00Z",
    }
    assert created == {"apikey": entry, "changed": True, "apiKey": created["apiKey"]}
    assert run(offices, "apikeys.create", **wanted) == {"apikey": entry, "changed": False}
    assert run(offices, "apikeys.list", tenant="acme") == {"apikeys": [entry], "after": None}
    revoked = run(offices, "apikeys.revoke", **wanted)
    assert revoked == {"apikey": entry | {"active": False}, "changed": True}


def test_a_key_answers_with_what_the_oci_configuration_wants(
    offices: Offices, private_key: RSAPrivateKey
) -> None:
    pem = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    key = run(offices, "keys.add", user="anna", publicKey=pem.decode())["key"]

    assert key["tenancyOcid"] == "ocid1.tenancy.oc1..acme"
    assert key["userOcid"].startswith("ocid1.user.oc1..")
    assert run(offices, "keys.list", tenant="acme") == {"keys": [key], "after": None}
    named = {"user": "anna", "fingerprint": key["fingerprint"]}
    revoked = run(offices, "keys.revoke", **named)
    assert revoked == {"key": key | {"active": False}, "changed": True}
