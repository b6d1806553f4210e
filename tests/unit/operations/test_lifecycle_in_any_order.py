"""The lifecycle under every sequence of calls that Hypothesis can think of."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from longrun.operations.errors import Claimed, KeyReused, OperationStopped, StatusChanged
from longrun.operations.lifecycle import GIVE_UP
from longrun.operations.operation import (
    ERRORS_KEPT,
    Fault,
    Operation,
    Phase,
    Resource,
    Result,
    Source,
)
from longrun.operations.states import TRANSITIONS, Status
from longrun.operations.store import Outcome
from tests.unit.operations.fakes import DEADLINE, Person, World, an_errand

PHASES = (
    Phase(name="First", start=0, end=10),
    Phase(name="Second", start=10, end=100 / 3),
    Phase(name="Third", start=100 / 3, end=100),
    Phase(name="Across", start=5, end=60),
)
ENDS = st.sampled_from(
    [
        Outcome(status="SUCCEEDED"),
        Outcome(status="FAILED", error="Runtime.ExitError"),
        Outcome(status="FAILED", error="States.Timeout"),
        Outcome(status="TIMED_OUT"),
        Outcome(status="ABORTED"),
    ]
)
A_FAULT = Fault(code="Odd", message="Odd.", source=Source.USER)
CLAIMS = st.sampled_from([None, None, "dataset/sales", "dataset/stock"])
KEYS = st.none() | st.sampled_from(["k1", "k2"])
TIMES = st.sampled_from([timedelta(seconds=20), timedelta(minutes=2), GIVE_UP, DEADLINE])


class AnyOrder(RuleBasedStateMachine):
    """Callers, steps, the engine, its events and the sweep, with no manners at all."""

    operations = Bundle("operations")

    def __init__(self) -> None:
        super().__init__()
        # Thousands of refusals are told of here.
        for name in ("lifecycle", "sweep"):
            logging.getLogger(f"longrun.operations.{name}").disabled = True
        self.world = World()
        self.lifecycle = self.world.lifecycle
        self.claims: dict[str, str] = {}
        """What operations claimed, by their ids."""
        self.seen = 0
        """Changes that were checked already."""

    @rule(
        target=operations,
        key=KEYS,
        what=st.sampled_from(["letters", "letters", "invoices"]),
        claim=CLAIMS,
    )
    def accept(self, key: str | None, what: str, claim: str | None) -> str:
        return self._accepted(key, what, claim)

    def _accepted(self, key: str | None, what: str, claim: str | None = None) -> str:
        before = list(self.world.store.running("acme"))
        request = an_errand(what, key=key, claim=claim, secret="tell nobody")
        try:
            accepted = self.lifecycle.accept(request, Person())
        except KeyReused:
            assert key is not None
            assert list(self.world.store.running("acme")) == before
            return self._accepted(None, what)
        except Claimed as claimed:
            assert claimed.claim == claim == self.claims[claimed.operation_id]
            assert list(self.world.store.running("acme")) == before
            assert claimed.operation_id in {each.id for each in before}
            return claimed.operation_id
        stored = self.world.store.get(accepted.operation.id)
        if accepted.replayed:
            assert key is not None
            assert self.world.store.input(stored.id) == {"what": what}
            return stored.id
        if claim is not None:
            assert claim not in {self.claims.get(each.id) for each in before}
            self.claims[stored.id] = claim
        if not self.world.workflows.refuses:
            assert stored.id in self.world.workflows.executions
        return stored.id

    @rule(target=operations)
    def accept_and_begin(self) -> str:
        operation_id = self._accepted(None, "letters")
        self.begin(operation_id)
        return operation_id

    @rule(operation_id=operations)
    def begin(self, operation_id: str) -> None:
        self._step(operation_id, {Status.ACCEPTED}, lambda: self.lifecycle.begin(operation_id))

    @rule(
        operation_id=operations,
        phases=st.lists(st.sampled_from(PHASES), min_size=1, max_size=4),
        total=st.integers(0, 3),
        done=st.integers(0, 5),
    )
    def work_on(self, operation_id: str, phases: list[Phase], total: int, done: int) -> None:
        for phase in phases:
            self.enter(operation_id, phase, total)
            self.advance(operation_id, phase, done)

    @rule(operation_id=operations, phase=st.sampled_from(PHASES), total=st.integers(0, 3))
    def enter(self, operation_id: str, phase: Phase, total: int) -> None:
        self._step(operation_id, set(), lambda: self.lifecycle.enter(operation_id, phase, total))

    @rule(operation_id=operations, phase=st.sampled_from(PHASES), done=st.integers(0, 5))
    def advance(self, operation_id: str, phase: Phase, done: int) -> None:
        self._step(
            operation_id, set(), lambda: self.lifecycle.advance(operation_id, phase.name, done)
        )

    @rule(operation_id=operations, number=st.integers(1, 3))
    def produce(self, operation_id: str, number: int) -> None:
        resource = Resource(type="DATA_SET", id=str(number), action="CREATED")
        result = Result(type="Letters", values={"number": str(number)})
        self._step(
            operation_id,
            set(),
            lambda: self.lifecycle.produce(operation_id, resources=[resource], result=result),
        )

    @rule(operation_id=operations)
    def succeed(self, operation_id: str) -> None:
        before = self.world.store.get(operation_id)
        after = self.lifecycle.succeed(operation_id)
        if before.status is Status.IN_PROGRESS:
            assert (after.status, after.result) == (Status.SUCCEEDED, before.result)

    @rule(operation_id=operations, count=st.sampled_from([1, 2, ERRORS_KEPT + 1]))
    def fail(self, operation_id: str, count: int) -> None:
        assert self.lifecycle.fail(operation_id, [A_FAULT] * count).status.terminal

    @rule(operation_id=operations)
    def cancel(self, operation_id: str) -> None:
        after = self.lifecycle.cancel(operation_id)
        assert after.status.terminal or after.status is Status.CANCELING

    @rule(operation_id=operations, seen=st.sampled_from(Status))
    def cancel_only_from(self, operation_id: str, seen: Status) -> None:
        before = self.world.store.get(operation_id)
        try:
            self.lifecycle.cancel(operation_id, only_from=seen)
        except StatusChanged as changed:
            assert changed.status == before.status != seen
            assert self.world.store.get(operation_id) == before
        else:
            assert before.status is seen

    @rule(operation_id=operations, end=ENDS)
    def the_execution_ends_and_nobody_tells(self, operation_id: str, end: Outcome) -> None:
        outcome = self.world.workflows.executions.get(operation_id)
        if outcome and outcome.running:
            self.world.workflows.executions[operation_id] = end

    @rule(operation_id=operations)
    def the_engine_tells_how_it_stands(self, operation_id: str) -> None:
        outcome = self.world.workflows.executions.get(operation_id)
        if outcome:
            after = self.lifecycle.settle(operation_id, outcome)
            assert after.status.terminal or outcome.running

    @rule(operation_id=operations, end=ENDS)
    def somebody_tells_of_an_end(self, operation_id: str, end: Outcome) -> None:
        assert self.lifecycle.settle(operation_id, end).status.terminal

    @rule(refuses=st.booleans())
    def the_engine_comes_and_goes(self, refuses: bool) -> None:
        self.world.workflows.refuses = refuses

    @rule(quick=st.booleans())
    def the_engine_is_quick_or_slow(self, quick: bool) -> None:
        self.world.workflows.on_start = self._begin_quietly if quick else None

    @rule(time=TIMES)
    def time_passes(self, time: timedelta) -> None:
        self.world.clock.pass_by(time)

    @rule(operation_id=operations, lagging=st.booleans())
    def sweep(self, operation_id: str, lagging: bool) -> None:
        self.world.store.also_due = {operation_id} if lagging else set()
        in_time = [each for each in self.world.store.running("acme") if self._in_time(each)]
        self.world.sweep.run()
        for each in in_time:
            # It may have been looked at, which is a change that nobody sees.
            assert replace(self.world.store.get(each.id), version=each.version) == each

    @invariant()
    def every_change_fits(self) -> None:
        changes = self.world.store.changes[self.seen :]
        self.seen += len(changes)
        for before, after in changes:
            if before.status is not after.status:
                assert after.status in TRANSITIONS[before.status]
            assert not before.status.terminal
            assert after.version == before.version + 1
            assert after.percent >= before.percent
            assert (after.percent == 100) == (after.status is Status.SUCCEEDED)
            assert (after.finished is not None) == after.status.terminal
            assert (after.expires is not None) == after.status.terminal
            assert after.started is not None or after.status is not Status.IN_PROGRESS
            assert after.result is None or after.status not in (Status.FAILED, Status.CANCELED)
            assert bool(after.errors) == (after.status is Status.FAILED)
            assert len(after.errors) <= min(ERRORS_KEPT, after.error_count)
            assert all(each in after.resources for each in before.resources)

    @invariant()
    def a_claim_has_one_holder_at_most(self) -> None:
        held = [self.claims.get(each.id) for each in self.world.store.running("acme")]
        claims = [claim for claim in held if claim is not None]
        assert len(claims) == len(set(claims))

    @invariant()
    def what_has_ended_has_no_secret(self) -> None:
        running = {each.id for each in self.world.store.running("acme")}
        ended = {after.id for _, after in self.world.store.changes} - running
        assert all(self.world.store.sealed(each) is not None for each in running)
        assert all(self.world.store.sealed(each) is None for each in ended)

    def teardown(self) -> None:
        """Nothing runs for ever, if only the sweep and the engine do their work."""
        self.world.workflows.refuses = False
        self.world.workflows.on_start = None
        self.world.store.also_due = set()
        for _ in range(2):
            self.world.clock.pass_by(GIVE_UP + DEADLINE + timedelta(minutes=1))
            self.world.sweep.run()
        assert list(self.world.store.running("acme")) == []
        self.world.clock.pass_by(timedelta(days=1))
        assert self.world.sweep.run() == 0
        self.every_change_fits()
        for name in ("lifecycle", "sweep"):
            logging.getLogger(f"longrun.operations.{name}").disabled = False

    def _step(
        self, operation_id: str, also_from: set[Status], step: Callable[[], Operation]
    ) -> None:
        before = self.world.store.get(operation_id)
        try:
            after = step()
        except OperationStopped:
            assert before.status not in {Status.IN_PROGRESS} | also_from
            assert self.world.store.get(operation_id) == before
        else:
            assert before.status in {Status.IN_PROGRESS} | also_from
            assert after.status is Status.IN_PROGRESS

    def _begin_quietly(self, operation_id: str) -> None:
        try:
            self.lifecycle.begin(operation_id)
        except OperationStopped:
            return

    def _in_time(self, operation: Operation) -> bool:
        outcome = self.world.workflows.executions.get(operation.id)
        return (
            operation.status is Status.IN_PROGRESS
            and operation.started is not None
            and operation.started + DEADLINE > self.world.clock()
            and (outcome is None or outcome.running)
        )


AnyOrder.TestCase.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, database=None, print_blob=True
)
TestAnyOrder = AnyOrder.TestCase
