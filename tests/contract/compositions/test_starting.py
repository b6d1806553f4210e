"""Create, sign, cancel: only the outer body is looked at, and what pends is not asked for twice."""

import json
from typing import Any

import pytest

from longrun.compositions.canonical import DEPTH
from longrun.contracts.compositions.starting import LARGEST_COMPOSITION, LARGEST_SIGNED
from longrun.operations.states import Status
from tests.contract.compositions.world import COMPOSITIONS, Reply, World
from tests.unit.compositions.fakes import disability, signed_blob

UNKNOWN = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
SIGN = f"{COMPOSITIONS}/{UNKNOWN}/sign"
CANCEL = f"{COMPOSITIONS}/{UNKNOWN}/cancel"
STARTERS = [("POST", COMPOSITIONS), ("PATCH", SIGN), ("PATCH", CANCEL)]


def test_the_whole_way(world: World) -> None:
    composition = world.created()
    assert composition.status == "PRELIMINARY"

    final = world.made(world.sign(composition))
    assert final.status == "FINAL"

    canceled = world.made(world.cancel(final))
    assert canceled.status == "ENTERED_IN_ERROR"


@pytest.mark.parametrize(("method", "path"), STARTERS)
def test_what_starts_work_answers_200_with_the_job(world: World, method: str, path: str) -> None:
    body = disability() if method == "POST" else {"data": signed_blob({})}

    job = world.call(method, path, body).data

    assert job["status"] == "PENDING"
    assert world.poll(job["id"]) == job
    assert job["id"] in world.workflows.executions


def test_the_job_is_told_of_a_composition_whatever_it_says(world: World) -> None:
    job = world.create({"surprise": True})

    world.work(job)

    assert world.poll(job)["error"][0]["code"] == 9001


@pytest.mark.parametrize("verb", ["sign", "cancel"])
def test_an_unknown_composition_is_the_jobs_to_tell(world: World, verb: str) -> None:
    path = f"{COMPOSITIONS}/{UNKNOWN}/{verb}"
    job = world.call("PATCH", path, {"data": signed_blob({})}).data["id"]

    world.work(job)

    told = world.poll(job)
    assert (told["status"], told["error"][0]["code"]) == ("FAILED", 1000)


def test_what_is_signed_is_the_jobs_to_judge(world: World) -> None:
    composition = world.created()
    data = "bm8gc2lnbmF0dXJl"
    job = world.call("PATCH", f"{COMPOSITIONS}/{composition.id}/sign", {"data": data}).data["id"]

    world.work(job)

    assert world.poll(job)["error"][0]["code"] == 9002


@pytest.mark.parametrize("verb", ["sign", "cancel"])
def test_an_id_that_is_no_uuid_is_404(world: World, verb: str) -> None:
    reply = world.call("PATCH", f"{COMPOSITIONS}/none/{verb}", {"data": "AAAA"})

    assert reply.error == (404, "not_found")


@pytest.mark.parametrize(("method", "path"), STARTERS)
@pytest.mark.parametrize(
    ("body", "invalid"),
    [
        (b"", ("$", "required")),
        (b"  ", ("$", "required")),
        (b"{", ("$", "format")),
        (b"[]", ("$", "type")),
        (b'"text"', ("$", "type")),
        (b"null", ("$", "type")),
        (b"\xff{}", ("$", "format")),
        (b'{"a":NaN}', ("$", "format")),
        (b'{"a":1,"a":2}', ("$", "format")),
        (b'{"a":12345678901234567}', ("$", "format")),
        (b'{"a":1e999}', ("$", "format")),
        (b'{"a":"\\ud800"}', ("$", "format")),
        (b"[" * 100_000, ("$", "format")),
        (b'{"a":' * 80 + b"1" + b"}" * 80, ("$", "format")),
    ],
)
def test_a_broken_outer_body_is_400_and_says_what_is_wrong(
    world: World, method: str, path: str, body: bytes, invalid: tuple[str, str]
) -> None:
    assert world.call(method, path, body).invalid == invalid


@pytest.mark.parametrize("levels", [DEPTH, DEPTH + 1])
@pytest.mark.parametrize(("method", "path"), STARTERS)
def test_the_deepest_body_that_is_read_is_accepted_and_the_next_is_400(
    world: World, method: str, path: str, levels: int
) -> None:
    """What is kept of a body is wrapped once more, which must not be held against it."""
    deep: Any = 1
    for _ in range(levels - 1):
        deep = {"a": deep}

    reply = world.call(method, path, {"data": "AAAA", "a": deep})

    if levels == DEPTH:
        world.work(reply.data["id"])
        assert world.poll(reply.data["id"])["status"] == "FAILED"
    else:
        assert reply.invalid == ("$", "format")


