"""`GET /workRequests/{id}`, to the letter of the published schema."""

import re
from datetime import timedelta
from typing import Any

import pytest

from longrun.operations.operation import Operation, Phase, Resource
from longrun.operations.states import Status
from tests.contract.work_requests.world import BASE, PUBLIC, World

PRINT = "print.all-in-one"
RELOAD = "dataset.reload"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FIRST = Phase(name="Reading", start=0, end=40)
SECOND = Phase(name="Writing", start=40, end=100)


def test_a_work_request_is_readable_the_moment_it_was_accepted(world: World) -> None:
    told = world.poll(world.accepted(PRINT))

    assert told["status"] == "ACCEPTED"
    assert told["percentComplete"] == 0
    assert set(told) == {"id", "operationType", "percentComplete", "status", "timeAccepted"}


@pytest.mark.parametrize(
    ("kind", "operation_type", "resource_type"),
    [
        (PRINT, "CREATE_PRINT_OUTPUT", None),
        (RELOAD, "RELOAD_DATASET", "DATASET"),
        ("workbook.export", "CREATE_WORKBOOK_EXPORT", "WORKBOOK_EXPORT"),
        ("snapshot.create", "CREATE_SNAPSHOT", "SNAPSHOT"),
        ("snapshot.restore", "RESTORE_SNAPSHOT", "SYSTEM"),
    ],
)
def test_every_kind_has_its_operation_type_and_only_the_four_a_resource_type(
    world: World, kind: str, operation_type: str, resource_type: str | None
) -> None:
    told = world.poll(world.accepted(kind, subject="sales"))

    assert told["operationType"] == operation_type
    assert told.get("resourceType") == resource_type


def test_times_are_rfc_3339_with_milliseconds(world: World) -> None:
    work = world.begun(PRINT)
    running = world.poll(work)
    world.lifecycle.succeed(work)
    ended = world.poll(work)

    assert RFC_3339.fullmatch(running["timeAccepted"])
    assert RFC_3339.fullmatch(running["timeStarted"])
    assert "timeFinished" not in running
    assert RFC_3339.fullmatch(ended["timeFinished"])


def _succeed(world: World, work: str) -> None:
    world.lifecycle.succeed(work)


def _fail(world: World, work: str) -> None:
    world.fail(work, "The source is gone.")


def _cancel(world: World, work: str) -> None:
    world.lifecycle.cancel(work)


@pytest.mark.parametrize(
    ("end", "status"), [(_succeed, "SUCCEEDED"), (_fail, "FAILED"), (_cancel, "CANCELED")]
)
def test_the_end_has_a_time_whatever_it_is_and_100_percent_only_as_a_success(
    world: World, end: Any, status: str
) -> None:
    work = world.begun(PRINT)
    world.lifecycle.enter(work, SECOND, 1)
    world.lifecycle.advance(work, SECOND.name)

    end(world, work)
    told = world.poll(work)

    assert told["status"] == status
    assert RFC_3339.fullmatch(told["timeFinished"])
    assert (told["percentComplete"] == 100) is (status == "SUCCEEDED")


def test_percent_never_falls_and_stays_below_100_while_there_is_work(world: World) -> None:
    work = world.begun(PRINT)
    seen = [world.poll(work)["percentComplete"]]
    for phase, total in ((FIRST, 3), (SECOND, 7)):
        world.lifecycle.enter(work, phase, total)
        for _ in range(total):
            world.lifecycle.advance(work, phase.name)
            seen.append(world.poll(work)["percentComplete"])
    world.lifecycle.advance(work, FIRST.name)
    seen.append(world.poll(work)["percentComplete"])

    assert seen == sorted(seen)
    assert 0 == seen[0] < seen[1] < seen[-1] < 100
    assert all(isinstance(each, int | float) for each in seen)


def test_what_the_work_made_is_told_before_success_shows(world: World) -> None:
    work = world.begun(RELOAD, subject="Sales 2026")
    made = Resource(
        type="DATASET", id="Sales 2026", action="RELOADED", metadata={"rowsRead": "1000000"}
    )
    world.lifecycle.produce(work, resources=[made])

    told = world.poll(work)
    assert told["status"] == "IN_PROGRESS"
    assert told["resources"] == [
        {
            "resourceType": "DATASET",
            "actionResult": "RELOADED",
            "id": "U2FsZXMgMjAyNg",
            "metadata": {"rowsRead": "1000000"},
            "resourceUri": f"{PUBLIC}/catalog/datasets/U2FsZXMgMjAyNg",
        }
    ]
    world.lifecycle.succeed(work)
    assert world.poll(work)["resources"] == told["resources"]


def test_what_nothing_was_done_to_yet_is_told_with_none(world: World) -> None:
    told = world.poll(world.accepted(RELOAD, subject="sales"))

    assert told["resources"] == [
        {
            "resourceType": "DATASET",
            "actionResult": "NONE",
            "id": "c2FsZXM",
            "resourceUri": f"{PUBLIC}/catalog/datasets/c2FsZXM",
        }
    ]


def test_an_export_is_a_resource_where_its_file_will_be(world: World) -> None:
    work = world.accepted("workbook.export", subject="Letters")

    [resource] = world.poll(work)["resources"]

    assert resource["id"] == work
    assert resource["resourceUri"] == f"{PUBLIC}/catalog/workbooks/TGV0dGVycw/exports/{work}"


