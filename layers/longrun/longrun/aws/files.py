"""The catalogue of managed files in the single table. Implements `filestore.ports.FileIndex`.

A file has two items, one under its id and one under its name, equal but for their keys: both are
written, replaced and removed in one transaction, and every question is one query.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from longrun.aws.faults import interrupted
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
_PASSING: Final = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
)
"""Reasons of a cancelled transaction, which boto does not repeat by itself."""


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
        self._tombstone = tombstone
        self._page = page

    @interrupted("DynamoDB")
    def put(self, file: ManagedFile) -> None:
        """Enter a file; see `FileIndex.put`."""
        if self._write(self._puts(file, "attribute_not_exists(PK)", {})):
            return
        if self.get(file.tenant, file.id) != file:
            raise FileIdTaken(file.id)

    @interrupted("DynamoDB")
    def arrive(self, file: ManagedFile) -> bool:
        """Replace an awaited file; see `FileIndex.arrive`."""
        return self._write(self._puts(file, "awaited = :true", {":true": {"BOOL": True}}))

    @interrupted("DynamoDB")
    def get(self, tenant: str, file_id: int) -> ManagedFile | None:
        """The file of an id; see `FileIndex.get`."""
        answer = self._client.get_item(
            TableName=self._table, Key=_file_key(tenant, file_id), ConsistentRead=True
        )
        return _from_item(answer["Item"]) if "Item" in answer else None

    def named(self, tenant: str, kind: FileType, stem: str) -> Iterator[ManagedFile]:
        """The files of a stem, newest first; see `FileIndex.named`."""
        # A stem may itself contain "#", so that another one's items can lie in the range.
        return self._query(
            KeyConditionExpression="PK = :pk AND SK BETWEEN :first AND :last",
            FilterExpression="stem = :stem",
            ExpressionAttributeValues={
                ":pk": {"S": _names(tenant, kind)},
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
                ExpressionAttributeValues={":pk": {"S": _names(tenant, kind)}},
            )

    @interrupted("DynamoDB")
    def remove(self, file: ManagedFile) -> bool:
        """Take a file out; see `FileIndex.remove`."""
        return self._write(
            [
                {
                    "Delete": {
                        "TableName": self._table,
                        "Key": key,
                        "ConditionExpression": "attribute_exists(PK)",
                    }
                }
                for key in (_file_key(file.tenant, file.id), _name_key(file))
            ]
        )

    def _puts(
        self, file: ManagedFile, condition: str, values: Mapping[str, Any]
    ) -> "Sequence[TransactWriteItemTypeDef]":
        body = _to_item(file, self._tombstone)
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
            for key in (_file_key(file.tenant, file.id), _name_key(file))
        ]
        return puts

    def _write(self, items: "Sequence[TransactWriteItemTypeDef]") -> bool:
        """Whether the transaction was made; False if a condition forbade it."""
        for _ in range(_ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=items)
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = {reason.get("Code") for reason in error.response["CancellationReasons"]}
                if "ConditionalCheckFailed" in reasons:
                    return False
                if not reasons & _PASSING:
                    raise
            else:
                return True
        raise Interrupted("DynamoDB")

    def _query(self, **query: Any) -> Iterator[ManagedFile]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            PaginationConfig={"PageSize": self._page},
            **query,
        )
        with interrupted("DynamoDB"):
            for page in pages:
                for item in page["Items"]:
                    yield _from_item(item)


def _file_key(tenant: str, file_id: int) -> dict[str, Any]:
    return {"PK": {"S": f"FILE#{tenant}"}, "SK": {"S": f"{file_id:016}"}}


def _names(tenant: str, kind: FileType) -> str:
    return f"NAME#{tenant}#{kind.value}"


def _name_key(file: ManagedFile) -> dict[str, Any]:
    return {
        "PK": {"S": _names(file.tenant, file.type)},
        "SK": {"S": f"{stem(file.name)}#{file.id:016}"},
    }


def _to_item(file: ManagedFile, tombstone: timedelta) -> dict[str, Any]:
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


def _from_item(item: Mapping[str, Any]) -> ManagedFile:
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
