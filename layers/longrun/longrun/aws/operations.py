"""The operation store on DynamoDB: single items, conditional writes, no scans."""

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from longrun.aws import operation_items as items
from longrun.aws.faults import code_of, interrupted, reasons_of
from longrun.operations.artefacts import ArtefactMissing, ArtefactStore
from longrun.operations.errors import Interrupted, KeyInUse, OperationUnknown
from longrun.operations.operation import Operation
from longrun.operations.store import Change, ChangeRefused, Idempotency, KeyTaken

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INPUT_INLINE = 64 * 1024
"""Inputs up to this many bytes stand in the table, larger ones in the artefact store."""

TOMBSTONE = timedelta(days=3)
"""How long an expired operation's item outlives it, so that it can be told from an unknown one."""

KEY_LIFETIME = timedelta(hours=24)
"""How long an idempotency key stands for its operation."""

SHARDS = 8
"""Partitions of the index that the sweep reads: spreads the writes of what is due."""

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

    def create(
        self,
        operation: Operation,
        request: Mapping[str, Any],
        *,
        due: datetime,
        input_until: datetime,
        idempotency: Idempotency | None,
    ) -> None:
        """See `OperationStore.create`."""
        item = items.to_item(operation) | {
            "activeIn": operation.tenant,
            "listedIn": operation.tenant,
            "dueIn": _shard(operation.id),
            "dueAt": int(due.timestamp()),
        }
        document = self._input_item(operation.id, request)
        document["ttl"] = int((input_until + TOMBSTONE).timestamp())
        writes: list[Any] = [self._put(item), self._put(document)]
        if idempotency is not None:
            entry = {
                "PK": _key_partition(operation.tenant, operation.owner, idempotency.key),
                "SK": "IDEM",
                "operation": operation.id,
                "digest": idempotency.digest,
                "ttl": int((operation.accepted + KEY_LIFETIME).timestamp()),
            }
            free = "attribute_not_exists(PK) OR #ttl < :now"
            write = self._put(entry, free)
            write["Put"]["ExpressionAttributeNames"] = {"#ttl": "ttl"}
            write["Put"]["ExpressionAttributeValues"] = items.typed(
                {":now": int(operation.accepted.timestamp())}
            )
            writes.append(write)
        with interrupted(_SERVICE):
            try:
                self._client.transact_write_items(
                    TransactItems=writes, ClientRequestToken=operation.id
                )
            except self._client.exceptions.TransactionCanceledException as canceled:
                if idempotency is None:
                    raise
                # The key is the last of the writes.
                match reasons_of(canceled)[-1:]:
                    case ["ConditionalCheckFailed"]:
                        raise self._taken(operation, idempotency.key) from None
                    case ["TransactionConflict"]:
                        raise KeyInUse from None
                raise

    def keyed(self, tenant: str, owner: str, key: str, now: datetime) -> KeyTaken | None:
        """See `OperationStore.keyed`."""
        with interrupted(_SERVICE):
            entry = self._key_entry(tenant, owner, key)
        # TTL takes its time; what is over does not count.
        if entry is None or entry["ttl"] < int(now.timestamp()):
            return None
        return KeyTaken(entry["operation"], entry["digest"])

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

    def change(self, operation_id: str, change: Change) -> Operation:
        """See `OperationStore.change`."""
        update = _Update(operation_id, change)
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

    def due(self, now: datetime) -> Iterator[str]:
        """See `OperationStore.due`."""
        for shard in range(SHARDS):
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

    def _put(
        self, item: Mapping[str, Any], condition: str = "attribute_not_exists(PK)"
    ) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": items.typed(item),
                "ConditionExpression": condition,
            }
        }

    def _taken(self, operation: Operation, key: str) -> Exception:
        taken = self.keyed(operation.tenant, operation.owner, key, operation.accepted)
        return taken or KeyInUse()

    def _key_entry(self, tenant: str, owner: str, key: str) -> dict[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._table,
            Key=items.typed({"PK": _key_partition(tenant, owner, key), "SK": "IDEM"}),
            ConsistentRead=True,
        )
        return items.plain(answer["Item"]) if "Item" in answer else None


