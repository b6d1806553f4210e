"""No unsigned way in, and whatever is wrong with a signature is answered alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from longrun.operations.errors import Interrupted
from tests.contract.work_requests_control_plane.signing import Signer
from tests.contract.work_requests_control_plane.world import (
    BASE,
    COMPARTMENT,
    HOST,
    World,
    an_event,
    signer,
)

LIST = f"/workRequests?compartmentId={COMPARTMENT}&status=FAILED&status=CANCELED"
EVERYWHERE = [
    ("GET", LIST),
    ("GET", "/workRequests/1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
    ("DELETE", "/workRequests/1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
    ("GET", "/workRequests/1b4e28ba-2fa1-41d2-883f-0016d3cca427/errors"),
    ("GET", "/workRequests/1b4e28ba-2fa1-41d2-883f-0016d3cca427/logs"),
    ("POST", "/workRequests"),
    ("GET", "/somewhere/else"),
    ("GET", "/"),
    ("OPTIONS", "/workRequests"),
]


@pytest.mark.parametrize(("method", "target"), EVERYWHERE)
def test_nobody_gets_in_unsigned(world: World, method: str, target: str) -> None:
    reply = world.call(method, target, who=None)

    assert reply.error == (401, "NotAuthenticated")


def test_whatever_is_wrong_is_told_alike(world: World) -> None:
    now = world.platform.clock()
    wrong = [
        world.call("GET", LIST, who=None),
        world.call("GET", LIST, who=None, headers={"authorization": "Basic YW5uYTp4"}),
        world.call("GET", LIST, who=None, headers={"authorization": "Bearer x"}),
        world.call("GET", LIST, who=signer("anna", key="mallory")),
        world.call("GET", LIST, who=Signer("mallory", signer("anna").key_id + "0")),
        world.call("GET", LIST, at=now - timedelta(minutes=6)),
        world.call("GET", LIST, at=now + timedelta(minutes=6)),
        world.call("GET", LIST, changed={"target": LIST + "&limit=1"}),
        world.call("GET", LIST, changed={"target": LIST.replace("FAILED", "SUCCEEDED")}),
        world.call("GET", LIST, changed={"target": "/workRequests/x"}),
        world.call("GET", LIST, changed={"host": "elsewhere.example"}),
        world.call("GET", LIST, changed={"date": "Sun, 22 Nov 2026 08:00:00 GMT"}),
    ]

    assert {reply.error for reply in wrong} == {(401, "NotAuthenticated")}
    assert len({reply.body for reply in wrong}) == 1


def test_the_signature_covers_the_method(world: World) -> None:
    target = f"/workRequests/{world.begun()}"
    headers = signer("anna").headers("GET", BASE + target, host=HOST, date=world.platform.clock())

    assert world.send(an_event("GET", "", target, headers, b"")).status == 200
    assert world.send(an_event("DELETE", "", target, headers, b"")).error == (
        401,
        "NotAuthenticated",
    )


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_may_be_off_by_less_than_five_minutes(world: World, minutes: int) -> None:
    at = world.platform.clock() + timedelta(minutes=minutes)

    assert world.call("GET", LIST, at=at).status == 200


@pytest.mark.parametrize("mapping", ["", BASE])
def test_the_target_is_rebuilt_whether_or_not_the_gateway_leaves_the_mappings_key(
    world: World, mapping: str
) -> None:
    assert world.call("GET", LIST, mapping=mapping).status == 200


@pytest.mark.parametrize(
    "query",
    [
        "&status=FAILED&status=ACCEPTED",
        "&resourceId=a%20b",
        "&resourceId=a+b",
        "&resourceId=%C3%A4%2F%25&limit=7",
        "&limit=",
        "&resourceType=",
    ],
)
def test_the_query_is_taken_as_it_was_sent(world: World, query: str) -> None:
    assert world.page(query).status == 200


@pytest.mark.parametrize("segment", ["a%3Ab", "a:b", "50%25", "%C3%A4", "a%20b", "a%252Fb", "a,b"])
def test_the_path_is_rebuilt_however_the_client_escaped_it(world: World, segment: str) -> None:
    reply = world.call("GET", f"/workRequests/{segment}")

    assert reply.error == (404, "NotAuthorizedOrNotFound")


def test_a_body_must_be_the_one_that_was_signed(world: World) -> None:
    event_body = b'{"a":1}'

    sent = world.call("POST", "/workRequests", body=event_body)
    changed = world.call(
        "POST", "/workRequests", body=event_body, changed={"x-content-sha256": "AAAA"}
    )

    assert sent.error == (405, "MethodNotAllowed")
    assert sent.headers["allow"] == "GET"
    assert changed.error == (401, "NotAuthenticated")


def test_a_revoked_user_is_refused_at_once(world: World) -> None:
    directory = world.platform.directory
    anna = directory.user("anna")
    assert anna is not None
    directory.replace_user(replace(anna, active=False))

    assert world.call("GET", LIST).error == (401, "NotAuthenticated")


def test_a_path_that_is_none_is_told_to_whoever_signed(world: World) -> None:
    assert world.call("GET", "/analyticsInstances").error == (404, "NotAuthorizedOrNotFound")
    assert world.call("GET", "/").error == (404, "NotAuthorizedOrNotFound")
    assert world.call("PUT", "/workRequests/x").error == (405, "MethodNotAllowed")
    assert world.call("OPTIONS", "/workRequests/x").headers["allow"] == "DELETE, GET"


@pytest.mark.parametrize("given", ["3F2A0E5C9B1D4E7A8C6F0D1B2A394857", "csid/ABC/DEF", "a" * 128])
def test_a_request_id_is_echoed_on_every_answer(world: World, given: str) -> None:
    operation = world.begun()
    headers = {"opc-request-id": given}

    replies = [
        world.page(),
        world.call("GET", LIST, headers=headers),
        world.call("GET", f"/workRequests/{operation}", headers=headers),
        world.call("DELETE", f"/workRequests/{operation}", headers=headers),
        world.call("GET", "/workRequests", headers=headers),
        world.call("GET", LIST, who=None, headers=headers),
        world.call("GET", "/", who=None, headers=headers),
    ]

    assert replies[0].headers["opc-request-id"] == "JKJaXmPLvHcESHA="
    assert [reply.headers["opc-request-id"] for reply in replies[1:]] == [given] * 6
    assert [reply.status for reply in replies[1:]] == [200, 200, 204, 400, 401, 401]


@pytest.mark.parametrize("given", ["", "a b", "a" * 129, "ä", "a\tb", "<x>"])
def test_a_request_id_that_is_none_is_replaced(world: World, given: str) -> None:
    reply = world.call("GET", LIST, headers={"opc-request-id": given})

    assert reply.headers["opc-request-id"] == "JKJaXmPLvHcESHA="


def test_what_nobody_foresaw_is_told_by_its_id_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a detail")

    monkeypatch.setattr(type(world.platform.states), "get", broken)

    reply = world.call("GET", "/workRequests/1b4e28ba-2fa1-41d2-883f-0016d3cca427")

    assert reply.error == (500, "InternalServerError")
    assert "a detail" not in reply.body
    assert "JKJaXmPLvHcESHA=" in reply.body


def test_what_cannot_be_answered_just_now_may_be_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_: object) -> None:
        raise Interrupted("The state store")

    monkeypatch.setattr(type(world.platform.states), "get", throttled)

    reply = world.call("GET", "/workRequests/1b4e28ba-2fa1-41d2-883f-0016d3cca427")

    assert reply.error == (429, "TooManyRequests")
    assert int(reply.headers["retry-after"]) > 0
