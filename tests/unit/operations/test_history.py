"""History: which event a change was, and what follows from it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from longrun.operations.errors import Interrupted
from longrun.operations.history import Event, Seen, derive, follow
from longrun.operations.operation import (
    Fault,
    Operation,
    Phase,
    Progress,
    Resource,
    Result,
    Source,
)
from longrun.operations.states import Status
from tests.unit.operations.fakes import NOW, World

ACCEPTED = Operation(
    id="6f1c1e0e-5f0b-4f3c-9d0e-0a9d3b1f2c4d",
    kind="test.work",
    tenant="acme",
    owner="ann",
    status=Status.ACCEPTED,
    accepted=NOW,
)
BEGUN = replace(ACCEPTED, status=Status.IN_PROGRESS, started=NOW, version=2)
FIRST = Progress(phase=Phase(name="First", start=0, end=50), total=3)
A_FAULT = Fault(code="FieldMissing", message="Ann Smith has no street.", source=Source.USER)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, ACCEPTED, "accepted"),
        (ACCEPTED, BEGUN, "started"),
        (BEGUN, replace(BEGUN, progress=FIRST, version=3), "phase"),
        (
            replace(BEGUN, progress=FIRST),
            replace(BEGUN, progress=replace(FIRST, done=1), version=3),
            "progress",
        ),
        (
            BEGUN,
            replace(BEGUN, resources=(Resource(type="DATA_SET", id="1", action="CREATED"),)),
            "produced",
        ),
        (BEGUN, replace(BEGUN, result=Result(type="Data-Set-ID")), "produced"),
        (BEGUN, replace(BEGUN, status=Status.CANCELING), "canceling"),
        (
            replace(BEGUN, status=Status.CANCELING),
            replace(BEGUN, status=Status.CANCELED),
            "canceled",
        ),
        (BEGUN, replace(BEGUN, status=Status.SUCCEEDED), "succeeded"),
        (BEGUN, replace(BEGUN, status=Status.FAILED), "failed"),
    ],
)
def test_a_change_is_told_by_what_became_of_the_operation(
    before: Operation | None, after: Operation, told: str
) -> None:
    event = derive(before, after, NOW)
    assert event is not None
    assert (event.type, event.sequence, event.time) == (told, after.version, NOW)
    assert (event.operation_id, event.tenant) == (ACCEPTED.id, "acme")
    assert event.detail["status"] == after.status


def test_a_change_of_the_sweeps_date_alone_is_no_event() -> None:
    assert derive(ACCEPTED, replace(ACCEPTED, version=2), NOW) is None


def test_an_event_shows_codes_and_no_data() -> None:
    failed = replace(
        BEGUN,
        status=Status.FAILED,
        progress=replace(FIRST, done=1),
        errors=(A_FAULT,),
        error_count=1,
        expires=NOW + timedelta(days=7),
    )
    event = derive(BEGUN, failed, NOW)
    assert event is not None
    assert event.detail == {
        "kind": "test.work",
        "status": "FAILED",
        "percentComplete": 16.7,
        "phase": "First",
        "errors": ["FieldMissing"],
    }
    assert event.expires == failed.expires


def test_a_whole_life_is_told_in_order(world: World) -> None:
    operation_id = world.accepted()
    accepted = world.store.get(operation_id)
    world.lifecycle.begin(operation_id)
    world.lifecycle.enter(operation_id, FIRST.phase, total=2)
    world.lifecycle.advance(operation_id, "First")
    world.lifecycle.produce(operation_id, result=Result(type="Data-Set-ID"))
    world.lifecycle.succeed(operation_id)
    changes = [(None, accepted), *world.store.changes]
    events = [derive(before, after, NOW) for before, after in changes]
    assert [event and (event.sequence, event.type) for event in events] == [
        (1, "accepted"),
        (2, "started"),
        (3, "phase"),
        (4, "progress"),
        (5, "produced"),
        (6, "succeeded"),
    ]


class Memory:
    """A log and a bus at once, either of which may refuse."""

    def __init__(self) -> None:
        self.kept: dict[int, Event] = {}
        self.announced: list[int] = []
        self.refuses_to_keep: set[int] = set()
        self.refuses_to_announce: set[int] = set()

    def keep(self, events: Sequence[Event]) -> None:
        if self.refuses_to_keep.intersection(event.sequence for event in events):
            raise Interrupted("The log")
        self.kept |= {event.sequence: event for event in events}

    def announce(self, events: Sequence[Event]) -> None:
        if self.refuses_to_announce.intersection(event.sequence for event in events):
            raise Interrupted("The bus")
        self.announced += [event.sequence for event in events]

    def events(self, operation_id: str, *, after: int = 0) -> Iterator[Event]:
        yield from (event for event in self.kept.values() if event.sequence > after)


def changes_of(count: int) -> list[Seen]:
    operations = [
        replace(BEGUN, progress=replace(FIRST, done=number, total=count), version=number + 1)
        for number in range(count + 1)
    ]
    return [Seen(before=before, after=after, time=NOW) for before, after in pairwise(operations)]


def test_each_event_is_kept_and_announced() -> None:
    memory = Memory()
    follow(changes_of(25), log=memory, bus=memory)
    assert list(memory.kept) == memory.announced == list(range(2, 27))


def test_what_is_no_event_troubles_nobody() -> None:
    memory = Memory()
    nothing = Seen(before=ACCEPTED, after=replace(ACCEPTED, version=2), time=NOW)
    follow([nothing], log=memory, bus=memory)
    assert memory.kept == {}


@pytest.mark.parametrize("refuser", ["refuses_to_keep", "refuses_to_announce"])
def test_what_may_be_lost_is_told_and_may_be_seen_again(refuser: str) -> None:
    memory = Memory()
    getattr(memory, refuser).add(17)
    changes = changes_of(25)
    with pytest.raises(Interrupted):
        follow(changes, log=memory, bus=memory)
    setattr(memory, refuser, set())
    follow(changes, log=memory, bus=memory)
    assert list(memory.kept) == memory.announced == list(range(2, 27))
