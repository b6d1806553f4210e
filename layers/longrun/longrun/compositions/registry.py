"""Whom compositions are about and by: persons, prepersons, employees, encounters, episodes.

Values and the protocol of the table that holds them; how it is loaded is `registry_document`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whose identity is known."""

    id: str
    name: str
    birth_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preperson:
    """Somebody who was not identified, or is newly born."""

    id: str
    name: str | None = None
    birth_date: date | None = None
    merged_into: str | None = None
    """The person that it turned out to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """Somebody who treats, writes and signs."""

    id: str
    name: str
    tax_number: str
    """As in the certificates that they sign with."""
    position: str
    """A code of the table of positions."""
    legal_entity: str
    """The id of whom they work for: the custodian of what they write."""
    principal: str | None = None
    """The id of the principal whose token is theirs; one principal is one employee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """One meeting of a patient and an employee."""

    id: str
    patient: str
    """The id of a person or preperson."""
    episode: str
    employee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A patient's case, over several encounters."""

    id: str
    patient: str
    managers: frozenset[str]
    """The employees who manage it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryContents:
    """Entries of a tenant's registry that are loaded together, by id."""

    persons: Mapping[str, Person]
    prepersons: Mapping[str, Preperson]
    employees: Mapping[str, Employee]
    encounters: Mapping[str, Encounter]
    episodes: Mapping[str, Episode]
    positions: Mapping[str, frozenset[str]]
    """Which types of composition an author in a position may sign, by the position's code."""

    def __len__(self) -> int:
        return sum(
            len(part)
            for part in (
                self.persons,
                self.prepersons,
                self.employees,
                self.encounters,
                self.episodes,
                self.positions,
            )
        )


class Registry(Protocol):
    """A tenant's registry. Every call raises `Interrupted` where it could not answer."""

    def person(self, tenant: str, identifier: str) -> Person | None:
        """The person, if there is one of that id."""
        ...

    def preperson(self, tenant: str, identifier: str) -> Preperson | None:
        """The preperson, if there is one of that id."""
        ...

    def employee(self, tenant: str, identifier: str) -> Employee | None:
        """The employee, if there is one of that id."""
        ...

    def encounter(self, tenant: str, identifier: str) -> Encounter | None:
        """The encounter, if there is one of that id."""
        ...

    def episode(self, tenant: str, identifier: str) -> Episode | None:
        """The episode, if there is one of that id."""
        ...

    def employee_of(self, tenant: str, principal: str) -> Employee | None:
        """The employee that a principal's token is, if it is one."""
        ...

    def may_sign(self, tenant: str, position: str, composition_type: str) -> bool:
        """Whether an author in that position may sign compositions of that type."""
        ...


class RegistryLoader(Protocol):
    """Where a registry is loaded into."""

    def put(self, tenant: str, contents: RegistryContents) -> None:
        """Enter all of it. What bears the same id is replaced, what is not named is left.

        To do the same again changes nothing. A principal that another employee had before is
        from then on the newly loaded one's.
        """
        ...
