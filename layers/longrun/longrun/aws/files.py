"""The catalogue of managed files in the single table. Implements `filestore.ports.FileIndex`.

A file has two items, one under its id and one under its name, equal but for their keys: both are
written, replaced and removed in one transaction, and every question is one query. A restore of a
snapshot exchanges the resources among them (`aws.restoring`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from longrun.aws.faults import REASONS_PASSING, interrupted, reasons_of
from longrun.aws.restoring import PENDING, UNMARKED, Restores
from longrun.filestore.errors import FileIdTaken
from longrun.filestore.file_type import FileType
from longrun.filestore.managed_file import ManagedFile
from longrun.filestore.names import stem
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

TOMBSTONE: Final = timedelta(days=3)
_ATTEMPTS: Final = 3


class DynamoFiles:
    """Files as items `FILE#<tenant>` / `<id>` and `NAME#<tenant>#<type>` / `<stem>#<id>`.

    Limits: reads are consistent, for clients use a file as soon as they have its id. Expired items
    are handed out until TTL takes them; the file store tells. Every method raises `Interrupted`
    where DynamoDB could not answer just now.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        tombstone: timedelta = TOMBSTONE,
        page: int = 500,
    ) -> None:
        """
        Args:
            client: Of the table's region.
            table: Its name.
            tombstone: How long an expired file's items stay.
            page: Items asked for at once by a list.
        """
        self._client = client
        self._table = table
        self._restores = Restores(client, table)
        self._tombstone = tombstone
        self._page = page

    @interrupted("DynamoDB")
    def put(self, file: ManagedFile) -> None:
        """Enter a file; see `FileIndex.put`."""
        if self._write(file, self._puts(file, "attribute_not_exists(PK)", {})):
            return
        if self.get(file.tenant, file.id) != file:
            raise FileIdTaken(file.id)

    @interrupted("DynamoDB")
    def arrive(self, file: ManagedFile) -> bool:
        """Replace an awaited file; see `FileIndex.arrive`."""
        condition = f"awaited = :true AND {UNMARKED}"
        return self._write(file, self._puts(file, condition, {":true": {"BOOL": True}}))

    @interrupted("DynamoDB")
    def get(self, tenant: str, file_id: int) -> ManagedFile | None:
        """The file of an id; see `FileIndex.get`."""
        answer = self._client.get_item(
            TableName=self._table, Key=file_key(tenant, file_id), ConsistentRead=True
        )
        item = self._restores.standing(answer["Item"]) if "Item" in answer else None
        return from_item(item) if item else None

    def named(self, tenant: str, kind: FileType, stem: str) -> Iterator[ManagedFile]:
        """The files of a stem, newest first; see `FileIndex.named`."""
        # A stem may itself contain "#", so that another one's items can lie in the range. What is
        # about to be restored has its stem in its mark.
        return self._query(
            KeyConditionExpression="PK = :pk AND SK BETWEEN :first AND :last",
            FilterExpression=f"stem = :stem OR {PENDING}.entry.stem = :stem",
            ExpressionAttributeValues={
                ":pk": {"S": name_partition(tenant, kind)},
                ":first": {"S": f"{stem}#{0:016}"},
                ":last": {"S": f"{stem}#{10**16 - 1}"},
                ":stem": {"S": stem},
            },
            ScanIndexForward=False,
        )

    def list(self, tenant: str, kinds: Collection[FileType]) -> Iterator[ManagedFile]:
        """The files of the types; see `FileIndex.list`."""
        for kind in dict.fromkeys(kinds):
            yield from self._query(
                KeyConditionExpression="PK = :pk",
                ExpressionAttributeValues={":pk": {"S": name_partition(tenant, kind)}},
            )

    @interrupted("DynamoDB")
    def remove(self, file: ManagedFile) -> bool:
        """Take a file out; see `FileIndex.remove`."""
        return self._write(
            file,
            [
                {
                    "Delete": {
                        "TableName": self._table,
                        "Key": key,
                        "ConditionExpression": f"attribute_exists(PK) AND {UNMARKED}",
                    }
                }
                for key in keys(file)
            ],
        )

    def _puts(
        self, file: ManagedFile, condition: str, values: Mapping[str, Any]
    ) -> "Sequence[TransactWriteItemTypeDef]":
        body = to_item(file, self._tombstone)
        bound = {"ExpressionAttributeValues": values} if values else {}
        puts: list[Any] = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": {**body, **key},
                    "ConditionExpression": condition,
                    **bound,
                }
            }
            for key in keys(file)
        ]
        return puts

    def _write(self, file: ManagedFile, items: "Sequence[TransactWriteItemTypeDef]") -> bool:
        """Whether the transaction was made; False if a condition forbade it."""
        entering = file.type.resource and any("Put" in item for item in items)
        guard = [self._restores.open_gate(file.tenant)] if entering else []
        for _ in range(_ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=[*items, *guard])
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = reasons_of(error)
                if "ConditionalCheckFailed" in reasons[: len(items)]:
                    if not self._settle(file):
                        return False
                elif "ConditionalCheckFailed" in reasons:
                    self._restores.pass_gate(file.tenant)
                elif REASONS_PASSING.isdisjoint(reasons):
                    raise
            else:
                return True
        raise Interrupted("DynamoDB")

    def _settle(self, file: ManagedFile) -> bool:
        """Whether a mark was in the way of a write, and is not any more."""
        if not file.type.resource:
            return False
        settled = [self._restores.settle(key) for key in keys(file)]
        return any(settled)

    def _query(self, **query: Any) -> Iterator[ManagedFile]:
        query["Limit"] = self._page
        while True:
            items, following = self._restores.page(**query)
            yield from map(from_item, items)
            if following is None:
                return
            query["ExclusiveStartKey"] = following


