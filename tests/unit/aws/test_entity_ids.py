"""The counter of entity ids."""

from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber

from longrun.aws.entity_ids import DynamoEntityIds
from longrun.operations.entity_ids import FIRST_ENTITY_ID, LAST_ENTITY_ID, EntityIdsExhausted
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def ids(dynamodb: "DynamoDBClient", table: str) -> DynamoEntityIds:
    return DynamoEntityIds(dynamodb, table)


def set_counter(dynamodb: "DynamoDBClient", table: str, following: int) -> None:
    dynamodb.put_item(
        TableName=table,
        Item={"PK": {"S": "COUNTER"}, "SK": {"S": "ENTITY"}, "next": {"N": str(following)}},
    )


def test_the_first_id_is_not_zero(ids: DynamoEntityIds) -> None:
    assert ids.draw().start == FIRST_ENTITY_ID > 0


def test_blocks_are_contiguous_and_never_overlap(ids: DynamoEntityIds) -> None:
    first, second, third = ids.draw(3), ids.draw(1_000_000), ids.draw()
    assert [len(first), len(second), len(third)] == [3, 1_000_000, 1]
    assert first.stop == second.start
    assert second.stop == third.start


def test_the_last_id_below_2_to_the_53_can_be_drawn(
    ids: DynamoEntityIds, dynamodb: "DynamoDBClient", table: str
) -> None:
    set_counter(dynamodb, table, LAST_ENTITY_ID - 1)
    assert list(ids.draw(2)) == [LAST_ENTITY_ID - 1, LAST_ENTITY_ID]
    with pytest.raises(EntityIdsExhausted):
        ids.draw()


def test_a_block_that_does_not_fit_leaves_the_counter_alone(
    ids: DynamoEntityIds, dynamodb: "DynamoDBClient", table: str
) -> None:
    set_counter(dynamodb, table, LAST_ENTITY_ID)
    with pytest.raises(EntityIdsExhausted, match="2 entity ids"):
        ids.draw(2)
    assert ids.draw().start == LAST_ENTITY_ID


def test_a_block_larger_than_all_ids_is_refused_even_by_a_new_counter(
    ids: DynamoEntityIds,
) -> None:
    with pytest.raises(EntityIdsExhausted):
        ids.draw(2**53)


@pytest.mark.parametrize("count", [0, -1])
def test_an_empty_block_cannot_be_drawn(ids: DynamoEntityIds, count: int) -> None:
    with pytest.raises(ValueError, match="At least one"):
        ids.draw(count)


def test_a_throttled_counter_interrupts_the_step(
    ids: DynamoEntityIds, dynamodb: "DynamoDBClient"
) -> None:
    with Stubber(dynamodb) as stub:
        stub.add_client_error("update_item", "ThrottlingException")
        with pytest.raises(Interrupted):
            ids.draw()
