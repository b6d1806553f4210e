"""Compositions as values: their statuses, their records, and who may see them."""

import itertools
import json

import pytest

from longrun.compositions.admission import may_see
from longrun.compositions.document import DATA
from longrun.compositions.records import read_record, record_of
from longrun.compositions.statuses import CompositionStatus, change_of
from tests.unit.compositions.fakes import (
    COLLEAGUE,
    PRINCIPALS,
    TENANT,
    World,
    disability,
    encounter_of,
    newborn,
)

ALLOWED = {
    (None, "PRELIMINARY"): "created",
    ("PRELIMINARY", "FINAL"): "signed",
    ("FINAL", "AMENDED"): "amended",
    ("AMENDED", "FINAL"): "restored",
    ("FINAL", "ENTERED_IN_ERROR"): "entered-in-error",
}


@pytest.mark.parametrize(
    ("before", "after"), list(itertools.product([None, *CompositionStatus], CompositionStatus))
)
def test_only_these_changes_of_status_may_be(
    before: CompositionStatus | None, after: CompositionStatus
) -> None:
    assert change_of(before, after) == ALLOWED.get((before, after))


def test_no_other_change_can_be_made(world: World) -> None:
    composition = world.created(disability())
    with pytest.raises(ValueError, match="PRELIMINARY and cannot become AMENDED"):
        composition.moved(CompositionStatus.AMENDED)


def test_a_record_is_json_and_reads_back_the_same(world: World) -> None:
    first = world.final(disability())
    second = world.final(disability("2026-11-16T00:00:01Z", "2026-11-18", replaces=first))
    world.cancel(second)
    world.created(newborn())
    for each in world.compositions.all():
        assert read_record(json.loads(json.dumps(record_of(each)))) == each


def test_what_is_read_back_has_the_members_of_the_contract_in_its_order(world: World) -> None:
    assert tuple(world.final(disability()).data) == DATA


def test_its_author_and_who_treats_the_patient_may_see_a_composition(world: World) -> None:
    composition = world.created(disability())
    assert may_see(composition, world.registry, "doctor")
    written = world.created(disability(author=COLLEAGUE))
    assert may_see(written, world.registry, PRINCIPALS[COLLEAGUE])


@pytest.mark.parametrize("principal", ["colleague", "nurse", "a stranger"])
def test_nobody_else_may_see_it(world: World, principal: str) -> None:
    assert not may_see(world.created(disability()), world.registry, principal)


@pytest.mark.parametrize("part", ["encounters", "episodes"])
def test_the_encounter_and_the_episode_each_open_it(world: World, part: str) -> None:
    composition = world.created(disability())
    people = world.registry.contents[TENANT]
    if part == "encounters":
        meeting = people.encounters[encounter_of(composition.subject.id)]
        object.__setattr__(meeting, "employee", COLLEAGUE)
    else:
        case = people.episodes[composition.episode]
        object.__setattr__(case, "managers", frozenset({COLLEAGUE}))
    assert may_see(composition, world.registry, "colleague")
