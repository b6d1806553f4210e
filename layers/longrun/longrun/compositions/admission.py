"""What a draft must pass before it becomes a composition, but for other compositions."""

from dataclasses import dataclass
from datetime import date

from longrun.compositions.document import Composition, CompositionType
from longrun.compositions.drafts import Draft
from longrun.compositions.refusals import Code, DocumentInvalid, Missing, Refusal
from longrun.compositions.registry import Employee, Encounter, Registry

_ENCOUNTER = "$.encounter.value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What the references of a draft lead to."""

    author: Employee
    encounter: Encounter


def admit(draft: Draft, registry: Registry, tenant: str, today: date) -> Admitted:
    """Find what a draft refers to, and hold the draft against it.

    Args:
        draft: What the client said.
        registry: Of persons, employees and encounters.
        tenant: Whose.
        today: In the days of the draft's period.

    Raises:
        Refusal: Something is not there (1000), or does not fit (1167, 1172).
    """
    _check_patients(draft, registry, tenant)
    encounter = _encounter(draft, registry, tenant)
    author = registry.employee(tenant, draft.author)
    if author is None:
        raise Missing("employee", draft.author, "$.author.value")
    check_position(author, draft.type, registry, tenant)
    violation = draft.violation_date
    if violation is not None and not draft.period.start <= violation <= today:
        raise Refusal(
            Code.TREATMENT_VIOLATION_DATE,
            "The date of a treatment violation is neither before the start of the period "
            "nor in the future.",
            path="$.extension",
        )
    return Admitted(author=author, encounter=encounter)


def check_position(
    author: Employee, composition_type: CompositionType, registry: Registry, tenant: str
) -> None:
    """Whether the author's position may sign compositions of the type.

    Raises:
        Refusal: It may not (1167).
    """
    if not registry.may_sign(tenant, author.position, composition_type):
        raise Refusal(
            Code.AUTHOR_POSITION,
            f"An author in the position of employee {author.id} may not sign {composition_type}.",
            path="$.author",
        )


def may_see(composition: Composition, registry: Registry, principal: str) -> bool:
    """Whether somebody may see a composition: who wrote it, and who treats the patient.

    Args:
        composition: Which.
        registry: Of employees, encounters and episodes.
        principal: The id of the principal who asks.

    Returns:
        Whether it is an employee who is the author, had the encounter, or manages the episode.
    """
    employee = registry.employee_of(composition.tenant, principal)
    if employee is None:
        return False
    if employee.id == composition.author:
        return True
    encounter = registry.encounter(composition.tenant, composition.encounter)
    if encounter is not None and encounter.employee == employee.id:
        return True
    episode = registry.episode(composition.tenant, composition.episode)
    return episode is not None and employee.id in episode.managers


def _check_patients(draft: Draft, registry: Registry, tenant: str) -> None:
    for patient, path in (
        (draft.subject, "$.subject.value"),
        (draft.focus, "$.section.focus.value"),
    ):
        look = registry.person if patient.kind == "person" else registry.preperson
        if look(tenant, patient.id) is None:
            raise Missing(patient.kind, patient.id, path)
    if draft.type is CompositionType.NEWBORN:
        newborn = registry.preperson(tenant, draft.subject.id)
        if newborn is not None and newborn.birth_date not in (None, draft.period.start):
            raise DocumentInvalid(
                "$.event[0].period.start",
                "equality",
                "A newborn's period starts on the birth date, which the registry has otherwise.",
            )


def _encounter(draft: Draft, registry: Registry, tenant: str) -> Encounter:
    encounter = registry.encounter(tenant, draft.encounter)
    if encounter is None:
        raise Missing("encounter", draft.encounter, _ENCOUNTER)
    patients = {draft.subject.id, draft.focus.id}
    if encounter.patient not in patients:
        # It may have been with the preperson that turned out to be the subject.
        earlier = registry.preperson(tenant, encounter.patient)
        if earlier is None or earlier.merged_into not in patients:
            raise Refusal(
                Code.NOT_FOUND,
                f"Encounter {draft.encounter} is none of the subject's or the focus's.",
                path=_ENCOUNTER,
            )
    return encounter