@pytest.mark.parametrize("path", [SIGN, CANCEL])
@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({}, "required"),
        ({"data": None}, "required"),
        ({"signed": "AAAA"}, "required"),
        ({"data": 17}, "type"),
        ({"data": {"a": 1}}, "type"),
        ({"data": ""}, "format"),
        ({"data": "no base64"}, "format"),
        ({"data": "AAAA\n"}, "format"),
        ({"data": "AAA"}, "format"),
    ],
)
def test_signed_data_is_base64_in_a_member(
    world: World, path: str, body: dict[str, Any], rule: str
) -> None:
    assert world.call("PATCH", path, body).invalid == ("$.data", rule)


def test_a_refusal_never_tells_what_was_sent(world: World) -> None:
    for body in (b'{"Olena":"Olena","Olena":2}', b'{"a":"Olena', b'{"Olena":"\\ud800"}'):
        assert "Olena" not in world.call("POST", COMPOSITIONS, body).text


@pytest.mark.parametrize(
    ("method", "path", "largest"),
    [("POST", COMPOSITIONS, LARGEST_COMPOSITION), ("PATCH", SIGN, LARGEST_SIGNED)],
)
def test_a_body_that_is_too_large_is_413(
    world: World, method: str, path: str, largest: int
) -> None:
    body = b'{"data":"' + b"A" * largest + b'"}'

    assert world.call(method, path, body).error == (413, "request_too_large")


# --- what is identical and pending --------------------------------------------------------------
def ids(*replies: Reply) -> set[str]:
    return {reply.data["id"] for reply in replies}


def test_an_identical_pending_request_is_the_same_job(world: World) -> None:
    document = disability()
    turned = json.dumps(dict(reversed(document.items())), indent=3)

    first = world.call("POST", COMPOSITIONS, document)
    second = world.call("POST", COMPOSITIONS, turned)

    assert len(ids(first, second)) == 1
    assert len(world.workflows.executions) == 1


@pytest.mark.parametrize("verb", ["sign", "cancel"])
def test_an_identical_pending_signature_is_the_same_job(world: World, verb: str) -> None:
    path = f"{COMPOSITIONS}/{UNKNOWN}/{verb}"
    body = {"data": signed_blob({})}

    first = world.call("PATCH", path, body)
    second = world.call("PATCH", path.replace(UNKNOWN, UNKNOWN.upper()), body)

    assert len(ids(first, second)) == 1


def test_another_body_composition_or_verb_is_another_job(world: World) -> None:
    body = {"data": signed_blob({})}
    other = UNKNOWN.replace("1", "2")

    replies = [
        world.call("PATCH", SIGN, body),
        world.call("PATCH", SIGN, {"data": signed_blob({"a": 1})}),
        world.call("PATCH", SIGN.replace(UNKNOWN, other), body),
        world.call("PATCH", CANCEL, body),
    ]

    assert len(ids(*replies)) == len(replies)


def test_another_callers_identical_request_is_another_job(world: World) -> None:
    """The job depends on who asks: who may not sign must not take the author's place."""
    body = {"data": signed_blob({})}

    replies = [world.call("PATCH", SIGN, body, who=who) for who in ("colleague", "doctor")]

    assert len(ids(*replies)) == 2


def test_another_tenants_identical_request_is_another_job(world: World) -> None:
    replies = [
        world.call("POST", COMPOSITIONS, disability(), who=who) for who in ("doctor", "stranger")
    ]

    assert len(ids(*replies)) == 2


def test_once_the_job_has_ended_the_same_request_is_a_new_one(world: World) -> None:
    first = world.create()
    world.work(first)

    second = world.create()

    assert second != first
    assert world.platform.states.get(second).status is Status.ACCEPTED


def test_two_different_pending_jobs_are_told_apart_by_the_later_ones_failure(world: World) -> None:
    composition = world.created()
    sign, cancel = world.sign(composition), world.cancel(composition)
    world.lifecycle.begin(sign)
    world.platform.compositions.take_task("acme", composition.id, sign)

    world.work(cancel)

    assert world.poll(cancel)["error"][0]["code"] == 1006
    assert world.poll(sign)["status"] == "PENDING"
