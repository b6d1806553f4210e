import re

from tests.contract.work_requests_control_plane.world import COMPARTMENT, World

RFC3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def test_a_work_request_has_every_field_that_the_sdk_calls_required(world: World) -> None:
    operation = world.begun()

    reply = world.call("GET", f"/workRequests/{operation}")

    assert reply.status == 200
    view = reply.json
    assert view["id"] == operation
    assert view["operationType"] == "CREATE_PRINT_OUTPUT"
    assert view["status"] == "IN_PROGRESS"
    assert view["compartmentId"] == COMPARTMENT
    assert view["resources"] == []
    assert view["percentComplete"] == 10.0
    assert re.fullmatch(RFC3339, view["timeAccepted"])
    assert re.fullmatch(RFC3339, view["timeStarted"])
    assert "timeFinished" not in view


def test_the_time_it_finished_is_told_of_every_end(world: World) -> None:
    canceled = world.accepted()
    world.call("DELETE", f"/workRequests/{canceled}")
    world.lifecycle.settle(canceled, world.workflows.executions[canceled])

    for operation, status in (
        (world.succeeded(), "SUCCEEDED"),
        (world.failed("no"), "FAILED"),
        (canceled, "CANCELED"),
    ):
        view = world.call("GET", f"/workRequests/{operation}").json
        assert view["status"] == status
        assert re.fullmatch(RFC3339, view["timeFinished"]), status


def test_only_success_is_complete(world: World) -> None:
    succeeded = world.call("GET", f"/workRequests/{world.succeeded()}").json
    failed = world.call("GET", f"/workRequests/{world.failed('no')}").json

    assert succeeded["percentComplete"] == 100.0
    assert failed["percentComplete"] == 10.0


def test_retry_after_is_an_integer_until_the_end(world: World) -> None:
    operation = world.begun()

    running = world.call("GET", f"/workRequests/{operation}")
    world.lifecycle.succeed(operation)
    ended = world.call("GET", f"/workRequests/{operation}")

    assert int(running.headers["retry-after"]) > 0
    assert "retry-after" not in ended.headers


def test_the_etag_changes_with_the_status_and_not_with_progress(world: World) -> None:
    operation = world.begun()

    first = world.call("GET", f"/workRequests/{operation}").headers["etag"]
    world.advance(operation)
    further = world.call("GET", f"/workRequests/{operation}").headers["etag"]
    world.lifecycle.succeed(operation)
    ended = world.call("GET", f"/workRequests/{operation}").headers["etag"]

    assert first == further != ended
    assert first != world.call("GET", f"/workRequests/{world.begun()}").headers["etag"]
    assert re.fullmatch(r'"[A-Za-z0-9._~-]+"', first)


def test_another_tenants_work_request_is_not_there(world: World) -> None:
    operation = world.begun()

    for path in ("", "/errors", "/logs"):
        reply = world.call("GET", f"/workRequests/{operation}{path}", who="gina")
        assert reply.error == (404, "NotAuthorizedOrNotFound")


def test_an_unknown_id_is_not_there_whatever_it_looks_like(world: World) -> None:
    for each in ("1b4e28ba-2fa1-41d2-883f-0016d3cca427", "a:b", "ocid1.workrequest.oc1..x", "%20"):
        assert world.call("GET", f"/workRequests/{each}").error == (404, "NotAuthorizedOrNotFound")


def test_who_lacks_the_kinds_permission_sees_kind_status_and_times(world: World) -> None:
    operation = world.failed("a secret of the data")

    view = world.call("GET", f"/workRequests/{operation}", who="mona").json

    assert view["operationType"] == "CREATE_PRINT_OUTPUT"
    assert view["status"] == "FAILED"
    assert view["timeFinished"]
    assert view["resources"] == []
    for path in ("errors", "logs"):
        reply = world.call("GET", f"/workRequests/{operation}/{path}", who="mona")
        assert reply.error == (404, "NotAuthorizedOrNotFound")
