"""The catalogue's snapshots in the single table: an item is PK `SNAPSHOT#<tenant>` SK `<id>`.

Implements `datasets.snapshots.snapshots.SnapshotIndex`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from longrun.aws import operation_items as items
from longrun.aws.faults import interrupted
from longrun.datasets.snapshots.snapshots import Snapshot, SnapshotPage
from longrun.operations.artefacts import Artefact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SERVICE: Final = "The state store"


class DynamoSnapshots:
    """Snapshots as items; every read is consistent.

    Every method raises `Interrupted` where DynamoDB could not answer just now.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """
        Args:
            client: Of the table's region.
            table: Its name.
        """
        self._client = client
        self._table = table

    @interrupted(_SERVICE)
    def enter(self, snapshot: Snapshot) -> None:
        """See `SnapshotIndex.enter`."""
        self._conditional(
            "put_item", Item=_to_item(snapshot), ConditionExpression="attribute_not_exists(PK)"
        )

    @interrupted(_SERVICE)
    def get(self, tenant: str, snapshot_id: str) -> Snapshot | None:
        """See `SnapshotIndex.get`."""
        answer = self._client.get_item(
            TableName=self._table, Key=_key(tenant, snapshot_id), ConsistentRead=True
        )
        return _from_item(answer["Item"]) if "Item" in answer else None

    @interrupted(_SERVICE)
    def page(self, tenant: str, *, after: str | None, limit: int) -> SnapshotPage:
        """See `SnapshotIndex.page`."""
        query: dict[str, Any] = {} if after is None else {"ExclusiveStartKey": _key(tenant, after)}
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="PK = :partition",
            ExpressionAttributeValues={":partition": {"S": _partition(tenant)}},
            ConsistentRead=True,
            Limit=limit,
            **query,
        )
        last = answer.get("LastEvaluatedKey")
        return SnapshotPage(
            snapshots=[_from_item(item) for item in answer["Items"]],
            after=last["SK"]["S"] if last else None,
        )

    @interrupted(_SERVICE)
    def complete(self, snapshot: Snapshot) -> bool:
        """See `SnapshotIndex.complete`."""
        return self._conditional(
            "put_item", Item=_to_item(snapshot), ConditionExpression="attribute_exists(PK)"
        )

    @interrupted(_SERVICE)
    def hold(self, tenant: str, snapshot_id: str, operation: str) -> bool:
        """See `SnapshotIndex.hold`."""
        return self._conditional(
            "update_item",
            Key=_key(tenant, snapshot_id),
            UpdateExpression="SET operation = :operation",
            ConditionExpression="attribute_exists(PK)",
            ExpressionAttributeValues={":operation": {"S": operation}},
        )

    @interrupted(_SERVICE)
    def close(self, snapshot: Snapshot) -> bool:
        """See `SnapshotIndex.close`."""
        return self._conditional(
            "update_item",
            Key=_key(snapshot.tenant, snapshot.id),
            UpdateExpression="REMOVE #archive",
            ExpressionAttributeNames={"#archive": "archive"},
            ConditionExpression="operation = :operation",
            ExpressionAttributeValues={":operation": {"S": snapshot.operation}},
        )

    @interrupted(_SERVICE)
    def remove(self, snapshot: Snapshot) -> bool:
        """See `SnapshotIndex.remove`."""
        return self._conditional(
            "delete_item",
            Key=_key(snapshot.tenant, snapshot.id),
            ConditionExpression="operation = :operation",
            ExpressionAttributeValues={":operation": {"S": snapshot.operation}},
        )

    def _conditional(self, write: str, **request: Any) -> bool:
        """Whether the write's condition held."""
        try:
            getattr(self._client, write)(TableName=self._table, **request)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _partition(tenant: str) -> str:
    return f"SNAPSHOT#{tenant}"


def _key(tenant: str, snapshot_id: str) -> dict[str, Any]:
    return {"PK": {"S": _partition(tenant)}, "SK": {"S": snapshot_id}}


def _to_item(snapshot: Snapshot) -> dict[str, Any]:
    values = {
        "name": snapshot.name,
        "description": snapshot.description,
        "owner": snapshot.owner,
        "created": items.stamp(snapshot.created),
        "archive": snapshot.archive.document() if snapshot.archive else None,
        "contents": dict(snapshot.contents),
        "operation": snapshot.operation,
    }
    return {**_key(snapshot.tenant, snapshot.id), **items.typed(values)}


def _from_item(item: Mapping[str, Any]) -> Snapshot:
    values = items.plain(item)
    archive = values.get("archive")
    return Snapshot(
        id=values["SK"],
        tenant=values["PK"].removeprefix("SNAPSHOT#"),
        name=values["name"],
        description=values.get("description"),
        owner=values["owner"],
        created=datetime.fromisoformat(values["created"]),
        archive=Artefact.read(archive) if archive else None,
        contents={kind: int(count) for kind, count in values["contents"].items()},
        operation=values["operation"],
    )
