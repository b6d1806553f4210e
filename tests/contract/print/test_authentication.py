"""The print contract, "Errors and authentication": the authorizer over the gateway's events."""

import base64
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws

from longrun.aws.directory import DynamoDirectory
from longrun.identity.administration import Administration
from longrun.identity.authentication import Authenticator
from longrun.identity.passwords import Cost, Passwords
from longrun.identity.principal import Principal
from longrun.operations.errors import Interrupted

TABLE = "longrun-state"
PASSWORD = "correct horse: battery"
STAGE = "arn:aws:execute-api:eu-central-1:123456789012:abcdef123/v1"
BASE = "/rest/serverengine"


class Clock:
    """The time, which passes when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoDirectory]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("TABLE", TABLE)
    with mock_aws():
        client = boto3.client("dynamodb")
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "PK", "AttributeType": "S"},
                {"AttributeName": "SK", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "SK", "KeyType": "RANGE"},
            ],
        )
        yield DynamoDirectory(client=client, table=TABLE)


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(cost=Cost(log2_n=2, r=1, p=1))


@pytest.fixture
def administration(
    directory: DynamoDirectory, clock: Clock, passwords: Passwords
) -> Administration:
    administration = Administration(directory=directory, clock=clock, passwords=passwords)
    administration.create_tenant("acme")
    administration.create_user(
        "anna", tenant_id="acme", roles=["ROLE_DATA", "ROLE_MONITOR"], password=PASSWORD
    )
    return administration


@pytest.fixture
def authenticator(
    directory: DynamoDirectory,
    administration: Administration,
    clock: Clock,
    passwords: Passwords,
) -> Authenticator:
    return Authenticator(directory=directory, clock=clock, passwords=passwords)


@pytest.fixture
def door(authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    app = importlib.import_module("functions.print.authorizer.app")
    monkeypatch.setattr(app, "authenticator", authenticator)
    return app


def event(
    headers: dict[str, str] | None,
    method: str = "GET",
    path: str = f"{BASE}/workflow/print/getOperations",
) -> dict[str, Any]:
    return {
        "type": "REQUEST",
        "methodArn": f"{STAGE}/{method}{path}",
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "requestContext": {"stage": "v1"},
    }


def basic(name: str = "anna", password: str = PASSWORD) -> dict[str, str]:
    encoded = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def token(authenticator: Authenticator) -> dict[str, str]:
    return {"auth_token": authenticator.login(authenticator.authenticate(basic())).token}


def assert_unauthorized(door: ModuleType, event: dict[str, Any]) -> None:
    """The exact words are what the gateway turns into the contract's 401."""
    with pytest.raises(Exception, match=r"\AUnauthorized\Z") as refused:
        door.handler(event, None)
    assert type(refused.value) is Exception
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/workflow/print"),
        ("HEAD", "/authentication"),
        ("POST", "/workflow/print/submit"),
        ("POST", "/workflow/print/12/name with blanks/0/15"),
        ("GET", "/filestore/file/12/images/logo.png"),
        ("POST", "/authentication/login"),
    ],
)
def test_basic_credentials_open_every_method(door: ModuleType, method: str, path: str) -> None:
    answer = door.handler(event(basic(), method, BASE + path), None)

    assert answer["policyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [
            {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{STAGE}/*"}
        ],
    }


def test_a_session_token_opens_every_method_but_the_login(
    door: ModuleType, authenticator: Authenticator
) -> None:
    headers = token(authenticator)

    assert door.handler(event(headers, "POST", f"{BASE}/workflow/print/submit"), None)
    assert door.handler(event(headers, "GET", f"{BASE}/authentication"), None)
    for path in ("/authentication/login", "/authentication/login/"):
        assert_unauthorized(door, event(headers, "POST", BASE + path))


def test_the_context_is_flat_and_of_strings_and_leads_back_to_the_principal(
    door: ModuleType,
) -> None:
    answer = door.handler(event(basic()), None)

    assert answer["principalId"] == "anna"
    assert answer["context"] == {
        "tenant": "acme",
        "principalId": "anna",
        "permissions": "print:monitor print:run resources:list",
        "name": "anna",
        "passwordGeneration": "1",
    }
    principal = Principal.from_context(answer["context"])
    assert (principal.tenant, principal.id) == ("acme", "anna")
    assert principal.permissions == {"print:run", "print:monitor", "resources:list"}


def test_nothing_secret_stands_in_the_answer(
    door: ModuleType, authenticator: Authenticator
) -> None:
    headers = token(authenticator)

    assert PASSWORD not in json.dumps(door.handler(event(basic()), None))
    assert headers["auth_token"] not in json.dumps(door.handler(event(headers), None))


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
def test_the_case_of_a_headers_name_does_not_matter(door: ModuleType, name: str) -> None:
    assert door.handler(event({name: basic()["Authorization"]}), None)


@pytest.mark.parametrize(
    "headers",
    [
        None,
        {},
        {"Authorization": ""},
        {"Authorization": "Basic"},
        {"Authorization": "Basic ????"},
        {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
        {"Authorization": "Basic " + base64.b64encode(b"anna").decode()},
        basic(password="wrong"),
        basic(name="nobody"),
        basic(name="Anna"),
        basic(password=PASSWORD + "\0"),
        basic(name="x" * 3000),
        {"auth_token": "forged"},
        {"auth_token": "A" * 43},
        {"Auth_Token": "é" * 43},
    ],
)
def test_missing_malformed_wrong_and_forged_credentials_are_unauthorized(
    door: ModuleType, headers: dict[str, str] | None
) -> None:
    assert_unauthorized(door, event(headers))


def test_bad_basic_credentials_are_not_saved_by_a_good_token(
    door: ModuleType, authenticator: Authenticator
) -> None:
    assert_unauthorized(door, event(basic(password="wrong") | token(authenticator)))


def test_an_expired_token_is_unauthorized(
    door: ModuleType, authenticator: Authenticator, clock: Clock
) -> None:
    headers = token(authenticator)
    clock.now += timedelta(hours=1)

    assert_unauthorized(door, event(headers))


def test_a_revoked_user_or_tenant_is_unauthorized_at_once(
    door: ModuleType, authenticator: Authenticator, administration: Administration
) -> None:
    headers = token(authenticator)

    administration.revoke_tenant("acme")
    assert_unauthorized(door, event(headers))
    assert_unauthorized(door, event(basic()))

    administration.restore_tenant("acme")
    assert door.handler(event(headers), None)

    administration.revoke_user("anna")
    assert_unauthorized(door, event(headers))
    assert_unauthorized(door, event(basic()))


def test_a_rotated_password_and_its_sessions_are_unauthorized_at_once(
    door: ModuleType, authenticator: Authenticator, administration: Administration
) -> None:
    headers = token(authenticator)
    rotated = administration.rotate_password("anna").password

    assert_unauthorized(door, event(headers))
    assert_unauthorized(door, event(basic()))
    assert rotated is not None
    assert door.handler(event(basic(password=rotated)), None)


def test_a_caller_without_a_permission_is_let_through_for_the_method_to_answer_403(
    door: ModuleType, administration: Administration
) -> None:
    administration.set_roles("anna", ["ROLE_MONITOR"])

    answer = door.handler(event(basic(), "POST", f"{BASE}/workflow/print/submit"), None)

    assert answer["context"]["permissions"] == "print:monitor"


def test_a_directory_out_of_reach_is_not_taken_for_bad_credentials(
    door: ModuleType, directory: DynamoDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_reach(name: str) -> None:
        raise Interrupted("The directory")

    monkeypatch.setattr(directory, "user", out_of_reach)

    with pytest.raises(Interrupted):
        door.handler(event(basic()), None)


def test_the_log_tells_the_reason_and_no_secret(
    door: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        assert_unauthorized(door, event(basic(password="hunter2")))

    assert "Refused: wrong password" in caplog.text
    assert "hunter2" not in caplog.text


def test_the_authorizers_imports_are_light() -> None:
    """What is heavy would be paid for at the start of the function that every call waits for."""
    script = (
        "import sys, functions.print.authorizer.app\n"
        "heavy = {'pydantic', 'aws_lambda_powertools', 'yaml', 'typst', 'pikepdf'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "AWS_DEFAULT_REGION": "eu-central-1",
        "TABLE": TABLE,
    }

    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
