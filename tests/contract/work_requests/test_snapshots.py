"""`/snapshots` and `restoreSnapshot`: what is taken, shown, refused. Their work is elsewhere."""

import json
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from longrun.operations.artefacts import Artefact
from longrun.operations.errors import SecretGone
from tests.contract.work_requests.world import Reply, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SNAPSHOTS = "/snapshots"
RESTORE = "/system/actions/restoreSnapshot"
PASSWORD = "snapshotPassword123"
BODY: dict[str, Any] = {"type": "CREATE", "name": "Friday", "bar": {"password": PASSWORD}}


def take(world: World, **more: Any) -> str:
    reply = world.call("POST", SNAPSHOTS, BODY | more)
    assert reply.status == 202, reply.text
    taken: str = reply.json["workRequestId"]
    return taken


def complete(world: World, snapshot_id: str) -> None:
    """As the task would, and the workflow's last state."""
    index = world.platform.snapshot_index
    snapshot = index.get("acme", snapshot_id)
    assert snapshot is not None
    archive = world.platform.artefacts.write(snapshot.key, b"PK", media_type="application/zip")
    contents = {"datasets": 2, "workbooks": 1, "resources": 3}
    assert index.complete(replace(snapshot, archive=archive, contents=contents))
    world.lifecycle.begin(snapshot_id)
    world.lifecycle.succeed(snapshot_id)


def taken(world: World, **more: Any) -> str:
    snapshot_id = take(world, **more)
    complete(world, snapshot_id)
    return snapshot_id


def restore(world: World, snapshot_id: str, **options: Any) -> Reply:
    body = {"snapshot": {"id": snapshot_id, "password": PASSWORD}}
    return world.call("POST", RESTORE, body, **options)


def test_a_snapshot_is_started_and_can_be_seen_at_once(world: World) -> None:
    reply = world.call("POST", SNAPSHOTS, BODY | {"description": "before the change"})

    assert reply.status == 202
    assert reply.json == {"workRequestId": reply.header("oa-work-request-id")}
    work = reply.json["workRequestId"]
    assert world.poll(work)["operationType"] == "CREATE_SNAPSHOT"
    assert world.poll(work)["resourceType"] == "SNAPSHOT"
    shown = world.call("GET", f"{SNAPSHOTS}/{work}").json
    assert shown["status"] == "CREATING"
    assert shown == shown | {
        "id": work,
        "name": "Friday",
        "type": "CREATE",
        "createdBy": "adam",
        "description": "before the change",
        "timeCreated": world.poll(work)["timeAccepted"],
    }


def test_a_complete_snapshot_tells_what_it_holds(world: World) -> None:
    shown = world.call("GET", f"{SNAPSHOTS}/{taken(world)}").json

    assert shown["status"] == "AVAILABLE"
    assert shown["bar"]["size"] == 2
    assert len(shown["bar"]["sha256"]) == 64
    assert shown["contents"] == {"datasets": 2, "workbooks": 1, "resources": 3}


