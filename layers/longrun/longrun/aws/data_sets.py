"""The catalogue's data sets in the single table. Implements `datasets.data_sets.DataSetIndex`.

An item is PK `DATASET#<tenant>` SK `<name>`. Definition and contents are kept as compressed
JSON: with thousands of columns that is a fraction of what an item may have.
"""

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from longrun.aws import operation_items as items
from longrun.aws.catalogue import CatalogueItems
from longrun.aws.restoring import Item
from longrun.datasets.data_sets import Contents, DataSet, DataSetPage, Definition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KIND: Final = "DATASET"


class DynamoDataSets:
    """Data sets as items; every read is consistent.

    Every method raises `Interrupted` where DynamoDB could not answer just now, or a restore is
    exchanging the catalogue.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """
        Args:
            client: Of the table's region.
            table: Its name.
        """
        self._items = CatalogueItems(client, table, _KIND)

    def get(self, tenant: str, name: str) -> DataSet | None:
        """See `DataSetIndex.get`."""
        item = self._items.get(tenant, name)
        return from_item(item) if item is not None else None

    def put(self, data_set: DataSet, *, replacing: str | None) -> bool:
        """See `DataSetIndex.put`."""
        return self._items.put(data_set.tenant, to_item(data_set), replacing=replacing)

    def delete(self, data_set: DataSet) -> bool:
        """See `DataSetIndex.delete`."""
        return self._items.delete(data_set.tenant, data_set.name, data_set.revision)

    def page(self, tenant: str, *, after: str | None, limit: int) -> DataSetPage:
        """See `DataSetIndex.page`."""
        found, last = self._items.page(tenant, after=after, limit=limit)
        return DataSetPage(data_sets=[from_item(item) for item in found], after=last)


def to_item(data_set: DataSet) -> dict[str, Any]:
    """The item of a data set, keys included."""
    contents = data_set.contents
    return items.typed(
        {
            "PK": f"{_KIND}#{data_set.tenant}",
            "SK": data_set.name,
            "definition": _packed(data_set.definition.document()),
            "created": items.stamp(data_set.created),
            "changed": items.stamp(data_set.changed),
            "revision": data_set.revision,
            "contents": _packed(contents.document()) if contents else None,
            "held": data_set.held,
            "previous": data_set.previous,
            "surplus": data_set.surplus,
        }
    )


def from_item(item: Item) -> DataSet:
    """The data set of an item that bears no mark."""
    values = items.plain(item)
    contents = values.get("contents")
    return DataSet(
        tenant=values["PK"].removeprefix(f"{_KIND}#"),
        name=values["SK"],
        definition=Definition.read(_unpacked(values["definition"])),
        created=datetime.fromisoformat(values["created"]),
        changed=datetime.fromisoformat(values["changed"]),
        revision=values["revision"],
        contents=Contents.read(_unpacked(contents)) if contents else None,
        held=values["held"],
        previous=values.get("previous"),
        surplus=values.get("surplus"),
    )


def _packed(document: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def _unpacked(packed: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(zlib.decompress(packed))
    return document