def test_a_failure_has_errors_with_code_message_and_time(world: World) -> None:
    work = world.begun(RELOAD, subject="sales")
    world.fail(work, "Row 3: amount is no number.", "Row 9: amount is no number.", code="RowBad")

    errors = world.poll(work)["Errors"]

    assert [error["message"] for error in errors] == [
        "Row 3: amount is no number.",
        "Row 9: amount is no number.",
    ]
    assert {error["code"] for error in errors} == {"RowBad"}
    assert all(RFC_3339.fullmatch(error["timestamp"]) for error in errors)
    assert all(set(error) == {"code", "message", "timestamp"} for error in errors)


def test_without_the_kinds_permission_kind_status_and_times_are_seen_and_no_more(
    world: World,
) -> None:
    work = world.begun(RELOAD, subject="sales")
    world.fail(work, "Row 3: amount is no number.")

    told = world.poll(work, who="paul")

    assert told["status"] == "FAILED"
    assert told["operationType"] == "RELOAD_DATASET"
    assert "resources" not in told
    assert "Errors" not in told
    assert "Errors" in world.poll(work, who="cora")


def test_an_all_in_one_is_a_work_request_too(world: World) -> None:
    work = world.begun(PRINT, subject="letter")
    world.lifecycle.produce(work, resources=[Resource(type="DATA_SET", id="17", action="CREATED")])

    told = world.poll(work, who="paul")

    assert "resourceType" not in told
    assert told["resources"] == [
        {"resourceType": "DATA_SET", "actionResult": "CREATED", "id": "17"}
    ]
    assert "resources" not in world.poll(work, who="cora")


def test_another_tenants_work_request_is_not_there(world: World) -> None:
    work = world.accepted(PRINT)

    reply = world.call("GET", f"/workRequests/{work}", who="gina")

    assert reply.error == (404, "NotFound")


@pytest.mark.parametrize(
    "work_request",
    [
        "00000000-0000-0000-0000-000000000000",
        "oac:reload:4711",
        "oac%3Areload%3A4711",
        "x",
        "x" * 3000,
    ],
)
def test_an_unknown_id_is_404_with_colons_or_without(world: World, work_request: str) -> None:
    assert world.call("GET", f"/workRequests/{work_request}").error == (404, "NotFound")


def test_an_expired_work_request_is_404(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    work = world.begun(PRINT)
    world.lifecycle.succeed(work)
    later = world.platform.clock() + timedelta(days=8)
    monkeypatch.setattr(world.services.authority, "_clock", lambda: later)

    assert world.call("GET", f"/workRequests/{work}").error == (404, "NotFound")


def test_retry_after_is_a_whole_number_of_seconds_while_there_is_something_to_wait_for(
    world: World,
) -> None:
    work = world.begun(PRINT)
    running = world.call("GET", f"/workRequests/{work}")
    world.lifecycle.succeed(work)
    ended = world.call("GET", f"/workRequests/{work}")

    assert (running.header("Retry-After") or "").isdigit()
    assert ended.header("Retry-After") is None


def test_who_has_the_present_state_is_told_so(world: World) -> None:
    work = world.begun(PRINT)
    etag = world.call("GET", f"/workRequests/{work}").header("ETag")
    assert etag is not None

    same = world.call("GET", f"/workRequests/{work}", headers={"If-None-Match": etag})
    world.lifecycle.succeed(work)
    other = world.call("GET", f"/workRequests/{work}", headers={"If-None-Match": etag})

    assert (same.status, same.body) == (304, b"")
    assert other.status == 200


def test_a_state_that_is_not_the_one_asked_for_is_412(world: World) -> None:
    work = world.begun(PRINT)
    etag = world.call("GET", f"/workRequests/{work}").header("ETag") or ""

    same = world.call("GET", f"/workRequests/{work}", headers={"If-Match": etag})
    other = world.call("GET", f"/workRequests/{work}", headers={"If-Match": '"0"'})

    assert same.status == 200
    assert other.error == (412, "NoEtagMatch")


def test_a_poll_reads_the_table_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    work = world.accepted(PRINT)
    read = world.platform.states.get
    asked = []

    def get(operation_id: str) -> Operation:
        asked.append(operation_id)
        return read(operation_id)

    monkeypatch.setattr(world.platform.states, "get", get)
    assert world.poll(work)["status"] == Status.ACCEPTED
    assert asked == [work]


@pytest.mark.parametrize("prefix", [BASE, "/20210901", ""])
def test_the_mappings_key_may_be_in_the_path_or_not(world: World, prefix: str) -> None:
    work = world.accepted(PRINT)

    assert world.call("GET", f"/workRequests/{work}", prefix=prefix).status == 200


def test_an_unknown_path_is_404_and_a_known_one_names_its_methods(world: World) -> None:
    unknown = world.call("GET", "/workbooks")
    wrong = world.call("DELETE", "/workRequests/x")

    assert unknown.error == (404, "NotFound")
    assert wrong.error == (405, "MethodNotAllowed")
    assert wrong.header("Allow") == "GET"


def test_unknown_query_parameters_are_passed_over(world: World) -> None:
    work = world.accepted(PRINT)

    assert world.call("GET", f"/workRequests/{work}?fields=id&opc=1").status == 200
