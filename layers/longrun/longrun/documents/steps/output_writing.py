"""Output creation, the writing: one part of the files, merged from the documents' pages."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from longrun.documents.content_chunks import ContentReader, pdf_key
from longrun.documents.order import OUTPUT_CREATION
from longrun.documents.pdf import Binder
from longrun.documents.presets.output import OutputPreset
from longrun.documents.ranges import compress, expand
from longrun.documents.sets import EntitySet, SetType
from longrun.documents.steps.engine import Engine, work_prefix
from longrun.documents.steps.output_creation import PDF, output_keys, write_json
from longrun.filestore import FileType
from longrun.operations.operation import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPart:
    """One iteration of the workflow's Map: some of the files."""

    operation_id: str
    number: int

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> "OutputPart":
        """Of the Map's item."""
        return cls(operation_id=item["operationId"], number=item["number"])


def create_output(engine: Engine, operation: Operation, number: int) -> None:
    """Write one part of the files, and what was written."""
    plan = json.loads(engine.artefacts.read(f"{work_prefix(operation)}output-{number:05d}.json"))
    preset = engine.configuration(operation, FileType.OUTPUT_CREATION_CONFIG, OutputPreset)
    key_of = output_keys(engine, operation)
    written = []
    with TemporaryDirectory() as folder, Binder() as binder:
        pages = _Pages(engine, operation, Path(folder))
        for entry in plan:
            target = Path(folder) / "output.pdf"
            parts = pages.of((each[0], each[1]) for each in entry["documents"])
            binder.merge(parts, target, created=operation.accepted, compress=preset.compression)
            with target.open("rb") as content:
                artefact = engine.artefacts.write(key_of(entry["name"]), content, media_type=PDF)
            written.append({"name": entry["name"], **artefact.document()})
    write_json(engine, f"{work_prefix(operation)}written-{number:05d}.json", written)
    engine.lifecycle.advance(operation.id, OUTPUT_CREATION)


class _Pages:
    """Where the documents' pages are: chunks' PDFs, fetched into a folder as they are needed."""

    def __init__(self, engine: Engine, operation: Operation, folder: Path) -> None:
        self._engine = engine
        self._tenant = operation.tenant
        self._folder = folder
        self._readers: dict[int, tuple[EntitySet, ContentReader]] = {}

    def of(
        self, documents: Iterator[tuple[int, Sequence[Sequence[int]]]]
    ) -> Iterator[tuple[Path, list[tuple[int, int]]]]:
        """Each PDF with the runs of its pages (from 0, both included) in the documents' order."""
        for content, runs in documents:
            content_set, reader = self._reader(content)
            places = map(reader.locate, expand((first, last) for first, last in runs))
            for number, group in groupby(places, key=itemgetter(0)):
                pages = chain.from_iterable(reader.pages(*place) for place in group)
                yield self._pdf(content_set, number), compress(pages)

    def _reader(self, content: int) -> tuple[EntitySet, ContentReader]:
        if content not in self._readers:
            found = self._engine.sets.get(self._tenant, SetType.CONTENT, content)
            self._readers[content] = found, ContentReader(self._engine.artefacts, found)
        return self._readers[content]

    def _pdf(self, content_set: EntitySet, number: int) -> Path:
        path = self._folder / f"{content_set.id}-{number}.pdf"
        if not path.exists():
            with path.open("wb") as target:
                self._engine.artefacts.download(pdf_key(content_set.prefix, number), target)
        return path
