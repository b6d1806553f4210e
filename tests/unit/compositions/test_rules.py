"""RC_5, RC_6, RC_7 and 1002, played through the jobs."""

from datetime import date, timedelta

import pytest

from longrun.compositions.document import Composition, RelationCode
from longrun.compositions.statuses import CompositionStatus
from tests.unit.compositions.fakes import (
    MERGED,
    OTHER_PERSON,
    PERSON,
    PREPERSON,
    World,
    disability,
    newborn,
)

FORCED = {"IS_FORCE_RENEW": ("valueBoolean", True)}
OCTOBER = date(2026, 10, 1)


def october(first: int, last: int, **more: object) -> dict[str, object]:
    """A disability from one day of October to another; days from 32 on are November's."""
    start, end = (OCTOBER + timedelta(days=day - 1) for day in (first, last))
    return disability(start.isoformat(), end.isoformat(), **more)  # type: ignore[arg-type]  # the caller's


def failed(world: World, document: object) -> str:
    return world.create(document).errors[0].code


def relation(composition: Composition) -> tuple[RelationCode, str] | None:
    found = composition.relation
    return (found.code, found.target) if found else None


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (3, 15, "appends"),
        (3, 3, "transforms"),
        (6, 10, "appends"),
        (7, 10, None),
        # What the table's sentences say of its borders.
        (1, 5, "appends"),
        (1, 4, "transforms"),
        (1, 1, "transforms"),
        (1, 6, "appends"),
        (3, 5, "appends"),
        (5, 5, "appends"),
        (4, 4, "transforms"),
        (5, 9, "appends"),
        (6, 6, "appends"),
        (7, 7, None),
        (40, 45, None),
    ],
)
def test_rc_5_the_table_of_dates(world: World, first: int, last: int, expected: str | None) -> None:
    earlier = world.final(october(1, 5))
    later = world.created(october(first, last))
    assert relation(later) == ((expected, earlier.id) if expected else None)
    told = later.data["relatesTo"]
    if expected is None:
        assert told is None
    else:
        assert told["code"] == expected
        assert told["targetIdentifier"]["value"] == earlier.id
    assert world.signed(later).status is CompositionStatus.FINAL
    assert world.now(earlier).status is CompositionStatus.FINAL


@pytest.mark.parametrize(("first", "last"), [(5, 12), (9, 9), (5, 30), (5, 9)])
def test_rc_5_what_starts_before_the_one_it_touches_is_refused(
    world: World, first: int, last: int
) -> None:
    world.final(october(10, 15))
    assert failed(world, october(first, last)) == "1143"


def test_rc_5_what_ends_with_a_gap_before_another_is_unrelated(world: World) -> None:
    world.final(october(10, 15))
    assert world.created(october(5, 8)).relation is None


def test_rc_5_a_forced_renewal_relates_to_nothing(world: World) -> None:
    world.final(october(1, 5))
    assert world.created(october(3, 15, **FORCED)).relation is None
    assert world.created(october(3, 15, IS_FORCE_RENEW=("valueBoolean", False))).relation


def test_rc_5_other_subjects_and_categories_do_not_count(world: World) -> None:
    world.final(october(1, 5))
    assert world.created(october(3, 15, category="QUARANTINE")).relation is None
    assert world.created(october(3, 15, subject=OTHER_PERSON)).relation is None


def test_rc_5_only_final_ones_count(world: World) -> None:
    world.created(october(1, 5))
    canceled = world.final(october(1, 5))
    world.canceled(canceled)
    assert world.created(october(3, 15)).relation is None


def test_rc_5_a_chain_goes_on_from_its_end(world: World) -> None:
    world.final(october(1, 5))
    second = world.final(october(6, 10))
    assert relation(world.created(october(11, 12))) == ("appends", second.id)
    assert relation(world.created(october(7, 8))) == ("transforms", second.id)
    assert failed(world, october(2, 3)) == "1143"


def test_rc_5_what_was_shortened_ends_where_it_was_shortened_to(world: World) -> None:
    world.final(october(1, 10))
    shorter = world.final(october(3, 5))
    assert world.created(october(11, 12)).relation is None
    assert relation(world.created(october(6, 8))) == ("appends", shorter.id)


