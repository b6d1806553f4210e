"""A job set's jobs: a line each, the group's key and the content items in their order."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from longrun.documents.ranges import Run, compress
from longrun.documents.records import Value
from longrun.operations.artefacts import ArtefactStore

_JOBS = "jobs.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """One job: documents that belong together, in their order."""

    keys: Mapping[str, Value]
    """The values that the group shares."""
    items: tuple[Run, ...]
    """Ids of content items."""


def write_jobs(
    artefacts: ArtefactStore,
    prefix: str,
    jobs: Iterable[tuple[Mapping[str, Value], Iterable[int]]],
) -> None:
    """Keep the jobs, in order: each its group's keys and its content items."""
    artefacts.write(
        prefix + _JOBS,
        (
            json.dumps(
                {"keys": dict(keys), "items": compress(members)},
                ensure_ascii=False,
                separators=(",", ":"),
            ).encode()
            + b"\n"
            for keys, members in jobs
        ),
        media_type="application/jsonl",
    )


def read_jobs(artefacts: ArtefactStore, prefix: str) -> Iterator[JobLine]:
    """The jobs of a set, in order."""
    for line in artefacts.read(prefix + _JOBS).splitlines():
        document = json.loads(line)
        yield JobLine(
            keys=document["keys"],
            items=tuple((first, last) for first, last in document["items"]),
        )
