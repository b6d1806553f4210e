"""The whole catalogue of a tenant in the single table: read, and exchanged in one moment.

Implements `datasets.snapshots.entries.Catalogue` by the marks of `aws.restoring`; making them and
committing is `aws.exchange`.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from longrun.aws import data_sets, files, workbooks
from longrun.aws.catalogue_keys import all_keys, data_sets_of, everything, workbooks_of
from longrun.aws.exchange import DynamoExchange
from longrun.aws.faults import interrupted
from longrun.aws.restoring import Item, Mark, Restores, commit_key, gate_key
from longrun.datasets.snapshots.definitions import entry_of_data_set, entry_of_workbook
from longrun.datasets.snapshots.entries import Entry
from longrun.datasets.snapshots.resources import RESOURCES, entry_of
from longrun.filestore import ManagedFile

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_REMEMBERED: Final = timedelta(days=1)
"""How long a commit is kept after the last mark was folded in: longer than any reader reads."""
_SERVICE: Final = "The state store"


class DynamoCatalogue:
    """The catalogue as items of the table; see `Catalogue`.

    Limits: marks are made and folded in one after another, some 5 ms each; a thousand resources
    (of two items each) are exchanged in some ten seconds, in which nothing new can be entered.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        lifetime: timedelta,
        take_in: Callable[[ManagedFile], ManagedFile | None] = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """
        Args:
            client: Of the table's region.
            table: Its name.
            lifetime: Of restored resources that are not persistent.
            take_in: Makes a file of one that is awaited, if its bytes have come and are valid.
            now: Seconds since the epoch.
        """
        self._client = client
        self._table = table
        self._lifetime = lifetime
        self._take_in = take_in
        self._now = now
        self._restores = Restores(client, table, now=now)

    def entries(self, tenant: str) -> Sequence[Entry]:
        """See `Catalogue.entries`."""
        found = [
            entry_of_data_set(data_sets.from_item(item))
            for item in self._standing(data_sets_of(tenant))
        ]
        found += [
            entry_of_workbook(workbooks.from_item(item))
            for item in self._standing(workbooks_of(tenant))
        ]
        return found + [entry_of(file) for file in self._resources(tenant)]

    @interrupted(_SERVICE)
    def committed(self, tenant: str, restore: str) -> bool:
        """See `Catalogue.committed`."""
        return self._get(commit_key(tenant, restore)) is not None

    @interrupted(_SERVICE)
    def exchange(self, tenant: str, restore: str) -> "DynamoExchange":
        """See `Catalogue.exchange`."""
        return DynamoExchange(
            client=self._client,
            table=self._table,
            tenant=tenant,
            restore=restore,
            lifetime=self._lifetime,
            now=self._now,
        )

    @interrupted(_SERVICE)
    def fold(self, tenant: str, restore: str) -> None:
        """See `Catalogue.fold`."""
        for item in self._marked(tenant, restore):
            mark = Mark.of(item)
            if mark is not None and self._restores.committed(mark):
                self._restores.fold(item)
            else:  # of an attempt that was overtaken
                self._restores.drop(item)
        self._client.update_item(
            TableName=self._table,
            Key=commit_key(tenant, restore),
            UpdateExpression="SET #ttl = :ttl",
            ConditionExpression="attribute_exists(PK)",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={
                ":ttl": {"N": str(int(self._now() + _REMEMBERED.total_seconds()))}
            },
        )

    @interrupted(_SERVICE)
    def give_up(self, tenant: str, restore: str) -> None:
        """See `Catalogue.give_up`."""
        if self.committed(tenant, restore):
            return
        # Unless it is open, or another restore's.
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.delete_item(
                TableName=self._table,
                Key=gate_key(tenant),
                ConditionExpression="#restore = :restore",
                ExpressionAttributeNames={"#restore": "restore"},
                ExpressionAttributeValues={":restore": {"S": restore}},
            )
        for item in self._marked(tenant, restore):
            mark = Mark.of(item)
            if mark is not None and not self._restores.committed(mark):
                self._restores.drop(item)

    def _resources(self, tenant: str) -> Iterator[ManagedFile]:
        now = datetime.fromtimestamp(self._now(), UTC)
        for kind in RESOURCES:
            for item in self._standing(files.name_partition(tenant, kind)):
                file = files.from_item(item)
                if file.expired(now):
                    continue
                present = self._take_in(file) if file.awaited else file
                if present is not None:
                    yield present

    def _standing(self, partition: str) -> Iterator[Item]:
        query = everything(partition)
        while True:
            found, following = self._restores.page(**query)
            yield from found
            if following is None:
                return
            query["ExclusiveStartKey"] = following

    def _marked(self, tenant: str, restore: str) -> Iterator[Item]:
        """The items that bear a mark of the restore; a file's own before the one by its name."""
        for key in all_keys(self._client, self._table, tenant):
            item = self._get(key)
            mark = Mark.of(item) if item else None
            if item is not None and mark is not None and mark.restore == restore:
                yield item

    def _get(self, key: Item) -> Item | None:
        answer = self._client.get_item(TableName=self._table, Key=dict(key), ConsistentRead=True)
        return answer.get("Item")