def test_rc_5_a_replacement_of_another_category_is_not_gone_on_from(world: World) -> None:
    first = world.final(october(1, 5))
    second = world.final(october(3, 10))
    world.final(october(8, 20, category="QUARANTINE", replaces=first))
    assert relation(world.created(october(9, 12))) == ("appends", second.id)


def test_rc_5_a_chain_that_ended_before_does_not_hide_another(world: World) -> None:
    long = world.final(october(1, 20))
    forced = world.final(october(2, 10, **FORCED))
    assert relation(world.final(october(4, 5))) == ("transforms", forced.id)
    assert relation(world.created(october(7, 12))) == ("transforms", long.id)


@pytest.mark.parametrize(("start", "end"), [("0001-01-01", "2026-10-05"), ("2026-10-02", None)])
def test_rc_5_the_ends_of_the_calendar_are_days_as_others(
    world: World, start: str, end: str | None
) -> None:
    earlier = world.final(disability(start, end or "9999-12-31"))
    expected = "appends" if end else "transforms"
    assert relation(world.created(october(3, 15))) == (expected, earlier.id)


def test_rc_5_the_day_of_a_moment_is_the_zones(world: World) -> None:
    world.final(disability("2026-10-01T00:00:01Z", "2026-10-05T20:59:59Z"))
    # Nine in the evening of the 5th in UTC is the 6th in Kyiv.
    later = world.created(disability("2026-10-05T21:00:00Z", "2026-10-09T20:59:59Z"))
    assert later.relation is not None
    assert later.relation.code is RelationCode.APPENDS


def test_rc_5_a_relation_that_no_longer_holds_cannot_be_signed(world: World) -> None:
    world.final(october(1, 5))
    one, other = world.created(october(6, 10)), world.created(october(6, 12))
    world.signed(one)
    assert world.sign(other).errors[0].code == "9007"
    assert world.now(other).status is CompositionStatus.PRELIMINARY


def test_rc_5_what_goes_on_from_a_canceled_one_cannot_be_signed(world: World) -> None:
    first = world.final(october(1, 5))
    second = world.created(october(6, 10))
    world.canceled(first)
    assert world.sign(second).errors[0].code == "1184"


def test_rc_7_a_replacement_amends_when_it_is_signed(world: World) -> None:
    first = world.final(october(1, 5))
    second = world.created(october(1, 4, replaces=first))
    assert relation(second) == ("replaces", first.id)
    assert world.now(first).status is CompositionStatus.FINAL
    operation = world.sign(second)
    assert world.now(second).amended == (first.id,)
    assert world.now(first).status is CompositionStatus.AMENDED
    assert world.now(first).amended_by == second.id
    actions = {each.id: each.action for each in operation.resources}
    assert actions == {second.id: "SIGNED", first.id: "AMENDED"}


def test_rc_7_a_replacement_may_start_earlier_and_be_of_another_category(world: World) -> None:
    first = world.final(october(10, 15))
    world.final(october(5, 20, category="QUARANTINE", replaces=first))


def test_rc_7_cancelling_the_replacement_brings_the_first_back(world: World) -> None:
    first = world.final(october(1, 5))
    second = world.final(october(1, 4, replaces=first))
    operation = world.cancel(second)
    assert world.now(second).status is CompositionStatus.ENTERED_IN_ERROR
    assert world.now(first).status is CompositionStatus.FINAL
    assert world.now(first).amended_by is None
    assert {each.action for each in operation.resources} == {"CANCELED", "RESTORED"}


def test_rc_7_there_must_be_a_target(world: World) -> None:
    assert failed(world, october(1, 5, replaces=PERSON)) == "1000"


def test_rc_7_the_type_stays(world: World) -> None:
    birth = world.final(newborn())
    assert failed(world, october(1, 5, replaces=birth)) == "1146"


def test_rc_7_what_was_entered_in_error_is_not_replaced(world: World) -> None:
    first = world.final(october(1, 5))
    world.canceled(first)
    assert failed(world, october(1, 5, replaces=first)) == "1184"


