"""Entries of a tenant's catalogue in the single table: found, replaced and removed by revision.

An entry is PK `<KIND>#<tenant>` SK `<name>`, with an attribute `revision`. A restore may be about
to change it: what then counts is `aws.restoring`'s rule. What an entry holds is known to the
adapters that stand on this.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from longrun.aws.faults import REASONS_PASSING, interrupted, reasons_of
from longrun.aws.restoring import UNMARKED, Item, Restores
from longrun.datasets.errors import EntryTooLarge
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LARGEST: Final = 200_000
"""Bytes of an entry. DynamoDB's items have 400 KiB, in which a restore's mark must find room: it
holds what takes the entry's place, and that may be as large."""
_SERVICE: Final = "The state store"
_ATTEMPTS: Final = 4


class CatalogueItems:
    """The items of one kind; every read is consistent.

    Every method raises `Interrupted` where DynamoDB could not answer just now, or a restore is
    exchanging the catalogue.
    """

    def __init__(self, client: "DynamoDBClient", table: str, kind: str) -> None:
        """
        Args:
            client: Of the table's region.
            table: Its name.
            kind: What partitions begin with, such as `DATASET`.
        """
        self._client = client
        self._table = table
        self._kind = kind
        self._restores = Restores(client, table)

    @interrupted(_SERVICE)
    def get(self, tenant: str, name: str) -> Item | None:
        """The item that stands under a name, without a mark."""
        answer = self._client.get_item(
            TableName=self._table, Key=self.key(tenant, name), ConsistentRead=True
        )
        return self._restores.standing(answer["Item"]) if "Item" in answer else None

    @interrupted(_SERVICE)
    def put(self, tenant: str, item: Item, *, replacing: str | None) -> bool:
        """Enter an item in the place of the given revision; None: there must be none yet.

        Returns:
            False if something else stands there; nothing was changed then.

        Raises:
            EntryTooLarge: It has more than `LARGEST` bytes; nothing was changed.
        """
        name = item["SK"]["S"]
        if (size := _size(item)) > LARGEST:
            raise EntryTooLarge(name, size, LARGEST)
        condition = (
            _standing_at(replacing)
            if replacing
            else {"ConditionExpression": "attribute_not_exists(PK)"}
        )
        return self._write(tenant, name, {"Put": {"Item": item, **condition}})

    @interrupted(_SERVICE)
    def delete(self, tenant: str, name: str, revision: str) -> bool:
        """Remove an item; False if it is not of this revision any more."""
        delete = {"Delete": {"Key": self.key(tenant, name), **_standing_at(revision)}}
        return self._write(tenant, name, delete)

    @interrupted(_SERVICE)
    def page(
        self, tenant: str, *, after: str | None, limit: int
    ) -> tuple[Sequence[Item], str | None]:
        """Some of the tenant's items by name, and the name after which the list goes on."""
        query: dict[str, Any] = {
            "KeyConditionExpression": "PK = :partition",
            "ExpressionAttributeValues": {":partition": {"S": f"{self._kind}#{tenant}"}},
            "Limit": limit,
        }
        if after is not None:
            query["ExclusiveStartKey"] = self.key(tenant, after)
        found, last = self._restores.page(**query)
        return found, last["SK"]["S"] if last else None

    def key(self, tenant: str, name: str) -> dict[str, Any]:
        """The key of an item."""
        return {"PK": {"S": f"{self._kind}#{tenant}"}, "SK": {"S": name}}

    def _write(self, tenant: str, name: str, action: dict[str, dict[str, Any]]) -> bool:
        """Whether the write was made; False if another revision stands there."""
        for request in action.values():
            request["TableName"] = self._table
        writes: list[Any] = [action, self._restores.open_gate(tenant)]
        for _ in range(_ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=writes)
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = reasons_of(error)
                if reasons[0] == "ConditionalCheckFailed":
                    if not self._restores.settle(self.key(tenant, name)):
                        return False
                elif reasons[1] == "ConditionalCheckFailed":
                    self._restores.pass_gate(tenant)
                elif REASONS_PASSING.isdisjoint(reasons):
                    raise
            else:
                return True
        raise Interrupted(_SERVICE)


def _size(item: Item) -> int:
    """In bytes, as DynamoDB counts them: names and values; entries have no lists and no maps."""
    return sum(_length(part) for name, value in item.items() for part in (name, *value.values()))


def _length(part: str | bytes | bool) -> int:
    return len(part if isinstance(part, bytes) else str(part).encode())


def _standing_at(revision: str) -> dict[str, Any]:
    return {
        "ConditionExpression": f"revision = :revision AND {UNMARKED}",
        "ExpressionAttributeValues": {":revision": {"S": revision}},
    }
