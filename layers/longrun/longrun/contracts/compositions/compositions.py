"""Reading compositions: one by its path, several by whom they are about."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from longrun.contracts.compositions.envelope import data, page
from longrun.contracts.compositions.errors import broken
from longrun.contracts.compositions.requests import QUERY, query_id, speaking_json
from longrun.contracts.compositions.services import Services
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import COMPOSITION_READ, COMPOSITION_SEARCH

if TYPE_CHECKING:
    from enum import StrEnum

    from longrun.compositions.document import Composition
    from longrun.compositions.search import Search

PATH: Final = "/patients/{patientId}/composition/{id}/episode/{episodeId}/encounter/{encounterId}"
MOST: Final = 50
"""`limit` goes from 1 to this."""
USUAL: Final = 20
"""Entries of a page where no `limit` is given."""
FARTHEST: Final = 1_000_000
"""`offset` goes from 0 to this."""

_READ_AT_ONCE: Final = 100


@speaking_json
def get_composition(call: Call[Services]) -> Answer:
    """A composition, for its author and those who treat the patient: the `data` that is signed."""
    from longrun.contracts.compositions.access import named

    return data(named(call).data)


@speaking_json
def search_compositions(call: Call[Services]) -> Answer:
    """The compositions about somebody that the caller may see, the newest first."""
    from longrun.contracts.compositions.access import seen

    search = _search(call)
    offset = _number(call, "offset", usual=0, least=0, most=FARTHEST)
    limit = _number(call, "limit", usual=USUAL, least=1, most=MOST)
    found = list(seen(_found(call, search), call.services.platform.registry, call.principal.id))
    paging = {
        "page_number": offset // limit + 1,
        "page_size": limit,
        "total_entries": len(found),
        "total_pages": -(-len(found) // limit),
    }
    return page([each.data for each in found[offset : offset + limit]], paging)


def _search(call: Call[Services]) -> "Search":
    from longrun.compositions.document import CompositionType
    from longrun.compositions.search import Search
    from longrun.compositions.statuses import CompositionStatus

    subject, focus = query_id(call, "subject"), query_id(call, "focus")
    if subject is None and focus is None:
        raise broken(QUERY, "$.subject", "required", "Either subject or focus must be given.")
    if subject is not None and focus is not None:
        raise broken(QUERY, "$.focus", "exclusion", "Only one of subject and focus may be given.")
    return Search(
        subject=subject,
        focus=focus,
        type=_code(call, "type", CompositionType),
        status=_code(call, "status", CompositionStatus),
        encounter=query_id(call, "encounter"),
        episode=query_id(call, "episodeOfCare"),
    )


def _found(call: Call[Services], search: "Search") -> Iterator["Composition"]:
    """All of them: which of them are shown, and how many there are, depends on who asks."""
    compositions, tenant = call.services.platform.compositions, call.principal.tenant
    offset = 0
    while True:
        found = compositions.search(tenant, search, offset=offset, limit=_READ_AT_ONCE)
        yield from found.compositions
        offset += _READ_AT_ONCE
        if offset >= found.total:
            return


def _code[E: "StrEnum"](call: Call[Services], name: str, codes: type[E]) -> E | None:
    value = call.query(name)
    if value is None:
        return None
    if value not in list(codes):
        known = ", ".join(codes)
        raise broken(
            QUERY, f"$.{name}", "inclusion", f"This must be one of: {known}.", *list(codes)
        )
    return codes(value)


def _number(call: Call[Services], name: str, *, usual: int, least: int, most: int) -> int:
    value = call.query(name)
    if value is None:
        return usual
    digits = value.isascii() and value.isdigit() and len(value) <= len(str(most))
    if not digits or not least <= int(value) <= most:
        raise broken(
            QUERY,
            f"$.{name}",
            "number",
            f"This must be a whole number from {least} to {most}.",
            least,
            most,
        )
    return int(value)


ENDPOINTS: Final = (
    Endpoint[Services](
        name="searchCompositions",
        verbs=("GET",),
        path="/patients/searchComposition",
        needs=(COMPOSITION_SEARCH,),
        answer=search_compositions,
    ),
    Endpoint[Services](
        name="getComposition",
        verbs=("GET",),
        path=PATH,
        needs=(COMPOSITION_READ,),
        answer=get_composition,
    ),
)
