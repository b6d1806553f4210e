"""One attempt to exchange a tenant's catalogue: the gate, the marks, the commit, in this order.

Implements `datasets.snapshots.entries.Exchange` by the marks of `aws.restoring`.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from longrun.aws import data_sets, files, workbooks
from longrun.aws import operation_items as items
from longrun.aws.catalogue_keys import all_keys, data_sets_of, workbooks_of
from longrun.aws.faults import interrupted, reasons_of
from longrun.aws.restoring import (
    PENDING,
    PLACEHOLDER,
    UNMARKED,
    Item,
    Mark,
    Restores,
    commit_key,
    gate_key,
    restoring,
)
from longrun.datasets.snapshots.definitions import data_set_of, unused_by, workbook_of
from longrun.datasets.snapshots.entries import Entry, EntryKind
from longrun.datasets.snapshots.resources import file_of
from longrun.filestore import ManagedFile
from longrun.operations.errors import OperationStopped
from longrun.operations.states import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEASE: Final = 60.0
"""Seconds for which the gate stays closed without a word of who closed it."""
_RENEW: Final = 20.0
_ATTEMPTS: Final = 8
_SERVICE: Final = "The state store"


class DynamoExchange:
    """One attempt at an exchange; see `Exchange`. It begins with closing the gate."""

    def __init__(
        self,
        *,
        client: "DynamoDBClient",
        table: str,
        tenant: str,
        restore: str,
        lifetime: timedelta,
        now: Callable[[], float],
    ) -> None:
        self._client = client
        self._table = table
        self._tenant = tenant
        self._restore = restore
        self._lifetime = lifetime
        self._now = now
        self._restores = Restores(client, table, now=now)
        self._attempt = uuid.uuid4().hex
        # Whoever closed it before cannot commit any more; among operations that have not ended
        # there is but one restore, by its claim.
        self._until = now() + LEASE
        client.put_item(
            TableName=table,
            Item={
                **gate_key(tenant),
                "restore": {"S": restore},
                "attempt": {"S": self._attempt},
                "until": {"N": str(self._until)},
            },
        )

    @interrupted(_SERVICE)
    def stage(self, entries: Sequence[Entry]) -> Sequence[str]:
        """See `Exchange.stage`."""
        unused: list[str] = []
        # A file's item by its name first: while that is there, the other one is found.
        new = {_name(key): (key, entry) for entry in entries for key in self._keys(entry)[::-1]}
        standing = {_name(key): key for key in all_keys(self._client, self._table, self._tenant)}
        for name, key in standing.items():
            unused += self._mark(key, new.pop(name, (key, None))[1])
        for key, entry in new.values():
            unused += self._mark(key, entry)
        return unused

    @interrupted(_SERVICE)
    def commit(self) -> None:
        """See `Exchange.commit`."""
        attempt = {":attempt": {"S": self._attempt}}
        try:
            self._client.transact_write_items(
                ClientRequestToken=self._attempt,
                TransactItems=[
                    {
                        "ConditionCheck": {
                            "TableName": self._table,
                            "Key": items.key(self._restore),
                            "ConditionExpression": "#status = :status",
                            "ExpressionAttributeNames": {"#status": "status"},
                            "ExpressionAttributeValues": {
                                ":status": {"S": Status.IN_PROGRESS.value}
                            },
                        }
                    },
                    {
                        "Delete": {
                            "TableName": self._table,
                            "Key": gate_key(self._tenant),
                            "ConditionExpression": "attempt = :attempt",
                            "ExpressionAttributeValues": attempt,
                        }
                    },
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": {
                                **commit_key(self._tenant, self._restore),
                                "attempt": {"S": self._attempt},
                            },
                            "ConditionExpression": "attribute_not_exists(PK)",
                        }
                    },
                ],
            )
        except self._client.exceptions.TransactionCanceledException as error:
            reasons = reasons_of(error)
            if "ConditionalCheckFailed" not in reasons:
                raise
            if reasons[0] == "ConditionalCheckFailed":
                raise OperationStopped(self._restore, "no longer in progress") from None
            raise restoring() from None

    def _mark(self, key: Item, entry: Entry | None) -> list[str]:
        """Note what becomes of one item; returns the keys of bytes that are unused by that."""
        self._renew()
        for _ in range(_ATTEMPTS):
            answer = self._client.get_item(
                TableName=self._table, Key=dict(key), ConsistentRead=True
            )
            item = answer.get("Item")
            if item is not None and PENDING in item:
                self._restores.settle(key)  # of an exchange that is over, one way or another
                continue
            if item is None and entry is None:
                return []
            becomes = self._item(key, entry, item) if entry is not None else None
            mark = Mark(
                restore=self._restore, attempt=self._attempt, tenant=self._tenant, entry=becomes
            )
            if self._write_mark(key, item, mark.value()):
                return self._unused(key, becomes, item)
        raise restoring()

    def _write_mark(self, key: Item, item: Item | None, mark: dict[str, Any]) -> bool:
        """Whether the item was still the one that was read."""
        try:
            if item is None:
                self._client.put_item(
                    TableName=self._table,
                    Item={**key, PENDING: mark, PLACEHOLDER: {"BOOL": True}},
                    ConditionExpression="attribute_not_exists(PK)",
                )
                return True
            condition = f"attribute_exists(PK) AND {UNMARKED}"
            values = {":mark": mark}
            # What tells one state of it from another: the mark says what becomes of this one.
            for name in ("revision", "version"):
                if name in item:
                    condition += f" AND {name} = :{name}"
                    values[f":{name}"] = item[name]
            self._client.update_item(
                TableName=self._table,
                Key=dict(key),
                UpdateExpression="SET pending = :mark",
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _keys(self, entry: Entry) -> tuple[Item, ...]:
        match entry.kind:
            case EntryKind.DATA_SET:
                return (_key(data_sets_of(self._tenant), entry.id),)
            case EntryKind.WORKBOOK:
                return (_key(workbooks_of(self._tenant), entry.id),)
            case EntryKind.RESOURCE:
                return files.keys(self._file(entry))

    def _item(self, key: Item, entry: Entry, standing: Item | None) -> Item:
        """The new item but for its keys.

        Raises:
            Interrupted: The bytes that stood under its id are gone since they were compared.
        """
        made = self._made(entry, standing)
        return {name: value for name, value in made.items() if name not in key}

    def _made(self, entry: Entry, standing: Item | None) -> Item:
        # Bytes that the restore put in place bear its id.
        reused = entry.artefact is not None and self._restore not in entry.artefact.key
        match entry.kind:
            case EntryKind.DATA_SET:
                before = data_sets.from_item(standing) if standing else None
                present = before.contents.artefact if before and before.contents else None
                if reused and present != entry.artefact:
                    raise restoring()
                return data_sets.to_item(data_set_of(entry, self._tenant, standing=before))
            case EntryKind.WORKBOOK:
                return workbooks.to_item(workbook_of(entry, self._tenant))
            case EntryKind.RESOURCE:
                if not reused:
                    return files.to_item(self._file(entry))
                if standing is None or files.from_item(standing).artefact != entry.artefact:
                    raise restoring()
                return standing

    def _file(self, entry: Entry) -> ManagedFile:
        now = datetime.fromtimestamp(self._now(), UTC)
        return file_of(entry, self._tenant, now=now, lifetime=self._lifetime)

    def _unused(self, key: Item, becomes: Item | None, item: Item | None) -> list[str]:
        # The bytes of resources stay: work that began before may still read them.
        if item is None or key["PK"]["S"] != data_sets_of(self._tenant):
            return []
        restored = data_sets.from_item({**becomes, **key}) if becomes else None
        return unused_by(restored, data_sets.from_item(item))

    def _renew(self) -> None:
        """Keep the gate closed while there is more to do."""
        if self._until - self._now() > LEASE - _RENEW:
            return
        self._until = self._now() + LEASE
        try:
            self._client.update_item(
                TableName=self._table,
                Key=gate_key(self._tenant),
                UpdateExpression="SET #until = :until",
                ConditionExpression="attempt = :attempt",
                ExpressionAttributeNames={"#until": "until"},
                ExpressionAttributeValues={
                    ":attempt": {"S": self._attempt},
                    ":until": {"N": str(self._until)},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            raise restoring() from None


def _key(partition: str, name: str) -> Item:
    return {"PK": {"S": partition}, "SK": {"S": name}}


def _name(key: Item) -> tuple[str, str]:
    return key["PK"]["S"], key["SK"]["S"]