class _Update:
    """A `Change` in the words of UpdateItem."""

    def __init__(self, operation_id: str, change: Change) -> None:
        self.names: dict[str, str] = {"#status": "status", "#version": "version"}
        self.values: dict[str, Any] = {":one": 1}
        self._sets: list[str] = []
        self._adds = ["#version :one"]
        self._removes: list[str] = []
        states = sorted(status.value for status in change.allowed)
        for number, state in enumerate(states):
            self.values[f":s{number}"] = state
        self._guards = [f"#status IN ({', '.join(f':s{n}' for n in range(len(states)))})"]
        self._states_and_times(operation_id, change)
        self._progress(change)
        self._products(change)

    @property
    def expression(self) -> str:
        parts = [
            f"{word} {', '.join(each)}"
            for word, each in (
                ("SET", self._sets),
                ("ADD", self._adds),
                ("REMOVE", self._removes),
            )
            if each
        ]
        return " ".join(parts)

    @property
    def condition(self) -> str:
        return " AND ".join(self._guards)

    def _set(self, attribute: str, value: Any) -> None:
        self.names[f"#{attribute}"] = attribute
        self.values[f":{attribute}"] = value
        self._sets.append(f"#{attribute} = :{attribute}")

    def _remove(self, *attributes: str) -> None:
        for attribute in attributes:
            self.names[f"#{attribute}"] = attribute
            self._removes.append(f"#{attribute}")

    def _states_and_times(self, operation_id: str, change: Change) -> None:
        if change.status:
            self._set("status", change.status.value)
            if change.ends:
                self._remove("activeIn", "dueIn", "dueAt")
            if change.drops_result:
                self._remove("result")
        for attribute, time in (
            ("timeStarted", change.started),
            ("timeFinished", change.finished),
            ("expiresAt", change.expires),
        ):
            if time:
                self._set(attribute, items.stamp(time))
        if change.expires:
            self._set("ttl", int((change.expires + TOMBSTONE).timestamp()))
        if change.due and not change.ends:
            self._set("dueIn", _shard(operation_id))
            self._set("dueAt", int(change.due.timestamp()))

    def _progress(self, change: Change) -> None:
        if change.enter:
            self._set("phase", change.enter.name)
            self._set("phaseStart", change.enter.start)
            self._set("phaseEnd", change.enter.end)
            self._set("done", 0)
            self._set("total", change.total)
            self._guards.append("(attribute_not_exists(#phaseEnd) OR #phaseEnd <= :phaseStart)")
        if change.within:
            self.names |= {"#phase": "phase", "#done": "done"}
            self.values |= {":within": change.within, ":more": change.done}
            self._guards.append("#phase = :within")
            self._adds.append("#done :more")

    def _products(self, change: Change) -> None:
        if change.errors:
            self._set("errors", [items.fault_value(fault) for fault in change.errors])
            self._set("errorCount", change.error_count)
        if change.result and not change.drops_result:
            self._set("result", items.result_value(change.result))
        resources = {f"{resource.type}:{resource.id}": resource for resource in change.resources}
        for number, (name, resource) in enumerate(resources.items()):
            self.names["#resources"] = "resources"
            self.names[f"#r{number}"] = name
            self.values[f":r{number}"] = items.resource_value(resource)
            self._sets.append(f"#resources.#r{number} = :r{number}")


def _shard(operation_id: str) -> str:
    return f"DUE#{zlib.crc32(operation_id.encode()) % SHARDS}"


def _key_partition(tenant: str, owner: str, key: str) -> str:
    return f"IDEM#{tenant}#{owner}#{hashlib.sha256(key.encode()).hexdigest()}"