def test_rc_7_only_a_final_one_is_replaced(world: World) -> None:
    first = world.created(october(1, 5))
    operation = world.create(october(1, 5, replaces=first))
    assert operation.errors[0].code == "1000"
    assert "PRELIMINARY" in operation.errors[0].message


def test_rc_7_of_two_replacements_the_second_cannot_be_signed(world: World) -> None:
    first = world.final(october(1, 5))
    one, other = (world.created(october(1, 4, replaces=first)) for _ in range(2))
    world.signed(one)
    assert world.sign(other).errors[0].code == "1000"


def test_1001_another_subject_is_no_replacement(world: World) -> None:
    first = world.final(october(1, 5))
    assert failed(world, october(1, 5, subject=OTHER_PERSON, replaces=first)) == "1001"


def test_rc_6_refines_the_whole_chain_and_cancelling_restores_it(world: World) -> None:
    one = world.final(october(1, 5, subject=MERGED))
    two = world.final(october(6, 10, subject=MERGED))
    three = world.final(october(11, 15, subject=MERGED))
    apart = world.final(october(30, 31, subject=MERGED))
    refined = world.final(october(1, 15, replaces=three))
    assert set(refined.amended) == {one.id, two.id, three.id}
    for each in (one, two, three):
        assert world.now(each).status is CompositionStatus.AMENDED
    assert world.now(apart).status is CompositionStatus.FINAL
    world.canceled(refined)
    for each in (one, two, three):
        assert world.now(each).status is CompositionStatus.FINAL


def test_rc_6_restores_only_what_it_amended(world: World) -> None:
    one = world.final(october(1, 5, subject=MERGED))
    replaced = world.final(october(6, 10, subject=MERGED))
    two = world.final(october(6, 12, subject=MERGED, replaces=replaced))
    refined = world.final(october(1, 12, replaces=two))
    assert set(refined.amended) == {one.id, two.id}
    world.canceled(refined)
    assert world.now(replaced).status is CompositionStatus.AMENDED


def test_rc_6_names_the_last_of_the_chain(world: World) -> None:
    one = world.final(october(1, 5, subject=MERGED))
    world.final(october(6, 10, subject=MERGED))
    assert failed(world, october(1, 10, replaces=one)) == "1001"


def test_rc_6_needs_the_merge(world: World) -> None:
    one = world.final(october(1, 5, subject=PREPERSON))
    assert failed(world, october(1, 5, replaces=one)) == "1001"


def test_rc_6_is_of_the_person_that_it_was_merged_into(world: World) -> None:
    one = world.final(october(1, 5, subject=MERGED))
    assert failed(world, october(1, 5, subject=OTHER_PERSON, replaces=one)) == "1001"


def test_rc_6_is_not_of_a_final_one_alone(world: World) -> None:
    one = world.created(october(1, 5, subject=MERGED))
    assert failed(world, october(1, 5, replaces=one)) == "1001"


def test_rc_6_the_chain_that_grew_since_has_to_be_named_anew(world: World) -> None:
    one = world.final(october(1, 5, subject=MERGED))
    refined = world.created(october(1, 5, replaces=one))
    world.final(october(6, 10, subject=MERGED))
    assert world.sign(refined).errors[0].code == "1001"


def test_1002_there_is_one_final_birth_of_a_newborn(world: World) -> None:
    world.final(newborn())
    assert failed(world, newborn()) == "1002"


def test_1002_of_two_births_the_second_cannot_be_signed(world: World) -> None:
    one, other = world.created(newborn()), world.created(newborn())
    world.signed(one)
    assert world.sign(other).errors[0].code == "1002"


def test_1002_a_birth_may_be_replaced_or_told_again_once_canceled(world: World) -> None:
    first = world.final(newborn())
    second = world.final(newborn(replaces=first))
    assert world.now(first).status is CompositionStatus.AMENDED
    world.canceled(second)
    world.canceled(world.now(first))
    assert world.final(newborn()).status is CompositionStatus.FINAL
