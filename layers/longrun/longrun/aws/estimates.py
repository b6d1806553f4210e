"""The last ends of each kind, in one item: `ESTIMATE#<kind>`. Implements `EstimateStore`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from longrun.aws import operation_items as items
from longrun.aws.faults import interrupted
from longrun.operations.errors import Interrupted
from longrun.operations.estimates import End, latest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS: Final = 5
_SERVICE: Final = "The state store"


class DynamoEstimates:
    """The ends of a kind as a list in its item; two that write at once do not lose each other's."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """
        Args:
            client: Of the table's region.
            table: Its name.
        """
        self._client = client
        self._table = table

    @interrupted(_SERVICE)
    def ends(self, kind: str) -> Sequence[End]:
        """See `EstimateStore.ends`."""
        return self._read(kind, consistent=False)[1]

    @interrupted(_SERVICE)
    def note(self, kind: str, ends: Sequence[End]) -> None:
        """See `EstimateStore.note`."""
        for _ in range(_ATTEMPTS):
            version, kept = self._read(kind, consistent=True)
            together = latest([*kept, *ends])
            if together == tuple(kept) or self._write(kind, version, together):
                return
        raise Interrupted(_SERVICE)

    def _read(self, kind: str, *, consistent: bool) -> tuple[int, list[End]]:
        """The item's version, 0 where there is none, and its ends."""
        answer = self._client.get_item(
            TableName=self._table, Key=_key(kind), ConsistentRead=consistent
        )
        if "Item" not in answer:
            return 0, []
        values = items.plain(answer["Item"])
        return int(values["version"]), [_end(each) for each in values["ends"]]

    def _write(self, kind: str, version: int, ends: Sequence[End]) -> bool:
        """Whether the item was still at the version."""
        guard: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(PK)"}
        if version:
            guard = {
                "ConditionExpression": "version = :read",
                "ExpressionAttributeValues": {":read": {"N": str(version)}},
            }
        values = {"version": version + 1, "ends": [_value(end) for end in ends]}
        try:
            self._client.put_item(
                TableName=self._table, Item={**_key(kind), **items.typed(values)}, **guard
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _key(kind: str) -> items.Item:
    return items.typed({"PK": f"ESTIMATE#{kind}", "SK": "ESTIMATE"})


def _value(end: End) -> dict[str, Any]:
    return {
        "operation": end.operation_id,
        "finished": items.stamp(end.finished),
        "milliseconds": round(end.taken / timedelta(milliseconds=1)),
    }


def _end(value: Mapping[str, Any]) -> End:
    return End(
        operation_id=value["operation"],
        finished=datetime.fromisoformat(value["finished"]),
        taken=timedelta(milliseconds=int(value["milliseconds"])),
    )
