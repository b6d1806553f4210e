"""The authorizer's door of the compositions API: what API Gateway gets, and what is logged."""

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest

from longrun.identity.credentials import Reason, Unauthenticated
from longrun.identity.principal import Principal
from longrun.operations.errors import Interrupted

EVENTS = Path(__file__).parents[3] / "events"
METHOD = "arn:aws:execute-api:us-east-1:000000000000:api/dev/GET/patients/composition/job/x"
EVENT = {
    "headers": {"Authorization": "Bearer secret.token.here", "api-key": "s3cret"},
    "methodArn": METHOD,
}


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
    return importlib.import_module("functions.compositions.authorizer.app")


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
        tenant="acme", id="client:acme/mis", permissions=frozenset({"composition:read"}), name="mis"
    )
    answering(monkeypatch, door, principal)

    policy = door.handler(EVENT, None)

    (statement,) = policy["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:us-east-1:000000000000:api/dev/*"
    assert Principal.from_context(policy["context"]) == principal


def test_anybody_else_is_unauthorized_and_only_the_reason_is_logged(
    door: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answering(monkeypatch, door, Unauthenticated(Reason.OTHER_TENANT))

    with caplog.at_level("INFO"), pytest.raises(Exception, match=r"^Unauthorized$"):
        door.handler(EVENT, None)

    assert "another tenant" in caplog.text
    assert "secret" not in caplog.text and "s3cret" not in caplog.text


def test_an_issuer_that_is_down_is_not_the_callers_fault(
    door: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, door, Interrupted("The token issuer"))

    with pytest.raises(Interrupted):
        door.handler(EVENT, None)


def test_without_both_credentials_nothing_is_asked(door: ModuleType) -> None:
    for headers in (None, {}, {"Authorization": "Bearer a.b.c"}, {"api-key": "x"}):
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            door.handler({"headers": headers, "methodArn": METHOD}, None)


def test_the_sample_event_is_unauthorized(door: ModuleType) -> None:
    event = json.loads((EVENTS / "compositions-authorizer.json").read_text(encoding="utf-8"))
    del event["headers"]["api-key"]

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        door.handler(event, None)
