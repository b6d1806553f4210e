"""Registries in the single table: an entry is PK `REGISTRY#<tenant>` SK `<KIND>#<id>`.

Implements `compositions.registry.Registry` and `RegistryLoader`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from itertools import batched
from time import sleep
from typing import TYPE_CHECKING, Any, Final

from longrun.aws.faults import interrupted
from longrun.aws.operation_items import Item, plain, typed
from longrun.compositions.registry import (
    Employee,
    Encounter,
    Episode,
    Person,
    Preperson,
    RegistryContents,
)
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WRITTEN_AT_ONCE: Final = 25
"""So many items are all that BatchWriteItem takes."""

_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds to wait before what found no capacity is written again."""

_SERVICE: Final = "The registry"


class DynamoRegistry:
    """A tenant's registry as items of one partition; every read is consistent.

    Every method raises `Interrupted` where DynamoDB could not answer just now.
    """

    def __init__(
        self, client: "DynamoDBClient", table: str, *, pause: Callable[[float], None] = sleep
    ) -> None:
        """
        Args:
            client: Of the table's region.
            table: Its name.
            pause: Waits for so many seconds.
        """
        self._client = client
        self._table = table
        self._pause = pause

    def person(self, tenant: str, identifier: str) -> Person | None:
        """See `Registry.person`."""
        entry = self._entry(tenant, "PERSON", identifier)
        if entry is None:
            return None
        return Person(id=identifier, name=entry["name"], birth_date=_day(entry.get("birthDate")))

    def preperson(self, tenant: str, identifier: str) -> Preperson | None:
        """See `Registry.preperson`."""
        entry = self._entry(tenant, "PREPERSON", identifier)
        if entry is None:
            return None
        return Preperson(
            id=identifier,
            name=entry.get("name"),
            birth_date=_day(entry.get("birthDate")),
            merged_into=entry.get("mergedInto"),
        )

    def employee(self, tenant: str, identifier: str) -> Employee | None:
        """See `Registry.employee`."""
        entry = self._entry(tenant, "EMPLOYEE", identifier)
        if entry is None:
            return None
        return Employee(
            id=identifier,
            name=entry["name"],
            tax_number=entry["taxNumber"],
            position=entry["position"],
            legal_entity=entry["legalEntity"],
            principal=entry.get("principal"),
        )

    def encounter(self, tenant: str, identifier: str) -> Encounter | None:
        """See `Registry.encounter`."""
        entry = self._entry(tenant, "ENCOUNTER", identifier)
        if entry is None:
            return None
        return Encounter(
            id=identifier,
            patient=entry["patient"],
            episode=entry["episode"],
            employee=entry["employee"],
        )

    def episode(self, tenant: str, identifier: str) -> Episode | None:
        """See `Registry.episode`."""
        entry = self._entry(tenant, "EPISODE", identifier)
        if entry is None:
            return None
        return Episode(
            id=identifier, patient=entry["patient"], managers=frozenset(entry["managers"])
        )

    def employee_of(self, tenant: str, principal: str) -> Employee | None:
        """See `Registry.employee_of`."""
        entry = self._entry(tenant, "PRINCIPAL", principal)
        employee = self.employee(tenant, entry["employee"]) if entry is not None else None
        # The employee's own entry decides: it may have been loaded with another principal since.
        return employee if employee is not None and employee.principal == principal else None

    def may_sign(self, tenant: str, position: str, composition_type: str) -> bool:
        """See `Registry.may_sign`."""
        entry = self._entry(tenant, "POSITION", position)
        return entry is not None and composition_type in entry["types"]

    @interrupted(_SERVICE)
    def put(self, tenant: str, contents: RegistryContents) -> None:
        """See `RegistryLoader.put`.

        Interrupted midway, some is entered; the same again enters all. What leads from principals
        to employees comes last: until then the employees before are theirs.
        """
        self._write(tenant, _entries(contents))
        principals = {
            employee.principal: employee.id
            for employee in contents.employees.values()
            if employee.principal is not None
        }
        for principal, employee in principals.items():
            before = self._entry(tenant, "PRINCIPAL", principal)
            if before is not None and before["employee"] != employee:
                self._take_away(tenant, principal, before["employee"])
        self._write(
            tenant, (("PRINCIPAL", each, {"employee": own}) for each, own in principals.items())
        )

    @interrupted(_SERVICE)
    def _entry(self, tenant: str, kind: str, identifier: str) -> dict[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._table, Key=_key(tenant, kind, identifier), ConsistentRead=True
        )
        return plain(answer["Item"]) if "Item" in answer else None

    def _take_away(self, tenant: str, principal: str, employee: str) -> None:
        """An employee is no longer the principal's, if it was."""
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.update_item(
                TableName=self._table,
                Key=_key(tenant, "EMPLOYEE", employee),
                UpdateExpression="REMOVE principal",
                ConditionExpression="principal = :principal",
                ExpressionAttributeValues={":principal": {"S": principal}},
            )

    def _write(self, tenant: str, entries: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
        for group in batched(entries, _WRITTEN_AT_ONCE, strict=False):
            writes: list[Any] = [
                {"PutRequest": {"Item": {**_key(tenant, kind, identifier), **typed(values)}}}
                for kind, identifier, values in group
            ]
            for pause in (*_PAUSES, None):
                answer = self._client.batch_write_item(RequestItems={self._table: writes})
                writes = answer["UnprocessedItems"].get(self._table, [])
                if not writes:
                    break
                if pause is None:
                    raise Interrupted(_SERVICE)
                self._pause(pause)


def _entries(contents: RegistryContents) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Everything but the principals: kind, id and values."""
    for position, types in contents.positions.items():
        yield "POSITION", position, {"types": sorted(types)}
    for person in contents.persons.values():
        yield "PERSON", person.id, {"name": person.name, "birthDate": _text(person.birth_date)}
    for preperson in contents.prepersons.values():
        yield (
            "PREPERSON",
            preperson.id,
            {
                "name": preperson.name,
                "birthDate": _text(preperson.birth_date),
                "mergedInto": preperson.merged_into,
            },
        )
    for employee in contents.employees.values():
        yield (
            "EMPLOYEE",
            employee.id,
            {
                "name": employee.name,
                "taxNumber": employee.tax_number,
                "position": employee.position,
                "legalEntity": employee.legal_entity,
                "principal": employee.principal,
            },
        )
    for episode in contents.episodes.values():
        yield (
            "EPISODE",
            episode.id,
            {"patient": episode.patient, "managers": sorted(episode.managers)},
        )
    for encounter in contents.encounters.values():
        yield (
            "ENCOUNTER",
            encounter.id,
            {
                "patient": encounter.patient,
                "episode": encounter.episode,
                "employee": encounter.employee,
            },
        )


def _key(tenant: str, kind: str, identifier: str) -> Item:
    return {"PK": {"S": f"REGISTRY#{tenant}"}, "SK": {"S": f"{kind}#{identifier}"}}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
