"""Jobs at the same time, and jobs that die: one wins, the other says why, nothing is half done."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pytest

from longrun.compositions.document import Composition
from longrun.compositions.jobs.engine import ATTEMPTS
from longrun.compositions.statuses import CompositionStatus
from longrun.compositions.store import Change
from longrun.operations.errors import Interrupted, OperationStopped
from longrun.operations.operation import Fault, Operation, Source
from longrun.operations.states import Status
from tests.unit.compositions.fakes import (
    MERGED,
    OTHER_PERSON,
    TENANT,
    Died,
    World,
    disability,
    newborn,
)

Prepare = Callable[[World], str]


def a_creation(world: World) -> str:
    return world.accept("composition.create", {"composition": disability()})


def a_signing(world: World) -> str:
    first = world.final(disability())
    second = world.created(disability(replaces=first))
    return world.accept("composition.sign", world.sign_request(second))


def a_cancellation(world: World) -> str:
    first = world.final(disability())
    second = world.final(disability(replaces=first))
    return world.accept("composition.cancel", world.cancel_request(second))


JOBS = [a_creation, a_signing, a_cancellation]


def codes(operation: Operation) -> list[str]:
    return [each.code for each in operation.errors]


def die() -> None:
    raise Died


def mark(world: World, composition: Composition, operation: str) -> str | None:
    return world.compositions.take_task(TENANT, composition.id, operation)


@pytest.mark.parametrize("prepare", JOBS)
@pytest.mark.parametrize("when", ["before_commit", "after_commit"])
def test_a_job_that_died_succeeds_when_it_is_repeated(
    world: World, prepare: Prepare, when: str
) -> None:
    job = prepare(world)
    done = len(world.compositions.commits)
    getattr(world.compositions, when).append(die)
    with pytest.raises(Died):
        world.work(job)
    operation = world.work(job)
    assert operation.status is Status.SUCCEEDED
    assert len(world.compositions.commits) == done + 1
    assert world.made(operation).task is None


@pytest.mark.parametrize("prepare", JOBS)
def test_a_job_that_committed_and_died_succeeds_whatever_came_after(
    world: World, prepare: Prepare
) -> None:
    job = prepare(world)
    world.compositions.after_commit.append(die)
    with pytest.raises(Died):
        world.work(job)
    (changed, *_) = world.compositions.commits[-1]
    composition = world.now(changed.after)
    if composition.status is CompositionStatus.PRELIMINARY:
        world.signed(composition)
    elif composition.status is CompositionStatus.FINAL:
        world.canceled(composition)
    assert world.work(job).status is Status.SUCCEEDED


@pytest.mark.parametrize("prepare", JOBS)
def test_a_commit_whose_answer_was_lost_is_recognised(
    world: World, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = prepare(world)
    commit = world.compositions.commit

    def lost(tenant: str, changes: Sequence[Change], heads: Mapping[str, int]) -> None:
        # The database did it, and was asked again by the client library.
        commit(tenant, changes, heads)
        commit(tenant, changes, heads)

    monkeypatch.setattr(world.compositions, "commit", lost)
    assert world.work(job).status is Status.SUCCEEDED


@pytest.mark.parametrize("prepare", JOBS)
def test_a_job_that_is_overtaken_all_the_time_is_left_to_its_workflow(
    world: World, prepare: Prepare
) -> None:
    job = prepare(world)
    bump = partial(world.compositions.commit, TENANT, [])
    subjects = {each.subject.id for each in world.compositions.all()} | {
        disability()["subject"]["value"]
    }

    def overtake() -> None:
        for subject in subjects:
            bump({subject: world.compositions.of_subject(TENANT, subject).version})

    # Every commit but the overtaking ones is overtaken.
    for _ in range(ATTEMPTS):
        world.compositions.before_commit += [overtake, *[lambda: None for _ in subjects]]
    with pytest.raises(Interrupted):
        world.work(job)
    world.compositions.before_commit.clear()
    assert world.operations.get(job).status is Status.IN_PROGRESS
    assert world.work(job).status is Status.SUCCEEDED


def test_of_two_signs_at_once_one_wins_and_the_other_says_why(world: World) -> None:
    composition = world.created(disability())
    others: list[Operation] = []
    world.compositions.before_commit.append(lambda: others.append(world.sign(composition)))
    operation = world.sign(composition)
    assert operation.status is Status.SUCCEEDED
    assert codes(others[0]) == ["1006"]
    signature = world.now(composition).signature
    assert signature is not None and signature.operation == operation.id


def test_a_cancellation_meets_a_signing(world: World) -> None:
    composition = world.created(disability())
    others: list[Operation] = []
    world.compositions.before_commit.append(lambda: others.append(world.cancel(composition)))
    world.compositions.after_commit.append(lambda: others.append(world.cancel(composition)))
    operation = world.sign(composition)
    assert codes(others[0]) == ["1006"]
    # Once it is signed, it may be canceled, though the signing has not yet said so.
    assert others[1].status is Status.SUCCEEDED
    assert operation.status is Status.SUCCEEDED
    assert world.now(composition).status is CompositionStatus.ENTERED_IN_ERROR


def test_1006_the_mark_of_a_job_that_has_ended_counts_for_nothing(world: World) -> None:
    composition = world.created(disability())
    ended = world.create(disability(subject=OTHER_PERSON))
    assert mark(world, composition, ended.id) is None
    assert world.sign(composition).status is Status.SUCCEEDED


def test_1006_so_does_that_of_a_job_that_is_gone(world: World) -> None:
    composition = world.created(disability())
    assert mark(world, composition, "gone") is None
    assert world.sign(composition).status is Status.SUCCEEDED


def test_1006_a_job_that_waits_for_its_repetition_is_running(world: World) -> None:
    composition = world.created(disability())
    job = world.accept("composition.sign", world.sign_request(composition))
    world.compositions.before_commit.append(die)
    with pytest.raises(Died):
        world.work(job)
    assert codes(world.sign(composition)) == ["1006"]
    assert world.work(job).status is Status.SUCCEEDED


def test_a_refused_job_takes_its_mark_away(world: World) -> None:
    composition = world.created(disability())
    world.sign(composition, content={})
    assert world.now(composition).task is None


def test_a_replaced_one_is_canceled_while_its_successor_is(world: World) -> None:
    first = world.final(disability())
    second = world.final(disability(replaces=first))
    others: list[Operation] = []
    world.compositions.before_commit.append(lambda: others.append(world.cancel(first)))
    world.compositions.after_commit.append(lambda: others.append(world.cancel(first)))
    operation = world.cancel(second)
    assert operation.status is Status.SUCCEEDED
    assert codes(others[0]) == ["1003"]
    assert others[1].status is Status.SUCCEEDED
    assert world.now(first).status is CompositionStatus.ENTERED_IN_ERROR


def test_of_two_replacements_that_are_signed_at_once_one_wins(world: World) -> None:
    first = world.final(disability())
    one, other = (world.created(disability(replaces=first)) for _ in range(2))
    others: list[Operation] = []
    world.compositions.before_commit.append(lambda: others.append(world.sign(other)))
    operation = world.sign(one)
    assert others[0].status is Status.SUCCEEDED
    assert codes(operation) == ["1000"]
    assert world.now(one).status is CompositionStatus.PRELIMINARY
    assert world.now(first).amended_by == other.id


def test_of_two_births_that_are_signed_at_once_one_wins(world: World) -> None:
    one, other = (world.created(newborn()) for _ in range(2))
    world.compositions.before_commit.append(partial(world.signed, other))
    assert codes(world.sign(one)) == ["1002"]


def test_a_target_is_canceled_while_its_replacement_is_signed(world: World) -> None:
    first = world.final(disability())
    second = world.created(disability(replaces=first))
    world.compositions.before_commit.append(partial(world.canceled, first))
    assert codes(world.sign(second)) == ["1184"]


def test_a_chain_grows_while_it_is_refined(world: World) -> None:
    first = world.final(disability(subject=MERGED))
    second = world.created(disability("2026-11-21", "2026-11-25", subject=MERGED))
    refined = world.created(disability(replaces=first))
    world.compositions.before_commit.append(partial(world.signed, second))
    # The head of the preperson has moved on, though it is not the subject of what is signed.
    assert codes(world.sign(refined)) == ["1001"]
    assert world.now(first).status is CompositionStatus.FINAL


def test_a_predecessor_is_canceled_while_what_goes_on_from_it_is_created(world: World) -> None:
    first = world.final(disability())
    world.compositions.before_commit.append(partial(world.canceled, first))
    assert world.created(disability("2026-11-21", "2026-11-25")).relation is None


def test_a_job_that_ended_meanwhile_commits_nothing(world: World) -> None:
    composition = world.created(disability())
    job = world.accept("composition.sign", world.sign_request(composition))

    def late() -> None:
        world.lifecycle.fail(job, [Fault(code="Late", message="Late.", source=Source.SYSTEM)])
        world.created(disability("2026-01-01", "2026-01-02"))

    world.compositions.before_commit.append(late)
    with pytest.raises(OperationStopped):
        world.work(job)
    assert world.now(composition).status is CompositionStatus.PRELIMINARY


def test_a_job_that_was_given_up_meets_what_its_successor_did(world: World) -> None:
    composition = world.created(disability())
    job = world.accept("composition.sign", world.sign_request(composition))

    def another() -> None:
        # The first job's mark counted for nothing, and yet it goes on.
        world.compositions.drop_task(TENANT, composition.id, job)
        world.signed(composition)

    world.compositions.before_commit.append(another)
    assert codes(world.work(job)) == ["9006"]


def test_what_is_replaced_while_it_is_canceled_is_not_canceled(world: World) -> None:
    first = world.final(disability())
    second = world.created(disability(replaces=first))
    world.compositions.before_commit.append(partial(world.signed, second))
    assert codes(world.cancel(first)) == ["1003"]
    assert world.now(first).status is CompositionStatus.AMENDED
