"""The content creation steps: a document for each record, a chunk of them at a time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from longrun.documents.content_chunks import write_index
from longrun.documents.dataset_chunks import RECORDS_A_CHUNK, chunk_firsts
from longrun.documents.errors import InputInvalid
from longrun.documents.order import CONTENT_CREATION, DataReading, Order
from longrun.documents.ranges import Run, clip, compress, split
from longrun.documents.sets import EntitySet, SetType
from longrun.documents.steps.engine import Engine, set_prefix, work_prefix
from longrun.operations.operation import Operation


class NoRecords(InputInvalid):
    """There is nothing to make documents of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentTask:
    """One iteration of the workflow's Map: the records of one chunk of the content set."""

    operation_id: str
    number: int
    """The chunk's number."""
    data_set: int
    records: tuple[Run, ...]

    def document(self) -> dict[str, Any]:
        """As the Map's item."""
        return {
            "operationId": self.operation_id,
            "number": self.number,
            "dataSet": self.data_set,
            "records": self.records,
        }

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> "ContentTask":
        """Of the Map's item."""
        return cls(
            operation_id=item["operationId"],
            number=item["number"],
            data_set=item["dataSet"],
            records=tuple((first, last) for first, last in item["records"]),
        )

    @property
    def count(self) -> int:
        """How many records it has."""
        return sum(last - first + 1 for first, last in self.records)


def tasks_key(operation: Operation) -> str:
    """Where the Map finds its items."""
    return f"{work_prefix(operation)}content.json"


def open_content(engine: Engine, operation: Operation) -> None:
    """Decide which records go into which chunk, and reserve the content set's ids.

    Raises:
        NoRecords: There is not one record.
        SetMissing: A record id of the order's is of no data set.
    """
    order = engine.order(operation)
    tasks = list(_tasks(engine, operation, order))
    if not tasks:
        raise NoRecords(_why_empty(engine, operation, order))
    engine.enter(operation, CONTENT_CREATION, total=len(tasks))
    engine.reserve_set(operation, SetType.CONTENT, 1 + sum(task.count for task in tasks))
    engine.artefacts.write(
        tasks_key(operation),
        json.dumps([task.document() for task in tasks], separators=(",", ":")).encode(),
        media_type="application/json",
    )


def close_content(engine: Engine, operation: Operation) -> None:
    """Make the complete chunks a content set."""
    items = json.loads(engine.artefacts.read(tasks_key(operation)))
    tasks = [ContentTask.read(item) for item in items]
    counts = [task.count for task in tasks]
    write_index(engine.artefacts, set_prefix(operation, SetType.CONTENT), counts)
    set_id = engine.reserve_set(operation, SetType.CONTENT, 1 + sum(counts))
    sources = {task.data_set for task in tasks}
    content_set = replace(
        engine.new_set(operation, SetType.CONTENT, set_id, sum(counts)),
        source=sources.pop() if len(sources) == 1 else None,
    )
    last = engine.order(operation).jobcreation is None
    engine.finish_set(operation, content_set, last=last)


def _tasks(engine: Engine, operation: Operation, order: Order) -> Iterator[ContentTask]:
    number = 0
    for data_set, runs in _selection(engine, operation, order):
        firsts = chunk_firsts(engine.artefacts, data_set)
        for group in split(runs, firsts, RECORDS_A_CHUNK):
            yield ContentTask(
                operation_id=operation.id,
                number=number,
                data_set=data_set.id,
                records=tuple(group),
            )
            number += 1


def _selection(
    engine: Engine, operation: Operation, order: Order
) -> Iterator[tuple[EntitySet, Sequence[Run]]]:
    """The data sets and the ids of their records, in the order of the documents."""
    assert order.contentcreation is not None, "the workflow enters content only where ordered"
    if order.contentcreation.records is not None:
        found = engine.record_runs(operation.tenant, compress(order.contentcreation.records))
        for data_set, members in groupby(found, key=itemgetter(0)):
            yield data_set, [run for _, run in members]
        return
    data_set = engine.made_set(operation, SetType.DATA)
    places: list[Run] = [(1, data_set.count)] if data_set.count else []
    if order.print_range is not None:
        places = clip(order.print_range, data_set.count)
    yield data_set, [(data_set.id + first, data_set.id + last) for first, last in places]


def _why_empty(engine: Engine, operation: Operation, order: Order) -> str:
    if order.datamining is None:
        return "There are no records to make documents of."
    if isinstance(order.datamining, DataReading):
        name = f"Data set {order.datamining.name!r}"
    else:
        name = engine.files.get(operation.tenant, order.datamining.file).name
    if order.print_range is not None and engine.made_set(operation, SetType.DATA).count:
        return f"{name} has no record in the print range."
    return f"{name} has no records."