def keys(file: ManagedFile) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys of a file's two items."""
    return file_key(file.tenant, file.id), _name_key(file)


def file_key(tenant: str, file_id: int) -> dict[str, Any]:
    """The key of the item under a file's id."""
    return {"PK": {"S": f"FILE#{tenant}"}, "SK": {"S": f"{file_id:016}"}}


def name_partition(tenant: str, kind: FileType) -> str:
    """The partition of the items under files' names, of one type."""
    return f"NAME#{tenant}#{kind.value}"


def _name_key(file: ManagedFile) -> dict[str, Any]:
    return {
        "PK": {"S": name_partition(file.tenant, file.type)},
        "SK": {"S": f"{stem(file.name)}#{file.id:016}"},
    }


def to_item(file: ManagedFile, tombstone: timedelta = TOMBSTONE) -> dict[str, Any]:
    """A file as an item, but for its keys."""
    item: dict[str, Any] = {
        "id": {"N": str(file.id)},
        "tenant": {"S": file.tenant},
        "type": {"S": file.type.value},
        "name": {"S": file.name},
        "stem": {"S": stem(file.name)},
        "mediaType": {"S": file.media_type},
        "size": {"N": str(file.size)},
        "sha256": {"S": file.sha256},
        "persistent": {"BOOL": file.persistent},
        "created": {"S": file.created.astimezone(UTC).isoformat()},
        "key": {"S": file.key},
        "awaited": {"BOOL": file.awaited},
    }
    if file.version is not None:
        item["version"] = {"S": file.version}
    if file.entries is not None:
        item["entries"] = {"N": str(file.entries)}
    if file.expires is not None:
        item["expires"] = {"S": file.expires.astimezone(UTC).isoformat()}
        item["ttl"] = {"N": str(int((file.expires + tombstone).timestamp()))}
    return item


def from_item(item: Mapping[str, Any]) -> ManagedFile:
    """The file of an item."""
    expires = item.get("expires")
    version = item.get("version")
    entries = item.get("entries")
    return ManagedFile(
        id=int(item["id"]["N"]),
        tenant=item["tenant"]["S"],
        type=FileType(item["type"]["S"]),
        name=item["name"]["S"],
        media_type=item["mediaType"]["S"],
        size=int(item["size"]["N"]),
        sha256=item["sha256"]["S"],
        version=version["S"] if version else None,
        persistent=item["persistent"]["BOOL"],
        created=datetime.fromisoformat(item["created"]["S"]),
        expires=datetime.fromisoformat(expires["S"]) if expires else None,
        key=item["key"]["S"],
        entries=int(entries["N"]) if entries else None,
        awaited=item["awaited"]["BOOL"],
    )
