"""The history of operations as items beside theirs. Implements `operations.history.EventLog`."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from longrun.aws import operation_items as items
from longrun.aws.faults import interrupted
from longrun.operations.errors import Interrupted
from longrun.operations.history import Event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_AT_ONCE: Final = 25
"""So many items are all that BatchWriteItem takes."""

_READ_AT_ONCE: Final = 200
"""Readers of a few events need not pay for all of them."""

_LAST: Final = 99_999_999
_ATTEMPTS: Final = 3
_SERVICE: Final = "The state store"


class DynamoEventLog:
    """Events as items `OP#<operation>` / `EV#<sequence>`.

    An event is a function of its change, and so is its key: writing it again writes the same.
    """

    def __init__(self, *, client: "DynamoDBClient", table: str, retention: timedelta) -> None:
        """Args: `retention` is how long events of operations that have not ended are kept."""
        self._client = client
        self._table = table
        self._retention = retention

    def keep(self, events: Sequence[Event]) -> None:
        """See `EventLog.keep`."""
        entries = {(event.operation_id, event.sequence): self._item(event) for event in events}
        for group in batched(entries.values(), _AT_ONCE, strict=False):
            writes: list[Any] = [{"PutRequest": {"Item": items.typed(item)}} for item in group]
            for _ in range(_ATTEMPTS):
                with interrupted(_SERVICE):
                    answer = self._client.batch_write_item(RequestItems={self._table: writes})
                writes = answer["UnprocessedItems"].get(self._table, [])
                if not writes:
                    break
            else:
                raise Interrupted(_SERVICE)

    def events(self, operation_id: str, *, after: int = 0) -> Iterator[Event]:
        """See `EventLog.events`."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="PK = :operation AND SK BETWEEN :first AND :last",
            ExpressionAttributeValues=items.typed(
                {
                    ":operation": f"OP#{operation_id}",
                    ":first": _sort_key(after + 1),
                    ":last": _sort_key(_LAST),
                }
            ),
            PaginationConfig={"PageSize": _READ_AT_ONCE},
        )
        with interrupted(_SERVICE):
            for page in pages:
                for entry in page["Items"]:
                    yield _event(operation_id, items.plain(entry))

    def _item(self, event: Event) -> dict[str, Any]:
        until = event.expires or event.time + self._retention
        return {
            "PK": f"OP#{event.operation_id}",
            "SK": _sort_key(event.sequence),
            "tenant": event.tenant,
            "type": event.type,
            "time": items.stamp(event.time),
            "detail": json.dumps(event.detail, separators=(",", ":")),
            "ttl": int((until + items.TOMBSTONE).timestamp()),
        }


def _sort_key(sequence: int) -> str:
    return f"EV#{sequence:08d}"


def _event(operation_id: str, values: dict[str, Any]) -> Event:
    return Event(
        operation_id=operation_id,
        tenant=values["tenant"],
        sequence=int(values["SK"].removeprefix("EV#")),
        type=values["type"],
        time=datetime.fromisoformat(values["time"]),
        detail=json.loads(values["detail"]),
    )
