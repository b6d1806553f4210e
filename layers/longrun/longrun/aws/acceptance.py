"""Accepting an operation: all that must stand together is written in one transaction, or nothing.

The operation, its input, the caller's idempotency key and the claim; what is refused is told apart
here.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from time import sleep
from typing import TYPE_CHECKING, Any, Final

from longrun.aws import operation_items as items
from longrun.aws.faults import reasons_of
from longrun.operations.errors import Claimed, Interrupted, KeyInUse
from longrun.operations.operation import Operation
from longrun.operations.store import Idempotency, KeyTaken

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY_LIFETIME: Final = timedelta(hours=24)
"""How long an idempotency key stands for its operation."""

PAUSES: Final = (0.02, 0.05, 0.1)
"""Seconds to wait before each further attempt, while others take and leave the same claim."""

_FAILED: Final = "ConditionalCheckFailed"
_CONFLICT: Final = "TransactionConflict"
_SPOKEN_OF: Final = frozenset({_FAILED, _CONFLICT})


class Acceptance:
    """Writes new operations, with their keys and claims. Faults of the client go through."""

    def __init__(self, *, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def keep(
        self,
        operation: Operation,
        *,
        item: Mapping[str, Any],
        document: Mapping[str, Any],
        idempotency: Idempotency | None,
        claim: str | None,
    ) -> None:
        """Write everything, or nothing.

        A claim is never given back: whoever finds that its holder has ended replaces it, on the
        condition that it still is that holder's.

        Args:
            operation: As accepted.
            item: It, as a plain item.
            document: Its input, as a plain item. The claim goes when the input does: an operation
                without its input can do no more work, and has been ended long before.
            idempotency: The caller's key, if there is one.
            claim: What it has to itself, if anything.

        Raises:
            KeyTaken: The key stands for another operation.
            KeyInUse: The key is being used at this moment.
            Claimed: An operation at work holds the claim.
            Interrupted: Too many took and left the claim at the same moment.
        """
        writes: dict[str, Any] = {"operation": self._put(item), "input": self._put(document)}
        if idempotency is not None:
            writes["key"] = self._key_write(operation, idempotency)
        for pause in (*PAUSES, 0):
            claiming, held = (
                self._claiming(operation, claim, until=document["ttl"]) if claim else ({}, None)
            )
            # With a key the transaction is asked first: a replay is no conflict.
            if held and idempotency is None:
                raise held
            refused = self._transact(writes | claiming)
            if not refused:
                return
            if idempotency is not None and "key" in refused:
                raise self._key_error(refused["key"], operation, idempotency)
            if held and refused.get("claim") == _FAILED:
                raise held
            # Somebody was quicker, and may have ended again.
            sleep(pause)
        raise Interrupted("The state store")

    def _transact(self, writes: dict[str, Any]) -> Mapping[str, str]:
        """Make the writes, or say why those that one can speak of were not.

        Args:
            writes: By their names.

        Returns:
            What was refused and why, by the writes' names; nothing where all were made.
        """
        try:
            self._client.transact_write_items(TransactItems=list(writes.values()))
        except self._client.exceptions.TransactionCanceledException as canceled:
            reasons = zip(writes, reasons_of(canceled), strict=False)
            refused = {name: reason for name, reason in reasons if reason != "None"}
            key = refused.get("key")
            if key in _SPOKEN_OF or (refused and key is None and _for_the_claim_alone(refused)):
                return refused
            raise
        return {}

    def _key_error(
        self, reason: str, operation: Operation, idempotency: Idempotency
    ) -> KeyTaken | KeyInUse:
        if reason == _CONFLICT:
            return KeyInUse()
        taken = self.keyed(operation.tenant, operation.owner, idempotency.key, operation.accepted)
        return taken or KeyInUse()

    def keyed(self, tenant: str, owner: str, key: str, now: datetime) -> KeyTaken | None:
        """What a key stands for, if it still counts: TTL takes its time."""
        item = self._item(items.typed({"PK": _key_partition(tenant, owner, key), "SK": "IDEM"}))
        if item is None:
            return None
        entry = items.plain(item)
        if entry["ttl"] < int(now.timestamp()):
            return None
        return KeyTaken(entry["operation"], entry["digest"])

    def _claiming(
        self, operation: Operation, claim: str, *, until: int
    ) -> tuple[dict[str, Any], Claimed | None]:
        """The writes that take the claim, and what is to be said if it is held as it seems to be.

        Args:
            operation: For whom.
            claim: Of what.
            until: When the claim may go, in seconds since the epoch.
        """
        key = _claim_key(operation.tenant, claim)
        write = self._put(key | {"operationId": operation.id, "ttl": until})
        entry = self._item(items.typed(key))
        if entry is None:
            return {"claim": write}, None
        holder: str = items.plain(entry)["operationId"]
        found = self._item(items.key(holder))
        if found is not None and not items.from_item(found).status.terminal:
            return {"claim": write}, Claimed(claim, holder)
        write["Put"]["ConditionExpression"] += " OR operationId = :holder"
        write["Put"]["ExpressionAttributeValues"] = items.typed({":holder": holder})
        if found is not None:
            return {"claim": write}, None
        # Gone, unless the read saw one half of a transaction that was just being completed.
        gone = {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": items.key(holder),
                "ConditionExpression": "attribute_not_exists(PK)",
            }
        }
        return {"claim": write, "holder": gone}, None

    def _item(self, key: items.Item) -> items.Item | None:
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def _key_write(self, operation: Operation, idempotency: Idempotency) -> dict[str, Any]:
        write = self._put(
            {
                "PK": _key_partition(operation.tenant, operation.owner, idempotency.key),
                "SK": "IDEM",
                "operation": operation.id,
                "digest": idempotency.digest,
                "ttl": int((operation.accepted + KEY_LIFETIME).timestamp()),
            }
        )
        write["Put"]["ConditionExpression"] += " OR #ttl < :now"
        write["Put"]["ExpressionAttributeNames"] = {"#ttl": "ttl"}
        write["Put"]["ExpressionAttributeValues"] = items.typed(
            {":now": int(operation.accepted.timestamp())}
        )
        return write

    def _put(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": items.typed(item),
                "ConditionExpression": "attribute_not_exists(PK)",
            }
        }


def _for_the_claim_alone(refused: Mapping[str, str]) -> bool:
    """Whether another attempt may go better, the claim read anew."""
    return refused.keys() <= {"claim", "holder"} and _SPOKEN_OF.issuperset(refused.values())


def _claim_key(tenant: str, claim: str) -> dict[str, Any]:
    return {"PK": f"CLAIM#{tenant}", "SK": claim}


def _key_partition(tenant: str, owner: str, key: str) -> str:
    return f"IDEM#{tenant}#{owner}#{hashlib.sha256(key.encode()).hexdigest()}"
