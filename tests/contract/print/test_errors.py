"""The print contract: what goes wrong with us, in the shape of its JSON Error."""

import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError

from longrun.operations.errors import Interrupted
from tests.contract.print.world import World

PROGRESS = "/workflow/print/getProgress/00000000-0000-4000-8000-000000000000"


def raising(error: Exception) -> Any:
    def call(*_: object, **__: object) -> Any:
        raise error

    return call


def test_a_passing_fault_is_503_with_when_to_try_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.platform.states, "get", raising(Interrupted("The state store")))

    reply = world.call("GET", PROGRESS)

    assert reply.status == 503
    assert int(reply.header("retry-after") or 0) >= 1
    assert "may succeed later" in reply.message


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_a_throttled_database_is_503(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    client = vars(world.platform.states)["_client"]
    error = ClientError({"Error": {"Code": code, "Message": ""}}, "GetItem")
    monkeypatch.setattr(client, "get_item", raising(error))

    assert world.call("GET", PROGRESS).status == 503


def test_a_throttled_store_is_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = vars(world.platform.artefacts)["_client"]
    error = ClientError({"Error": {"Code": "SlowDown", "Message": ""}}, "PutObject")
    monkeypatch.setattr(client, "put_object", raising(error))

    assert world.call("POST", "/filestore/DataFile", b"x").status == 503


def test_an_unforeseen_fault_is_500_with_an_id_and_no_detail(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(world.platform.states, "get", raising(ZeroDivisionError("secret")))

    with caplog.at_level(logging.ERROR, logger="longrun"):
        reply = world.call("GET", PROGRESS)

    assert reply.status == 500
    assert "request-1" in reply.message
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text
    [record] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert "request-1" in record.getMessage()
    assert record.exc_info is not None


def test_a_forbidden_call_of_ours_is_500_not_403(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = vars(world.platform.states)["_client"]
    error = ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "GetItem")
    monkeypatch.setattr(client, "get_item", raising(error))

    assert world.call("GET", PROGRESS).status == 500


def test_a_log_holds_no_credentials_and_no_body(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(world.platform.file_index, "get", raising(ZeroDivisionError("x")))

    world.call(
        "POST",
        "/filestore/DataFile?filename=a.csv",
        b"a-secret-body",
        headers={"Authorization": "Basic a-secret-header"},
    )

    said = capsys.readouterr()
    assert "a-secret" not in said.out + said.err


def test_an_event_that_no_authorizer_has_seen_is_refused(world: World) -> None:
    door = world._doors["api"]
    event = {
        "path": "/serverengine/workflow/print/getOperations",
        "httpMethod": "GET",
        "headers": None,
        "requestContext": {"requestId": "request-1", "stage": "v1"},
    }

    answer = door.app.resolve(event, None)

    assert answer["statusCode"] == 500
