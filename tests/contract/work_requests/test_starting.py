"""The 202 of every starter, and retry tokens: a starter of the frame's own shows them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from longrun.contracts.work_requests.analytics.starting import replayed, started
from longrun.contracts.work_requests.services import Services
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.principal import Principal
from longrun.operations.errors import KeyInUse
from longrun.operations.kinds import Kinds
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.operation import Operation
from longrun.operations.request import Request
from longrun.operations.states import Status
from tests.contract.work_requests.world import CALLERS, Reply, World
from tests.unit.operations.fakes import WORK

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Start = Callable[..., Reply]
TOKEN = "opc-retry-token"


@pytest.fixture
def lookups() -> list[str]:
    """What a starter looked up before it started anything."""
    return []


@pytest.fixture
def start(world: World, lookups: list[str], monkeypatch: pytest.MonkeyPatch) -> Start:
    """Calls a starter that has a thing worked on, which is its own meanwhile."""
    platform = world.platform
    world.services.lifecycle = Lifecycle(
        store=platform.operations,
        workflows=platform.workflows,
        kinds=Kinds([WORK]),
        retention=platform.retention,
        clock=platform.clock,
        sealer=platform.sealer,
    )
    for name in ("adam", "cora", "gina"):
        monkeypatch.setitem(CALLERS, name, _able(name))

    def extra(operation: Operation) -> Mapping[str, Any]:
        return {"resourceUri": f"/things/{operation.id}"}

    def answer(call: Call[Services]) -> Answer:
        """Works on the thing."""
        secret = call.header("secret")
        confidential = secret is not None
        again = replayed(call, WORK.name, extra_body=extra, confidential=confidential)
        if again is not None:
            return again
        thing = call.path["thing"]
        lookups.append(thing)
        request = Request(
            kind=WORK.name, input={"what": thing}, claim=f"thing/{thing}", secret=secret
        )
        return started(call, request, extra_body=extra)

    world.serve(Endpoint(name="start", verbs=("POST",), path="/things/{thing}", answer=answer))

    def begin(thing: str = "one", body: str = "", **more: Any) -> Reply:
        token = more.pop("token", None)
        headers = {**({TOKEN: token} if token is not None else {}), **more.pop("headers", {})}
        return world.call("POST", f"/things/{thing}", body, headers=headers, **more)

    return begin


def _able(name: str) -> Principal:
    """The caller with the permission of the test's kind."""
    return replace(CALLERS[name], permissions=CALLERS[name].permissions | {WORK.permission})


def work_of(reply: Reply) -> str:
    assert reply.status == 202, reply.text
    work: str = reply.json["workRequestId"]
    return work


def test_work_that_was_started_is_told_in_header_and_body(start: Start, world: World) -> None:
    reply = start()
    work = work_of(reply)

    assert reply.header("oa-work-request-id") == work
    assert reply.header("content-type") == "application/json"
    assert reply.json == {"workRequestId": work, "resourceUri": f"/things/{work}"}
    assert world.platform.states.get(work).status is Status.ACCEPTED


def test_the_same_request_with_the_same_token_is_the_same_work_request(
    start: Start, lookups: list[str]
) -> None:
    first = start(body='{"a":1}', token="t-1")
    second = start(body='{"a":1}', token="t-1")

    assert work_of(first) == work_of(second)
    assert second.json == first.json
    assert second.header("oa-work-request-id") == work_of(first)
    assert lookups == ["one"]


def test_a_repeated_request_is_answered_after_the_work_has_ended_too(
    start: Start, world: World
) -> None:
    work = work_of(start(token="t-1"))
    world.services.lifecycle.begin(work)
    world.services.lifecycle.succeed(work)

    assert work_of(start(token="t-1")) == work


@pytest.mark.parametrize(
    "other", [{"body": "{}"}, {"thing": "two"}], ids=["another body", "another thing"]
)
def test_a_token_that_stands_for_another_request_is_409(start: Start, other: Any) -> None:
    start(token="t-1")

    reply = start(token="t-1", **other)

    assert reply.error == (409, "InvalidatedRetryToken")


def test_a_token_is_its_callers_own(start: Start, world: World) -> None:
    first = work_of(start(token="t-1"))
    other = work_of(start(thing="two", token="t-1", who="cora"))

    assert first != other


@pytest.mark.parametrize("token", ["", "x" * 65, "a\tb", "naïve"])
def test_a_token_that_is_none_is_400(start: Start, token: str) -> None:
    reply = start(token=token)

    assert reply.error == (400, "InvalidParameter")
    assert TOKEN in reply.message


def test_a_token_has_up_to_64_characters(start: Start) -> None:
    assert start(token="x" * 64).status == 202


def test_a_token_that_is_being_accepted_just_now_is_409_and_may_be_sent_again(
    start: Start, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create(*_: Any, **__: Any) -> None:
        raise KeyInUse

    monkeypatch.setattr(world.platform.operations, "create", create)

    reply = start(token="t-1")

    assert reply.error == (409, "Conflict")
    assert reply.header("Retry-After") == "2"


def test_what_is_being_worked_on_is_409_and_names_the_work_request(
    start: Start, world: World
) -> None:
    work = work_of(start())

    reply = start()
    assert reply.error == (409, "Conflict")
    assert work in reply.message

    world.services.lifecycle.begin(work)
    world.services.lifecycle.succeed(work)
    assert work_of(start()) != work


def test_who_may_not_start_it_is_403(start: Start) -> None:
    assert start(who="nobody").error == (403, "NotAuthorized")


def test_a_secret_leaves_no_fast_digest_behind(
    start: Start, world: World, dynamodb: "DynamoDBClient"
) -> None:
    secret = {"secret": "pass word"}
    first = start(body="pass word", token="t-1", headers=secret)
    again = start(body="pass word", token="t-1", headers=secret)
    other = start(body="another", token="t-1", headers=secret)

    assert work_of(first) == work_of(again)
    assert other.error == (409, "InvalidatedRetryToken")
    kept = str(dynamodb.scan(TableName="longrun-test")["Items"])
    payload = b"thing=one\n\npass word"
    for digested in (payload, b"test.work\n" + payload):
        assert hashlib.sha256(digested).hexdigest() not in kept
