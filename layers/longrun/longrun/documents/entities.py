"""Reading sets and their members: what an entity id leads to, and how a set is deleted.

Domain values only; a contract puts them into its own words. Transient sets serve their operation
alone: to everybody else they do not exist.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from longrun.documents.content_chunks import ContentReader, PageSize
from longrun.documents.dataset_chunks import ChunkIndex, details_of, read_records
from longrun.documents.job_lines import read_jobs
from longrun.documents.ranges import Run, compress, expand, merge
from longrun.documents.records import Record, Value, decode_record
from longrun.documents.sets import EntitySet, SetIndex, SetMissing, SetType
from longrun.operations.artefacts import ArtefactStore


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailRecord:
    """A row of a detail table."""

    id: int
    table: str
    parent: int
    """Id of the record, or of the row, that it belongs to."""
    values: dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRecord:
    """A record with all its rows, at all depths, each after the one it belongs to."""

    id: int
    data_set: int
    values: dict[str, Value]
    details: tuple[DetailRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Pages of one size: of a content item, or of a whole set."""

    count: int
    size: PageSize
    item: int | None = None


def member_sets(
    sets: SetIndex, tenant: str, set_type: SetType, runs: Iterable[Run]
) -> Iterator[tuple[EntitySet, Run]]:
    """The sets that members belong to, each with a run of its members; a query for each set.

    Args:
        sets: The index.
        tenant: Whose sets.
        set_type: Of which type.
        runs: Ids of members; best in rising order.

    Raises:
        SetMissing: An id is no member of a set of the tenant's; names the first.
    """
    held: EntitySet | None = None
    for start, last in runs:
        first = start
        while first <= last:
            if held is None or first not in held.members:
                held = sets.containing(tenant, set_type, first)
                if held.transient:
                    raise SetMissing(set_type, first, member=True)
            end = min(last, held.members[-1])
            yield held, (first, end)
            first = end + 1


class Entities:
    """The sets of all tenants; every call names the one whose sets it means.

    Every method raises SetMissing for what is unknown, expired, transient or another tenant's, and
    ArtefactMissing where a set is deleted while it is read.
    """

    def __init__(self, *, sets: SetIndex, artefacts: ArtefactStore) -> None:
        self._sets = sets
        self._artefacts = artefacts

    def sets(self, tenant: str, set_type: SetType) -> Iterator[EntitySet]:
        """The tenant's sets of a type, oldest first."""
        return self._sets.list(tenant, set_type)

    def get(self, tenant: str, set_type: SetType, set_id: int) -> EntitySet:
        """The set of that id."""
        found = self._sets.get(tenant, set_type, set_id)
        if found.transient:
            raise SetMissing(set_type, set_id, member=False)
        return found

    def records(self, tenant: str, ids: Iterable[int]) -> Iterator[DataRecord]:
        """Data records by their ids, in rising order of ids; each chunk is read once."""
        found = member_sets(self._sets, tenant, SetType.DATA, merge(compress(ids)))
        for data_set, members in groupby(found, key=itemgetter(0)):
            yield from self._records_of(data_set, [run for _, run in members])

    def items(self, tenant: str, set_id: int) -> Iterator[tuple[int, int]]:
        """The content items of a set, each with the id of the record it was made from."""
        return self._content(self.get(tenant, SetType.CONTENT, set_id)).items()

    def record_of(self, tenant: str, item: int) -> int:
        """The id of the record that a content item was made from."""
        return self._content(self._holding(tenant, SetType.CONTENT, item)).record_of(item)

    def pages(self, tenant: str, set_id: int) -> Iterator[Pages]:
        """The pages of each content item of a set, in order; one entry for each size."""
        content_set = self.get(tenant, SetType.CONTENT, set_id)
        item = content_set.id
        for chunk in self._content(content_set).chunks():
            sizes = ((count, size) for count, size in chunk.media)
            left, size = 0, PageSize(width=0, height=0)
            for wanted in chunk.pages:
                item += 1
                of_item: dict[PageSize, int] = {}
                while wanted:
                    if not left:
                        left, size = next(sizes)
                    taken = min(wanted, left)
                    of_item[size] = of_item.get(size, 0) + taken
                    wanted, left = wanted - taken, left - taken
                for each, count in of_item.items():
                    yield Pages(item=item, count=count, size=each)

    def page_summary(self, tenant: str, set_id: int) -> list[Pages]:
        """How many pages of each size a content set has, in the order in which sizes occur."""
        counts: dict[PageSize, int] = {}
        content_set = self.get(tenant, SetType.CONTENT, set_id)
        for chunk in self._content(content_set).chunks():
            for count, size in chunk.media:
                counts[size] = counts.get(size, 0) + count
        return [Pages(count=count, size=size) for size, count in counts.items()]

    def contents_of(self, tenant: str, job: int) -> Iterator[int]:
        """The ids of a job's content items, in the job's order."""
        job_set = self._holding(tenant, SetType.JOB, job)
        for number, line in enumerate(read_jobs(self._artefacts, job_set.prefix), job_set.id + 1):
            if number == job:
                return expand(line.items)
        raise SetMissing(SetType.JOB, job, member=True)

    def delete(self, tenant: str, set_type: SetType, set_id: int) -> bool:
        """Delete a set: first nobody finds it, then its contents go. False: it went meanwhile."""
        found = self.get(tenant, set_type, set_id)
        deleted = self._sets.delete(found)
        self._artefacts.delete(found.prefix)
        return deleted

    def _holding(self, tenant: str, set_type: SetType, member: int) -> EntitySet:
        [(found, _)] = member_sets(self._sets, tenant, set_type, [(member, member)])
        return found

    def _content(self, content_set: EntitySet) -> ContentReader:
        return ContentReader(self._artefacts, content_set)

    def _records_of(self, data_set: EntitySet, runs: Sequence[Run]) -> Iterator[DataRecord]:
        """Records of one set; each of its chunks that has one of them is read once."""
        if not data_set.details:
            for record_id, line in read_records(self._artefacts, data_set, runs):
                values = decode_record(line).values
                yield DataRecord(id=record_id, data_set=data_set.id, values=values, details=())
            return
        # Rows are numbered through the whole set: to count them, chunks are read from their start.
        index = ChunkIndex.read(self._artefacts, data_set.prefix)
        wanted = set(expand(runs))
        lasts: dict[int, int] = {}
        for record_id in expand(runs):
            lasts[index.chunk_of(record_id - data_set.id - 1)] = record_id
        firsts = {data_set.id + 1 + index.starts[chunk]: chunk for chunk in lasts}
        detail = 0
        whole = [(first, lasts[chunk]) for first, chunk in firsts.items()]
        for record_id, line in read_records(self._artefacts, data_set, whole):
            if record_id in firsts:
                before = index.details[firsts[record_id]]
                detail = data_set.id + 1 + data_set.count + before
            record = decode_record(line)
            if record_id in wanted:
                yield DataRecord(
                    id=record_id,
                    data_set=data_set.id,
                    values=record.values,
                    details=tuple(_details(record, record_id, detail)),
                )
            detail += details_of(record)


def _details(record: Record, parent: int, first: int) -> Iterator[DetailRecord]:
    """The rows of a record, depth first, numbered from `first` on."""
    number = first
    for table, rows in record.tables.items():
        for row in rows:
            yield DetailRecord(id=number, table=table, parent=parent, values=row.values)
            yield from _details(row, number, number + 1)
            number += 1 + details_of(row)
