"""`longrun tenants|users|clients|keys …`, over a Lambda client that is none."""

import io
import json
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from longrun_client.administration import AdminFunction
from longrun_client.command import main

ANNA = {
    "name": "anna",
    "tenant": "acme",
    "roles": ["ROLE_DATA", "ROLE_MONITOR"],
    "active": True,
    "timeCreated": "2026-11-21T12:00:00Z",
}
ACME = {
    "id": "acme",
    "name": "Acme Insurance",
    "active": True,
    "timeCreated": "2026-11-21T12:00:00Z",
}


class FakeLambda:
    """Answers invocations from a list, and keeps what it was asked."""

    def __init__(self, *answers: object, function_error: str | None = None) -> None:
        self.answers = list(answers)
        self.function_error = function_error
        self.functions: list[str] = []
        self.asked: list[dict[str, Any]] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's
        self.functions.append(FunctionName)
        self.asked.append(json.loads(Payload))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        response: dict[str, Any] = {"StatusCode": 200, "Payload": io.BytesIO(content)}
        return response | ({"FunctionError": self.function_error} if self.function_error else {})


def run(client: FakeLambda, *arguments: str) -> int:
    return main(
        ["--stack", "longrun-test", *arguments],
        function=lambda stack: AdminFunction(stack=stack, client=cast(Any, client)),
    )


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("tenants create acme", {"command": "tenants.create", "tenant": "acme"}),
        (
            "tenants create acme --name Acme",
            {"command": "tenants.create", "tenant": "acme", "name": "Acme"},
        ),
        (
            "tenants rename acme --name Acme",
            {"command": "tenants.rename", "tenant": "acme", "name": "Acme"},
        ),
        ("tenants revoke acme", {"command": "tenants.revoke", "tenant": "acme"}),
        ("tenants restore acme", {"command": "tenants.restore", "tenant": "acme"}),
        ("users rotate anna", {"command": "users.rotate", "user": "anna"}),
        (
            "users roles anna --role ROLE_DATA",
            {"command": "users.roles", "user": "anna", "roles": ["ROLE_DATA"]},
        ),
        (
            "clients create batch --tenant acme --scope print:run --scope ROLE_MONITOR",
            {
                "command": "clients.create",
                "client": "batch",
                "tenant": "acme",
                "scopes": ["print:run", "ROLE_MONITOR"],
            },
        ),
        (
            "clients create web --tenant acme --scope print:run --client-id 0oa1",
            {
                "command": "clients.create",
                "client": "web",
                "tenant": "acme",
                "scopes": ["print:run"],
                "clientId": "0oa1",
            },
        ),
        (
            "clients rotate batch --tenant acme",
            {"command": "clients.rotate", "client": "batch", "tenant": "acme"},
        ),
        (
            "clients revoke batch --tenant acme",
            {"command": "clients.revoke", "client": "batch", "tenant": "acme"},
        ),
        (
            "keys revoke --user anna --fingerprint aa:bb",
            {"command": "keys.revoke", "user": "anna", "fingerprint": "aa:bb"},
        ),
        (
            "apikeys create portal --tenant acme",
            {"command": "apikeys.create", "apikey": "portal", "tenant": "acme"},
        ),
        (
            "apikeys revoke portal --tenant acme",
            {"command": "apikeys.revoke", "apikey": "portal", "tenant": "acme"},
        ),
        ("users revoke anna", {"command": "users.revoke", "user": "anna"}),
        ("users restore anna", {"command": "users.restore", "user": "anna"}),
        ("users end-sessions anna", {"command": "users.endSessions", "user": "anna"}),
        (
            "users create anna --tenant acme --role ROLE_DATA --role ROLE_MONITOR",
            {
                "command": "users.create",
                "user": "anna",
                "tenant": "acme",
                "roles": ["ROLE_DATA", "ROLE_MONITOR"],
            },
        ),
    ],
)
def test_a_line_becomes_the_command_of_the_stacks_function(
    line: str, asked: dict[str, object]
) -> None:
    subject = {"user": ANNA} if line.startswith("users") else {"tenant": ACME}
    client = FakeLambda(subject | {"changed": True})

    assert run(client, *line.split()) == 0
    assert client.asked == [asked]
    assert client.functions == ["longrun-test-identity-admin"]


def test_a_generated_password_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    client = FakeLambda({"user": ANNA, "changed": True, "password": "generated"})

    run(client, "users", "rotate", "anna")

    assert capsys.readouterr().out == (
        "User anna of tenant acme is active: ROLE_DATA, ROLE_MONITOR.\n"
        "Password (shown this once): generated\n"
    )


def test_a_repetition_says_that_nothing_changed(capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeLambda({"tenant": ACME, "changed": False}), "tenants", "create", "acme")

    assert capsys.readouterr().out == (
        "Tenant acme (Acme Insurance) is active. It was so already; nothing changed.\n"
    )


def test_a_password_comes_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery \n"))
    client = FakeLambda({"user": ANNA, "changed": True})

    run(client, "users", "rotate", "anna", "--password-stdin")

    assert client.asked[0]["password"] == "correct horse battery "


def test_a_list_is_read_to_its_end_and_shown_as_a_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bob = ANNA | {"name": "bob", "active": False, "roles": ["ROLE_DATA"]}
    client = FakeLambda({"users": [ANNA], "after": "anna"}, {"users": [bob], "after": None})

    assert run(client, "users", "list", "--tenant", "acme") == 0

    assert client.asked == [
        {"command": "users.list", "tenant": "acme"},
        {"command": "users.list", "tenant": "acme", "after": "anna"},
    ]
    assert capsys.readouterr().out == (
        "USER  ROLES                    STATE    CREATED\n"
        "anna  ROLE_DATA, ROLE_MONITOR  active   2026-11-21T12:00:00Z\n"
        "bob   ROLE_DATA                revoked  2026-11-21T12:00:00Z\n"
    )


