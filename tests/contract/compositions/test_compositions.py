"""Reading compositions: one by its path, several by whom they are about; who may see which."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.compositions.world import World, path_of
from tests.unit.compositions.fakes import (
    MERGED,
    NEWBORN,
    OTHER_PERSON,
    PERSON,
    PREPERSON,
    disability,
    encounter_of,
    episode_of,
    newborn,
)

DATA = {
    *("identifier", "status", "type", "category", "date", "title", "event", "subject"),
    *("encounter", "author", "custodian", "section", "extension", "relatesTo"),
}
UNKNOWN = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
SEARCH = "/patients/searchComposition"


# --- one ----------------------------------------------------------------------------------------
def test_a_composition_is_told_whole(world: World) -> None:
    composition = world.final()

    told = world.call("GET", path_of(composition)).data

    assert set(told) == DATA
    assert told["identifier"]["value"] == composition.id
    assert told["status"] == "FINAL"


def test_what_get_gives_is_what_is_signed(world: World) -> None:
    composition = world.created()
    told = world.call("GET", path_of(composition)).data

    job = world.sign(composition)

    assert told == composition.data
    assert world.made(job).status == "FINAL"


@pytest.mark.parametrize("who", ["colleague", "clerk", "reader"])
def test_to_whom_it_is_closed_it_is_403(world: World, who: str) -> None:
    composition = world.final()

    assert world.call("GET", path_of(composition), who=who).error == (403, "forbidden")


def test_to_whom_it_is_closed_its_path_is_not_told(world: World) -> None:
    composition = world.final()

    elsewhere = path_of(composition, patient=OTHER_PERSON)

    assert world.call("GET", elsewhere, who="colleague").error == (403, "forbidden")


def test_another_tenants_is_404(world: World) -> None:
    composition = world.final()

    assert world.call("GET", path_of(composition), who="stranger").error == (404, "not_found")


@pytest.mark.parametrize(
    "other",
    [
        {"id": UNKNOWN},
        {"id": "none"},
        {"patient": OTHER_PERSON},
        {"patient": UNKNOWN},
        {"patient": "none"},
        {"episode": episode_of(OTHER_PERSON)},
        {"encounter": encounter_of(OTHER_PERSON)},
        {"encounter": "none"},
    ],
)
def test_a_path_that_does_not_lead_to_it_is_404(world: World, other: dict[str, str]) -> None:
    composition = world.final()

    assert world.call("GET", path_of(composition, **other)).error == (404, "not_found")


def test_ids_may_be_written_in_capitals(world: World) -> None:
    composition = world.final()

    assert world.call("GET", path_of(composition, id=composition.id.upper())).data


def test_a_newborns_is_found_by_either_of_whom_it_is_about(world: World) -> None:
    composition = world.final(newborn())

    for patient in (NEWBORN, PERSON):
        path = path_of(composition, patient=patient)
        assert world.call("GET", path).data["status"] == "FINAL"


def test_a_prepersons_is_found_by_the_person_that_it_was_merged_into(world: World) -> None:
    merged = world.final(disability(subject=MERGED))
    alone = world.final(disability(subject=PREPERSON))

    assert world.call("GET", path_of(merged, patient=PERSON)).data
    assert world.call("GET", path_of(alone, patient=PERSON)).error == (404, "not_found")


# --- several ------------------------------------------------------------------------------------
def found(world: World, query: str, **more: Any) -> list[str]:
    return [
        each["identifier"]["value"] for each in world.call("GET", f"{SEARCH}?{query}", **more).data
    ]


def periods(world: World, count: int) -> list[str]:
    """The ids of so many unrelated compositions of one subject, oldest first."""
    made = []
    for number in range(count):
        day = f"2026-{number + 1:02}-10"
        made.append(world.created(disability(day, day)).id)
        world.clock.pass_by(timedelta(seconds=1))
    return made


def test_compositions_are_found_by_subject_or_focus_the_newest_first(world: World) -> None:
    first, second = periods(world, 2)
    birth = world.created(newborn()).id

    assert found(world, f"subject={PERSON}") == [second, first]
    assert found(world, f"subject={NEWBORN}") == [birth]
    assert found(world, f"focus={PERSON}") == [birth, second, first]
    assert found(world, f"focus={OTHER_PERSON}") == []


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ("type=TEMP_DISABILITY", 2),
        ("type=NEWBORN", 1),
        ("status=FINAL", 1),
        ("status=PRELIMINARY", 2),
        ("status=AMENDED", 0),
        (f"encounter={encounter_of(PERSON)}", 2),
        (f"episodeOfCare={episode_of(NEWBORN)}", 1),
        (f"type=NEWBORN&encounter={encounter_of(PERSON)}", 0),
    ],
)
def test_a_search_can_be_narrowed(world: World, more: str, count: int) -> None:
    world.final()
    world.created(disability("2026-01-10", "2026-01-11"))
    world.created(newborn())

    assert len(found(world, f"focus={PERSON}&{more}")) == count


def test_a_page_says_where_it_is(world: World) -> None:
    everything = list(reversed(periods(world, 5)))

    reply = world.call("GET", f"{SEARCH}?subject={PERSON}&offset=2&limit=2")

    assert [each["identifier"]["value"] for each in reply.data] == everything[2:4]
    assert reply.json["paging"] == {
        "page_number": 2,
        "page_size": 2,
        "total_entries": 5,
        "total_pages": 3,
    }


def test_nothing_found_is_an_empty_page(world: World) -> None:
    reply = world.call("GET", f"{SEARCH}?subject={UNKNOWN}")

    assert reply.data == []
    assert reply.json["paging"] == {
        "page_number": 1,
        "page_size": 20,
        "total_entries": 0,
        "total_pages": 0,
    }


@pytest.mark.parametrize("who", ["colleague", "clerk", "stranger"])
def test_what_a_caller_may_not_see_is_neither_found_nor_counted(world: World, who: str) -> None:
    world.created()

    reply = world.call("GET", f"{SEARCH}?subject={PERSON}", who=who)

    assert reply.data == []
    assert reply.json["paging"]["total_entries"] == 0


@pytest.mark.parametrize(
    ("query", "entry", "rule"),
    [
        ("", "$.subject", "required"),
        ("subject=", "$.subject", "required"),
        ("type=NEWBORN", "$.subject", "required"),
        (f"subject={PERSON}&focus={PERSON}", "$.focus", "exclusion"),
        ("subject=none", "$.subject", "format"),
        (f"focus={PERSON}&encounter=none", "$.encounter", "format"),
        (f"focus={PERSON}&episodeOfCare=none", "$.episodeOfCare", "format"),
        (f"focus={PERSON}&type=LETTER", "$.type", "inclusion"),
        (f"focus={PERSON}&status=final", "$.status", "inclusion"),
        (f"focus={PERSON}&limit=0", "$.limit", "number"),
        (f"focus={PERSON}&limit=51", "$.limit", "number"),
        (f"focus={PERSON}&limit=ten", "$.limit", "number"),
        (f"focus={PERSON}&limit=1.5", "$.limit", "number"),
        (f"focus={PERSON}&limit=²", "$.limit", "number"),
        (f"focus={PERSON}&offset=-1", "$.offset", "number"),
        (f"focus={PERSON}&offset=99999999999", "$.offset", "number"),
    ],
)
def test_a_broken_query_is_400_and_names_the_parameter(
    world: World, query: str, entry: str, rule: str
) -> None:
    reply = world.call("GET", f"{SEARCH}?{query}")

    assert reply.invalid == (entry, rule)
    assert reply.json["error"]["invalid"][0]["entry_type"] == "query_parameter"


@pytest.mark.parametrize("limit", [1, 50])
def test_the_ends_of_the_limit_are_in(world: World, limit: int) -> None:
    reply = world.call("GET", f"{SEARCH}?subject={PERSON}&offset=0&limit={limit}")

    assert reply.json["paging"]["page_size"] == limit


def test_a_person_of_any_id_may_be_asked_for(world: World) -> None:
    assert found(world, f"subject={uuid.uuid4()}") == []
