"""Output creation, before and after: which files there will be, and what becomes of them.

Writing them is `output_writing`, which alone needs a PDF library.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched

from longrun.documents.job_lines import JobLine, read_jobs
from longrun.documents.naming import destination_prefix
from longrun.documents.order import OUTPUT_CREATION, OutputCreation
from longrun.documents.presets.output import OutputPreset
from longrun.documents.ranges import Run, expand
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

COPIES_A_LOOK = 100
"""After so many copies a delivery looks whether it is still wanted."""

PDF = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """A file of the output, and the documents that it consists of."""

    name: str
    documents: tuple[tuple[int, tuple[Run, ...]], ...]
    """Content set ids, each with runs of its items' ids, in order."""


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
    parts = [list(part) for part in batched(files, FILES_A_PART, strict=False)]
    engine.enter(operation, OUTPUT_CREATION, total=len(parts))
    _reserve_file(engine, operation, single=len(files) == 1)
    for number, part in enumerate(parts):
        document = [{"name": file.name, "documents": file.documents} for file in part]
        write_json(engine, f"{work_prefix(operation)}output-{number:05d}.json", document)
    items = [{"operationId": operation.id, "number": number} for number in range(len(parts))]
    write_json(engine, f"{work_prefix(operation)}output.json", items)


def deliver_output(engine: Engine, operation: Operation) -> None:
    """Keep the files as the operation's result, and deliver copies where that was ordered."""
    part = engine.order(operation).outputcreation
    assert part is not None, "the workflow enters output only where ordered"
    files = list(written_files(engine, operation))
    file_id, directory = reserved_file(engine, operation)
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
        # Who names a folder decides what shares it; without one, no two operations do.
        place = folder or f"{operation.id}/"
        values["delivered"] = f"delivered/{operation.tenant}/{place}"
        for number, file in enumerate(files):
            if number % COPIES_A_LOOK == 0:
                engine.lifecycle.check(operation.id)
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
    """What names are made of, by content item; read in the sets' order, not the jobs'."""
    if not fields:
        return {}
    values: dict[int, Mapping[str, Value]] = {}
    for content in {_source(job_set) for job_set, _ in jobs}:
        content_set = engine.sets.get(operation.tenant, SetType.CONTENT, content)
        for item, row in item_values(engine, content_set, fields):
            values[item] = dict(zip(fields, row, strict=True))
    return values


def _reserve_file(engine: Engine, operation: Operation, *, single: bool) -> None:
    """Draw the id under which the output will be kept, once."""
    key = f"{work_prefix(operation)}output-file.json"
    try:
        engine.artefacts.read(key)
    except ArtefactMissing:
        directory = None if single else f"output-{operation.id}"
        write_json(engine, key, {"id": engine.outputs.new_id(), "directory": directory})


def reserved_file(engine: Engine, operation: Operation) -> tuple[int, str | None]:
    """The id under which the output will be kept, and the directory's name if it is one."""
    document = json.loads(engine.artefacts.read(f"{work_prefix(operation)}output-file.json"))
    return document["id"], document["directory"]


def output_keys(engine: Engine, operation: Operation) -> Callable[[str], str]:
    """Where a file of the output is written, by its name."""
    if engine.order(operation).export is not None:
        # Only what is made of it will be kept.
        return lambda name: f"{work_prefix(operation)}{name}"
    file_id, directory = reserved_file(engine, operation)
    return lambda name: KeptOutputs.output_key(operation.tenant, file_id, name, directory=directory)


def written_files(engine: Engine, operation: Operation) -> Iterator[ResultFile]:
    """The files of the output, in order."""
    parts = json.loads(engine.artefacts.read(f"{work_prefix(operation)}output.json"))
    for part in parts:
        key = f"{work_prefix(operation)}written-{part['number']:05d}.json"
        for entry in json.loads(engine.artefacts.read(key)):
            yield ResultFile(name=entry["name"], artefact=Artefact.read(entry))


def write_json(engine: Engine, key: str, document: object) -> None:
    """Keep a small document of the steps' own."""
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    engine.artefacts.write(key, content, media_type="application/json")