def test_an_answer_can_be_had_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeLambda({"tenants": [ACME], "after": None}), "tenants", "list", "--json")

    assert json.loads(capsys.readouterr().out) == {"tenants": [ACME]}


def test_a_refusal_goes_to_standard_error_and_exits_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refusal = {"error": {"code": "notFound", "message": "There is no user 'x'.", "target": "user"}}

    assert run(FakeLambda(refusal), "users", "revoke", "x") == 1

    output = capsys.readouterr()
    assert (output.out, output.err) == ("", "There is no user 'x'.\n")


@pytest.mark.parametrize(
    "client",
    [
        FakeLambda(EndpointConnectionError(endpoint_url="here")),
        FakeLambda(ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "Invoke")),
        FakeLambda({"errorMessage": "it died"}, function_error="Unhandled"),
        FakeLambda([], function_error="Unhandled"),
        FakeLambda([]),
        FakeLambda(b"no JSON"),
    ],
)
def test_a_stack_without_an_answer_exits_3_and_names_the_function(
    capsys: pytest.CaptureFixture[str], client: FakeLambda
) -> None:
    assert run(client, "tenants", "list") == 3

    assert "longrun-test-identity-admin could not be asked: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "line", ["", "users", "users create anna", "users create anna --tenant acme", "things list"]
)
def test_wrong_usage_exits_2(line: str) -> None:
    with pytest.raises(SystemExit) as exit_:
        run(FakeLambda(), *line.split())

    assert exit_.value.code == 2


def test_the_stack_is_named_by_option_or_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def function(stack: str) -> AdminFunction:
        asked.append(stack)
        client = FakeLambda({"tenants": [], "after": None})
        return AdminFunction(stack=stack, client=cast(Any, client))

    monkeypatch.delenv("LONGRUN_STACK", raising=False)
    with pytest.raises(SystemExit):
        main(["tenants", "list"], function=function)
    main(["tenants", "list", "--stack", "late"], function=function)
    monkeypatch.setenv("LONGRUN_STACK", "environment")
    main(["tenants", "list"], function=function)

    assert asked == ["late", "environment"]


CLIENT = {
    "name": "batch",
    "tenant": "acme",
    "clientId": "id-1",
    "scopes": ["print:run"],
    "managed": True,
    "active": True,
    "timeCreated": "2026-11-21T12:00:00Z",
}
KEY = {
    "user": "anna",
    "tenant": "acme",
    "fingerprint": "aa:bb",
    "userOcid": "ocid1.user.oc1..u",
    "tenancyOcid": "ocid1.tenancy.oc1..acme",
    "active": True,
    "timeCreated": "2026-11-21T12:00:00Z",
}


def test_a_new_clients_secret_is_shown_with_where_it_is_good(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = {
        "client": CLIENT,
        "changed": True,
        "clientSecret": "s3cret",
        "tokenUrl": "https://pool.example/oauth2/token",
    }

    line = "clients create batch --tenant acme --scope print:run"
    run(FakeLambda(answer), *line.split())

    assert capsys.readouterr().out.splitlines() == [
        "Client batch of tenant acme is active: print:run.",
        "Id: id-1",
        "Secret (shown this once): s3cret",
        "Tokens: https://pool.example/oauth2/token",
    ]


def test_a_public_key_is_read_from_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "key.pem"
    file.write_text("-----BEGIN PUBLIC KEY-----\n…\n".replace("…", "MII"))
    fake = FakeLambda({"key": KEY, "changed": True})

    assert run(fake, "keys", "add", "--user", "anna", "--public-key", str(file)) == 0

    assert fake.asked[0]["publicKey"] == file.read_text()
    said = capsys.readouterr().out
    assert "user=ocid1.user.oc1..u" in said
    assert "tenancy=ocid1.tenancy.oc1..acme fingerprint=aa:bb" in said


def test_a_key_file_that_cannot_be_read_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = FakeLambda()

    code = run(fake, "keys", "add", "--user", "anna", "--public-key", str(tmp_path / "none.pem"))

    assert code == 1
    assert "none.pem cannot be read" in capsys.readouterr().err
    assert not fake.asked


def test_clients_and_keys_are_listed_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeLambda({"clients": [CLIENT], "after": None}), "clients", "list", "--tenant", "acme")
    run(FakeLambda({"keys": [KEY], "after": None}), "keys", "list", "--tenant", "acme")

    assert capsys.readouterr().out.splitlines() == [
        "CLIENT  ID    SCOPES     STATE   CREATED",
        "batch   id-1  print:run  active  2026-11-21T12:00:00Z",
        "USER  FINGERPRINT  STATE   CREATED",
        "anna  aa:bb        active  2026-11-21T12:00:00Z",
    ]


SECRET = {
    "name": "portal",
    "tenant": "acme",
    "active": True,
    "timeCreated": "2026-11-21T12:00:00Z",
}


def test_an_api_secret_is_shown_when_it_is_made_and_listed_by_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = FakeLambda({"apikey": SECRET, "changed": True, "apiKey": "s3cret"})
    run(made, "apikeys", "create", "portal", "--tenant", "acme")
    run(FakeLambda({"apikeys": [SECRET], "after": None}), "apikeys", "list", "--tenant", "acme")

    assert capsys.readouterr().out.splitlines() == [
        "API key portal of tenant acme is active.",
        "Secret (shown this once): s3cret",
        "APIKEY  STATE   CREATED",
        "portal  active  2026-11-21T12:00:00Z",
    ]
