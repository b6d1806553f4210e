"""Where the entries of a tenant's catalogue are in the single table, and which there are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from longrun.aws import files
from longrun.aws.restoring import Item, keys_of
from longrun.datasets.snapshots.resources import RESOURCES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def all_keys(client: "DynamoDBClient", table: str, tenant: str) -> Iterator[Item]:
    """The keys of all items of a tenant's catalogue, marked or not, placeholders too.

    A file's own key comes before the one by its name: while there is the second, the first is
    found.
    """
    named = {files.name_partition(tenant, kind) for kind in RESOURCES}
    for partition in (data_sets_of(tenant), workbooks_of(tenant), *sorted(named)):
        pages = client.get_paginator("query").paginate(
            TableName=table,
            ConsistentRead=True,
            ProjectionExpression="PK, SK",
            **everything(partition),
        )
        for page in pages:
            for item in page["Items"]:
                if partition in named:
                    file_id = int(item["SK"]["S"].rpartition("#")[2])
                    yield files.file_key(tenant, file_id)
                yield keys_of(item)


def everything(partition: str) -> dict[str, Any]:
    """The query for a partition's items."""
    return {
        "KeyConditionExpression": "PK = :partition",
        "ExpressionAttributeValues": {":partition": {"S": partition}},
    }


def data_sets_of(tenant: str) -> str:
    """The partition of a tenant's data sets."""
    return f"DATASET#{tenant}"


def workbooks_of(tenant: str) -> str:
    """The partition of a tenant's workbooks."""
    return f"WORKBOOK#{tenant}"
