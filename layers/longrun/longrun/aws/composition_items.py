"""Compositions as DynamoDB items, and back.

The shape of the items is known here alone; the store writes them, the table's stream is read
through it. A composition is one item in its subject's partition; found by its id, or by its focus,
through an item that names the subject.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from longrun.aws.operation_items import Item, plain, typed
from longrun.compositions.document import Composition
from longrun.compositions.records import read_record, record_of

PREFIX: Final = "COMPOSITION#"
"""What the sort key of every composition begins with; the stream's filter knows it too."""

_FIELDS: Final = tuple(field.name for field in fields(Composition))


def subject_partition(tenant: str, subject: str) -> str:
    """The partition of a subject's compositions, and of their head."""
    return f"SUBJECT#{tenant}#{subject}"


def focus_partition(tenant: str, focus: str) -> str:
    """The partition of what names the compositions about somebody."""
    return f"FOCUS#{tenant}#{focus}"


def key(tenant: str, subject: str, composition_id: str) -> Item:
    """A composition's."""
    return _key(subject_partition(tenant, subject), f"{PREFIX}{composition_id}")


def head_key(tenant: str, subject: str) -> Item:
    """Of the item whose version every change of a subject's compositions raises."""
    return _key(subject_partition(tenant, subject), "HEAD")


def id_key(tenant: str, composition_id: str) -> Item:
    """Of the item by which a composition is found."""
    return _key(f"{PREFIX}{tenant}", composition_id)


def focus_key(tenant: str, focus: str, composition_id: str) -> Item:
    """Of the item by which a composition is found among those about somebody."""
    return _key(focus_partition(tenant, focus), composition_id)


def to_item(composition: Composition) -> Item:
    """A composition as an item."""
    record = record_of(composition)
    # As text: numbers come back as they were.
    document = json.dumps(record["document"], ensure_ascii=False, separators=(",", ":"))
    return {
        **key(composition.tenant, composition.subject.id, composition.id),
        **typed(record | {"document": document}),
    }


def from_item(item: Mapping[str, Any]) -> Composition:
    """The composition of an item."""
    values = plain(item)
    record = {name: values.get(name) for name in _FIELDS}
    return read_record(record | {"document": json.loads(values["document"])})


def size_of(item: Mapping[str, Any]) -> int:
    """An item's size in bytes, or a little more: what the limits of DynamoDB are about."""
    return len(json.dumps(item, ensure_ascii=False).encode())


def _key(partition: str, sort: str) -> Item:
    return {"PK": {"S": partition}, "SK": {"S": sort}}
