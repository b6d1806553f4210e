"""Estimates: what is learned from ends that come in any order, and as often as they like."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.operations.errors import Interrupted, KindUnknown
from longrun.operations.estimates import (
    FRESH,
    LAST,
    SOON,
    End,
    Estimates,
    average,
    latest,
    learn,
)
from longrun.operations.history import Seen
from longrun.operations.operation import Operation
from longrun.operations.states import Status
from tests.unit.operations.fakes import KINDS, NOW, WORK, Clock

TYPICAL = WORK.typical


class MemoryEstimates:
    """Implements `EstimateStore`; may be out of reach."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[End, ...]] = {}
        self.reads = 0
        self.silent = False

    def ends(self, kind: str) -> Sequence[End]:
        self.reads += 1
        if self.silent:
            raise Interrupted("The store")
        return self.kept.get(kind, ())

    def note(self, kind: str, ends: Sequence[End]) -> None:
        if self.silent:
            raise Interrupted("The store")
        self.kept[kind] = latest([*self.kept.get(kind, ()), *ends])


def an_end(number: int, *, seconds: float = 2.0, finished: int | None = None) -> End:
    return End(
        operation_id=f"op-{number}",
        finished=NOW + timedelta(seconds=number if finished is None else finished),
        taken=timedelta(seconds=seconds),
    )


def seen(
    status: Status, *, number: int = 1, kind: str = WORK.name, seconds: float | None = 4.0
) -> Seen:
    finished = None if seconds is None else NOW + timedelta(seconds=seconds)
    after = Operation(
        id=f"op-{number}",
        kind=kind,
        tenant="acme",
        owner="ann",
        status=status,
        accepted=NOW,
        finished=finished,
    )
    before = replace(after, status=Status.IN_PROGRESS, finished=None)
    return Seen(before=before, after=after, time=NOW)


@pytest.fixture
def store() -> MemoryEstimates:
    return MemoryEstimates()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def estimates(store: MemoryEstimates, clock: Clock) -> Estimates:
    return Estimates(store=store, kinds=KINDS, clock=clock)


# Few ids and few times, so that the same one comes again and times are the same.
ENDS = st.lists(
    st.builds(
        an_end,
        st.integers(min_value=0, max_value=60),
        seconds=st.floats(min_value=0, max_value=900, allow_nan=False),
    ),
    max_size=80,
).map(lambda ends: list({end.operation_id: end for end in ends}.values()))


@given(ends=ENDS, data=st.data())
def test_however_often_and_in_whatever_order_it_is_told_it_learns_the_same(
    ends: list[End], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(ends), max_size=40)) if ends else []
    shuffled = data.draw(st.permutations([*ends, *again]))
    kept: tuple[End, ...] = ()
    while shuffled:
        size = data.draw(st.integers(min_value=1, max_value=len(shuffled)))
        told, shuffled = shuffled[:size], shuffled[size:]
        kept = latest([*kept, *told])
    assert kept == latest(ends)


@given(ends=ENDS)
def test_the_last_ends_count_and_no_others(ends: list[End]) -> None:
    kept = latest(ends)
    assert len(kept) == min(len(ends), LAST)
    left_out = set(ends) - set(kept)
    assert all(old.finished <= new.finished for old in left_out for new in kept)


@given(ends=ENDS)
def test_the_average_lies_between_the_shortest_and_the_longest(ends: list[End]) -> None:
    kept = latest(ends)
    found = average(kept)
    if not kept:
        assert found is None
        return
    assert found is not None
    taken = [end.taken for end in kept]
    assert min(taken) <= found <= max(taken)


