"""The catalogue's workbooks in the single table. Implements `datasets.workbooks.WorkbookIndex`.

An item is PK `WORKBOOK#<tenant>` SK `<name>`.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from longrun.aws import operation_items as items
from longrun.aws.catalogue import CatalogueItems
from longrun.aws.restoring import Item
from longrun.datasets.workbooks import Workbook, WorkbookDefinition, WorkbookPage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KIND: Final = "WORKBOOK"


class DynamoWorkbooks:
    """Workbooks as items; every read is consistent.

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

    def get(self, tenant: str, name: str) -> Workbook | None:
        """See `WorkbookIndex.get`."""
        item = self._items.get(tenant, name)
        return from_item(item) if item is not None else None

    def put(self, workbook: Workbook, *, replacing: str | None) -> bool:
        """See `WorkbookIndex.put`."""
        return self._items.put(workbook.tenant, to_item(workbook), replacing=replacing)

    def delete(self, workbook: Workbook) -> bool:
        """See `WorkbookIndex.delete`."""
        return self._items.delete(workbook.tenant, workbook.name, workbook.revision)

    def page(self, tenant: str, *, after: str | None, limit: int) -> WorkbookPage:
        """See `WorkbookIndex.page`."""
        found, last = self._items.page(tenant, after=after, limit=limit)
        return WorkbookPage(workbooks=[from_item(item) for item in found], after=last)


def to_item(workbook: Workbook) -> dict[str, Any]:
    """The item of a workbook, keys included."""
    definition = workbook.definition
    return items.typed(
        {
            "PK": f"{_KIND}#{workbook.tenant}",
            "SK": workbook.name,
            "template": definition.template,
            "dataset": definition.dataset,
            # As text: numbers come back as they were sent.
            "parameters": json.dumps(dict(definition.parameters)),
            "description": definition.description,
            "created": items.stamp(workbook.created),
            "changed": items.stamp(workbook.changed),
            "revision": workbook.revision,
        }
    )


def from_item(item: Item) -> Workbook:
    """The workbook of an item that bears no mark."""
    values = items.plain(item)
    return Workbook(
        tenant=values["PK"].removeprefix(f"{_KIND}#"),
        name=values["SK"],
        definition=WorkbookDefinition(
            template=values["template"],
            dataset=values["dataset"],
            parameters=json.loads(values["parameters"]),
            description=values.get("description"),
        ),
        created=datetime.fromisoformat(values["created"]),
        changed=datetime.fromisoformat(values["changed"]),
        revision=values["revision"],
    )
