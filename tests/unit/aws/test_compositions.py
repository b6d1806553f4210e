"""Compositions on DynamoDB: what the rules rely on, held against the store in memory as well."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.stub import Stubber

from longrun.aws.compositions import ACTIONS, PAUSES, DynamoCompositions
from longrun.compositions import effects
from longrun.compositions.document import Composition, Relation, RelationCode, Signature
from longrun.compositions.refusals import Code, Refusal
from longrun.compositions.search import Search
from longrun.compositions.statuses import CompositionStatus
from longrun.compositions.store import Change, CompositionStore, Overtaken
from longrun.operations.errors import Interrupted
from longrun.operations.states import Status
from tests.unit.compositions.fakes import (
    MERGED,
    NEWBORN,
    NOW,
    OTHER_PERSON,
    PERSON,
    TENANT,
    MemoryCompositions,
    World,
    disability,
    newborn,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FINAL = CompositionStatus.FINAL


def a_composition(document: dict[str, Any] | None = None) -> Composition:
    """A PRELIMINARY composition that is kept nowhere yet."""
    return World().created(document or disability())


def its_signature(operation: str = "op-1") -> Signature:
    return Signature(
        operation=operation,
        signed=NOW,
        key="signed/acme/x/y.p7s",
        sha256="ab" * 32,
        signer="A. Signer",
        tax_number="3012345678",
        certificate="0A1B",
    )


@pytest.fixture
def dynamo(dynamodb: "DynamoDBClient", table: str) -> DynamoCompositions:
    return DynamoCompositions(dynamodb, table, pause=lambda seconds: None)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> CompositionStore:
    if request.param == "memory":
        return MemoryCompositions()
    store: CompositionStore = request.getfixturevalue("dynamo")
    return store


def enter(store: CompositionStore, *compositions: Composition) -> None:
    for group in batched(compositions, 30, strict=False):
        subjects = {each.subject.id for each in group}
        heads = {each: store.of_subject(TENANT, each).version for each in subjects}
        store.commit(TENANT, [Change(before=None, after=each) for each in group], heads)


class TestReading:
    def test_a_composition_comes_back_as_it_was_kept(self, store: CompositionStore) -> None:
        document = disability(IS_ACCIDENT=("valueBoolean", True))
        composition = a_composition(document)
        odd = {**composition.document, "more": [1.5, 10**15, None, "Її", {"": []}]}
        composition = replace(composition, document=odd)
        enter(store, composition)
        assert store.get(TENANT, composition.id) == composition
        assert store.of_subject(TENANT, PERSON).compositions == (composition,)

    def test_everything_that_is_known_of_it_is_kept(self, store: CompositionStore) -> None:
        first, second = a_composition(), a_composition()
        first = replace(first, period=replace(first.period, end=None), force_renew=True)
        relation = Relation(code=RelationCode.REPLACES, target=first.id)
        second = replace(second, relation=relation)
        enter(store, first, second)
        changes = effects.signed(second, its_signature(), [])
        changes = [replace(changes[0], after=replace(changes[0].after, amended=(first.id,)))]
        store.commit(TENANT, changes, {PERSON: 1})
        assert store.get(TENANT, first.id) == first
        assert store.get(TENANT, second.id) == changes[0].after

    def test_another_tenants_is_nobodys(self, store: CompositionStore) -> None:
        composition = a_composition()
        enter(store, composition)
        assert store.get("globex", composition.id) is None
        assert store.of_subject("globex", PERSON).compositions == ()

    def test_a_subject_without_any_has_no_head(self, store: CompositionStore) -> None:
        view = store.of_subject(TENANT, PERSON)
        assert (view.version, view.compositions) == (0, ())
        assert store.get(TENANT, str(uuid4())) is None

    def test_whom_it_is_about_is_not_its_subject(self, store: CompositionStore) -> None:
        mother, child = a_composition(), a_composition(newborn())
        enter(store, mother, child)
        assert [each.id for each in store.of_subject(TENANT, PERSON).compositions] == [mother.id]
        assert [each.id for each in store.of_subject(TENANT, NEWBORN).compositions] == [child.id]


class TestCommitting:
    def test_every_commit_raises_the_heads(self, store: CompositionStore) -> None:
        one, other = a_composition(), a_composition(disability(subject=OTHER_PERSON))
        both = [Change(before=None, after=each) for each in (one, other)]
        store.commit(TENANT, both, {PERSON: 0, OTHER_PERSON: 0})
        store.commit(TENANT, effects.signed(one, its_signature(), []), {PERSON: 1, OTHER_PERSON: 1})
        assert store.of_subject(TENANT, PERSON).version == 2
        assert store.of_subject(TENANT, OTHER_PERSON).version == 2

    def test_what_was_overtaken_changes_nothing(self, store: CompositionStore) -> None:
        one, other = a_composition(), a_composition(disability("2026-10-01", "2026-10-05"))
        enter(store, one, other)
        changes = effects.signed(one, its_signature(), [])
        for heads in ({PERSON: 2}, {PERSON: 0}, {PERSON: 1, OTHER_PERSON: 1}):
            with pytest.raises(Overtaken):
                store.commit(TENANT, changes, heads)
        store.commit(TENANT, effects.signed(other, its_signature(), []), {PERSON: 1})
        for stale in (
            effects.signed(other, its_signature("op-2"), []),
            effects.created(other),
            [*changes, *effects.signed(other, its_signature("op-2"), [])],
        ):
            with pytest.raises(Overtaken):
                store.commit(TENANT, stale, {PERSON: 2})
        assert store.get(TENANT, one.id) == one
        assert store.of_subject(TENANT, PERSON).version == 2
        assert store.of_subject(TENANT, OTHER_PERSON).version == 0

    def test_the_mark_of_a_task_goes_with_the_change(self, store: CompositionStore) -> None:
        composition = a_composition()
        enter(store, composition)
        assert store.take_task(TENANT, composition.id, "op-1") is None
        store.commit(TENANT, effects.signed(composition, its_signature(), []), {PERSON: 1})
        signed = store.get(TENANT, composition.id)
        assert signed is not None
        assert (signed.task, signed.status) == (None, FINAL)

    def test_the_longest_chain_that_fits_is_changed_at_once_and_no_longer_one(
        self, dynamo: DynamoCompositions
    ) -> None:
        kept = a_composition(disability(subject=MERGED))
        chain = [replace(kept, id=str(uuid4()), status=FINAL) for _ in range(ACTIONS - 2)]
        enter(dynamo, *chain)
        newcomer = a_composition()
        enter(dynamo, newcomer)
        heads = {MERGED: dynamo.of_subject(TENANT, MERGED).version, PERSON: 1}
        with pytest.raises(Refusal) as refused:
            dynamo.commit(TENANT, effects.signed(newcomer, its_signature(), chain), heads)
        assert refused.value.code is Code.TOO_MANY_CHANGES
        assert dynamo.of_subject(TENANT, PERSON).version == 1
        changes = effects.signed(newcomer, its_signature(), chain[:-1])
        dynamo.commit(TENANT, changes, heads)
        standing = dynamo.of_subject(TENANT, MERGED).compositions
        assert sum(each.status is CompositionStatus.AMENDED for each in standing) == 97

    def test_more_than_four_megabytes_are_refused_before_the_database_does(
        self, dynamo: DynamoCompositions
    ) -> None:
        large = replace(a_composition(), document={"text": "x" * 90_000})
        changes = [
            Change(before=None, after=replace(large, id=str(uuid4()), subject=large.subject))
            for _ in range(30)
        ]
        changed = [
            Change(before=each.after, after=each.after.moved(FINAL, signature=its_signature()))
            for each in changes
        ]
        with pytest.raises(Refusal):
            dynamo.commit(TENANT, [*changed, *changed[:20]], {PERSON: 0})


class TestWhatTheDatabaseSays:
    @pytest.fixture
    def waits(self) -> list[float]:
        return []

    @pytest.fixture
    def stubbed(
        self, dynamodb: "DynamoDBClient", waits: list[float]
    ) -> Iterator[tuple[Stubber, DynamoCompositions]]:
        with Stubber(dynamodb) as stubber:
            yield stubber, DynamoCompositions(dynamodb, "longrun-test", pause=waits.append)
            stubber.assert_no_pending_responses()

    def cancel(self, stubber: Stubber, *codes: str) -> None:
        stubber.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
        )

    def commit(self, store: DynamoCompositions) -> None:
        store.commit(TENANT, effects.created(a_composition()), {PERSON: 0})

    def test_a_condition_that_failed_is_overtaken_whatever_else_there_was(
        self, stubbed: tuple[Stubber, DynamoCompositions]
    ) -> None:
        stubber, store = stubbed
        self.cancel(stubber, "None", "TransactionConflict", "ConditionalCheckFailed")
        with pytest.raises(Overtaken):
            self.commit(store)

    @pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
    def test_throttling_interrupts_and_says_nothing_of_the_rules(
        self, stubbed: tuple[Stubber, DynamoCompositions], code: str, waits: list[float]
    ) -> None:
        stubber, store = stubbed
        self.cancel(stubber, "None", code)
        with pytest.raises(Interrupted):
            self.commit(store)
        assert waits == []

    def test_who_writes_the_same_at_this_moment_is_waited_for(
        self, stubbed: tuple[Stubber, DynamoCompositions], waits: list[float]
    ) -> None:
        stubber, store = stubbed
        self.cancel(stubber, "TransactionConflict", "None")
        stubber.add_response("transact_write_items", {})
        self.commit(store)
        assert waits == [PAUSES[0]]
        for _ in range(len(PAUSES) + 1):
            self.cancel(stubber, "TransactionConflict", "None")
        with pytest.raises(Interrupted):
            self.commit(store)

    def test_a_fault_of_ours_is_none_that_passes(
        self, stubbed: tuple[Stubber, DynamoCompositions]
    ) -> None:
        stubber, store = stubbed
        stubber.add_client_error("transact_write_items", "ValidationException")
        with pytest.raises(Exception, match="ValidationException"):
            self.commit(store)

    def test_reads_that_found_no_capacity_go_on_where_they_were(
        self, stubbed: tuple[Stubber, DynamoCompositions], waits: list[float]
    ) -> None:
        stubber, store = stubbed
        led = {"SK": {"S": "c-1"}, "subject": {"S": PERSON}}
        left = {"longrun-test": {"Keys": [{"PK": {"S": "x"}, "SK": {"S": "y"}}]}}
        stubber.add_response("query", {"Items": [led]})
        nothing: dict[str, Any] = {"Responses": {"longrun-test": []}}
        stubber.add_response("batch_get_item", nothing | {"UnprocessedKeys": left})
        stubber.add_response("batch_get_item", nothing | {"UnprocessedKeys": {}})
        assert store.search(TENANT, Search(focus=PERSON), offset=0, limit=20).total == 0
        stubber.add_response("query", {"Items": [led]})
        for _ in range(len(PAUSES) + 1):
            stubber.add_response("batch_get_item", nothing | {"UnprocessedKeys": left})
        with pytest.raises(Interrupted):
            store.search(TENANT, Search(focus=PERSON), offset=0, limit=20)
        assert waits == [PAUSES[0], *PAUSES]


class TestTasks:
    def test_one_operation_is_at_work_at_a_time(self, store: CompositionStore) -> None:
        composition = a_composition()
        enter(store, composition)
        take: Callable[..., str | None] = store.take_task
        assert take(TENANT, composition.id, "op-1") is None
        assert take(TENANT, composition.id, "op-1") is None
        assert take(TENANT, composition.id, "op-2") == "op-1"
        assert take(TENANT, composition.id, "op-2", over="op-0") == "op-1"
        assert take(TENANT, composition.id, "op-2", over="op-1") is None
        store.drop_task(TENANT, composition.id, "op-1")
        assert take(TENANT, composition.id, "op-3") == "op-2"
        store.drop_task(TENANT, composition.id, "op-2")
        store.drop_task(TENANT, composition.id, "op-2")
        assert take(TENANT, composition.id, "op-3") is None

    def test_a_mark_changes_no_version(self, store: CompositionStore) -> None:
        composition = a_composition()
        enter(store, composition)
        store.take_task(TENANT, composition.id, "op-1")
        marked = store.get(TENANT, composition.id)
        assert marked == replace(composition, task="op-1")
        assert store.of_subject(TENANT, PERSON).version == 1

    def test_what_is_not_there_bears_no_mark(self, dynamo: DynamoCompositions) -> None:
        with pytest.raises(LookupError):
            dynamo.take_task(TENANT, str(uuid4()), "op-1")
        dynamo.drop_task(TENANT, str(uuid4()), "op-1")


class TestSearching:
    @pytest.fixture
    def made(self, dynamo: DynamoCompositions) -> list[Composition]:
        """Five of a person's, the oldest first, the third of them FINAL; and a newborn's."""
        made = [
            replace(a_composition(), id=str(uuid4()), created=NOW + timedelta(hours=number))
            for number in range(5)
        ]
        child = replace(a_composition(newborn()), created=NOW - timedelta(days=1))
        enter(dynamo, *made, child)
        third = effects.signed(made[2], its_signature(), [])
        dynamo.commit(TENANT, third, {PERSON: 1})
        return [*made[:2], third[0].after, *made[3:], child]

    @pytest.mark.parametrize(
        ("search", "offset", "limit", "found", "total"),
        [
            (Search(subject=PERSON), 0, 20, [4, 3, 2, 1, 0], 5),
            (Search(subject=PERSON), 1, 2, [3, 2], 5),
            (Search(subject=PERSON), 5, 2, [], 5),
            (Search(focus=PERSON), 3, 50, [1, 0, 5], 6),
            (Search(focus=PERSON, subject=NEWBORN), 0, 20, [5], 1),
            (Search(focus=NEWBORN), 0, 20, [], 0),
            (Search(subject=PERSON, status=FINAL), 0, 20, [2], 1),
            (Search(subject=PERSON, status=CompositionStatus.AMENDED), 0, 20, [], 0),
        ],
    )
    def test_it_finds_the_newest_first_and_tells_how_many_there_are(
        self,
        dynamo: DynamoCompositions,
        made: list[Composition],
        search: Search,
        offset: int,
        limit: int,
        found: list[int],
        total: int,
    ) -> None:
        answer = dynamo.search(TENANT, search, offset=offset, limit=limit)
        assert list(answer.compositions) == [made[number] for number in found]
        assert answer.total == total

    def test_it_filters_by_what_a_composition_is_of(
        self, dynamo: DynamoCompositions, made: list[Composition]
    ) -> None:
        child = made[-1]
        for filters in (
            {"type": child.type},
            {"encounter": child.encounter},
            {"episode": child.episode},
        ):
            search = Search(**{"focus": PERSON, **filters})  # type: ignore[arg-type] # one of each
            answer = dynamo.search(TENANT, search, offset=0, limit=1)
            assert (answer.total, list(answer.compositions)) == (1, [child])

    @pytest.mark.parametrize("search", [Search(subject=PERSON), Search(focus=PERSON)])
    def test_another_tenants_are_not_found(
        self, dynamo: DynamoCompositions, made: list[Composition], search: Search
    ) -> None:
        assert dynamo.search("globex", search, offset=0, limit=20).total == 0

    def test_nobody_is_nothing_to_search_by(self) -> None:
        with pytest.raises(ValueError, match="subject"):
            Search(status=FINAL)


class TestTheJobs:
    @pytest.fixture
    def world(self, dynamo: DynamoCompositions) -> World:
        world = World()
        world.compositions = dynamo  # type: ignore[assignment] # it has what the jobs use
        world.engine = replace(world.engine, compositions=dynamo)
        return world

    def test_a_case_is_played_through(self, world: World) -> None:
        first = world.final(disability("2026-11-16", "2026-11-20"))
        second = world.final(disability("2026-11-16", "2026-11-18", replaces=first))
        assert world.now(first).status is CompositionStatus.AMENDED
        world.canceled(second)
        assert world.now(first).status is FINAL
        refused = world.sign(world.now(second))
        assert (refused.status, refused.errors[0].code) == (
            Status.FAILED,
            str(int(Code.NOT_PRELIMINARY)),
        )

    def test_a_prepersons_chain_is_refined_and_restored(self, world: World) -> None:
        chain = [
            world.final(disability(f"2026-11-{day}", f"2026-11-{day + 1}", subject=MERGED))
            for day in (10, 12, 14)
        ]
        refined = world.final(disability("2026-11-10", "2026-11-15", replaces=chain[-1]))
        assert {world.now(each).status for each in chain} == {CompositionStatus.AMENDED}
        world.canceled(refined)
        assert {world.now(each).status for each in chain} == {FINAL}


def test_the_keys_are_ids_and_hold_nothing_else(
    dynamo: DynamoCompositions, dynamodb: "DynamoDBClient", table: str
) -> None:
    composition = a_composition(newborn())
    enter(dynamo, composition)
    items = dynamodb.scan(TableName=table)["Items"]
    assert {(item["PK"]["S"], item["SK"]["S"]) for item in items} == {
        (f"SUBJECT#acme#{NEWBORN}", f"COMPOSITION#{composition.id}"),
        (f"SUBJECT#acme#{NEWBORN}", "HEAD"),
        ("COMPOSITION#acme", composition.id),
        (f"FOCUS#acme#{PERSON}", composition.id),
    }
    assert not any("ttl" in item for item in items)
    (kept,) = [item for item in items if "document" in item]
    assert json.loads(kept["document"]["S"]) == composition.document
