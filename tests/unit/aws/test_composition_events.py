"""What the bus is told of compositions, from the table's own records."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from longrun.aws.bus import Notice
from longrun.aws.composition_events import CompositionEvents
from longrun.aws.composition_items import to_item
from longrun.aws.stream import Record
from longrun.compositions.document import Composition
from longrun.operations.errors import Interrupted
from tests.unit.compositions.fakes import MERGED, NOW, PERSON, TAX_NUMBERS, World, disability


class MemoryBus:
    """Takes notices; may refuse."""

    def __init__(self) -> None:
        self.told: list[Notice] = []
        self.silent = False

    def tell(self, notices: Sequence[Notice]) -> None:
        if self.silent:
            raise Interrupted("The bus")
        self.told += notices


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def follower(bus: MemoryBus) -> CompositionEvents:
    return CompositionEvents(bus)  # type: ignore[arg-type] # it has what is used


def a_record(before: Composition | None, after: Composition) -> Record:
    item = to_item(after)
    return Record(
        mark="1",
        sort=item["SK"]["S"],
        before=to_item(before) if before else None,
        after=item,
        time=NOW,
    )


def life(*states: Composition | None) -> list[Record]:
    return [a_record(before, after) for before, after in pairwise(states) if after is not None]


def test_every_change_of_a_status_is_told_by_its_word(
    bus: MemoryBus, follower: CompositionEvents
) -> None:
    world = World()
    created = world.created(disability("2026-11-16", "2026-11-20"))
    final = world.signed(created)
    other = world.final(disability("2026-11-16", "2026-11-18", replaces=final))
    amended = world.now(final)
    canceled = world.canceled(other)
    restored = world.now(final)
    follower([*life(None, created, final, amended, restored), a_record(other, canceled)])
    assert [notice.name for notice in bus.told] == [
        "composition.created",
        "composition.signed",
        "composition.amended",
        "composition.restored",
        "composition.entered-in-error",
    ]
    assert [notice.detail["sequence"] for notice in bus.told] == [1, 2, 3, 4, 3]
    assert {notice.time for notice in bus.told} == {NOW}


def test_a_notice_holds_ids_and_codes_and_nobodys_data(
    bus: MemoryBus, follower: CompositionEvents
) -> None:
    world = World()
    chain = [
        world.final(disability(f"2026-11-{day}", f"2026-11-{day + 1}", subject=MERGED))
        for day in (10, 12)
    ]
    refined = world.final(disability("2026-11-10", "2026-11-13", replaces=chain[-1]))
    preliminary = World().created(disability())
    follower([a_record(preliminary, refined), a_record(chain[0], world.now(chain[0]))])
    signed, amended = bus.told
    common: dict[str, Any] = {"tenant": "acme", "type": "TEMP_DISABILITY"}
    assert signed.detail == common | {
        "compositionId": refined.id,
        "sequence": 2,
        "status": "FINAL",
        "relatesTo": {"code": "replaces", "compositionId": chain[-1].id},
        "amended": sorted(each.id for each in chain),
    }
    assert amended.detail == common | {
        "compositionId": chain[0].id,
        "sequence": 3,
        "status": "AMENDED",
        "amendedBy": refined.id,
    }
    written = json.dumps([notice.detail for notice in bus.told])
    for data in (PERSON, MERGED, *TAX_NUMBERS.values(), "A. Signer", "2026-11-10"):
        assert data not in written


def test_a_task_that_is_taken_or_dropped_is_no_event(
    bus: MemoryBus, follower: CompositionEvents
) -> None:
    world = World()
    created = world.created(disability())
    world.compositions.take_task("acme", created.id, "op-1")
    follower(life(created, world.now(created), created))
    assert bus.told == []


def test_what_else_the_table_holds_is_passed_over(
    bus: MemoryBus, follower: CompositionEvents
) -> None:
    other = Record(mark="1", sort="OP", before=None, after={"PK": {"S": "OP#1"}}, time=NOW)
    follower([other])
    assert bus.told == []


def test_a_bus_that_is_silent_has_it_seen_again(
    bus: MemoryBus, follower: CompositionEvents
) -> None:
    bus.silent = True
    with pytest.raises(Interrupted):
        follower(life(None, World().created(disability())))
