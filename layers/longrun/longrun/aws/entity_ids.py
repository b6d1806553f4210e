"""The counter of entity ids: one item of the table.

Implements `operations.entity_ids.EntityIds`.
"""

from typing import TYPE_CHECKING

from longrun.aws.faults import interrupted
from longrun.operations.entity_ids import FIRST_ENTITY_ID, LAST_ENTITY_ID, EntityIdsExhausted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoEntityIds:
    """Draws blocks of ids with one atomic write each.

    Limits: one item takes about 1,000 writes a second; a set costs one write whatever its size.
    A write repeated by the SDK after a lost answer draws twice and leaves a gap.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    @interrupted("DynamoDB")
    def draw(self, count: int = 1) -> range:
        """A contiguous block of `count` ids; see `EntityIds.draw`."""
        if count < 1:
            raise ValueError(f"At least one entity id must be drawn, not {count}.")
        highest_next = LAST_ENTITY_ID + 1 - count
        if highest_next < FIRST_ENTITY_ID:
            raise EntityIdsExhausted(count)
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key={"PK": {"S": "COUNTER"}, "SK": {"S": "ENTITY"}},
                UpdateExpression="SET #next = if_not_exists(#next, :first) + :count",
                ConditionExpression="attribute_not_exists(#next) OR #next <= :highest",
                ExpressionAttributeNames={"#next": "next"},
                ExpressionAttributeValues={
                    ":first": {"N": str(FIRST_ENTITY_ID)},
                    ":count": {"N": str(count)},
                    ":highest": {"N": str(highest_next)},
                },
                ReturnValues="UPDATED_NEW",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            raise EntityIdsExhausted(count) from None
        end = int(answer["Attributes"]["next"]["N"])
        return range(end - count, end)
