"""Claims in the store: taken, refused and replaced; then what only DynamoDB can get wrong."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from longrun.aws import acceptance
from longrun.aws.operation_items import TOMBSTONE, key
from longrun.aws.operations import DynamoOperations
from longrun.operations.errors import Claimed, Interrupted, KeyInUse, OperationUnknown
from longrun.operations.states import RUNNING, Status
from longrun.operations.store import Change, Idempotency, KeyTaken, OperationStore
from tests.unit.aws.stored import DUE, INPUT_UNTIL, SECOND, an_operation, kept
from tests.unit.operations.fakes import KEY_LIFETIME, NOW

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SALES = "dataset/sales"
OVER = Change(allowed=RUNNING, status=Status.FAILED, finished=NOW)
KEY = Idempotency(key="k1", digest="aa")


class TestEveryStore:
    def test_a_second_holder_is_refused_and_nothing_of_it_is_kept(
        self, store: OperationStore
    ) -> None:
        first = kept(store, claim=SALES)
        second = str(uuid4())
        with pytest.raises(Claimed) as claimed:
            kept(store, id=second, claim=SALES)
        assert (claimed.value.claim, claimed.value.operation_id) == (SALES, first.id)
        for call in (store.get, store.input):
            with pytest.raises(OperationUnknown):
                call(second)
        assert list(store.due(DUE)) == [first.id]

    def test_a_holder_that_has_ended_is_replaced(self, store: OperationStore) -> None:
        for _ in range(3):
            holder = kept(store, claim=SALES)
            for status in (Status.CANCELING, None):
                if status:
                    store.change(holder.id, Change(allowed=RUNNING, status=status))
                with pytest.raises(Claimed) as claimed:
                    kept(store, claim=SALES)
                assert claimed.value.operation_id == holder.id
            store.change(holder.id, OVER)

    def test_claims_are_told_apart_by_name_and_tenant(self, store: OperationStore) -> None:
        kept(store, claim=SALES)
        kept(store, claim="dataset/stock")
        kept(store, claim=SALES, tenant="globex")
        kept(store)
        with pytest.raises(Claimed):
            kept(store, claim=SALES, tenant="globex")

    def test_the_key_is_asked_before_the_claim(self, store: OperationStore) -> None:
        first = kept(store, claim=SALES, idempotency=KEY)
        with pytest.raises(KeyTaken) as taken:
            kept(store, claim=SALES, idempotency=KEY)
        assert taken.value.operation_id == first.id
        store.change(first.id, OVER)
        with pytest.raises(KeyTaken):
            kept(store, claim=SALES, idempotency=KEY)

    def test_a_held_claim_takes_no_key(self, store: OperationStore) -> None:
        first = kept(store, claim=SALES)
        with pytest.raises(Claimed) as claimed:
            kept(store, claim=SALES, idempotency=KEY)
        assert claimed.value.operation_id == first.id
        assert store.keyed("acme", "ann", "k1", NOW) is None
        store.change(first.id, OVER)
        second = kept(store, claim=SALES, idempotency=KEY)
        taken = store.keyed("acme", "ann", "k1", NOW)
        assert taken is not None
        assert taken.operation_id == second.id

    def test_a_key_whose_day_is_over_is_replaced_with_the_claim(
        self, store: OperationStore
    ) -> None:
        first = kept(store, claim=SALES, idempotency=KEY)
        store.change(first.id, OVER)
        later = NOW + KEY_LIFETIME + SECOND
        second = kept(store, claim=SALES, idempotency=KEY, accepted=later)
        with pytest.raises(KeyTaken) as taken:
            kept(store, claim=SALES, idempotency=KEY, accepted=later)
        assert taken.value.operation_id == second.id

    def test_a_secret_is_there_until_the_end(self, store: OperationStore) -> None:
        operation = kept(store, sealed=b"\x00\xffsealed")
        assert store.get(operation.id) == operation
        store.change(operation.id, Change(allowed=RUNNING, status=Status.CANCELING))
        assert store.sealed(operation.id) == b"\x00\xffsealed"
        store.change(operation.id, OVER)
        assert store.sealed(operation.id) is None
        assert store.sealed(kept(store).id) is None
        with pytest.raises(OperationUnknown):
            store.sealed("junk")


class TestItems:
    def test_a_claim_is_one_item_that_goes_with_its_holders_input(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        first = kept(dynamo, claim=SALES)
        dynamo.change(first.id, OVER)
        second = kept(dynamo, claim=SALES)
        entries = dynamodb.scan(TableName=table)["Items"]
        [claim] = [each for each in entries if each["PK"]["S"].startswith("CLAIM#")]
        assert claim == {
            "PK": {"S": "CLAIM#acme"},
            "SK": {"S": SALES},
            "operationId": {"S": second.id},
            "ttl": {"N": str(int((INPUT_UNTIL + TOMBSTONE).timestamp()))},
        }

    def test_a_secret_is_erased_by_the_very_write_that_ends_its_operation(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        operation = kept(dynamo, sealed=b"sealed")
        item: Any = {"TableName": table, "Key": key(operation.id)}
        assert dynamodb.get_item(**item)["Item"]["sealed"] == {"B": b"sealed"}
        with Stubber(dynamodb) as stubber:
            stubber.add_client_error("update_item", "ThrottlingException")
            with pytest.raises(Interrupted):
                dynamo.change(operation.id, OVER)
        assert dynamo.sealed(operation.id) == b"sealed"
        after = dynamo.change(operation.id, OVER)
        assert after.version == operation.version + 1
        assert "sealed" not in dynamodb.get_item(**item)["Item"]

    def test_a_holder_whose_item_is_gone_is_replaced(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        first = kept(dynamo, claim=SALES)
        dynamodb.delete_item(TableName=table, Key=key(first.id))
        second = kept(dynamo, claim=SALES)
        with pytest.raises(Claimed) as claimed:
            kept(dynamo, claim=SALES)
        assert claimed.value.operation_id == second.id


class TestRaces:
    @pytest.fixture(autouse=True)
    def pauses(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """What was waited, in place of waiting."""
        waited: list[float] = []
        monkeypatch.setattr(acceptance, "sleep", waited.append)
        return waited

    @pytest.mark.parametrize("stale", [False, True])
    @pytest.mark.parametrize("idempotency", [None, KEY])
    def test_of_two_at_once_one_wins_and_the_other_is_told_of_it(
        self,
        dynamo: DynamoOperations,
        dynamodb: "DynamoDBClient",
        monkeypatch: pytest.MonkeyPatch,
        stale: bool,
        idempotency: Idempotency | None,
    ) -> None:
        if stale:
            dynamo.change(kept(dynamo, claim=SALES).id, OVER)
        winner = an_operation(owner="bob")
        before_the_write(
            dynamodb, monkeypatch, [lambda: kept(dynamo, claim=SALES, id=winner.id, owner="bob")]
        )
        with pytest.raises(Claimed) as claimed:
            kept(dynamo, claim=SALES, idempotency=idempotency)
        assert claimed.value.operation_id == winner.id
        assert [each.id for each in dynamo.running("acme")] == [winner.id]

    def test_who_was_quicker_may_have_ended_again(
        self,
        dynamo: DynamoOperations,
        dynamodb: "DynamoDBClient",
        monkeypatch: pytest.MonkeyPatch,
        pauses: list[float],
    ) -> None:
        def taken_and_left() -> None:
            dynamo.change(kept(dynamo, claim=SALES).id, OVER)

        before_the_write(dynamodb, monkeypatch, [taken_and_left, taken_and_left])
        operation = kept(dynamo, claim=SALES)
        assert [each.id for each in dynamo.running("acme")] == [operation.id]
        assert len(pauses) == 2

    def test_who_is_quicker_every_time_interrupts(
        self,
        dynamo: DynamoOperations,
        dynamodb: "DynamoDBClient",
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def taken_and_left() -> None:
            dynamo.change(kept(dynamo, claim=SALES).id, OVER)

        before_the_write(dynamodb, monkeypatch, [taken_and_left] * 9)
        with pytest.raises(Interrupted):
            kept(dynamo, claim=SALES)
        assert list(dynamo.running("acme")) == []

    def test_two_with_the_same_key_are_one(
        self,
        dynamo: DynamoOperations,
        dynamodb: "DynamoDBClient",
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        winner = an_operation()
        before_the_write(
            dynamodb,
            monkeypatch,
            [lambda: kept(dynamo, claim=SALES, idempotency=KEY, id=winner.id)],
        )
        with pytest.raises(KeyTaken) as taken:
            kept(dynamo, claim=SALES, idempotency=KEY)
        assert taken.value.operation_id == winner.id

    def test_a_holder_seen_before_its_operation_is_not_taken_for_gone(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        """The read of a transaction that is just being completed, one item after the other."""
        holder = kept(dynamo, claim=SALES)
        get_item = dynamodb.get_item
        hidden = [True]

        def half_done(**arguments: Any) -> Any:
            if arguments["Key"] == key(holder.id) and hidden and hidden.pop():
                return {}
            return get_item(**arguments)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dynamodb, "get_item", half_done)
            with pytest.raises(Claimed) as claimed:
                kept(dynamo, claim=SALES)
        assert claimed.value.operation_id == holder.id


class TestRefusals:
    """Why a transaction is said to be canceled, in every mixture."""

    @pytest.fixture
    def stubbed(self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient") -> Iterator[Stubber]:
        with Stubber(dynamodb) as stubber:
            yield stubber

    @pytest.mark.parametrize("claim", ["None", "ConditionalCheckFailed", "TransactionConflict"])
    def test_a_key_being_used_comes_first(
        self, dynamo: DynamoOperations, stubbed: Stubber, claim: str
    ) -> None:
        stubbed.add_response("get_item", {})
        canceled(stubbed, "None", "None", "TransactionConflict", claim)
        with pytest.raises(KeyInUse):
            kept(dynamo, claim=SALES, idempotency=KEY)

    def test_a_claim_being_taken_is_waited_for(
        self, dynamo: DynamoOperations, stubbed: Stubber, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waited: list[float] = []
        monkeypatch.setattr(acceptance, "sleep", waited.append)
        stubbed.add_response("get_item", {})
        canceled(stubbed, "None", "None", "TransactionConflict")
        stubbed.add_response("get_item", {})
        stubbed.add_response("transact_write_items", {})
        kept(dynamo, claim=SALES)
        assert waited == [acceptance.PAUSES[0]]

    @pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
    def test_want_of_capacity_is_no_claim(
        self, dynamo: DynamoOperations, stubbed: Stubber, reason: str
    ) -> None:
        stubbed.add_response("get_item", {})
        canceled(stubbed, "None", "None", reason)
        with pytest.raises(Interrupted):
            kept(dynamo, claim=SALES)

    def test_an_id_that_is_taken_is_no_claim(
        self, dynamo: DynamoOperations, stubbed: Stubber
    ) -> None:
        stubbed.add_response("get_item", {})
        canceled(stubbed, "ConditionalCheckFailed", "None", "ConditionalCheckFailed")
        with pytest.raises(ClientError, match="TransactionCanceled"):
            kept(dynamo, claim=SALES)


def before_the_write(
    dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, others: list[Any]
) -> None:
    """Let the others act, one before each of the next transactions but their own."""
    write, acting = dynamodb.transact_write_items, [False]

    def written(**arguments: Any) -> Any:
        if others and not acting[0]:
            acting[0] = True
            others.pop(0)()
            acting[0] = False
        return write(**arguments)

    monkeypatch.setattr(dynamodb, "transact_write_items", written)


def canceled(stubbed: Stubber, *reasons: str) -> None:
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": reason} for reason in reasons]},
    )
