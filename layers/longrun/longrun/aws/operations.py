"""The operation store on DynamoDB: single items, conditional writes, no scans."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from longrun.aws import operation_items as items
from longrun.aws.acceptance import Acceptance
from longrun.aws.faults import code_of, interrupted
from longrun.aws.operation_changes import Update
from longrun.operations.artefacts import ArtefactMissing, ArtefactStore
from longrun.operations.errors import Interrupted, OperationUnknown
from longrun.operations.operation import Operation
from longrun.operations.store import (
    Change,
    ChangeRefused,
    Idempotency,
    KeyTaken,
    ListedPage,
    ListPosition,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LISTED_AT_ONCE = 100
"""So many operations are read at once for a list: all that BatchGetItem takes."""

INPUT_INLINE = 64 * 1024
"""Inputs up to this many bytes stand in the table, larger ones in the artefact store."""

_SERVICE = "The state store"


class DynamoOperations:
    """Implements `longrun.operations.store.OperationStore`.

    An operation is one item; its input another, beside it; the indexes hold keys only, so that
    a progress write costs one write unit and no index.
    """

    def __init__(
        self, *, client: "DynamoDBClient", table: str, artefacts: ArtefactStore | None = None
    ) -> None:
        """Args: `artefacts` is needed where inputs are written or read."""
        self._client = client
        self._table = table
        self._artefacts = artefacts
        self._acceptance = Acceptance(client=client, table=table)

    def create(
        self,
        operation: Operation,
        request: Mapping[str, Any],
        *,
        due: datetime,
        input_until: datetime,
        idempotency: Idempotency | None,
        claim: str | None = None,
        sealed: bytes | None = None,
    ) -> None:
        """See `OperationStore.create`."""
        item = items.to_item(operation) | {
            "activeIn": operation.tenant,
            "listedIn": operation.tenant,
            "dueIn": items.shard(operation.id),
            "dueAt": int(due.timestamp()),
            items.SEALED: sealed,
        }
        document = self._input_item(operation.id, request)
        document["ttl"] = int((input_until + items.TOMBSTONE).timestamp())
        with interrupted(_SERVICE):
            self._acceptance.keep(
                operation, item=item, document=document, idempotency=idempotency, claim=claim
            )

    def keyed(self, tenant: str, owner: str, key: str, now: datetime) -> KeyTaken | None:
        """See `OperationStore.keyed`."""
        with interrupted(_SERVICE):
            return self._acceptance.keyed(tenant, owner, key, now)

    def get(self, operation_id: str) -> Operation:
        """See `OperationStore.get`."""
        with interrupted(_SERVICE):
            answer = self._client.get_item(
                TableName=self._table, Key=items.key(operation_id), ConsistentRead=True
            )
        if "Item" not in answer:
            raise OperationUnknown(operation_id)
        return items.from_item(answer["Item"])

    def input(self, operation_id: str) -> Mapping[str, Any]:
        """See `OperationStore.input`."""
        with interrupted(_SERVICE):
            answer = self._client.get_item(
                TableName=self._table,
                Key=items.typed({"PK": f"OP#{operation_id}", "SK": "INPUT"}),
                ConsistentRead=True,
            )
        if "Item" not in answer:
            raise OperationUnknown(operation_id)
        entry = items.plain(answer["Item"])
        if "document" in entry:
            text = entry["document"]
        else:
            try:
                text = self._store_of_inputs.read(entry["key"])
            except ArtefactMissing:
                raise OperationUnknown(operation_id) from None
        document: Mapping[str, Any] = json.loads(text)
        return document

    def sealed(self, operation_id: str) -> bytes | None:
        """See `OperationStore.sealed`."""
        with interrupted(_SERVICE):
            answer = self._client.get_item(
                TableName=self._table,
                Key=items.key(operation_id),
                ProjectionExpression=f"PK, {items.SEALED}",
                ConsistentRead=True,
            )
        if "Item" not in answer:
            raise OperationUnknown(operation_id)
        sealed: bytes | None = items.plain(answer["Item"]).get(items.SEALED)
        return sealed

    def change(self, operation_id: str, change: Change) -> Operation:
        """See `OperationStore.change`."""
        update = Update(operation_id, change)
        with interrupted(_SERVICE):
            try:
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=items.key(operation_id),
                    UpdateExpression=update.expression,
                    ConditionExpression=update.condition,
                    ExpressionAttributeNames=update.names,
                    ExpressionAttributeValues=items.typed(update.values),
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                current: Any = error.response.get("Item")
                if not current:
                    raise OperationUnknown(operation_id) from None
                raise ChangeRefused(items.from_item(current)) from None
        return items.from_item(answer["Attributes"])

    def running(self, tenant: str) -> Iterator[Operation]:
        """See `OperationStore.running`."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="active",
            KeyConditionExpression="activeIn = :tenant",
            ExpressionAttributeValues=items.typed({":tenant": tenant}),
            PaginationConfig={"PageSize": 100},
        )
        with interrupted(_SERVICE):
            for page in pages:
                # The index holds keys and may lag: the items themselves decide.
                for operation in self._batch(page["Items"]):
                    if not operation.status.terminal:
                        yield operation

    def listed(
        self, tenant: str, *, newest_first: bool, after: ListPosition | None, limit: int
    ) -> ListedPage:
        """See `OperationStore.listed`. A page is one query and one read of what it found.

        What was accepted in the same microsecond stands in the index's own order, which stays.
        """
        arguments: Any = {}
        if after is not None:
            arguments["ExclusiveStartKey"] = _position_key(tenant, after)
        with interrupted(_SERVICE):
            answer = self._client.query(
                TableName=self._table,
                IndexName="tenant",
                KeyConditionExpression="listedIn = :tenant",
                ExpressionAttributeValues=items.typed({":tenant": tenant}),
                ScanIndexForward=not newest_first,
                Limit=min(limit, LISTED_AT_ONCE),
                **arguments,
            )
            operations = list(self._batch(answer["Items"]))
        last = answer.get("LastEvaluatedKey")
        return ListedPage(operations=operations, after=_position(last) if last else None)

    def due(self, now: datetime) -> Iterator[str]:
        """See `OperationStore.due`."""
        for shard in range(items.SHARDS):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName="due",
                KeyConditionExpression="dueIn = :shard AND dueAt <= :now",
                ExpressionAttributeValues=items.typed(
                    {":shard": f"DUE#{shard}", ":now": int(now.timestamp())}
                ),
            )
            with interrupted(_SERVICE):
                for page in pages:
                    for entry in page["Items"]:
                        yield items.plain(entry)["PK"].removeprefix("OP#")

    def _batch(self, entries: list[Any]) -> Iterator[Operation]:
        """The operations of index entries, in the entries' order."""
        keys: list[Any] = [{"PK": entry["PK"], "SK": entry["SK"]} for entry in entries]
        found: dict[str, Operation] = {}
        for _ in range(5):
            if not keys:
                break
            answer = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}}
            )
            for item in answer["Responses"].get(self._table, []):
                operation = items.from_item(item)
                found[operation.id] = operation
            left = answer.get("UnprocessedKeys", {}).get(self._table)
            keys = list(left["Keys"]) if left else []
        if keys:
            raise Interrupted(_SERVICE)
        for entry in entries:
            operation_id = entry["PK"]["S"].removeprefix("OP#")
            if operation_id in found:
                yield found[operation_id]

    @property
    def _store_of_inputs(self) -> ArtefactStore:
        if self._artefacts is None:
            raise TypeError("This store was made without artefacts; inputs are out of its reach.")
        return self._artefacts

    def _input_item(self, operation_id: str, request: Mapping[str, Any]) -> dict[str, Any]:
        text = json.dumps(request, separators=(",", ":"), ensure_ascii=False)
        content = text.encode()
        item = {"PK": f"OP#{operation_id}", "SK": "INPUT"}
        if len(content) <= INPUT_INLINE:
            return item | {"document": text}
        written = self._store_of_inputs.write(
            f"inputs/{operation_id}.json", content, media_type="application/json"
        )
        return item | {"key": written.key}


def _position_key(tenant: str, position: ListPosition) -> items.Item:
    """Where a query of the tenant's list goes on. Whatever position, it is in that list."""
    place = {"listedIn": tenant, "timeAccepted": items.stamp(position.accepted)}
    return items.key(position.operation_id) | items.typed(place)


def _position(last: Mapping[str, Any]) -> ListPosition:
    values = items.plain(last)
    return ListPosition(
        accepted=datetime.fromisoformat(values["timeAccepted"]),
        operation_id=values["PK"].removeprefix("OP#"),
    )
