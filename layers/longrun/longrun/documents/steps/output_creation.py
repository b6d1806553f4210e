"""The output creation steps: jobs become files, a part of them at a time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from longrun.documents.content_chunks import ContentReader, pdf_key
from longrun.documents.job_lines import JobLine, read_jobs
from longrun.documents.naming import destination_prefix
from longrun.documents.order import OUTPUT_CREATION, OutputCreation
from longrun.documents.pdf import Binder
from longrun.documents.presets.output import OutputPreset
from longrun.documents.ranges import Run, compress, expand
from longrun.documents.records import Value
from longrun.documents.sets import EntitySet, SetMissing, SetType
from longrun.documents.steps.engine import OUTPUT_RESULT, Engine, work_prefix
from longrun.documents.steps.job_creation import item_values
from longrun.filestore import FileType, KeptOutputs
from longrun.operations.artefacts import Artefact, ArtefactMissing
from longrun.operations.operation import Operation, ResultFile
from longrun.operations.results import describe

FILES_A_PART = 200
"""So many small files one iteration writes."""

_PDF = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """A file of the output, and the documents that it consists of."""

    name: str
    documents: tuple[tuple[int, tuple[Run, ...]], ...]
    """Content set ids, each with runs of its items' ids, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPart:
    """One iteration of the workflow's Map: some of the files."""

    operation_id: str
    number: int

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> "OutputPart":
        """Of the Map's item."""
        return cls(operation_id=item["operationId"], number=item["number"])


def plan_output(engine: Engine, operation: Operation) -> None:
    """Decide which files there will be, of which documents, and what they are called.

    Raises:
        SetMissing: A job id of the order's is of no job set.
    """
    order = engine.order(operation)
    assert order.outputcreation is not None, "the workflow enters output only where ordered"
    preset = engine.configuration(operation, FileType.OUTPUT_CREATION_CONFIG, OutputPreset)
    jobs = list(_jobs(engine, operation, order.outputcreation))
    files = list(_planned(engine, operation, preset, jobs))
    parts = [list(part) for part in batched(files, FILES_A_PART)]
    engine.enter(operation, OUTPUT_CREATION, total=len(parts))
    _reserve_file(engine, operation, single=len(files) == 1)
    for number, part in enumerate(parts):
        document = [{"name": file.name, "documents": file.documents} for file in part]
        _write_json(engine, f"{work_prefix(operation)}output-{number:05d}.json", document)
    items = [{"operationId": operation.id, "number": number} for number in range(len(parts))]
    _write_json(engine, f"{work_prefix(operation)}output.json", items)


def create_output(engine: Engine, operation: Operation, number: int) -> None:
    """Write one part of the files, and what was written."""
    plan = json.loads(engine.artefacts.read(f"{work_prefix(operation)}output-{number:05d}.json"))
    preset = engine.configuration(operation, FileType.OUTPUT_CREATION_CONFIG, OutputPreset)
    file_id, directory = _reserved_file(engine, operation)
    written = []
    with TemporaryDirectory() as folder, Binder() as binder:
        pages = _Pages(engine, operation, Path(folder))
        for entry in plan:
            target = Path(folder) / "output.pdf"
            parts = pages.of((each[0], each[1]) for each in entry["documents"])
            binder.merge(parts, target, created=operation.accepted, compress=preset.compression)
            key = KeptOutputs.output_key(
                operation.tenant, file_id, entry["name"], directory=directory
            )
            with target.open("rb") as content:
                artefact = engine.artefacts.write(key, content, media_type=_PDF)
            written.append({"name": entry["name"], **_artefact_document(artefact)})
    _write_json(engine, f"{work_prefix(operation)}written-{number:05d}.json", written)
    engine.lifecycle.advance(operation.id, OUTPUT_CREATION)


def deliver_output(engine: Engine, operation: Operation) -> None:
    """Keep the files as the operation's result, and deliver copies where that was ordered."""
    part = engine.order(operation).outputcreation
    assert part is not None, "the workflow enters output only where ordered"
    files = list(_written(engine, operation))
    file_id, directory = _reserved_file(engine, operation)
    kept = engine.outputs.keep(
        operation.tenant,
        directory or files[0].name,
        {file.name: file.artefact for file in files},
        file_id=file_id,
    )
    values = {"identifier": str(kept.id)}
    if not part.create_only:
        preset = engine.configuration(operation, FileType.OUTPUT_CREATION_CONFIG, OutputPreset)
        folder = preset.prefix if part.folder is None else destination_prefix(part.folder)
        values["delivered"] = f"delivered/{operation.tenant}/{folder}"
        for file in files:
            engine.artefacts.copy(file.artefact, values["delivered"] + file.name)
    result = describe(
        OUTPUT_RESULT,
        files,
        prefix=f"results/{operation.tenant}/{operation.id}/",
        artefacts=engine.artefacts,
    )
    engine.lifecycle.produce(operation.id, result=replace(result, values=values))


