"""Reading sets and their members."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.documents.content_chunks import ContentChunk, PageSize, write_chunk, write_index
from longrun.documents.dataset_chunks import DataSetWriter, details_of
from longrun.documents.entities import DataRecord, Entities, Pages, member_sets
from longrun.documents.records import Record
from longrun.documents.sets import EntitySet, SetMissing, SetType
from tests.unit.filestore.conftest import Artefacts

A4, A5 = PageSize(width=210, height=297), PageSize(width=148, height=210)


class Sets:
    """An index in memory that counts its queries."""

    def __init__(self) -> None:
        self.kept: list[EntitySet] = []
        self.queries = 0

    def put(self, entity_set: EntitySet) -> None:
        self.kept.append(entity_set)

    def get(self, tenant: str, set_type: SetType, set_id: int) -> EntitySet:
        for each in self.list(tenant, set_type, transient=True):
            if each.id == set_id:
                return each
        raise SetMissing(set_type, set_id, member=False)

    def containing(self, tenant: str, set_type: SetType, member: int) -> EntitySet:
        self.queries += 1
        for each in self.list(tenant, set_type, transient=True):
            if member in each.members:
                return each
        raise SetMissing(set_type, member, member=True)

    def list(
        self, tenant: str, set_type: SetType, *, transient: bool = False
    ) -> Iterator[EntitySet]:
        for each in self.kept:
            if (each.tenant, each.type) == (tenant, set_type) and each.transient <= transient:
                yield each

    def delete(self, entity_set: EntitySet) -> bool:
        there = entity_set in self.kept
        self.kept = [each for each in self.kept if each != entity_set]
        return there


class World:
    def __init__(self) -> None:
        self.artefacts = Artefacts()
        self.sets = Sets()
        self.entities = Entities(sets=self.sets, artefacts=self.artefacts)
        self.following = 1000

    def a_set(self, set_type: SetType, count: int, **more: Any) -> EntitySet:
        now = datetime(2026, 11, 21, tzinfo=UTC)
        set_id = self.following
        made = EntitySet(
            **{
                "type": set_type,
                "id": set_id,
                "tenant": "acme",
                "operation": "x",
                "count": count,
                "prefix": f"sets/{set_id}/",
                "created": now,
                "expires": now,
                **more,
            }
        )
        self.following = made.last + 1
        self.sets.put(made)
        return made

    def data_set(self, records: list[Record], **more: Any) -> EntitySet:
        details = sum(details_of(record) for record in records)
        made = self.a_set(SetType.DATA, len(records), details=details, **more)
        writer = DataSetWriter(self.artefacts, made.prefix)
        for record in records:
            writer.add(record)
        writer.close()
        return made


@pytest.fixture
def world() -> World:
    return World()


def test_members_are_found_by_one_query_for_each_set(world: World) -> None:
    first = world.a_set(SetType.DATA, 100)
    second = world.a_set(SetType.DATA, 100)

    runs = [(first.id + 1, first.id + 10), (first.id + 50, first.id + 50), (second.id + 1,) * 2]
    found = list(member_sets(world.sets, "acme", SetType.DATA, runs))

    assert found == [(first, runs[0]), (first, runs[1]), (second, runs[2])]
    assert world.sets.queries == 2


def test_a_run_beyond_its_set_names_the_first_id_that_is_of_none(world: World) -> None:
    made = world.a_set(SetType.DATA, 3)

    with pytest.raises(SetMissing) as missing:
        list(member_sets(world.sets, "acme", SetType.DATA, [(made.id + 1, made.id + 9)]))

    assert missing.value.entity == made.id + 4


def test_transient_sets_do_not_exist_for_others(world: World) -> None:
    made = world.data_set([Record({"a": 1})], transient=True)

    with pytest.raises(SetMissing):
        world.entities.get("acme", SetType.DATA, made.id)
    with pytest.raises(SetMissing):
        list(world.entities.records("acme", [made.id + 1]))
    assert list(world.entities.sets("acme", SetType.DATA)) == []


leaves = st.builds(Record, st.just({"n": 1}), st.just({}))
rows = st.builds(
    Record, st.just({"n": 1}), st.dictionaries(st.sampled_from("xy"), st.lists(leaves, max_size=2))
)
records = st.lists(
    st.builds(
        Record,
        st.just({"n": 1}),
        st.dictionaries(st.sampled_from("ab"), st.lists(rows, max_size=3)),
    ),
    min_size=1,
    max_size=8,
)


@given(records, st.data())
def test_the_rows_of_a_set_are_numbered_without_gap_whichever_are_read(
    content: list[Record], data: st.DataObject
) -> None:
    world = World()
    made = world.data_set(content)
    wanted = data.draw(st.sets(st.sampled_from(made.members), min_size=1))

    every = list(world.entities.records("acme", made.members))
    some = list(world.entities.records("acme", wanted))

    ids = [detail.id for record in every for detail in record.details]
    assert ids == list(range(made.members[-1] + 1, made.last + 1))
    assert some == [record for record in every if record.id in wanted]


@given(records)
def test_each_row_names_the_record_or_row_that_it_belongs_to(content: list[Record]) -> None:
    world = World()
    made = world.data_set(content)

    for record, read in zip(content, world.entities.records("acme", made.members), strict=True):
        known = {read.id, *(detail.id for detail in read.details)}
        assert len(read.details) == details_of(record)
        assert all(detail.parent in known for detail in read.details)
        assert all(detail.parent < detail.id for detail in read.details)
        tops = [detail.table for detail in read.details if detail.parent == read.id]
        assert tops == [table for table, members in record.tables.items() for _ in members]


def test_records_are_read_chunk_by_chunk(world: World) -> None:
    made = world.data_set([Record({"n": n}, {"t": [Record({"m": n})]}) for n in range(600)])
    wanted = [made.id + 1, made.id + 3, made.id + 251, made.id + 252, made.id + 600]
    reads: list[str] = []
    read = world.artefacts.read

    def counted(key: str, *, version: str | None = None) -> bytes:
        reads.append(key)
        return read(key, version=version)

    world.artefacts.read = counted  # type: ignore[method-assign]  # the store counts for this test

    found: list[DataRecord] = list(world.entities.records("acme", wanted))

    assert [record.values["n"] for record in found] == [0, 2, 250, 251, 599]
    chunks = [key for key in reads if "records-" in key]
    assert len(chunks) == len(set(chunks)) == 3
    assert len(reads) - len(chunks) <= 2


def content_set(world: World) -> EntitySet:
    """Two chunks; a document of A4 and A5 pages, and one whose sizes take turns."""
    made = world.a_set(SetType.CONTENT, 3)
    for number, (run, pages, media) in enumerate(
        [
            ((11, 12), (2, 1), ((1, A4), (1, A5), (1, A4))),
            ((20, 20), (4,), ((1, A5), (2, A4), (1, A5))),
        ]
    ):
        chunk = ContentChunk(number=number, records=(run,), pages=pages, media=media)
        write_chunk(world.artefacts, made.prefix, chunk)
    write_index(world.artefacts, made.prefix, [2, 1])
    return made


def test_pages_of_items_are_told_by_size(world: World) -> None:
    made = content_set(world)

    assert list(world.entities.pages("acme", made.id)) == [
        Pages(item=made.id + 1, count=1, size=A4),
        Pages(item=made.id + 1, count=1, size=A5),
        Pages(item=made.id + 2, count=1, size=A4),
        Pages(item=made.id + 3, count=2, size=A5),
        Pages(item=made.id + 3, count=2, size=A4),
    ]


def test_pages_of_a_set_are_summed_up_by_size(world: World) -> None:
    made = content_set(world)

    assert world.entities.page_summary("acme", made.id) == [
        Pages(count=4, size=A4),
        Pages(count=3, size=A5),
    ]


def test_items_lead_to_their_records(world: World) -> None:
    made = content_set(world)

    items = list(world.entities.items("acme", made.id))

    assert items == [(made.id + 1, 11), (made.id + 2, 12), (made.id + 3, 20)]
    assert [world.entities.record_of("acme", item) for item, _ in items] == [11, 12, 20]


def test_a_deleted_set_is_found_by_nobody_before_its_contents_go(world: World) -> None:
    made = world.data_set([Record({"a": 1})])
    found: list[int] = []
    delete = world.artefacts.delete

    def watched(prefix: str) -> None:
        found.extend(each.id for each in world.sets.kept)
        delete(prefix)

    world.artefacts.delete = watched  # type: ignore[method-assign]  # looks on for this test

    assert world.entities.delete("acme", SetType.DATA, made.id)
    assert found == []
    assert world.artefacts.objects == {}


def test_another_tenants_set_is_not_deleted(world: World) -> None:
    made = world.data_set([Record({"a": 1})])

    with pytest.raises(SetMissing):
        world.entities.delete("globex", SetType.DATA, made.id)
    assert world.sets.kept == [replace(made)]
