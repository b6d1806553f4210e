"""Compositions under every sequence of jobs that Hypothesis can think of.

Several actors create, replace, refine, sign and cancel; while one job is about to commit, others
run; jobs die before and after their commits, and are repeated. After each step it holds that

- a status is what its signatures say: PRELIMINARY has none, FINAL and AMENDED have one,
  ENTERED_IN_ERROR has that of the cancellation too;
- every change that was ever committed is one of `statuses.TRANSITIONS`, and no change touches what
  was created: document, relation, subject;
- a composition is AMENDED exactly while another that is itself FINAL or AMENDED has turned it so:
  each knows the other, and nobody else does;
- `replaces` stands beside what it amended, its target among them; `appends` and `transforms` amend
  nothing, are of one subject and category, and start in or right after the other's period, not
  before it; `transforms` ends before it, `appends` does not;
- what relates to another was signed after it, so that chains have an end;
- one birth of a newborn at most is FINAL;
- a job that succeeded has done what it says, once, and its blob is archived; one that failed has
  changed nothing and says why, with a known code.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from longrun.compositions.document import Composition, CompositionType, RelationCode
from longrun.compositions.refusals import Code
from longrun.compositions.statuses import CompositionStatus, change_of
from longrun.operations.operation import Operation
from longrun.operations.states import Status
from tests.unit.compositions.fakes import (
    COLLEAGUE,
    DOCTOR,
    MERGED,
    PERSON,
    PREPERSON,
    Died,
    World,
    disability,
    newborn,
    reference,
)

OCTOBER = date(2026, 10, 1)
SIGNED = (CompositionStatus.FINAL, CompositionStatus.AMENDED)
SELDOM = st.integers(0, 7).map(lambda drawn: drawn == 7)


@dataclass(frozen=True, kw_only=True)
class Action:
    """A job that somebody starts; numbers choose among the compositions that there are then."""

    kind: str
    stranger: bool
    """Somebody else than the author starts it."""
    apt: bool
    """The composition is one that the job may be done on, if there is one."""
    author: str
    number: int
    replaces: bool
    birth: bool
    subject: str
    category: str
    start: int
    days: int
    forced: bool
    dies: str | None


ACTIONS = st.builds(
    Action,
    kind=st.sampled_from(["create", "sign", "sign", "cancel"]),
    stranger=SELDOM,
    apt=st.sampled_from([True, True, True, False]),
    author=st.sampled_from([DOCTOR, DOCTOR, DOCTOR, COLLEAGUE]),
    number=st.integers(0, 30),
    replaces=st.sampled_from([False, False, True]),
    birth=SELDOM,
    subject=st.sampled_from([PERSON, PERSON, MERGED, MERGED, PREPERSON]),
    category=st.sampled_from(["SICKNESS", "SICKNESS", "CHILD_CARE"]),
    start=st.integers(0, 10),
    days=st.integers(0, 6),
    forced=SELDOM,
    dies=st.sampled_from([None, None, "before_commit", "after_commit"]),
)


class AnyOrder(RuleBasedStateMachine):
    """Actors with no manners at all."""

    def __init__(self) -> None:
        super().__init__()
        logging.getLogger("longrun.compositions.jobs.engine").disabled = True
        self.world = World()
        self.jobs: list[str] = []

    @rule(action=ACTIONS, meanwhile=st.lists(ACTIONS, max_size=2))
    def act(self, action: Action, meanwhile: list[Action]) -> None:
        """One job, and what others do at its commit, and at theirs."""
        store = self.world.compositions
        store.before_commit += [self._performing(each) for each in meanwhile]
        self._perform(action)
        store.before_commit.clear()
        store.after_commit.clear()

    @rule(action=ACTIONS)
    def conclude(self, action: Action) -> None:
        """Something is created, and signed at once: what most clients do."""
        self._conclude(self._document(action, None))

    @rule(action=ACTIONS, number=st.integers(0, 30))
    def replace_or_refine(self, action: Action, number: int) -> None:
        """The same in the place of something FINAL."""
        finals = self._in(CompositionStatus.FINAL)
        if finals:
            replaced = finals[number % len(finals)]
            merged = replaced.subject.id == MERGED
            subject = PERSON if merged and not action.stranger else replaced.subject.id
            birth = replaced.type is CompositionType.NEWBORN
            alike = replace(action, birth=birth, subject=subject)
            self._conclude(self._document(alike, replaced))

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        """So that some are too late, in the end."""
        self.world.clock.pass_by(timedelta(hours=hours))

    @invariant()
    def statuses_are_what_signatures_say(self) -> None:
        for each in self._all():
            signed = each.status is not CompositionStatus.PRELIMINARY
            canceled = each.status is CompositionStatus.ENTERED_IN_ERROR
            assert (each.signature is not None) is signed
            assert (each.cancellation is not None) is (each.reason is not None) is canceled

    @invariant()
    def every_change_is_a_transition(self) -> None:
        for changes in self.world.compositions.commits:
            for change in changes:
                before, after = change.before, change.after
                assert change_of(before.status if before else None, after.status)
                if before is not None:
                    for name in ("document", "relation", "subject", "period", "created"):
                        assert getattr(before, name) == getattr(after, name)

    @invariant()
    def amended_ones_and_who_amended_them_know_each_other(self) -> None:
        known = {each.id: each for each in self._all()}
        for each in known.values():
            assert (each.status is CompositionStatus.AMENDED) is (each.amended_by is not None)
            if each.amended_by is not None:
                assert known[each.amended_by].status in SIGNED
                assert each.id in known[each.amended_by].amended
            if each.status in SIGNED:
                for amended in each.amended:
                    assert known[amended].amended_by == each.id

    @invariant()
    def relations_are_what_they_say(self) -> None:
        known = {each.id: each for each in self._all()}
        for each in known.values():
            if each.relation is None:
                assert not each.amended
                continue
            target = known[each.relation.target]
            assert target.type is each.type
            assert target.signature is not None
            if each.signature is not None:
                assert target.signature.signed <= each.signature.signed
            if each.relation.code is RelationCode.REPLACES:
                assert (target.id in each.amended) is (each.signature is not None)
            else:
                _check_follower(each, target)

    @invariant()
    def chains_have_an_end(self) -> None:
        known = {each.id: each for each in self._all()}
        for each in known.values():
            seen = set()
            while each.relation is not None:
                assert each.id not in seen
                seen.add(each.id)
                each = known[each.relation.target]

    @invariant()
    def one_birth_is_final(self) -> None:
        births = [
            each.subject.id
            for each in self._all()
            if each.type is CompositionType.NEWBORN and each.status is CompositionStatus.FINAL
        ]
        assert len(births) == len(set(births))

    @invariant()
    def jobs_did_what_they_say(self) -> None:
        done = [
            operation
            for each in self._all()
            for operation in (
                each.operation,
                each.signature and each.signature.operation,
                each.cancellation and each.cancellation.operation,
            )
            if operation
        ]
        operations = [self.world.operations.get(each) for each in self.jobs]
        succeeded = [each.id for each in operations if each.status is Status.SUCCEEDED]
        assert sorted(done) == sorted(succeeded)
        for operation in operations:
            assert operation.status.terminal
            if operation.status is Status.FAILED:
                _check_failure(operation)

    @invariant()
    def what_was_signed_is_archived(self) -> None:
        for each in self._all():
            for signature in (each.signature, each.cancellation):
                if signature is not None:
                    blob = self.world.archive.contents[signature.key]
                    assert hashlib.sha256(blob).hexdigest() == signature.sha256

    def _all(self) -> Sequence[Composition]:
        return self.world.compositions.all()

    def _in(self, status: CompositionStatus) -> list[Composition]:
        return [each for each in self._all() if each.status is status]

    def _conclude(self, document: dict[str, object]) -> None:
        created = self.world.create(document)
        self.jobs.append(created.id)
        if created.status is Status.SUCCEEDED:
            composition = self.world.made(created)
            request = self.world.sign_request(composition, composition.author)
            job = self.world.accept("composition.sign", request, composition.author)
            self.jobs.append(self.world.work(job).id)

    def _performing(self, action: Action) -> Callable[[], None]:
        return lambda: self._perform(action)

    def _perform(self, action: Action) -> None:
        job = self._accept(action)
        if job is None:
            return
        self.jobs.append(job)
        if action.dies is not None:
            hooks: list[Callable[[], object]] = getattr(self.world.compositions, action.dies)
            hooks.insert(0, _die)
        try:
            self.world.work(job)
        except Died:
            self._again(job)

    def _again(self, job: str) -> None:
        """Until the job's process stays alive: a death may have been meant for another."""
        while not self.world.operations.get(job).status.terminal:
            try:
                self.world.work(job)
            except Died:
                continue

    def _accept(self, action: Action) -> str | None:
        chosen = self._chosen(action)
        if action.kind == "create":
            document = self._document(action, chosen if action.replaces else None)
            return self.world.accept("composition.create", {"composition": document})
        if chosen is None:
            return None
        caller = COLLEAGUE if action.stranger else chosen.author
        if action.kind == "sign":
            request = self.world.sign_request(chosen, chosen.author)
            return self.world.accept("composition.sign", request, caller)
        request = self.world.cancel_request(chosen, signer=chosen.author)
        return self.world.accept("composition.cancel", request, caller)

    def _chosen(self, action: Action) -> Composition | None:
        status = CompositionStatus.FINAL
        if action.kind == "sign":
            status = CompositionStatus.PRELIMINARY
        there = (self._in(status) if action.apt else None) or self._all()
        return there[action.number % len(there)] if there else None

    def _document(self, action: Action, replaces: Composition | None) -> dict[str, object]:
        author = reference("employee", action.author)
        if action.birth:
            return newborn(replaces=replaces) | {"author": author}
        start, end = self._days(action)
        document = disability(
            start,
            end,
            category=action.category,
            subject=action.subject,
            replaces=replaces,
            IS_FORCE_RENEW=("valueBoolean", action.forced),
        )
        return document | {"author": author}

    @staticmethod
    def _days(action: Action) -> tuple[str, str]:
        start = OCTOBER + timedelta(days=action.start)
        return start.isoformat(), (start + timedelta(days=action.days)).isoformat()


def _die() -> None:
    raise Died


def _check_follower(each: Composition, target: Composition) -> None:
    assert each.relation is not None and not each.amended
    assert (each.subject, each.category) == (target.subject, target.category)
    assert each.period.end is not None and target.period.end is not None
    assert target.period.start <= each.period.start
    assert each.period.start <= target.period.end + timedelta(days=1)
    shortens = each.relation.code is RelationCode.TRANSFORMS
    assert shortens is (each.period.end < target.period.end)


def _check_failure(operation: Operation) -> None:
    (fault,) = operation.errors
    assert int(fault.code) in set(Code)
    assert operation.result is None


AnyOrder.TestCase.settings = settings(
    max_examples=80, stateful_step_count=30, deadline=None, database=None, print_blob=True
)
TestAnyOrder = AnyOrder.TestCase