def _jobs(
    engine: Engine, operation: Operation, part: OutputCreation
) -> Iterator[tuple[EntitySet, JobLine]]:
    """The jobs to put out, in order, each with its job set."""
    if part.jobs is None:
        job_set = engine.made_set(operation, SetType.JOB)
        yield from ((job_set, job) for job in read_jobs(engine.artefacts, job_set.prefix))
        return
    held: EntitySet | None = None
    lines: list[JobLine] = []
    for job in part.jobs:
        if held is None or job not in held.members:
            held = engine.sets.containing(operation.tenant, SetType.JOB, job)
            lines = list(read_jobs(engine.artefacts, held.prefix))
        yield held, lines[job - held.id - 1]


def _planned(
    engine: Engine,
    operation: Operation,
    preset: OutputPreset,
    jobs: Sequence[tuple[EntitySet, JobLine]],
) -> Iterator[PlannedFile]:
    names = preset.names()
    if preset.separation == "none":
        documents = tuple((_source(job_set), job.items) for job_set, job in jobs)
        yield PlannedFile(name=names.name({}), documents=documents)
        return
    fields = sorted(preset.pattern.fields)
    values = _values(engine, operation, jobs, fields)
    counted = 0
    for number, (job_set, job) in enumerate(jobs, 1):
        content = _source(job_set)
        if preset.separation == "group":
            first = values.get(job.items[0][0], {})
            name = names.name(first, job=number)
            yield PlannedFile(name=name, documents=((content, job.items),))
            continue
        for item in expand(job.items):
            counted += 1
            name = names.name(values.get(item, {}), job=number, document=counted)
            yield PlannedFile(name=name, documents=((content, ((item, item),)),))


def _source(job_set: EntitySet) -> int:
    """The content set that a job set was made of."""
    if job_set.source is None:
        raise SetMissing(SetType.CONTENT, job_set.id, member=False)
    return job_set.source


def _values(
    engine: Engine,
    operation: Operation,
    jobs: Sequence[tuple[EntitySet, JobLine]],
    fields: Sequence[str],
) -> Mapping[int, Mapping[str, Value]]:
    """The fields that names are made of, by content item; read in the sets' order, not the jobs'."""
    if not fields:
        return {}
    values: dict[int, Mapping[str, Value]] = {}
    for content in {_source(job_set) for job_set, _ in jobs}:
        content_set = engine.sets.get(operation.tenant, SetType.CONTENT, content)
        for item, row in item_values(engine, content_set, fields):
            values[item] = dict(zip(fields, row, strict=True))
    return values


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
            held: tuple[int, list[int]] | None = None
            for item in expand((first, last) for first, last in runs):
                number, place = reader.locate(item)
                if held is None or held[0] != number:
                    if held:
                        yield self._pdf(content_set, held[0]), compress(held[1])
                    held = number, []
                    firsts = reader.chunk(number).first_pages()
                held[1].extend(
                    range(firsts[place], firsts[place] + reader.chunk(number).pages[place])
                )
            if held:
                yield self._pdf(content_set, held[0]), compress(held[1])

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


def _reserve_file(engine: Engine, operation: Operation, *, single: bool) -> None:
    """Draw the id under which the output will be kept, once."""
    key = f"{work_prefix(operation)}output-file.json"
    try:
        engine.artefacts.read(key)
    except ArtefactMissing:
        directory = None if single else f"output-{operation.id}"
        _write_json(engine, key, {"id": engine.outputs.new_id(), "directory": directory})


def _reserved_file(engine: Engine, operation: Operation) -> tuple[int, str | None]:
    document = json.loads(engine.artefacts.read(f"{work_prefix(operation)}output-file.json"))
    return document["id"], document["directory"]


def _written(engine: Engine, operation: Operation) -> Iterator[ResultFile]:
    parts = json.loads(engine.artefacts.read(f"{work_prefix(operation)}output.json"))
    for part in parts:
        key = f"{work_prefix(operation)}written-{part['number']:05d}.json"
        for entry in json.loads(engine.artefacts.read(key)):
            yield ResultFile(
                name=entry["name"],
                artefact=Artefact(
                    key=entry["key"],
                    media_type=_PDF,
                    size=entry["size"],
                    sha256=entry["sha256"],
                    version=entry["version"],
                ),
            )


def _artefact_document(artefact: Artefact) -> dict[str, Any]:
    return {
        "key": artefact.key,
        "size": artefact.size,
        "sha256": artefact.sha256,
        "version": artefact.version,
    }


def _write_json(engine: Engine, key: str, document: object) -> None:
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    engine.artefacts.write(key, content, media_type="application/json")
