"""Registries on DynamoDB, held against the one in memory as well."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from botocore.stub import Stubber

from longrun.aws.registry import DynamoRegistry
from longrun.compositions.registry import (
    Employee,
    Person,
    Preperson,
    Registry,
    RegistryContents,
    RegistryLoader,
)
from longrun.operations.errors import Interrupted
from tests.unit.compositions.fakes import (
    COLLEAGUE,
    DOCTOR,
    MERGED,
    NEWBORN,
    PERSON,
    TENANT,
    MemoryRegistry,
    encounter_of,
    episode_of,
    people,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Both(Registry, RegistryLoader, Protocol):
    """A registry and its loader."""


@pytest.fixture(params=["memory", "dynamodb"])
def registry(request: pytest.FixtureRequest) -> Both:
    if request.param == "memory":
        return MemoryRegistry({})
    client = request.getfixturevalue("dynamodb")
    return DynamoRegistry(client, request.getfixturevalue("table"))


def only(**parts: Any) -> RegistryContents:
    """Contents of these parts alone."""
    nothing: dict[str, Any] = {field.name: {} for field in fields(RegistryContents)}
    return RegistryContents(**nothing | parts)


def test_what_was_loaded_is_found(registry: Both) -> None:
    contents = people()
    dated = Person(id=PERSON, name="Їжак", birth_date=date(1990, 2, 28))
    contents = replace(contents, persons={**contents.persons, PERSON: dated})
    registry.put(TENANT, contents)
    for identifier, person in contents.persons.items():
        assert registry.person(TENANT, identifier) == person
    for identifier, preperson in contents.prepersons.items():
        assert registry.preperson(TENANT, identifier) == preperson
    for identifier, employee in contents.employees.items():
        assert registry.employee(TENANT, identifier) == employee
        assert employee.principal is not None
        assert registry.employee_of(TENANT, employee.principal) == employee
    for identifier, encounter in contents.encounters.items():
        assert registry.encounter(TENANT, identifier) == encounter
    for identifier, episode in contents.episodes.items():
        assert registry.episode(TENANT, identifier) == episode
    for position, types in contents.positions.items():
        for each in ("TEMP_DISABILITY", "NEWBORN"):
            assert registry.may_sign(TENANT, position, each) is (each in types)


def test_what_is_not_there_is_none(registry: Both) -> None:
    registry.put("globex", people())
    assert registry.person(TENANT, PERSON) is None
    assert registry.preperson(TENANT, NEWBORN) is None
    assert registry.employee(TENANT, DOCTOR) is None
    assert registry.encounter(TENANT, encounter_of(PERSON)) is None
    assert registry.episode(TENANT, episode_of(PERSON)) is None
    assert registry.employee_of(TENANT, "doctor") is None
    assert registry.may_sign(TENANT, "P1", "NEWBORN") is False
    # One's id is not another's.
    assert registry.person("globex", NEWBORN) is None


def test_loading_again_replaces_what_is_named_and_leaves_the_rest(registry: Both) -> None:
    registry.put(TENANT, people())
    merged = Preperson(id=NEWBORN, merged_into=PERSON)
    for _ in range(2):
        registry.put(TENANT, only(prepersons={NEWBORN: merged}, positions={"P1": frozenset()}))
        assert registry.preperson(TENANT, NEWBORN) == merged
        assert registry.may_sign(TENANT, "P1", "NEWBORN") is False
        assert registry.may_sign(TENANT, "P7", "TEMP_DISABILITY") is True
        assert registry.preperson(TENANT, MERGED) == people().prepersons[MERGED]


def test_a_principal_is_the_employee_who_was_loaded_with_it_last(registry: Both) -> None:
    contents = people()
    registry.put(TENANT, contents)
    colleague: Employee = replace(contents.employees[COLLEAGUE], principal="doctor")
    for _ in range(2):
        registry.put(TENANT, only(employees={COLLEAGUE: colleague}))
        assert registry.employee_of(TENANT, "doctor") == colleague
        assert registry.employee_of(TENANT, "colleague") is None
        doctor = registry.employee(TENANT, DOCTOR)
        assert doctor == replace(contents.employees[DOCTOR], principal=None)
    registry.put(TENANT, only(employees={COLLEAGUE: replace(colleague, principal=None)}))
    assert registry.employee_of(TENANT, "doctor") is None


def test_principals_that_change_places_keep_theirs(registry: Both) -> None:
    contents = people()
    registry.put(TENANT, contents)
    doctor = replace(contents.employees[DOCTOR], principal="colleague")
    colleague = replace(contents.employees[COLLEAGUE], principal="doctor")
    registry.put(TENANT, only(employees={DOCTOR: doctor, COLLEAGUE: colleague}))
    assert registry.employee_of(TENANT, "doctor") == colleague
    assert registry.employee_of(TENANT, "colleague") == doctor


def test_more_than_one_request_takes_is_loaded(dynamodb: "DynamoDBClient", table: str) -> None:
    registry = DynamoRegistry(dynamodb, table)
    persons = {f"p-{number}": Person(id=f"p-{number}", name="N") for number in range(60)}
    registry.put(TENANT, only(persons=persons))
    assert all(registry.person(TENANT, each) for each in persons)


class TestWithoutCapacity:
    @pytest.fixture
    def stubber(self, dynamodb: "DynamoDBClient") -> Iterator[Stubber]:
        with Stubber(dynamodb) as stubber:
            yield stubber
            stubber.assert_no_pending_responses()

    def test_what_was_left_is_written_again(
        self, dynamodb: "DynamoDBClient", stubber: Stubber
    ) -> None:
        waits: list[float] = []
        registry = DynamoRegistry(dynamodb, "longrun-test", pause=waits.append)
        put = {"PutRequest": {"Item": {"PK": {"S": "x"}, "SK": {"S": "y"}}}}
        left = {"UnprocessedItems": {"longrun-test": [put]}}
        again = {"RequestItems": {"longrun-test": [put]}}
        stubber.add_response("batch_write_item", left)
        stubber.add_response("batch_write_item", {"UnprocessedItems": {}}, again)
        contents = only(persons={PERSON: Person(id=PERSON, name="N")})
        registry.put(TENANT, contents)
        assert len(waits) == 1
        for _ in range(6):
            stubber.add_response("batch_write_item", left)
        with pytest.raises(Interrupted):
            registry.put(TENANT, contents)

    def test_a_throttled_read_interrupts(
        self, dynamodb: "DynamoDBClient", stubber: Stubber
    ) -> None:
        stubber.add_client_error("get_item", "ThrottlingException")
        with pytest.raises(Interrupted):
            DynamoRegistry(dynamodb, "longrun-test").person(TENANT, PERSON)
