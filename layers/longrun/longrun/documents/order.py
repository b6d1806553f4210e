"""The order: which parts of the production an operation asks for, read from its input.

The form is the normalised All-In-One configuration (contracts/print.md), ids resolved. Checking
what callers send is the contract's work; this reads what was accepted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from longrun.documents.ranges import Run
from longrun.documents.sets import SetType
from longrun.operations.operation import Phase

DATA_MAPPING = "Data Mapping"
CONTENT_CREATION = "Content Creation"
JOB_CREATION = "Job Creation"
OUTPUT_CREATION = "Output Creation"
EXPORT = "Export"

_WEIGHTS = {
    DATA_MAPPING: 10,
    CONTENT_CREATION: 60,
    JOB_CREATION: 5,
    OUTPUT_CREATION: 25,
    EXPORT: 10,
}
"""How the time is spread over the phases, roughly, in a mailing of letters."""

MOST_PICTURES = 5
"""So many pages one export draws."""

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
class DataReading:
    """Read a data set that is kept under a name, instead of a file."""

    name: str
    persist: bool
    """Whether a data set of the order's own remains, with these records."""


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
    preset: int | None
    """None: everything becomes one PDF."""
    create_only: bool
    """Whether the output stays in the file store alone, or is delivered too."""
    folder: str | None
    """Overrides the preset's destination."""
    parameters: Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Hand over pages of the one PDF that output creation makes, and keep nothing else."""

    name: str
    """What the file is called, with or without an extension."""
    format: Literal["pdf", "png"]
    pages: tuple[int, ...] | None
    """Numbers of pages, from 1, in the order wanted; None: all."""
    width: int
    height: int
    """Pixels of the box that a picture of a page fits into."""

    @property
    def reach(self) -> int | None:
        """How many records, from the first on, have all the pages; None: nobody knows, so all.

        Each record has a page at least.
        """
        if self.pages is not None:
            return max(self.pages)
        # With one more it is known to be too many.
        return MOST_PICTURES + 1 if self.format == "png" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be produced; parts that are None are not asked for."""

    datamining: DataMining | DataReading | None = None
    contentcreation: ContentCreation | None = None
    jobcreation: JobCreation | None = None
    outputcreation: OutputCreation | None = None
    export: Export | None = None
    print_range: tuple[Run, ...] | None = None
    """Only these records, counted from 1 in the data file's order."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Order":
        """The order in its JSON form."""
        mining = document.get("datamining")
        content = document.get("contentcreation")
        jobs = document.get("jobcreation")
        output = document.get("outputcreation")
        export = document.get("export")
        print_range = document.get("printRange")
        return cls(
            datamining=_datamining(mining) if mining is not None else None,
            contentcreation=_contentcreation(content) if content is not None else None,
            jobcreation=_jobcreation(jobs) if jobs is not None else None,
            outputcreation=_outputcreation(output) if output is not None else None,
            export=_export(export) if export is not None else None,
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
        if isinstance(self.datamining, DataMining):
            yield self.datamining.file
            yield self.datamining.config
        if self.contentcreation:
            yield self.contentcreation.template
        if self.jobcreation and self.jobcreation.preset is not None:
            yield self.jobcreation.preset
        if self.outputcreation and self.outputcreation.preset is not None:
            yield self.outputcreation.preset

    def transient(self, set_type: SetType) -> bool:
        """Whether the set of that type serves this order alone, and goes with it."""
        if self.export is not None:
            return True
        mining = self.datamining
        return set_type is SetType.DATA and mining is not None and not mining.persist

    def _parts(self) -> tuple[tuple[str, object], ...]:
        return (
            (DATA_MAPPING, self.datamining),
            (CONTENT_CREATION, self.contentcreation),
            (JOB_CREATION, self.jobcreation),
            (OUTPUT_CREATION, self.outputcreation),
            (EXPORT, self.export),
        )


def _datamining(part: Mapping[str, Any]) -> DataMining | DataReading:
    persist = part.get("persistDataset", True)
    if "dataset" in part:
        return DataReading(name=part["dataset"], persist=persist)
    return DataMining(
        file=part["identifier"],
        config=part["config"],
        parameters=part.get("parameters", {}),
        persist=persist,
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
        preset=part.get("config"),
        create_only=part["createOnly"],
        folder=part.get("jobOutputFolder"),
        parameters=part.get("parameters", {}),
    )


def _export(part: Mapping[str, Any]) -> Export:
    pages = part.get("pages")
    return Export(
        name=part["name"],
        format=part["format"],
        pages=tuple(pages) if pages is not None else None,
        width=part["width"],
        height=part["height"],
    )