class TestLearning:
    def test_it_learns_from_what_succeeded_how_long_it_took_since_it_was_accepted(
        self, store: MemoryEstimates
    ) -> None:
        learn([seen(Status.SUCCEEDED, seconds=4)], store)
        (end,) = store.kept[WORK.name]
        assert (end.operation_id, end.taken) == ("op-1", timedelta(seconds=4))

    def test_each_kind_is_learned_of_on_its_own(self, store: MemoryEstimates) -> None:
        learn(
            [
                seen(Status.SUCCEEDED, number=1, kind="a", seconds=1),
                seen(Status.SUCCEEDED, number=2, kind="b", seconds=2),
                seen(Status.SUCCEEDED, number=3, kind="a", seconds=3),
            ],
            store,
        )
        assert {kind: average(ends) for kind, ends in store.kept.items()} == {
            "a": timedelta(seconds=2),
            "b": timedelta(seconds=2),
        }

    @pytest.mark.parametrize(
        ("status", "seconds"),
        [
            (Status.FAILED, 4),
            (Status.CANCELED, 4),
            (Status.IN_PROGRESS, None),
            (Status.SUCCEEDED, None),
        ],
    )
    def test_nothing_else_is_learned_from(
        self, store: MemoryEstimates, status: Status, seconds: float | None
    ) -> None:
        learn([seen(status, seconds=seconds)], store)
        assert store.kept == {}

    def test_clocks_that_disagree_make_no_time_negative(self, store: MemoryEstimates) -> None:
        learn([seen(Status.SUCCEEDED, seconds=-3)], store)
        assert store.kept[WORK.name][0].taken == timedelta()

    def test_what_cannot_be_kept_holds_nothing_up(self, store: MemoryEstimates) -> None:
        store.silent = True
        learn([seen(Status.SUCCEEDED)], store)
        assert store.kept == {}


class TestEstimating:
    def test_the_first_guess_is_the_kinds_own(self, estimates: Estimates) -> None:
        assert estimates.estimate(WORK.name) == TYPICAL

    def test_it_is_the_average_as_soon_as_something_has_succeeded(
        self, estimates: Estimates, store: MemoryEstimates
    ) -> None:
        store.note(WORK.name, [an_end(1, seconds=1), an_end(2, seconds=5)])
        assert estimates.estimate(WORK.name) == timedelta(seconds=3)

    def test_it_is_read_again_after_a_while(
        self, estimates: Estimates, store: MemoryEstimates, clock: Clock
    ) -> None:
        store.note(WORK.name, [an_end(1, seconds=1)])
        estimates.estimate(WORK.name)
        store.note(WORK.name, [an_end(2, seconds=5)])
        assert (estimates.estimate(WORK.name), store.reads) == (timedelta(seconds=1), 1)
        clock.pass_by(FRESH)
        assert (estimates.estimate(WORK.name), store.reads) == (timedelta(seconds=3), 2)

    def test_a_store_out_of_reach_leaves_what_was_known(
        self, estimates: Estimates, store: MemoryEstimates, clock: Clock
    ) -> None:
        store.silent = True
        assert estimates.estimate(WORK.name) == TYPICAL
        store.silent = False
        store.note(WORK.name, [an_end(1, seconds=1)])
        clock.pass_by(FRESH)
        estimates.estimate(WORK.name)
        store.silent = True
        clock.pass_by(FRESH)
        assert estimates.estimate(WORK.name) == timedelta(seconds=1)

    def test_of_an_unknown_kind_nothing_can_be_said(self, estimates: Estimates) -> None:
        with pytest.raises(KindUnknown):
            estimates.estimate("nobody.knows")


class TestEta:
    def running(self) -> Operation:
        return replace(seen(Status.IN_PROGRESS, seconds=None).after, accepted=NOW)

    def test_it_is_the_estimate_from_the_acceptance_on(
        self, estimates: Estimates, store: MemoryEstimates
    ) -> None:
        store.note(WORK.name, [an_end(1, seconds=30)])
        assert estimates.eta(self.running()) == NOW + timedelta(seconds=30)

    def test_what_is_late_ends_a_moment_from_now_and_later_the_longer_such_work_takes(
        self, estimates: Estimates, store: MemoryEstimates, clock: Clock
    ) -> None:
        store.note(WORK.name, [an_end(1, seconds=2)])
        clock.pass_by(timedelta(minutes=1))
        assert estimates.eta(self.running()) == clock() + SOON
        store.note(WORK.name, [an_end(2, seconds=598)])
        clock.pass_by(timedelta(minutes=10))
        assert estimates.eta(self.running()) == clock() + timedelta(seconds=30)

    @given(waited=st.integers(min_value=0, max_value=100_000), seconds=st.integers(0, 1000))
    def test_it_is_never_past(self, waited: int, seconds: int) -> None:
        store, clock = MemoryEstimates(), Clock()
        store.note(WORK.name, [an_end(1, seconds=seconds)])
        clock.pass_by(timedelta(seconds=waited))
        estimates = Estimates(store=store, kinds=KINDS, clock=clock)
        assert estimates.eta(self.running()) > clock()

    def test_what_has_ended_ended_when_it_did(
        self, estimates: Estimates, store: MemoryEstimates
    ) -> None:
        ended = seen(Status.FAILED, seconds=7).after
        assert estimates.eta(ended) == NOW + timedelta(seconds=7)
        assert store.reads == 0
