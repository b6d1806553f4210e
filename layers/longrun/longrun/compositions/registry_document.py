"""The JSON that a tenant's registry is loaded from: its model, its checks, and the loading.

The format is told in docs/registry.md. Needs pydantic: only what loads a registry imports this.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from longrun.compositions.days import plain_day
from longrun.compositions.document import CompositionType
from longrun.compositions.members import is_identifier
from longrun.compositions.registry import (
    Employee,
    Encounter,
    Episode,
    Person,
    Preperson,
    RegistryContents,
    RegistryLoader,
)

LARGEST: Final = 4 << 20
"""In bytes; a larger registry is loaded in parts."""

SHOWN: Final = 20
"""So many problems are told at once."""


class RegistryInvalid(Exception):
    """A registry's document cannot be loaded; nothing was.

    Attributes:
        file: Its name.
        problems: (JSON path, what is wrong there), the first of them.
    """

    def __init__(self, file: str, problems: Iterable[tuple[str, str]]) -> None:
        self.file = file
        self.problems = tuple(problems)[:SHOWN]
        told = " ".join(f"{path}: {reason}" for path, reason in self.problems)
        super().__init__(f"{file}, {told}")


def load_registry(
    content: bytes, file: str, *, tenant: str, loader: RegistryLoader
) -> RegistryContents:
    """Check a registry's document and enter all of it; to do it again changes nothing.

    Args:
        content: JSON in UTF-8.
        file: The file's name, for what is told of it.
        tenant: Whose registry.
        loader: Where it goes.

    Returns:
        What was entered.

    Raises:
        RegistryInvalid: It is not such a document, or its entries do not fit one another.
    """
    contents = read_registry(content, file)
    loader.put(tenant, contents)
    return contents


def read_registry(content: bytes, file: str) -> RegistryContents:
    """The contents of a registry's document.

    Raises:
        RegistryInvalid: As for `load_registry`.
    """
    if len(content) > LARGEST:
        raise RegistryInvalid(file, [("$", f"This is larger than {LARGEST} bytes.")])
    try:
        document = _Document.model_validate(_parsed(content, file))
    except ValidationError as invalid:
        # Neither the values nor pydantic's words for them: they are people's.
        faults = invalid.errors(include_url=False, include_context=False, include_input=False)
        raise RegistryInvalid(
            file, [(_path(fault["loc"]), _reason(fault["type"])) for fault in faults]
        ) from None
    problems = list(_problems(document))
    if problems:
        raise RegistryInvalid(file, problems)
    return _contents(document)


def _identifier(value: Any) -> Any:
    if not isinstance(value, str) or not is_identifier(value):
        raise ValueError("no UUID")
    return value.lower()


def _day(value: Any) -> Any:
    # By itself pydantic also takes numbers, as seconds, and moments.
    try:
        return plain_day(value)
    except (TypeError, ValueError):
        raise PydanticCustomError("date", "no date") from None


type _Uuid = Annotated[str, BeforeValidator(_identifier)]
type _Day = Annotated[date, BeforeValidator(_day)]
type _Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Entry(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=False
    )


class _Listed(_Entry):
    id: _Uuid


class _Person(_Listed):
    name: _Name
    birth_date: _Day | None = None


class _Preperson(_Listed):
    name: _Name | None = None
    birth_date: _Day | None = None
    merged_into: _Uuid | None = None


class _Employee(_Listed):
    name: _Name
    tax_number: Annotated[str, Field(pattern=r"^\S{6,20}$")]
    position: _Name
    legal_entity: _Uuid
    principal: _Name | None = None


class _Episode(_Listed):
    patient: _Uuid
    managers: list[_Uuid] = Field(min_length=1)


class _Encounter(_Listed):
    patient: _Uuid
    episode: _Uuid
    employee: _Uuid


class _Document(_Entry):
    positions: dict[_Name, list[CompositionType]] = {}
    persons: list[_Person] = []
    prepersons: list[_Preperson] = []
    employees: list[_Employee] = []
    episodes: list[_Episode] = []
    encounters: list[_Encounter] = []


_REASONS: Final = {
    "missing": "This must be given.",
    "extra_forbidden": "There is no such member.",
    "value_error": "This must be a UUID.",
    "string_type": "This must be text.",
    "string_too_short": "This must not be empty.",
    "string_too_long": "This is too long.",
    "string_pattern_mismatch": "This must be 6 to 20 characters without blanks.",
    "list_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "too_short": "This must have an entry.",
    "enum": f"This must be one of: {', '.join(CompositionType)}.",
}


def _reason(fault: str) -> str:
    if fault.startswith("date"):
        return "This must be a date, such as 2022-10-01."
    return _REASONS.get(fault, "This is not as the format has it.")


def _path(place: Iterable[str | int]) -> str:
    return "$" + "".join(f"[{at}]" if isinstance(at, int) else f".{at}" for at in place)


def _parsed(content: bytes, file: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            raise RegistryInvalid(file, [("$", "An object names a member twice.")])
        return members

    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise RegistryInvalid(file, [("$", "This is not JSON in UTF-8.")]) from None


_NOBODY: Final = "There is no such person or preperson here."


def _problems(document: _Document) -> Iterator[tuple[str, str]]:
    """What does not fit together: every reference leads to an entry of the same document."""
    yield from _doubles(document)
    persons = {each.id for each in document.persons}
    for index, preperson in enumerate(document.prepersons):
        if preperson.merged_into is not None and preperson.merged_into not in persons:
            yield f"$.prepersons[{index}].mergedInto", "There is no such person here."
    for index, employee in enumerate(document.employees):
        if employee.position not in document.positions:
            yield f"$.employees[{index}].position", "There is no such position here."
    employees = {each.id for each in document.employees}
    merged = {each.id: each.merged_into or each.id for each in document.prepersons}
    yield from _episode_problems(document, persons | merged.keys(), employees)
    yield from _encounter_problems(document, persons | merged.keys(), employees, merged)


def _episode_problems(
    document: _Document, patients: AbstractSet[str], employees: AbstractSet[str]
) -> Iterator[tuple[str, str]]:
    for index, episode in enumerate(document.episodes):
        if episode.patient not in patients:
            yield f"$.episodes[{index}].patient", _NOBODY
        for at, manager in enumerate(episode.managers):
            if manager not in employees:
                yield f"$.episodes[{index}].managers[{at}]", "There is no such employee here."


def _encounter_problems(
    document: _Document,
    patients: AbstractSet[str],
    employees: AbstractSet[str],
    merged: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    episodes = {each.id: each.patient for each in document.episodes}
    for index, encounter in enumerate(document.encounters):
        path = f"$.encounters[{index}]"
        if encounter.employee not in employees:
            yield f"{path}.employee", "There is no such employee here."
        if encounter.patient not in patients:
            yield f"{path}.patient", _NOBODY
        whose = episodes.get(encounter.episode)
        if whose is None:
            yield f"{path}.episode", "There is no such episode here."
        elif merged.get(whose, whose) != merged.get(encounter.patient, encounter.patient):
            yield f"{path}.patient", "The episode is another patient's."


def _doubles(document: _Document) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    lists: list[tuple[str, str, Sequence[_Listed]]] = [
        ("persons", "patient", document.persons),
        ("prepersons", "patient", document.prepersons),
        ("employees", "employee", document.employees),
        ("episodes", "episode", document.episodes),
        ("encounters", "encounter", document.encounters),
    ]
    for name, what, entries in lists:
        for index, entry in enumerate(entries):
            if (what, entry.id) in seen:
                yield f"$.{name}[{index}].id", "This id is there already."
            seen.add((what, entry.id))
    for index, employee in enumerate(document.employees):
        if employee.principal is not None:
            if ("principal", employee.principal) in seen:
                yield f"$.employees[{index}].principal", "This is another employee's already."
            seen.add(("principal", employee.principal))


def _contents(document: _Document) -> RegistryContents:
    return RegistryContents(
        persons={each.id: Person(**each.model_dump()) for each in document.persons},
        prepersons={each.id: Preperson(**each.model_dump()) for each in document.prepersons},
        employees={each.id: Employee(**each.model_dump()) for each in document.employees},
        encounters={each.id: Encounter(**each.model_dump()) for each in document.encounters},
        episodes={
            each.id: Episode(id=each.id, patient=each.patient, managers=frozenset(each.managers))
            for each in document.episodes
        },
        positions={position: frozenset(types) for position, types in document.positions.items()},
    )
