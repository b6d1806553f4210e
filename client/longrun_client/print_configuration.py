"""The All-In-One configuration and its ad-hoc form as values.

They follow contracts/print.md, "All-In-One configuration" and "Methods".
Whether the parts make a legal sequence is the service's to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

type Reference = int | str
"""A managed file by its id or by its name, with or without extension."""
type Parameters = Mapping[str, str | float | bool]
"""Runtime parameters by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataMining:
    """Map a data file to a data set."""

    identifier: Reference
    """The data file."""
    config: Reference
    """The data mapping configuration."""
    parameters: Parameters | None = None
    persist_dataset: bool | None = None
    """False leaves no data set behind; None leaves it to the service, which keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReading:
    """Take the rows of a data set of the catalogue, as it was last reloaded."""

    dataset: str
    """Its name."""
    persist_dataset: bool | None = None
    """As in `DataMining`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentCreation:
    """Typeset a document for each record."""

    config: Reference
    """The template."""
    identifiers: tuple[int, ...] | None = None
    """Ids of data records; None: those of the data mapping before."""
    parameters: Parameters | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCreation:
    """Sort and group the documents."""

    config: Reference | None = None
    """The preset; None: one job, in the order of the records."""
    parameters: Parameters | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputCreation:
    """Make spool files of the jobs."""

    config: Reference
    """The preset."""
    create_only: bool = True
    """True: the output stays in the file store; False: it goes to the preset's destination too."""
    identifiers: tuple[int, ...] | None = None
    """Ids of jobs; None: those of the job creation before."""
    job_output_folder: str | None = None
    """Overrides the preset's destination."""
    parameters: Parameters | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllInOne:
    """The parts of a production; those that are given must follow one another without a hole."""

    datamining: DataMining | DataReading | None = None
    contentcreation: ContentCreation | None = None
    jobcreation: JobCreation | None = None
    outputcreation: OutputCreation | None = None
    print_range: str | None = None
    """Records to print, as in `1-3, 7`; with all four parts only."""
    return_id_in_header: bool = True
    """Have the ids of the sets sent along with the result."""

    def document(self) -> dict[str, Any]:
        """The configuration as submit takes it."""
        parts = {
            "datamining": self.datamining and _datamining(self.datamining),
            "contentcreation": self.contentcreation and _contentcreation(self.contentcreation),
            "jobcreation": self.jobcreation and _jobcreation(self.jobcreation),
            "outputcreation": self.outputcreation and _outputcreation(self.outputcreation),
            "printRange": None if self.print_range is None else {"printRange": self.print_range},
            "returnIdInHeader": self.return_id_in_header,
        }
        # An empty object is a part too: `jobcreation: {}` is legal.
        return {name: part for name, part in parts.items() if part is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdHoc:
    """A production of a data file that is sent in the same call; all files by id or name."""

    mapping: Reference
    """The data mapping configuration."""
    template: Reference
    output: Reference
    """The output creation preset."""
    job: Reference = 0
    """The job creation preset; 0: none."""
    name: str | None = None
    """Of the data file; None: the path's own."""
    create_only: bool = False
    """True: the output stays in the file store; False: it goes to the preset's destination too."""
    print_range: str | None = None
    """Records to print, as in `1-3, 7`."""

    @property
    def path(self) -> str:
        """What follows the service's own path."""
        parts = (self.mapping, self.template, self.job, self.output)
        return "".join(f"/{quote(str(part), safe='')}" for part in parts)

    @property
    def query(self) -> dict[str, str]:
        """The parameters, but those that say how the result is wanted."""
        given = {"filename": self.name, "printRange": self.print_range}
        return {name: value for name, value in given.items() if value} | {
            "createOnly": str(self.create_only).lower()
        }


def _datamining(part: DataMining | DataReading) -> dict[str, Any]:
    if isinstance(part, DataReading):
        return _given(dataset=part.dataset, persistDataset=part.persist_dataset)
    return _given(
        identifier=part.identifier,
        config=part.config,
        parameters=_parameters(part.parameters),
        persistDataset=part.persist_dataset,
    )


def _contentcreation(part: ContentCreation) -> dict[str, Any]:
    return _given(
        identifiers=_identifiers(part.identifiers),
        config=part.config,
        parameters=_parameters(part.parameters),
    )


def _jobcreation(part: JobCreation) -> dict[str, Any]:
    return _given(config=part.config, parameters=_parameters(part.parameters))


def _outputcreation(part: OutputCreation) -> dict[str, Any]:
    return _given(
        identifiers=_identifiers(part.identifiers),
        config=part.config,
        createOnly=part.create_only,
        jobOutputFolder=part.job_output_folder,
        parameters=_parameters(part.parameters),
    )


def _given(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _identifiers(identifiers: tuple[int, ...] | None) -> list[int] | None:
    return None if identifiers is None else list(identifiers)


def _parameters(parameters: Parameters | None) -> dict[str, str | float | bool] | None:
    return None if parameters is None else dict(parameters)
