"""Which compositions a caller may see, and which one a path names."""

from collections.abc import Iterable, Iterator

from longrun.compositions.admission import may_see
from longrun.compositions.document import Composition
from longrun.compositions.registry import Registry
from longrun.contracts.compositions.errors import ErrorType, Refused
from longrun.contracts.compositions.requests import path_id
from longrun.contracts.compositions.services import Services
from longrun.gateway.call import Call

_WHAT = "composition"


def named(call: Call[Services]) -> Composition:
    """The composition that the path names, if the caller may see it.

    Raises:
        Refused: 404: there is none, or the path leads through another patient, episode or
            encounter than the composition's; 403: the caller may not see it.
    """
    ids = {
        name: path_id(call, name, _WHAT) for name in ("id", "patientId", "episodeId", "encounterId")
    }
    platform, tenant = call.services.platform, call.principal.tenant
    composition = platform.compositions.get(tenant, ids["id"])
    if composition is None:
        raise _missing()
    # First: to whom it is closed, it does not tell whose it is.
    if not may_see(composition, platform.registry, call.principal.id):
        raise Refused(
            ErrorType.FORBIDDEN,
            "This composition is open to its author, to whom the encounter was with, and to the "
            "managers of the episode.",
        )
    on_the_way = (composition.episode, composition.encounter)
    if (ids["episodeId"], ids["encounterId"]) != on_the_way or ids["patientId"] not in _patients(
        composition, platform.registry
    ):
        raise _missing()
    return composition


def seen(
    compositions: Iterable[Composition], registry: Registry, principal: str
) -> Iterator[Composition]:
    """Those of them that the caller may see."""
    known: dict[tuple[str, str, str], bool] = {}
    for composition in compositions:
        # All that it depends on: it is looked up once for each.
        place = (composition.author, composition.encounter, composition.episode)
        if place not in known:
            known[place] = may_see(composition, registry, principal)
        if known[place]:
            yield composition


def _patients(composition: Composition, registry: Registry) -> set[str | None]:
    """Whose composition it is: the ids by which a path may call the patient."""
    patients: set[str | None] = {composition.subject.id, composition.focus.id}
    if composition.subject.kind == "preperson":
        preperson = registry.preperson(composition.tenant, composition.subject.id)
        patients.add(None if preperson is None else preperson.merged_into)
    return patients


def _missing() -> Refused:
    return Refused(ErrorType.NOT_FOUND, "There is no such composition.")
