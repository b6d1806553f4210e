"""A data set's records in chunks: written as they are mapped, read by their ids.

A chunk is a file of records, a line each; the index beside them says where each chunk starts.
Ids are never written: a record's id follows from the set's and its place.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from longrun.documents.errors import InputInvalid
from longrun.documents.ranges import Run
from longrun.documents.records import Record, encode_record
from longrun.documents.sets import EntitySet
from longrun.operations.artefacts import ArtefactStore

RECORDS_A_CHUNK = 100
"""What is typeset in one go: below 300 MB resident, and within a few percent of the fastest."""

BYTES_A_CHUNK = 4 * 1024 * 1024
"""A chunk is closed beyond this, however few records it has."""

LARGEST_RECORD = 8 * 1024 * 1024
"""Bytes of one record with its detail tables: half of what one typesetting is given."""

_INDEX = "index.json"


class RecordTooLarge(InputInvalid):
    """A record has more in it than a document can be made of."""

    def __init__(self, record: int, size: int) -> None:
        super().__init__(
            f"Record {record} is {size} bytes large with its detail tables; "
            f"{LARGEST_RECORD} are allowed."
        )
        self.record = record
        self.size = size


def details_of(record: Record) -> int:
    """How many detail records a record has, at all depths."""
    return sum(1 + details_of(row) for rows in record.tables.values() for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkIndex:
    """Where the chunks of a data set start, by records and by detail records before them."""

    starts: tuple[int, ...]
    details: tuple[int, ...]
    count: int
    detail_count: int

    def chunk_of(self, place: int) -> int:
        """The chunk that holds the record at that place (from 0)."""
        return bisect_right(self.starts, place) - 1

    @classmethod
    def read(cls, artefacts: ArtefactStore, prefix: str) -> "ChunkIndex":
        """The index under a set's prefix."""
        document: dict[str, Any] = json.loads(artefacts.read(prefix + _INDEX))
        return cls(
            starts=tuple(document["starts"]),
            details=tuple(document["details"]),
            count=document["count"],
            detail_count=document["detailCount"],
        )


@dataclass(slots=True)
class DataSetWriter:
    """Writes records into chunks under a prefix; memory is one chunk."""

    artefacts: ArtefactStore
    prefix: str
    count: int = 0
    details: int = 0
    _lines: list[bytes] = field(default_factory=list)
    _size: int = 0
    _starts: list[int] = field(default_factory=list)
    _details_before: list[int] = field(default_factory=list)

    def add(self, record: Record) -> bool:
        """Add a record; True if it completed a chunk.

        Raises:
            RecordTooLarge: It is beyond `LARGEST_RECORD`.
        """
        if not self._lines:
            self._starts.append(self.count)
            self._details_before.append(self.details)
        line = encode_record(record)
        if len(line) > LARGEST_RECORD:
            raise RecordTooLarge(self.count + 1, len(line))
        self._lines.append(line)
        self._size += len(line)
        self.count += 1
        self.details += details_of(record)
        if len(self._lines) < RECORDS_A_CHUNK and self._size < BYTES_A_CHUNK:
            return False
        self._flush()
        return True

    def close(self) -> ChunkIndex:
        """Write what is left and the index; only now can the set be read."""
        if self._lines:
            self._flush()
        index = ChunkIndex(
            starts=tuple(self._starts),
            details=tuple(self._details_before),
            count=self.count,
            detail_count=self.details,
        )
        document = {
            "starts": index.starts,
            "details": index.details,
            "count": index.count,
            "detailCount": index.detail_count,
        }
        self.artefacts.write(
            self.prefix + _INDEX, json.dumps(document).encode(), media_type="application/json"
        )
        return index

    def _flush(self) -> None:
        number = len(self._starts) - 1
        self.artefacts.write(
            _chunk_key(self.prefix, number),
            b"".join(self._lines),
            media_type="application/jsonl",
        )
        self._lines, self._size = [], 0


def read_records(
    artefacts: ArtefactStore, data_set: EntitySet, runs: Iterable[Run]
) -> Iterator[tuple[int, bytes]]:
    """The records of a data set by their ids, each as its line of JSON; memory is one chunk.

    Args:
        artefacts: Where the chunks are.
        data_set: The set that every id belongs to.
        runs: Record ids, in the order wanted; best in the set's own order.

    Yields:
        The record's id and its line.
    """
    index = ChunkIndex.read(artefacts, data_set.prefix)
    held, lines = -1, list[bytes]()
    for first, last in runs:
        for record_id in range(first, last + 1):
            place = record_id - data_set.id - 1
            chunk = index.chunk_of(place)
            if chunk != held:
                content = artefacts.read(_chunk_key(data_set.prefix, chunk))
                held, lines = chunk, content.splitlines()
            yield record_id, lines[place - index.starts[chunk]]


def chunk_firsts(artefacts: ArtefactStore, data_set: EntitySet) -> list[int]:
    """The first record id of each chunk: where reading is cheapest to begin."""
    index = ChunkIndex.read(artefacts, data_set.prefix)
    return [data_set.id + 1 + start for start in index.starts]


def _chunk_key(prefix: str, number: int) -> str:
    return f"{prefix}records-{number:05d}.jsonl"
