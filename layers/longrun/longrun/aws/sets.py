"""The index of sets on DynamoDB: a partition per tenant and type, sorted by id.

A member's set is the one with the greatest id up to the member's: one range query.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from longrun.aws import operation_items as items
from longrun.aws.faults import interrupted
from longrun.documents.sets import EntitySet, SetMissing, SetType

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SERVICE = "The state store"


class DynamoSets:
    """Implements `longrun.documents.sets.SetIndex`."""

    def __init__(
        self, *, client: "DynamoDBClient", table: str, clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    @interrupted(_SERVICE)
    def put(self, entity_set: EntitySet) -> None:
        """See `SetIndex.put`."""
        self._client.put_item(
            TableName=self._table,
            Item=items.typed(
                {
                    **_key(entity_set.tenant, entity_set.type, entity_set.id),
                    "operation": entity_set.operation,
                    "count": entity_set.count,
                    "details": entity_set.details,
                    "source": entity_set.source,
                    "prefix": entity_set.prefix,
                    "created": items.stamp(entity_set.created),
                    "expires": items.stamp(entity_set.expires),
                    "transient": entity_set.transient,
                    "ttl": int(entity_set.expires.timestamp()),
                }
            ),
        )

    @interrupted(_SERVICE)
    def get(self, tenant: str, set_type: SetType, set_id: int) -> EntitySet:
        """See `SetIndex.get`."""
        answer = self._client.get_item(
            TableName=self._table,
            Key=items.typed(_key(tenant, set_type, set_id)),
            ConsistentRead=True,
        )
        found = self._read(tenant, set_type, answer.get("Item"))
        if found is None:
            raise SetMissing(set_type, set_id, member=False)
        return found

    @interrupted(_SERVICE)
    def containing(self, tenant: str, set_type: SetType, member: int) -> EntitySet:
        """See `SetIndex.containing`."""
        key = _key(tenant, set_type, member)
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="PK = :partition AND SK < :member",
            ExpressionAttributeValues=items.typed({":partition": key["PK"], ":member": key["SK"]}),
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=1,
        )
        found = self._read(tenant, set_type, next(iter(answer["Items"]), None))
        if found is None or member not in found.members:
            raise SetMissing(set_type, member, member=True)
        return found

    def list(self, tenant: str, set_type: SetType) -> Iterator[EntitySet]:
        """See `SetIndex.list`."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="PK = :partition",
            ExpressionAttributeValues=items.typed({":partition": f"{set_type}#{tenant}"}),
            ConsistentRead=True,
        )
        with interrupted(_SERVICE):
            for page in pages:
                for item in page["Items"]:
                    found = self._read(tenant, set_type, item)
                    if found is not None and not found.transient:
                        yield found

    @interrupted(_SERVICE)
    def delete(self, entity_set: EntitySet) -> bool:
        """See `SetIndex.delete`."""
        answer = self._client.delete_item(
            TableName=self._table,
            Key=items.typed(_key(entity_set.tenant, entity_set.type, entity_set.id)),
            ReturnValues="ALL_OLD",
        )
        return "Attributes" in answer

    def _read(
        self, tenant: str, set_type: SetType, item: Mapping[str, Any] | None
    ) -> EntitySet | None:
        if item is None:
            return None
        values = items.plain(item)
        expires = datetime.fromisoformat(values["expires"])
        if expires <= self._clock():
            return None
        source = values.get("source")
        return EntitySet(
            type=set_type,
            id=int(values["SK"]),
            tenant=tenant,
            operation=values["operation"],
            count=int(values["count"]),
            details=int(values["details"]),
            source=int(source) if source is not None else None,
            prefix=values["prefix"],
            created=datetime.fromisoformat(values["created"]),
            expires=expires,
            transient=values["transient"],
        )


def _key(tenant: str, set_type: SetType, entity: int) -> dict[str, str]:
    return {"PK": f"{set_type}#{tenant}", "SK": f"{entity:016d}"}
