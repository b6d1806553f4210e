"""A content set's documents in chunks: a PDF each, and which pages belong to which document."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from longrun.documents.ranges import Run, expand
from longrun.documents.sets import EntitySet
from longrun.operations.artefacts import ArtefactStore

_INDEX = "index.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSize:
    """A page's size in millimetres."""

    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentChunk:
    """The documents of one chunk: for each its record and its pages."""

    number: int
    records: tuple[Run, ...]
    """Ids of the records, one document each, in order."""
    pages: tuple[int, ...]
    """Pages of each document."""
    media: tuple[tuple[int, PageSize], ...]
    """Runs of pages of one size, in order: how many, and the size."""

    @property
    def count(self) -> int:
        """How many documents it holds."""
        return len(self.pages)

    def first_pages(self) -> list[int]:
        """The first page (from 0) of each document in the chunk's PDF."""
        firsts, page = [], 0
        for count in self.pages:
            firsts.append(page)
            page += count
        return firsts


def pdf_key(prefix: str, number: int) -> str:
    """The key of a chunk's PDF."""
    return f"{prefix}content-{number:05d}.pdf"


def _chunk_key(prefix: str, number: int) -> str:
    return f"{prefix}content-{number:05d}.json"


def write_chunk(artefacts: ArtefactStore, prefix: str, chunk: ContentChunk) -> None:
    """Keep what is known of a chunk, beside its PDF."""
    document = {
        "records": chunk.records,
        "pages": chunk.pages,
        "media": [[count, size.width, size.height] for count, size in chunk.media],
    }
    artefacts.write(
        _chunk_key(prefix, chunk.number),
        json.dumps(document, separators=(",", ":")).encode(),
        media_type="application/json",
    )


def read_chunk(artefacts: ArtefactStore, prefix: str, number: int) -> ContentChunk:
    """What is known of a chunk."""
    document: dict[str, Any] = json.loads(artefacts.read(_chunk_key(prefix, number)))
    return ContentChunk(
        number=number,
        records=tuple((first, last) for first, last in document["records"]),
        pages=tuple(document["pages"]),
        media=tuple(
            (count, PageSize(width=width, height=height))
            for count, width, height in document["media"]
        ),
    )


def write_index(artefacts: ArtefactStore, prefix: str, counts: Sequence[int]) -> None:
    """Keep how many documents each chunk holds; only now can the set be read."""
    artefacts.write(
        prefix + _INDEX, json.dumps({"counts": counts}).encode(), media_type="application/json"
    )


class ContentReader:
    """Reads a content set; chunks' descriptions are kept as long as the reader is."""

    def __init__(self, artefacts: ArtefactStore, content_set: EntitySet) -> None:
        self._artefacts = artefacts
        self._set = content_set
        counts: list[int] = json.loads(artefacts.read(content_set.prefix + _INDEX))["counts"]
        self._starts = list(accumulate(counts, initial=0))[:-1]
        self._chunks: dict[int, ContentChunk] = {}
        self._firsts: dict[int, list[int]] = {}

    def pages(self, number: int, place: int) -> range:
        """The pages (from 0) of a document in its chunk's PDF; both as `locate` gives them."""
        chunk = self.chunk(number)
        if number not in self._firsts:
            self._firsts[number] = chunk.first_pages()
        first = self._firsts[number][place]
        return range(first, first + chunk.pages[place])

    def chunk(self, number: int) -> ContentChunk:
        """A chunk by its number."""
        if number not in self._chunks:
            self._chunks[number] = read_chunk(self._artefacts, self._set.prefix, number)
        return self._chunks[number]

    def chunks(self) -> Iterator[ContentChunk]:
        """All chunks, in order; none is kept."""
        for number in range(len(self._starts)):
            yield read_chunk(self._artefacts, self._set.prefix, number)

    def locate(self, item: int) -> tuple[int, int]:
        """The chunk of a content item and its place in there (from 0)."""
        place = item - self._set.id - 1
        number = bisect_right(self._starts, place) - 1
        return number, place - self._starts[number]

    def items(self) -> Iterator[tuple[int, int]]:
        """The id of each content item with the id of its record."""
        item = self._set.id
        for chunk in self.chunks():
            for record in expand(chunk.records):
                item += 1
                yield item, record

    def record_of(self, item: int) -> int:
        """The id of the record that a content item was made from."""
        number, place = self.locate(item)
        for first, last in self.chunk(number).records:
            if place <= last - first:
                return first + place
            place -= last - first + 1
        raise LookupError(item)
