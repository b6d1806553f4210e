"""Lists of a tenant's operations: every page in order, nothing twice, nothing left out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from longrun.aws.operation_items import key, stamp
from longrun.aws.operations import LISTED_AT_ONCE, DynamoOperations
from longrun.operations.errors import Interrupted
from longrun.operations.operation import Operation
from longrun.operations.states import RUNNING, Status
from longrun.operations.store import Change, ListedPage, ListPosition, OperationStore
from tests.unit.aws.stored import SECOND, an_operation, kept
from tests.unit.operations.fakes import NOW

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def pages(
    store: OperationStore, *, newest_first: bool = True, limit: int = 2, tenant: str = "acme"
) -> list[ListedPage]:
    found: list[ListedPage] = []
    after: ListPosition | None = None
    while not found or after:
        page = store.listed(tenant, newest_first=newest_first, after=after, limit=limit)
        found.append(page)
        after = page.after
    return found


def listed(found: Sequence[ListedPage]) -> list[Operation]:
    return [operation for page in found for operation in page.operations]


class TestEveryStore:
    def test_it_goes_by_the_time_of_acceptance_either_way(self, store: OperationStore) -> None:
        old, older = kept(store, accepted=NOW - SECOND), kept(store, accepted=NOW - 2 * SECOND)
        new = kept(store, accepted=NOW + timedelta(microseconds=1))
        kept(store, tenant="globex")
        assert listed(pages(store)) == [new, old, older]
        assert listed(pages(store, newest_first=False)) == [older, old, new]
        assert listed(pages(store, tenant="nobody")) == []

    @pytest.mark.parametrize("newest_first", [False, True])
    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
    def test_pages_of_any_size_hold_everything_once(
        self, store: OperationStore, newest_first: bool, limit: int
    ) -> None:
        operations = [kept(store, accepted=NOW + number * SECOND) for number in range(7)]
        found = pages(store, newest_first=newest_first, limit=limit)
        assert all(len(page.operations) <= limit for page in found)
        assert listed(found) == (operations[::-1] if newest_first else operations)

    @pytest.mark.parametrize("newest_first", [False, True])
    def test_what_was_accepted_at_the_same_moment_keeps_one_order(
        self, store: OperationStore, newest_first: bool
    ) -> None:
        operations = {kept(store).id for _ in range(5)}
        found = [each.id for each in listed(pages(store, newest_first=newest_first, limit=1))]
        assert len(found) == 5
        assert set(found) == operations
        assert found == [each.id for each in listed(pages(store, newest_first=newest_first))]

    def test_it_tells_how_operations_stand_now_the_ended_too(self, store: OperationStore) -> None:
        operation = kept(store)
        after = store.change(operation.id, Change(allowed=RUNNING, status=Status.FAILED))
        assert listed(pages(store)) == [after]

    def test_what_comes_meanwhile_shifts_no_page(self, store: OperationStore) -> None:
        first, second, third = (kept(store, accepted=NOW + n * SECOND) for n in range(3))
        page = store.listed("acme", newest_first=True, after=None, limit=1)
        kept(store, accepted=NOW + 9 * SECOND)
        rest = store.listed("acme", newest_first=True, after=page.after, limit=9)
        assert [*page.operations, *rest.operations] == [third, second, first]

    @pytest.mark.parametrize("newest_first", [False, True])
    def test_a_position_need_not_be_anybodys(
        self, store: OperationStore, newest_first: bool
    ) -> None:
        before, behind = kept(store, accepted=NOW - SECOND), kept(store, accepted=NOW + SECOND)
        nobody = ListPosition(accepted=NOW, operation_id=an_operation().id)
        page = store.listed("acme", newest_first=newest_first, after=nobody, limit=9)
        assert page.operations == [before if newest_first else behind]


class TestOnDynamo:
    def test_what_is_gone_by_now_makes_a_page_shorter_and_no_end(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        operations = [kept(dynamo, accepted=NOW + number * SECOND) for number in range(3)]
        entries = [
            {
                **key(each.id),
                "listedIn": {"S": "acme"},
                "timeAccepted": {"S": stamp(each.accepted)},
            }
            for each in operations
        ]
        page_of_two: Any = {"Items": entries[:2], "LastEvaluatedKey": entries[1]}
        for gone in operations[:2]:
            dynamodb.delete_item(TableName=table, Key=key(gone.id))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dynamodb, "query", lambda **arguments: page_of_two)
            page = dynamo.listed("acme", newest_first=False, after=None, limit=2)
        assert page.operations == []
        assert page.after == ListPosition(
            accepted=operations[1].accepted, operation_id=operations[1].id
        )

    def test_a_page_is_one_bounded_read(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient"
    ) -> None:
        asked: list[int] = []

        def none(**arguments: Any) -> Any:
            asked.append(arguments["Limit"])
            return {"Items": []}

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dynamodb, "query", none)
            page = dynamo.listed("acme", newest_first=True, after=None, limit=1000)
        assert asked == [LISTED_AT_ONCE]
        assert (page.operations, page.after) == ([], None)

    def test_keys_that_found_no_capacity_are_asked_again_and_not_for_ever(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        operation = kept(dynamo)
        item = dynamodb.get_item(TableName=table, Key=key(operation.id))["Item"]
        found: Any = {"Items": [key(operation.id)]}
        left: Any = {"Responses": {}, "UnprocessedKeys": {table: {"Keys": [key(operation.id)]}}}
        with Stubber(dynamodb) as stubber:
            stubber.add_response("query", found)
            stubber.add_response("batch_get_item", left)
            stubber.add_response("batch_get_item", {"Responses": {table: [item]}})
            page = dynamo.listed("acme", newest_first=True, after=None, limit=5)
            assert page.operations == [operation]
            stubber.add_response("query", found)
            for _ in range(5):
                stubber.add_response("batch_get_item", left)
            with pytest.raises(Interrupted):
                dynamo.listed("acme", newest_first=True, after=None, limit=5)
