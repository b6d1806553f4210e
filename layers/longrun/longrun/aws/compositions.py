"""The compositions on DynamoDB: single items, transactions with conditions, no scans."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import batched
from time import sleep
from typing import TYPE_CHECKING, Any, Final

from longrun.aws import composition_items as items
from longrun.aws.faults import interrupted, reasons_of
from longrun.aws.operation_items import Item
from longrun.compositions.document import Composition
from longrun.compositions.refusals import Code, Refusal
from longrun.compositions.search import Found, Search
from longrun.compositions.store import Change, Overtaken, SubjectView
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ACTIONS: Final = 100
"""So many writes are all that a transaction takes; a change of a composition is one."""

TRANSACTION_BYTES: Final = 4 * 1000 * 1000
"""Of all items of a transaction together; a little less than DynamoDB's 4 MB."""

PAUSES: Final = (0.02, 0.05, 0.1, 0.2)
"""Seconds to wait before each further attempt, while others write the same items."""

_READ_AT_ONCE: Final = 100
"""So many items are all that BatchGetItem takes."""

_SERVICE: Final = "The state store"
_FAILED: Final = "ConditionalCheckFailed"
_CONFLICT: Final = "TransactionConflict"

# What a search looks at, without the documents, which are nearly all of an item.
_LOOKED_AT: Final = ("PK", "SK", "id", "type", "status", "encounter", "episode", "created")


