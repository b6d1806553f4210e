import pytest

from longrun.operations.operation import Operation
from longrun.operations.states import Status
from tests.contract.work_requests_control_plane.world import World


def etag(world: World, operation: str) -> str:
    return world.call("GET", f"/workRequests/{operation}").headers["etag"]


def cancel(world: World, operation: str, if_match: str | None = None, who: str = "anna") -> object:
    headers = {} if if_match is None else {"if-match": if_match}
    reply = world.call("DELETE", f"/workRequests/{operation}", headers=headers, who=who)
    if reply.status == 204:
        assert reply.body == ""
        return 204
    return reply.error


@pytest.mark.parametrize("state", ["accepted", "begun"])
def test_what_has_not_ended_is_canceled(world: World, state: str) -> None:
    operation = getattr(world, state)()

    assert cancel(world, operation) == 204
    assert world.status(operation) is Status.CANCELING
    assert not world.workflows.executions[operation].running


def test_again_while_it_is_being_canceled_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.workflows, "stop", lambda *_: True)  # and takes its time
    operation = world.begun()

    assert [cancel(world, operation) for _ in range(3)] == [204, 204, 204]
    assert cancel(world, operation, etag(world, operation)) == 204
    assert world.status(operation) is Status.CANCELING


def test_what_never_ran_is_canceled_at_once(world: World) -> None:
    operation = world.accepted()
    del world.workflows.executions[operation]

    assert cancel(world, operation) == 204
    assert world.status(operation) is Status.CANCELED


def test_with_the_etag_it_is_canceled_however_far_the_work_came_since(world: World) -> None:
    operation = world.begun()
    seen = etag(world, operation)
    world.advance(operation)

    assert cancel(world, operation, seen) == 204


@pytest.mark.parametrize("form", ["{}", "{bare}", "*", '"other", {}'])
def test_if_match_is_taken_in_every_form(world: World, form: str) -> None:
    operation = world.begun()
    seen = etag(world, operation)

    assert cancel(world, operation, form.format(seen, bare=seen.strip('"'))) == 204


@pytest.mark.parametrize("form", ['"other"', "other", "", "W/{}", '"{}'])
def test_another_etag_cancels_nothing(world: World, form: str) -> None:
    operation = world.begun()

    refused = cancel(world, operation, form.format(etag(world, operation)))

    assert refused == (412, "NoEtagMatch")
    assert world.status(operation) is Status.IN_PROGRESS


def test_the_etag_of_an_earlier_status_cancels_nothing(world: World) -> None:
    operation = world.accepted()
    seen = etag(world, operation)
    world.lifecycle.begin(operation)

    assert cancel(world, operation, seen) == (412, "NoEtagMatch")


def test_what_moves_on_between_the_look_and_the_cancel_is_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = world.accepted()
    seen = etag(world, operation)
    look = world.services.authority.act

    def then(move: object) -> None:
        def act(*arguments: object) -> Operation:
            found = look(*arguments)  # type: ignore[arg-type]  # whatever it is handed
            move()  # type: ignore[operator]
            return found

        monkeypatch.setattr(world.services.authority, "act", act)

    then(lambda: world.lifecycle.begin(operation))
    assert cancel(world, operation, seen) == (412, "NoEtagMatch")
    assert world.status(operation) is Status.IN_PROGRESS

    monkeypatch.setattr(world.services.authority, "act", look)
    seen = etag(world, operation)
    then(lambda: world.lifecycle.succeed(operation))
    assert cancel(world, operation, seen) == (409, "Conflict")
    assert world.status(operation) is Status.SUCCEEDED


def test_what_succeeds_between_the_look_and_the_cancel_was_not_canceled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = world.begun()
    look = world.services.authority.act

    def act(*arguments: object) -> Operation:
        found = look(*arguments)  # type: ignore[arg-type]  # whatever it is handed
        world.lifecycle.succeed(operation)
        return found

    monkeypatch.setattr(world.services.authority, "act", act)

    assert cancel(world, operation) == (409, "Conflict")


@pytest.mark.parametrize("if_match", [None, '"other"'])
def test_what_has_ended_is_a_conflict_and_no_incorrect_state(
    world: World, if_match: str | None
) -> None:
    for operation in (world.succeeded(), world.failed("no")):
        assert cancel(world, operation, if_match) == (409, "Conflict")


def test_who_may_not_cancel_learns_nothing(world: World) -> None:
    operation = world.begun()

    assert cancel(world, operation, who="mona") == (404, "NotAuthorizedOrNotFound")
    assert cancel(world, operation, who="gina") == (404, "NotAuthorizedOrNotFound")
    assert world.status(operation) is Status.IN_PROGRESS