def test_a_snapshot_whose_making_ended_otherwise_has_failed_and_can_be_deleted(
    world: World,
) -> None:
    snapshot_id = take(world)
    world.fail(snapshot_id, "No.")

    assert world.call("GET", f"{SNAPSHOTS}/{snapshot_id}").json["status"] == "FAILED"
    assert restore(world, snapshot_id).error == (409, "Conflict")
    assert world.call("DELETE", f"{SNAPSHOTS}/{snapshot_id}").status == 204
    assert world.call("GET", f"{SNAPSHOTS}/{snapshot_id}").error == (404, "NotFound")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "$.type: this is required"),
        (BODY | {"type": "REGISTER"}, "$.type: archives from elsewhere cannot be registered"),
        (BODY | {"type": "COPY"}, "$.type"),
        (BODY | {"storage": {"type": "OCI_NATIVE"}}, "$.storage: snapshots are kept in the"),
        (BODY | {"bar": {"password": "x", "uri": "file:///a.bar"}}, "$.bar.uri: an archive is"),
        (BODY | {"bar": {}}, "$.bar.password: this is required"),
        (BODY | {"bar": {"password": ""}}, "$.bar.password: this must be a password"),
        (BODY | {"bar": {"password": 17}}, "$.bar.password: this must be a password"),
        (BODY | {"bar": {"password": "x" * 1025}}, "$.bar.password: this must be a password"),
        (BODY | {"bar": {"password": "\ud800"}}, "$.bar.password: this must be a password"),
        (BODY | {"name": " "}, "$.name: this must be 1 to 255"),
        (BODY | {"name": "x\n"}, "$.name: this must be 1 to 255"),
        (BODY | {"colour": "red"}, "$.colour: this is not known"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_place(
    world: World, body: dict[str, Any], words: str
) -> None:
    reply = world.call("POST", SNAPSHOTS, body)

    assert reply.error == (400, "InvalidParameter")
    assert words in reply.message


def test_a_refusal_never_tells_the_password(world: World) -> None:
    for bar in ({"password": [PASSWORD]}, {"password": PASSWORD * 100}, {PASSWORD: 1}):
        refused = world.call("POST", SNAPSHOTS, BODY | {"bar": bar, "name": 1}).text
        assert PASSWORD not in refused or PASSWORD in bar


def test_the_password_is_the_operations_secret_and_nowhere_else(
    world: World, dynamodb: "DynamoDBClient", table: str
) -> None:
    snapshot_id = take(world)
    restored = restore(world, taken(world)).json["workRequestId"]

    assert world.lifecycle.secret(snapshot_id) == PASSWORD
    assert world.lifecycle.secret(restored) == PASSWORD
    assert world.platform.operations.input(snapshot_id) == {"name": "Friday"}
    for item in dynamodb.scan(TableName=table)["Items"]:
        open_ = {name: value for name, value in item.items() if name != "sealed"}
        assert PASSWORD not in json.dumps(open_, default=str)


def test_the_password_is_erased_when_the_work_ends(world: World) -> None:
    snapshot_id = taken(world)

    with pytest.raises(SecretGone):
        world.lifecycle.secret(snapshot_id)


def test_a_retry_token_makes_one_snapshot_of_two_requests(world: World) -> None:
    headers = {"opc-retry-token": "t-1"}
    first = world.call("POST", SNAPSHOTS, BODY, headers=headers)
    again = world.call("POST", SNAPSHOTS, BODY, headers=headers)

    assert first.json == again.json
    other = BODY | {"bar": {"password": PASSWORD + "!"}}
    assert world.call("POST", SNAPSHOTS, other, headers=headers).error == (
        409,
        "InvalidatedRetryToken",
    )


def test_a_retry_after_its_snapshot_was_deleted_makes_it_not_reappear(world: World) -> None:
    headers = {"opc-retry-token": "t-1"}
    first = world.call("POST", SNAPSHOTS, BODY, headers=headers).json["workRequestId"]
    complete(world, first)
    world.call("DELETE", f"{SNAPSHOTS}/{first}")

    assert world.call("POST", SNAPSHOTS, BODY, headers=headers).json["workRequestId"] == first
    assert world.call("GET", f"{SNAPSHOTS}/{first}").status == 404


def test_a_restore_is_started(world: World) -> None:
    snapshot_id = taken(world)
    reply = restore(world, snapshot_id)

    assert reply.status == 202
    work = reply.header("oa-work-request-id") or ""
    assert world.poll(work)["operationType"] == "RESTORE_SNAPSHOT"
    assert world.poll(work)["resourceType"] == "SYSTEM"
    assert world.platform.operations.input(work) == {"snapshot": snapshot_id}
    assert world.call("GET", f"{SNAPSHOTS}/{snapshot_id}").json["status"] == "RESTORING"


def test_one_restore_runs_at_a_time(world: World) -> None:
    snapshot_id = taken(world)
    first = restore(world, snapshot_id).json["workRequestId"]
    second = restore(world, taken(world))

    assert second.error == (409, "Conflict")
    assert first in second.message
    world.fail(first, "No.")
    assert restore(world, snapshot_id).status == 202


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"snapshot": {}},
        {"snapshot": {"id": "x"}},
        {"snapshot": {"password": "x"}},
        {"snapshot": {"id": "x", "password": ""}},
        {"snapshot": {"id": 1, "password": "x"}},
        {"snapshot": {"id": "x", "password": "x"}, "more": 1},
    ],
)
def test_a_restore_needs_an_id_and_a_password(world: World, body: dict[str, Any]) -> None:
    assert world.call("POST", RESTORE, body).error == (400, "InvalidParameter")


