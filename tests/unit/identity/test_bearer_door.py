"""The authorizer's door: what API Gateway gets, and what is logged."""

import importlib
from types import ModuleType
from typing import Any

import pytest

from longrun.identity.credentials import Reason, Unauthenticated
from longrun.identity.principal import Principal
from longrun.operations.errors import Interrupted

METHOD = "arn:aws:execute-api:us-east-1:000000000000:api/dev/GET/workRequests/abc"
EVENT = {"headers": {"Authorization": "Bearer secret.token.here"}, "methodArn": METHOD}


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "TABLE": "longrun-state",
        "OIDC_ISSUER": "https://issuer.example",
        "OIDC_JWKS_URL": "https://issuer.example/keys",
        "OIDC_AUDIENCE": "",
        "OIDC_TENANT_CLAIM": "",
    }.items():
        monkeypatch.setenv(name, value)
    return importlib.import_module("functions.work_requests.authorizer.app")


def answering(monkeypatch: pytest.MonkeyPatch, door: ModuleType, answer: object) -> None:
    def authenticate(headers: object) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(door.authenticator, "authenticate", authenticate)


def test_a_known_caller_may_call_the_whole_stage(
    door: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal = Principal(
        tenant="acme", id="client:acme/batch", permissions=frozenset({"print:run"}), name="batch"
    )
    answering(monkeypatch, door, principal)

    policy: dict[str, Any] = door.handler(EVENT, None)

    (statement,) = policy["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:us-east-1:000000000000:api/dev/*"
    assert policy["principalId"] == "client:acme/batch"
    assert Principal.from_context(policy["context"]) == principal


def test_anybody_else_is_unauthorized_and_only_the_reason_is_logged(
    door: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answering(monkeypatch, door, Unauthenticated(Reason.EXPIRED_TOKEN))

    with caplog.at_level("INFO"), pytest.raises(Exception, match=r"^Unauthorized$"):
        door.handler(EVENT, None)

    assert "expired token" in caplog.text
    assert "secret" not in caplog.text


def test_an_issuer_that_is_down_is_not_the_callers_fault(
    door: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, door, Interrupted("The token issuer"))

    with pytest.raises(Interrupted):
        door.handler(EVENT, None)


def test_a_request_without_headers_is_unauthorized(door: ModuleType) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        door.handler({"headers": None, "methodArn": METHOD}, None)