class DynamoCompositions:
    """Implements `compositions.store.CompositionStore` and `compositions.search.CompositionSearch`.

    Everything that the rules look at together is in one partition, the subject's, beside a head
    whose version every change raises.
    """

    def __init__(
        self, client: "DynamoDBClient", table: str, *, pause: Callable[[float], None] = sleep
    ) -> None:
        """
        Args:
            client: Of the table's region.
            table: Its name.
            pause: Waits for so many seconds.
        """
        self._client = client
        self._table = table
        self._pause = pause

    @interrupted(_SERVICE)
    def get(self, tenant: str, composition_id: str) -> Composition | None:
        """See `CompositionStore.get`."""
        key = self._key_of(tenant, composition_id)
        item = self._get(key) if key is not None else None
        return items.from_item(item) if item is not None else None

    @interrupted(_SERVICE)
    def of_subject(self, tenant: str, subject: str) -> SubjectView:
        """See `CompositionStore.of_subject`."""
        head = self._get(items.head_key(tenant, subject))
        return SubjectView(
            version=int(head["version"]["N"]) if head else 0,
            compositions=tuple(items.from_item(item) for item in self._subject(tenant, subject)),
        )

    @interrupted(_SERVICE)
    def search(self, tenant: str, search: Search, *, offset: int, limit: int) -> Found:
        """See `CompositionSearch.search`.

        Everything of the subject, or of the focus, is looked at, for the total is told; read whole
        is only what is shown.
        """
        found = [item for item in self._looked_at(tenant, search) if _fits(item, search)]
        found.sort(key=lambda item: (item["created"]["S"], item["id"]["S"]), reverse=True)
        shown = [_primary(item) for item in found[offset : offset + limit]]
        order = {key["SK"]["S"]: place for place, key in enumerate(shown)}
        read = sorted(self._batch(shown), key=lambda item: order[item["SK"]["S"]])
        return Found(total=len(found), compositions=[items.from_item(item) for item in read])

    @interrupted(_SERVICE)
    def commit(self, tenant: str, changes: Sequence[Change], heads: Mapping[str, int]) -> None:
        """See `CompositionStore.commit`.

        Raises:
            Refusal: It is more than one transaction takes: 100 writes, of which each head, each
                change and, for a new composition, two more are one; or 4 MB.
        """
        writes: list[Any] = [
            self._raise(tenant, subject, version) for subject, version in heads.items()
        ]
        for change in changes:
            writes += self._writes(change)
        if len(writes) > ACTIONS or items.size_of({"": writes}) > TRANSACTION_BYTES:
            raise Refusal(
                Code.TOO_MANY_CHANGES,
                f"This changes {len(changes)} compositions, which are more than can be changed at "
                "once.",
            )
        for pause in (*PAUSES, None):
            try:
                self._client.transact_write_items(TransactItems=writes)
            except self._client.exceptions.TransactionCanceledException as canceled:
                reasons = set(reasons_of(canceled))
                if _FAILED in reasons:
                    raise Overtaken from None
                # Somebody is just writing one of the items; they may fail, or not.
                if pause is None or _CONFLICT not in reasons:
                    raise
                self._pause(pause)
            else:
                return

    @interrupted(_SERVICE)
    def take_task(
        self, tenant: str, composition_id: str, operation_id: str, *, over: str | None = None
    ) -> str | None:
        """See `CompositionStore.take_task`.

        Raises:
            LookupError: There is no such composition.
        """
        key = self._key_of(tenant, composition_id)
        if key is None:
            raise LookupError(f"There is no composition {composition_id}.")
        free = "attribute_not_exists(task) OR task = :task"
        values = {":task": {"S": operation_id}}
        if over is not None:
            free += " OR task = :over"
            values[":over"] = {"S": over}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression="SET task = :task",
                ConditionExpression=f"attribute_exists(PK) AND ({free})",
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            current: Any = refused.response.get("Item")
            if not current:
                raise LookupError(f"There is no composition {composition_id}.") from None
            holder: str = current["task"]["S"]
            return holder
        return None

    @interrupted(_SERVICE)
    def drop_task(self, tenant: str, composition_id: str, operation_id: str) -> None:
        """See `CompositionStore.drop_task`."""
        key = self._key_of(tenant, composition_id)
        if key is None:
            return
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression="REMOVE task",
                ConditionExpression="task = :task",
                ExpressionAttributeValues={":task": {"S": operation_id}},
            )

    def _raise(self, tenant: str, subject: str, version: int) -> dict[str, Any]:
        values = {":next": {"N": str(version + 1)}}
        condition = "attribute_not_exists(PK)"
        if version:
            condition = "version = :read"
            values[":read"] = {"N": str(version)}
        return {
            "Update": {
                "TableName": self._table,
                "Key": items.head_key(tenant, subject),
                "UpdateExpression": "SET version = :next",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
            }
        }

    def _writes(self, change: Change) -> list[dict[str, Any]]:
        after = change.after
        put = {"TableName": self._table, "Item": items.to_item(after)}
        if change.before is not None:
            read = {":read": {"N": str(change.before.version)}}
            guard = {"ConditionExpression": "version = :read", "ExpressionAttributeValues": read}
            return [{"Put": put | guard}]
        leads = {"subject": {"S": after.subject.id}}
        index = (
            items.id_key(after.tenant, after.id),
            items.focus_key(after.tenant, after.focus.id, after.id),
        )
        return [
            {"Put": {**new, "ConditionExpression": "attribute_not_exists(PK)"}}
            for new in (put, *({"TableName": self._table, "Item": key | leads} for key in index))
        ]

    def _key_of(self, tenant: str, composition_id: str) -> Item | None:
        index = self._get(items.id_key(tenant, composition_id))
        return items.key(tenant, index["subject"]["S"], composition_id) if index else None

    def _get(self, key: Item) -> Item | None:
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def _looked_at(self, tenant: str, search: Search) -> Iterator[Item]:
        """What of the items a search needs; of those that have both, where both are given."""
        if search.subject is None:
            assert search.focus is not None, "one of them is given"
            yield from self._batch(self._focus(tenant, search.focus), attributes=_LOOKED_AT)
            return
        about = None
        if search.focus is not None:
            about = {key["SK"]["S"] for key in self._focus(tenant, search.focus)}
        for item in self._subject(tenant, search.subject, attributes=_LOOKED_AT):
            if about is None or item["SK"]["S"] in about:
                yield item

    def _subject(
        self, tenant: str, subject: str, *, attributes: Sequence[str] = ()
    ) -> Iterator[Item]:
        return self._query(
            KeyConditionExpression="PK = :partition AND begins_with(SK, :prefix)",
            ExpressionAttributeValues={
                ":partition": {"S": items.subject_partition(tenant, subject)},
                ":prefix": {"S": items.PREFIX},
            },
            **_projected(attributes),
        )

    def _focus(self, tenant: str, focus: str) -> Iterator[Item]:
        """The keys of the compositions about somebody."""
        for item in self._query(
            KeyConditionExpression="PK = :partition",
            ExpressionAttributeValues={":partition": {"S": items.focus_partition(tenant, focus)}},
        ):
            yield items.key(tenant, item["subject"]["S"], item["SK"]["S"])

    def _query(self, **query: Any) -> Iterator[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table, ConsistentRead=True, **query
        )
        for page in pages:
            yield from page["Items"]

    def _batch(self, keys: Iterable[Item], *, attributes: Sequence[str] = ()) -> Iterator[Item]:
        """The items of these keys, in any order."""
        for group in batched(keys, _READ_AT_ONCE, strict=False):
            asked: Any = {"Keys": list(group), "ConsistentRead": True, **_projected(attributes)}
            for pause in (*PAUSES, None):
                answer = self._client.batch_get_item(RequestItems={self._table: asked})
                yield from answer["Responses"][self._table]
                asked = answer["UnprocessedKeys"].get(self._table)
                if not asked:
                    break
                if pause is None:
                    raise Interrupted(_SERVICE)
                # A page of 16 MB, or no capacity just now.
                self._pause(pause)


def _projected(attributes: Sequence[str]) -> dict[str, Any]:
    if not attributes:
        return {}
    return {
        "ProjectionExpression": ", ".join(f"#{name}" for name in attributes),
        "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
    }


def _fits(item: Item, search: Search) -> bool:
    asked = {
        "type": search.type,
        "status": search.status,
        "encounter": search.encounter,
        "episode": search.episode,
    }
    return all(value is None or item[name]["S"] == value for name, value in asked.items())


def _primary(item: Item) -> Item:
    return {"PK": item["PK"], "SK": item["SK"]}