def test_an_unknown_snapshot_is_404_everywhere(world: World) -> None:
    for unknown in (str(uuid.uuid4()), "x", "ü" * 600):
        assert restore(world, unknown).error == (404, "NotFound")
    unknown = str(uuid.uuid4())
    assert world.call("GET", f"{SNAPSHOTS}/{unknown}").error == (404, "NotFound")
    assert world.call("DELETE", f"{SNAPSHOTS}/{unknown}").error == (404, "NotFound")


def test_another_tenants_snapshot_is_404_everywhere(world: World) -> None:
    snapshot_id = taken(world)

    assert restore(world, snapshot_id, who="gina").error == (404, "NotFound")
    assert world.call("GET", f"{SNAPSHOTS}/{snapshot_id}", who="gina").error == (404, "NotFound")
    assert world.call("DELETE", f"{SNAPSHOTS}/{snapshot_id}", who="gina").error == (404, "NotFound")
    assert world.call("GET", SNAPSHOTS, who="gina").json == {"items": []}


def test_a_snapshot_that_is_being_made_is_neither_deleted_nor_restored(world: World) -> None:
    snapshot_id = take(world)

    deleted = world.call("DELETE", f"{SNAPSHOTS}/{snapshot_id}")
    assert deleted.error == (409, "Conflict")
    assert snapshot_id in deleted.message
    assert restore(world, snapshot_id).error == (409, "Conflict")


def test_a_snapshot_that_is_being_restored_is_not_deleted(world: World) -> None:
    snapshot_id = taken(world)
    work = restore(world, snapshot_id).json["workRequestId"]

    deleted = world.call("DELETE", f"{SNAPSHOTS}/{snapshot_id}")
    assert deleted.error == (409, "Conflict")
    assert work in deleted.message
    world.fail(work, "The password does not open it.", code="WrongPassword")
    assert world.call("DELETE", f"{SNAPSHOTS}/{snapshot_id}").status == 204


def test_deleting_removes_the_archive(world: World) -> None:
    snapshot_id = taken(world)
    snapshot = world.platform.snapshot_index.get("acme", snapshot_id)
    assert snapshot is not None
    assert isinstance(world.platform.artefacts.describe(snapshot.key), Artefact)

    world.call("DELETE", f"{SNAPSHOTS}/{snapshot_id}")

    assert world.call("GET", SNAPSHOTS).json == {"items": []}
    with pytest.raises(Exception, match="no artefact"):
        world.platform.artefacts.describe(snapshot.key)


def test_a_deletion_that_died_half_way_is_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot_id = taken(world)
    snapshot = world.platform.snapshot_index.get("acme", snapshot_id)
    assert snapshot is not None
    path = f"{SNAPSHOTS}/{snapshot_id}"

    def killed(key: str) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(world.platform.artefacts, "delete", killed)
        assert world.call("DELETE", path).status == 500

    assert world.call("GET", path).json["status"] == "FAILED"
    assert restore(world, snapshot_id).error == (409, "Conflict")
    assert world.call("DELETE", path).status == 204
    assert world.call("GET", path).status == 404
    with pytest.raises(Exception, match="no artefact"):
        world.platform.artefacts.describe(snapshot.key)


def test_the_list_goes_page_by_page_and_shows_each_once(world: World) -> None:
    made = {take(world, name=f"s-{number}") for number in range(5)}
    seen: list[str] = []
    page: str | None = ""
    while page is not None:
        reply = world.call("GET", f"{SNAPSHOTS}?limit=2" + (f"&page={page}" if page else ""))
        assert len(reply.json["items"]) <= 2
        seen += [each["id"] for each in reply.json["items"]]
        page = reply.header("opc-next-page")
    assert sorted(seen) == sorted(made)


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "page=%21"])
def test_a_malformed_page_is_400(world: World, query: str) -> None:
    assert world.call("GET", f"{SNAPSHOTS}?{query}").error == (400, "InvalidParameter")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", SNAPSHOTS),
        ("GET", SNAPSHOTS),
        ("GET", f"{SNAPSHOTS}/x"),
        ("DELETE", f"{SNAPSHOTS}/x"),
        ("POST", RESTORE),
    ],
)
@pytest.mark.parametrize("who", ["cora", "paul", "nobody"])
def test_snapshots_are_the_administrators(world: World, method: str, path: str, who: str) -> None:
    reply = world.call(method, path, BODY, who=who)

    assert reply.error == (403, "NotAuthorized")
    assert "BI Service Administrator" in reply.message
