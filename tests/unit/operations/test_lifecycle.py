"""The lifecycle, story by story: how operations are accepted, move on and end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from longrun.operations.artefacts import Artefact
from longrun.operations.errors import (
    KeyReused,
    KindUnknown,
    OperationStopped,
    OperationUnknown,
    PermissionMissing,
    StatusChanged,
)
from longrun.operations.kinds import Kinds
from longrun.operations.lifecycle import GIVE_UP, LOOK_AGAIN, Lifecycle, Request
from longrun.operations.operation import (
    ERRORS_KEPT,
    MESSAGE_KEPT,
    Fault,
    Phase,
    Resource,
    Result,
    ResultFile,
    Source,
)
from longrun.operations.states import Status
from longrun.operations.store import Outcome
from tests.unit.operations.fakes import (
    DEADLINE,
    NOW,
    RETENTION,
    Person,
    World,
    an_errand,
)

FIRST = Phase(name="First", start=0, end=40)
SECOND = Phase(name="Second", start=40, end=100)
LETTERS = Result(
    type="Letters",
    count=1,
    files=(
        ResultFile(
            name="letters.pdf",
            artefact=Artefact(key="k", media_type="application/pdf", size=3, sha256="0" * 64),
        ),
    ),
)
A_FAULT = Fault(code="FieldMissing", message="Record 17 has no name.", source=Source.USER)
RECORDS = Resource(type="DATA_SET", id="1001", action="CREATED")


class TestAccepting:
    def test_the_operation_can_be_read_before_its_execution_starts(self, world: World) -> None:
        seen: list[Status] = []
        world.workflows.on_start = lambda operation_id: seen.append(
            world.store.get(operation_id).status
        )
        world.accepted()
        assert seen == [Status.ACCEPTED]

    def test_what_is_accepted_is_kept_with_its_input_and_its_caller(self, world: World) -> None:
        request = an_errand(tags={"batch": "2026-11"}, subject="letter")
        accepted = world.lifecycle.accept(request, Person(tenant="acme", id="ann"))
        operation = world.store.get(accepted.operation.id)
        assert operation == accepted.operation
        assert (operation.kind, operation.tenant, operation.owner) == ("test.work", "acme", "ann")
        assert (operation.accepted, operation.version, operation.percent) == (NOW, 1, 0.0)
        assert (operation.tags, operation.subject) == ({"batch": "2026-11"}, "letter")
        assert world.store.input(operation.id) == {"what": "letters"}
        assert not accepted.replayed

    def test_an_unfit_input_leaves_nothing_behind(self, world: World) -> None:
        with pytest.raises(ValueError, match="what: is missing"):
            world.lifecycle.accept(Request(kind="test.work", input={}), Person())
        assert list(world.store.running("acme")) == []

    def test_a_caller_without_the_kinds_permission_is_refused(self, world: World) -> None:
        with pytest.raises(PermissionMissing) as refused:
            world.lifecycle.accept(an_errand(), Person(permissions=frozenset({"look"})))
        assert refused.value.permission == "work"
        assert world.workflows.executions == {}

    def test_an_unknown_kind_is_named(self, world: World) -> None:
        with pytest.raises(KindUnknown, match=r"'test\.play'"):
            world.lifecycle.accept(Request(kind="test.play", input={"what": "x"}), Person())

    def test_a_refused_start_is_no_fault_of_the_callers(self, world: World) -> None:
        world.workflows.refuses = True
        operation_id = world.accepted()
        assert world.store.get(operation_id).status is Status.ACCEPTED
        assert world.workflows.executions == {}

    def test_a_lifecycle_without_an_engine_says_so(self, world: World) -> None:
        inside = Lifecycle(
            store=world.store, kinds=Kinds([]), retention=RETENTION, clock=world.clock
        )
        operation_id = world.begun()
        assert inside.succeed(operation_id).status is Status.SUCCEEDED
        with pytest.raises(TypeError, match="without workflows"):
            inside.cancel(world.begun())


class TestIdempotencyKeys:
    def test_the_same_request_is_one_operation(self, world: World) -> None:
        first = world.lifecycle.accept(an_errand(key="k1"), Person())
        second = world.lifecycle.accept(an_errand(key="k1"), Person())
        assert (first.replayed, second.replayed) == (False, True)
        assert second.operation.id == first.operation.id
        assert len(world.workflows.executions) == 1

    def test_without_a_key_the_same_request_is_two(self, world: World) -> None:
        assert world.accepted() != world.accepted()

    def test_a_replay_tells_how_the_operation_stands_now(self, world: World) -> None:
        first = world.lifecycle.accept(an_errand(key="k1"), Person()).operation
        world.lifecycle.begin(first.id)
        world.lifecycle.succeed(first.id)
        replay = world.lifecycle.accept(an_errand(key="k1"), Person())
        assert replay.operation.status is Status.SUCCEEDED

    def test_a_replay_starts_what_could_not_be_started(self, world: World) -> None:
        world.workflows.refuses = True
        first = world.lifecycle.accept(an_errand(key="k1"), Person()).operation
        world.workflows.refuses = False
        world.lifecycle.accept(an_errand(key="k1"), Person())
        assert set(world.workflows.executions) == {first.id}

    def test_another_payload_under_the_key_is_refused(self, world: World) -> None:
        world.lifecycle.accept(an_errand("letters", key="k1"), Person())
        with pytest.raises(KeyReused):
            world.lifecycle.accept(an_errand("invoices", key="k1"), Person())
        assert len(world.workflows.executions) == 1

    @pytest.mark.parametrize("other", [Person(id="bob"), Person(tenant="globex")])
    def test_a_key_is_its_owners_own(self, world: World, other: Person) -> None:
        first = world.lifecycle.accept(an_errand(key="k1"), Person())
        second = world.lifecycle.accept(an_errand(key="k1"), other)
        assert not second.replayed
        assert second.operation.id != first.operation.id

    def test_after_a_day_the_key_is_free(self, world: World) -> None:
        first = world.lifecycle.accept(an_errand(key="k1"), Person())
        world.clock.pass_by(timedelta(hours=24, seconds=1))
        second = world.lifecycle.accept(an_errand("invoices", key="k1"), Person())
        assert not second.replayed
        assert second.operation.id != first.operation.id


class TestWorking:
    def test_begin_says_when(self, world: World) -> None:
        operation_id = world.accepted()
        world.clock.pass_by(timedelta(seconds=5))
        operation = world.lifecycle.begin(operation_id)
        assert (operation.status, operation.started) == (
            Status.IN_PROGRESS,
            NOW + timedelta(seconds=5),
        )

    def test_begun_twice_is_begun_once(self, world: World) -> None:
        operation_id = world.begun()
        before = world.store.get(operation_id)
        world.clock.pass_by(timedelta(seconds=5))
        assert world.lifecycle.begin(operation_id) == before
        assert world.store.get(operation_id) == before

    def test_progress_is_the_phases_share(self, world: World) -> None:
        operation_id = world.begun()
        assert world.lifecycle.enter(operation_id, FIRST, total=4).percent == 0
        assert world.lifecycle.advance(operation_id, "First").percent == 10
        assert world.lifecycle.advance(operation_id, "First", done=2).percent == 30
        operation = world.lifecycle.enter(operation_id, SECOND, total=2)
        assert (operation.percent, operation.phase) == (40, "Second")

    def test_a_step_that_is_repeated_does_not_pass_its_phases_bound(self, world: World) -> None:
        operation_id = world.begun()
        world.lifecycle.enter(operation_id, FIRST, total=2)
        for _ in range(5):
            world.lifecycle.advance(operation_id, "First")
        assert world.store.get(operation_id).percent == 40

    def test_a_phase_begun_before_is_left_alone(self, world: World) -> None:
        operation_id = world.begun()
        world.lifecycle.enter(operation_id, FIRST, total=2)
        before = world.lifecycle.advance(operation_id, "First")
        assert world.lifecycle.enter(operation_id, FIRST, total=2) == before

    def test_late_words_of_an_earlier_phase_are_ignored(self, world: World) -> None:
        operation_id = world.begun()
        world.lifecycle.enter(operation_id, FIRST)
        before = world.lifecycle.enter(operation_id, SECOND)
        assert world.lifecycle.advance(operation_id, "First") == before
        assert world.lifecycle.enter(operation_id, FIRST) == before

    def test_words_before_any_phase_are_ignored(self, world: World) -> None:
        operation_id = world.begun()
        assert world.lifecycle.advance(operation_id, "First").percent == 0

    def test_all_is_done_and_yet_not_a_hundred_percent_before_the_end(self, world: World) -> None:
        operation_id = world.begun()
        world.lifecycle.enter(operation_id, SECOND)
        assert world.lifecycle.advance(operation_id, "Second").percent == 99
        assert world.lifecycle.succeed(operation_id).percent == 100

    def test_a_phase_of_nothing_is_done_at_once(self, world: World) -> None:
        operation_id = world.begun()
        assert world.lifecycle.enter(operation_id, FIRST, total=0).percent == 40

    def test_work_cannot_be_undone(self, world: World) -> None:
        operation_id = world.begun()
        world.lifecycle.enter(operation_id, FIRST)
        with pytest.raises(ValueError, match="-1 units of 'First'"):
            world.lifecycle.advance(operation_id, "First", done=-1)

    @pytest.mark.parametrize(("start", "end"), [(-1, 10), (10, 10), (50, 40), (90, 101)])
    def test_a_phase_is_a_stretch_of_the_whole(self, start: float, end: float) -> None:
        with pytest.raises(ValueError, match="no stretch of 0 to 100"):
            Phase(name="Odd", start=start, end=end)

    def test_what_is_produced_is_added_or_replaced(self, world: World) -> None:
        operation_id = world.begun()
        jobs = Resource(type="JOB_SET", id="2001", action="CREATED")
        world.lifecycle.produce(operation_id, resources=[RECORDS])
        world.lifecycle.produce(operation_id, resources=[jobs])
        operation = world.lifecycle.produce(operation_id, resources=[RECORDS], result=LETTERS)
        assert operation.resources == (RECORDS, jobs)
        assert operation.resource("JOB_SET") == jobs
        assert operation.resource("CONTENT_SET") is None
        assert operation.result == LETTERS

    @pytest.mark.parametrize("end", ["canceling", "canceled", "succeeded", "failed"])
    def test_a_step_learns_that_the_work_should_stop(self, world: World, end: str) -> None:
        operation_id = _brought_to(world, end)
        steps: tuple[Callable[[], object], ...] = (
            lambda: world.lifecycle.begin(operation_id),
            lambda: world.lifecycle.check(operation_id),
            lambda: world.lifecycle.enter(operation_id, FIRST),
            lambda: world.lifecycle.advance(operation_id, "First"),
            lambda: world.lifecycle.produce(operation_id, resources=[RECORDS], result=LETTERS),
        )
        before = world.store.get(operation_id)
        for step in steps:
            with pytest.raises(OperationStopped) as stopped:
                step()
            assert stopped.value.status == before.status
        assert world.store.get(operation_id) == before

    def test_work_before_its_beginning_is_refused(self, world: World) -> None:
        operation_id = world.accepted()
        with pytest.raises(OperationStopped):
            world.lifecycle.enter(operation_id, FIRST)
        with pytest.raises(OperationStopped):
            world.lifecycle.check(operation_id)
        assert world.store.get(operation_id).version == 1


class TestEnding:
    def test_success_shows_the_result_until_it_expires(self, world: World) -> None:
        operation_id = world.begun()
        world.lifecycle.produce(operation_id, result=LETTERS)
        operation = world.lifecycle.succeed(operation_id)
        assert (operation.status, operation.result) == (Status.SUCCEEDED, LETTERS)
        assert (operation.finished, operation.expires) == (NOW, NOW + RETENTION)
        assert not operation.expired(NOW + RETENTION - timedelta(seconds=1))
        assert operation.expired(NOW + RETENTION)

    def test_failure_keeps_the_reasons_and_their_time(self, world: World) -> None:
        operation = world.lifecycle.fail(world.begun(), [A_FAULT])
        assert operation.status is Status.FAILED
        assert [(each.message, each.timestamp) for each in operation.errors] == [
            ("Record 17 has no name.", NOW)
        ]
        assert operation.error_count == 1

    def test_of_many_reasons_the_first_are_kept_and_all_are_counted(self, world: World) -> None:
        operation = world.lifecycle.fail(world.begun(), [A_FAULT] * 150)
        assert (len(operation.errors), operation.error_count) == (ERRORS_KEPT, 150)

    def test_more_reasons_may_be_counted_than_are_handed_over(self, world: World) -> None:
        operation = world.lifecycle.fail(world.begun(), [A_FAULT], 12_000)
        assert (len(operation.errors), operation.error_count) == (1, 12_000)

    def test_an_endless_message_is_cut(self, world: World) -> None:
        endless = Fault(code="Template", message="x" * 5_000, source=Source.USER)
        [fault] = world.lifecycle.fail(world.begun(), [endless]).errors
        assert len(fault.message) == MESSAGE_KEPT
        assert fault.message.endswith("x…")

    def test_no_end_but_success_leaves_a_result(self, world: World) -> None:
        failed, canceled = world.begun(), world.begun()
        for operation_id in (failed, canceled):
            world.lifecycle.produce(operation_id, result=LETTERS)
        assert world.lifecycle.fail(failed, [A_FAULT]).result is None
        world.lifecycle.cancel(canceled)
        assert world.lifecycle.settle(canceled, Outcome(status="ABORTED")).result is None

    @pytest.mark.parametrize("end", ["canceled", "succeeded", "failed"])
    def test_what_has_ended_stays_as_it_ended(self, world: World, end: str) -> None:
        operation_id = _brought_to(world, end)
        before = world.store.get(operation_id)
        world.clock.pass_by(timedelta(minutes=1))
        ends = (
            world.lifecycle.succeed(operation_id),
            world.lifecycle.fail(operation_id, [A_FAULT]),
            world.lifecycle.cancel(operation_id),
            world.lifecycle.settle(operation_id, Outcome(status="FAILED", error="Oops")),
        )
        assert set(map(id, ends)) == {id(before)}
        assert world.store.get(operation_id) == before

    def test_success_before_the_beginning_is_no_success(self, world: World) -> None:
        operation_id = world.accepted()
        assert world.lifecycle.succeed(operation_id).status is Status.ACCEPTED

    def test_unknown_operations_are_told_as_such(self, world: World) -> None:
        nobody = "00000000-0000-0000-0000-000000000000"
        for call in (
            world.lifecycle.begin,
            world.lifecycle.check,
            world.lifecycle.succeed,
            world.lifecycle.cancel,
        ):
            with pytest.raises(OperationUnknown, match=nobody):
                call(nobody)


class TestCanceling:
    def test_in_progress_it_is_canceling_until_the_execution_has_ended(self, world: World) -> None:
        operation_id = world.begun()
        assert world.lifecycle.cancel(operation_id).status is Status.CANCELING
        outcome = world.workflows.executions[operation_id]
        assert outcome.status == "ABORTED"
        assert world.lifecycle.settle(operation_id, outcome).status is Status.CANCELED

    def test_what_never_started_is_canceled_at_once(self, world: World) -> None:
        world.workflows.refuses = True
        operation_id = world.accepted()
        world.workflows.refuses = False
        assert world.lifecycle.cancel(operation_id).status is Status.CANCELED

    def test_an_execution_that_starts_after_all_finds_nothing_to_do(self, world: World) -> None:
        world.workflows.refuses = True
        operation_id = world.accepted()
        world.workflows.refuses = False
        world.lifecycle.cancel(operation_id)
        world.workflows.start("test-work", operation_id)
        with pytest.raises(OperationStopped):
            world.lifecycle.begin(operation_id)
        assert world.lifecycle.settle(operation_id, Outcome(status="FAILED")).errors == ()

    def test_again_it_changes_nothing(self, world: World) -> None:
        operation_id = world.begun()
        first = world.lifecycle.cancel(operation_id)
        world.workflows.executions[operation_id] = Outcome(status="RUNNING")
        assert world.lifecycle.cancel(operation_id) == first

    def test_again_it_ends_what_has_no_execution_left(self, world: World) -> None:
        operation_id = world.canceling()
        assert world.lifecycle.cancel(operation_id).status is Status.CANCELED

    def test_an_engine_that_refuses_to_stop_is_asked_again_by_the_sweep(self, world: World) -> None:
        operation_id = world.begun()
        world.workflows.refuses = True
        assert world.lifecycle.cancel(operation_id).status is Status.CANCELING
        world.workflows.refuses = False
        world.clock.pass_by(LOOK_AGAIN[Status.ACCEPTED])
        world.sweep.run()
        assert world.workflows.executions[operation_id].status == "ABORTED"
        world.sweep.run()
        assert world.store.get(operation_id).status is Status.CANCELED

    def test_a_success_on_its_way_overtakes_it(self, world: World) -> None:
        operation_id = world.begun()
        world.lifecycle.produce(operation_id, result=LETTERS)
        world.lifecycle.cancel(operation_id)
        operation = world.lifecycle.succeed(operation_id)
        assert (operation.status, operation.result) == (Status.SUCCEEDED, LETTERS)

    def test_a_failure_on_its_way_is_the_cancellation(self, world: World) -> None:
        operation = world.lifecycle.fail(world.canceling(), [A_FAULT])
        assert (operation.status, operation.errors) == (Status.CANCELED, ())

    @pytest.mark.parametrize("seen", [Status.ACCEPTED, Status.IN_PROGRESS])
    def test_it_can_be_asked_for_in_one_status_alone(self, world: World, seen: Status) -> None:
        operation_id = world.accepted()
        if seen is Status.IN_PROGRESS:
            world.lifecycle.begin(operation_id)
        operation = world.lifecycle.cancel(operation_id, only_from=seen)
        assert operation.status is Status.CANCELING

    @pytest.mark.parametrize("seen", [each for each in Status if each is not Status.IN_PROGRESS])
    def test_in_another_status_than_was_seen_it_changes_nothing(
        self, world: World, seen: Status
    ) -> None:
        operation_id = world.begun()
        before = world.store.get(operation_id)
        with pytest.raises(StatusChanged) as changed:
            world.lifecycle.cancel(operation_id, only_from=seen)
        assert (changed.value.operation_id, changed.value.status) == (operation_id, "IN_PROGRESS")
        assert world.store.get(operation_id) == before
        assert world.workflows.executions[operation_id].running

    def test_it_is_asked_for_again_of_what_is_being_canceled(self, world: World) -> None:
        operation_id = world.canceling()
        operation = world.lifecycle.cancel(operation_id, only_from=Status.CANCELING)
        assert operation.status is Status.CANCELED

    @pytest.mark.parametrize("end", ["canceled", "succeeded", "failed"])
    def test_what_was_seen_to_have_ended_is_left_alone(self, world: World, end: str) -> None:
        operation_id = _brought_to(world, end)
        before = world.store.get(operation_id)
        assert world.lifecycle.cancel(operation_id, only_from=before.status) == before
        with pytest.raises(StatusChanged):
            world.lifecycle.cancel(operation_id, only_from=Status.IN_PROGRESS)


class TestSettling:
    @pytest.mark.parametrize(
        ("outcome", "code"),
        [
            (Outcome(status="ABORTED"), "Aborted"),
            (Outcome(status="TIMED_OUT"), "DeadlineExceeded"),
            (Outcome(status="FAILED", error="States.Timeout"), "DeadlineExceeded"),
            (Outcome(status="FAILED", error="Sandbox.Timedout"), "DeadlineExceeded"),
            (Outcome(status="FAILED", error="Runtime.ExitError"), "Crashed"),
            (Outcome(status="FAILED"), "Crashed"),
            (Outcome(status="SUCCEEDED"), "Incomplete"),
        ],
    )
    def test_an_execution_that_broke_off_fails_its_operation_for_our_fault(
        self, world: World, outcome: Outcome, code: str
    ) -> None:
        [fault] = world.lifecycle.settle(world.begun(), outcome).errors
        assert (fault.code, fault.source) == (code, Source.SYSTEM)

    def test_one_that_ended_well_and_noted_its_result_has_done_its_work(self, world: World) -> None:
        operation_id = world.begun()
        world.lifecycle.produce(operation_id, result=LETTERS)
        operation = world.lifecycle.settle(operation_id, Outcome(status="SUCCEEDED"))
        assert (operation.status, operation.result) == (Status.SUCCEEDED, LETTERS)

    def test_the_reason_names_the_phase(self, world: World) -> None:
        operation_id = world.begun()
        world.lifecycle.enter(operation_id, FIRST)
        [fault] = world.lifecycle.settle(operation_id, Outcome(status="FAILED")).errors
        assert "during First" in fault.message

    def test_it_fails_too_what_never_began(self, world: World) -> None:
        operation = world.lifecycle.settle(world.accepted(), Outcome(status="FAILED"))
        assert (operation.status, operation.started) == (Status.FAILED, None)

    @pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
    def test_a_running_execution_settles_nothing(self, world: World, status: str) -> None:
        operation = world.lifecycle.settle(world.begun(), Outcome(status=status))
        assert operation.status is Status.IN_PROGRESS

    @pytest.mark.parametrize("status", ["ABORTED", "FAILED", "TIMED_OUT", "SUCCEEDED"])
    def test_however_it_ended_what_was_being_canceled_is_canceled(
        self, world: World, status: str
    ) -> None:
        operation = world.lifecycle.settle(world.canceling(), Outcome(status=status))
        assert (operation.status, operation.errors) == (Status.CANCELED, ())

    def test_the_catch_after_a_steps_own_word_adds_nothing(self, world: World) -> None:
        operation_id = world.begun()
        told = world.lifecycle.fail(operation_id, [A_FAULT])
        caught = Outcome(status="FAILED", error="WorkRefused")
        assert world.lifecycle.settle(operation_id, caught) == told


class TestSweeping:
    def test_nothing_due_is_nothing_done(self, world: World) -> None:
        world.accepted()
        assert world.sweep.run() == 0

    def test_it_starts_what_could_not_be_started(self, world: World) -> None:
        world.workflows.refuses = True
        operation_id = world.accepted()
        world.workflows.refuses = False
        world.clock.pass_by(LOOK_AGAIN[Status.ACCEPTED])
        assert world.sweep.run() == 1
        assert set(world.workflows.executions) == {operation_id}
        assert world.sweep.run() == 0

    def test_it_tries_again_and_in_the_end_gives_up(self, world: World) -> None:
        world.workflows.refuses = True
        operation_id = world.accepted()
        while world.clock() < NOW + GIVE_UP:
            world.clock.pass_by(LOOK_AGAIN[Status.ACCEPTED])
            assert world.sweep.run() == 1
            assert world.store.get(operation_id).status is Status.ACCEPTED
        world.clock.pass_by(LOOK_AGAIN[Status.ACCEPTED])
        world.workflows.refuses = False
        world.sweep.run()
        operation = world.store.get(operation_id)
        assert operation.status is Status.FAILED
        assert [each.code for each in operation.errors] == ["NotStarted"]

    def test_an_engine_that_begins_at_once_keeps_its_whole_deadline(self, world: World) -> None:
        world.workflows.refuses = True
        operation_id = world.accepted()
        world.workflows.refuses = False
        world.workflows.on_start = world.lifecycle.begin
        world.clock.pass_by(LOOK_AGAIN[Status.ACCEPTED])
        world.sweep.run()
        for _ in range(3):
            world.clock.pass_by(LOOK_AGAIN[Status.ACCEPTED])
            world.sweep.run()
        assert world.store.get(operation_id).status is Status.IN_PROGRESS
        world.clock.pass_by(DEADLINE)
        world.sweep.run()
        assert world.store.get(operation_id).status is Status.FAILED

    def test_a_list_that_lags_behind_harms_nobody(self, world: World) -> None:
        operation_id = world.begun()
        world.store.also_due = {operation_id}
        before = world.store.get(operation_id)
        world.sweep.run()
        after = world.store.get(operation_id)
        assert replace(after, version=before.version) == before
        assert world.workflows.executions[operation_id].running

    def test_an_end_that_nobody_told_is_found_long_before_the_deadline(self, world: World) -> None:
        operation_id = world.begun()
        world.workflows.end(operation_id, "FAILED", "Runtime.ExitError")
        world.clock.pass_by(LOOK_AGAIN[Status.IN_PROGRESS])
        world.sweep.run()
        assert [each.code for each in world.store.get(operation_id).errors] == ["Crashed"]

    def test_past_the_deadline_the_work_is_stopped(self, world: World) -> None:
        operation_id = world.begun()
        world.clock.pass_by(DEADLINE)
        world.sweep.run()
        operation = world.store.get(operation_id)
        assert [each.code for each in operation.errors] == ["DeadlineExceeded"]
        assert world.workflows.executions[operation_id].status == "ABORTED"

    def test_past_the_deadline_an_end_that_nobody_told_is_found(self, world: World) -> None:
        operation_id = world.begun()
        world.workflows.end(operation_id, "FAILED", "Runtime.ExitError")
        world.clock.pass_by(DEADLINE)
        world.sweep.run()
        assert [each.code for each in world.store.get(operation_id).errors] == ["Crashed"]

    def test_an_execution_that_never_begins_its_operation_is_stopped(self, world: World) -> None:
        operation_id = world.accepted()
        while world.clock() <= NOW + GIVE_UP + DEADLINE:
            assert world.store.get(operation_id).status is Status.ACCEPTED
            world.clock.pass_by(LOOK_AGAIN[Status.ACCEPTED])
            world.sweep.run()
        assert world.store.get(operation_id).status is Status.FAILED
        assert world.workflows.executions[operation_id].status == "ABORTED"

    def test_an_execution_that_ended_before_it_began_is_settled(self, world: World) -> None:
        operation_id = world.accepted()
        world.workflows.end(operation_id, "FAILED", "Lambda.Unknown")
        world.clock.pass_by(LOOK_AGAIN[Status.ACCEPTED])
        world.sweep.run()
        assert [each.code for each in world.store.get(operation_id).errors] == ["Crashed"]

    def test_an_operation_that_is_gone_is_passed_over(self, world: World) -> None:
        gone, other = world.accepted(), world.begun()
        world.store.forget(gone)
        world.clock.pass_by(DEADLINE)
        assert world.sweep.run() == 2
        assert world.store.get(other).status is Status.FAILED

    def test_one_operations_trouble_does_not_keep_it_from_the_others(self, world: World) -> None:
        world.clock.pass_by(-DEADLINE)
        operations = [world.begun() for _ in range(5)]
        world.clock.pass_by(DEADLINE)
        broken = min(operations)
        outcome = world.workflows.outcome

        def odd_outcome(workflow: str, operation_id: str) -> Outcome | None:
            if operation_id == broken:
                raise ZeroDivisionError
            return outcome(workflow, operation_id)

        world.workflows.outcome = odd_outcome  # type: ignore[method-assign]  # breaks for one
        with pytest.raises(ExceptionGroup) as group:
            world.sweep.run()
        assert [type(each) for each in group.value.exceptions] == [ZeroDivisionError]
        left = [each for each in operations if not world.store.get(each).status.terminal]
        assert left == [broken]

    def test_while_the_engine_is_away_everything_stays_due(self, world: World) -> None:
        operation_id = world.begun()
        world.workflows.refuses = True
        world.clock.pass_by(DEADLINE)
        assert world.sweep.run() == 1
        assert world.store.get(operation_id).status is Status.IN_PROGRESS
        assert world.sweep.run() == 1
        world.workflows.refuses = False
        world.sweep.run()
        assert world.store.get(operation_id).status is Status.FAILED


def _brought_to(world: World, end: str) -> str:
    if end == "canceling":
        return world.canceling()
    operation_id = world.begun()
    if end == "succeeded":
        world.lifecycle.succeed(operation_id)
    elif end == "failed":
        world.lifecycle.fail(operation_id, [A_FAULT])
    else:
        world.lifecycle.cancel(operation_id)
        world.lifecycle.settle(operation_id, Outcome(status="ABORTED"))
    return operation_id
