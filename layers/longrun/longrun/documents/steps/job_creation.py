"""The job creation step: the content set's documents, filtered, sorted and grouped into jobs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from longrun.documents.content_chunks import ContentReader
from longrun.documents.dataset_chunks import read_records
from longrun.documents.errors import InputInvalid
from longrun.documents.job_lines import write_jobs
from longrun.documents.jobs import key_values, plan_jobs
from longrun.documents.order import JOB_CREATION
from longrun.documents.presets.job import JobPreset
from longrun.documents.records import Value, decode_record
from longrun.documents.sets import EntitySet, SetType
from longrun.documents.steps.engine import Engine, set_prefix
from longrun.filestore import FileType
from longrun.operations.operation import Operation


class NothingLeft(InputInvalid):
    """The filter leaves no document."""


def create_jobs(engine: Engine, operation: Operation) -> None:
    """Make the jobs of the content set, and a job set of them.

    Raises:
        NothingLeft: The preset's filter leaves no document.
        InputInvalid: The preset is at fault.
    """
    order = engine.enter(operation, JOB_CREATION)
    rules = engine.configuration(operation, FileType.JOB_CREATION_CONFIG, JobPreset).rules()
    content_set = engine.made_set(operation, SetType.CONTENT)
    jobs = plan_jobs(rules, item_values(engine, content_set, rules.fields))
    if not jobs:
        raise NothingLeft("The job preset's filter leaves no document.")
    write_jobs(
        engine.artefacts,
        set_prefix(operation, SetType.JOB),
        ((job.group, job.members) for job in jobs),
    )
    set_id = engine.reserve_set(operation, SetType.JOB, 1 + len(jobs))
    job_set = replace(
        engine.new_set(operation, SetType.JOB, set_id, len(jobs)), source=content_set.id
    )
    engine.finish_set(operation, job_set, last=order.outputcreation is None)


def item_values(
    engine: Engine, content_set: EntitySet, fields: Sequence[str]
) -> Iterator[tuple[int, tuple[Value, ...]]]:
    """Each content item with the values of its record's fields; None where it has no such field.

    Reads record by record; without fields it reads no record at all.
    """
    reader = ContentReader(engine.artefacts, content_set)
    if not fields:
        yield from ((item, ()) for item in content_set.members)
        return
    item = content_set.id
    runs = (run for chunk in reader.chunks() for run in chunk.records)
    found = engine.record_runs(content_set.tenant, runs)
    for data_set, members in groupby(found, key=itemgetter(0)):
        for _, line in read_records(engine.artefacts, data_set, (run for _, run in members)):
            item += 1
            yield item, key_values(decode_record(line), fields)
