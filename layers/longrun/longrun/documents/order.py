"""The order: which parts of the production an operation asks for, read from its input.

The form is the normalised All-In-One configuration (contracts/print.md), ids resolved. Checking
what callers send is the contract's work; this reads what was accepted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from longrun.documents.ranges import Run
from longrun.operations.operation import Phase

DATA_MAPPING = "Data Mapping"
CONTENT_CREATION = "Content Creation"
JOB_CREATION = "Job Creation"
OUTPUT_CREATION = "Output Creation"

_WEIGHTS = {DATA_MAPPING: 10, CONTENT_CREATION: 60, JOB_CREATION: 5, OUTPUT_CREATION: 25}
"""How the time is spread over the phases, roughly, in a mailing of letters."""

type Parameters = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataMining:
    """Map a data file to a data set."""

    file: int
    """Id of the data file."""
    config: int
    """Id of the data mapping configuration."""
    parameters: Parameters
    persist: bool
    """Whether a data set remains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentCreation:
    """Typeset a document for each record."""

    records: tuple[int, ...] | None
    """Ids of data records; None: those of the data set that was mapped before."""
    template: int
    parameters: Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCreation:
    """Sort and group the documents."""

    preset: int | None
    parameters: Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputCreation:
    """Make files of the jobs."""

    jobs: tuple[int, ...] | None
    """Ids of jobs; None: those of the job set that was made before."""
    preset: int
    create_only: bool
    """Whether the output stays in the file store alone, or is delivered too."""
    folder: str | None
    """Overrides the preset's destination."""
    parameters: Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be produced; parts that are None are not asked for."""

    datamining: DataMining | None = None
    contentcreation: ContentCreation | None = None
    jobcreation: JobCreation | None = None
    outputcreation: OutputCreation | None = None
    print_range: tuple[Run, ...] | None = None
    """Only these records, counted from 1 in the data file's order."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Order":
        """The order in its JSON form."""
        mining = document.get("datamining")
        content = document.get("contentcreation")
        jobs = document.get("jobcreation")
        output = document.get("outputcreation")
        print_range = document.get("printRange")
        return cls(
            datamining=_datamining(mining) if mining is not None else None,
            contentcreation=_contentcreation(content) if content is not None else None,
            jobcreation=_jobcreation(jobs) if jobs is not None else None,
            outputcreation=_outputcreation(output) if output is not None else None,
            print_range=tuple((first, last) for first, last in print_range)
            if print_range
            else None,
        )

    @property
    def phases(self) -> Mapping[str, Phase]:
        """The phases that the order goes through, each with its share of the whole."""
        present = [name for name, part in self._parts() if part is not None]
        whole = sum(_WEIGHTS[name] for name in present)
        phases: dict[str, Phase] = {}
        start = 0.0
        for name in present:
            end = start + 100 * _WEIGHTS[name] / whole
            phases[name] = Phase(name=name, start=start, end=min(end, 100.0))
            start = end
        return phases

    def files(self) -> Iterator[int]:
        """The ids of the managed files that the work reads."""
        if self.datamining:
            yield self.datamining.file
            yield self.datamining.config
        if self.contentcreation:
            yield self.contentcreation.template
        if self.jobcreation and self.jobcreation.preset is not None:
            yield self.jobcreation.preset
        if self.outputcreation:
            yield self.outputcreation.preset

    def _parts(self) -> tuple[tuple[str, object], ...]:
        return (
            (DATA_MAPPING, self.datamining),
            (CONTENT_CREATION, self.contentcreation),
            (JOB_CREATION, self.jobcreation),
            (OUTPUT_CREATION, self.outputcreation),
        )


def _datamining(part: Mapping[str, Any]) -> DataMining:
    return DataMining(
        file=part["identifier"],
        config=part["config"],
        parameters=part.get("parameters", {}),
        persist=part.get("persistDataset", True),
    )


def _contentcreation(part: Mapping[str, Any]) -> ContentCreation:
    records = part.get("identifiers")
    return ContentCreation(
        records=tuple(records) if records is not None else None,
        template=part["config"],
        parameters=part.get("parameters", {}),
    )


def _jobcreation(part: Mapping[str, Any]) -> JobCreation:
    return JobCreation(preset=part.get("config"), parameters=part.get("parameters", {}))


def _outputcreation(part: Mapping[str, Any]) -> OutputCreation:
    jobs = part.get("identifiers")
    return OutputCreation(
        jobs=tuple(jobs) if jobs is not None else None,
        preset=part["config"],
        create_only=part["createOnly"],
        folder=part.get("jobOutputFolder"),
        parameters=part.get("parameters", {}),
    )
