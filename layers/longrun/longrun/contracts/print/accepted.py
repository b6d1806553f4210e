"""The configuration as it is kept: references and identifiers are ids, the range is runs.

It is the input of the kind `print.all-in-one`, and what `documents.order` reads.
"""

from longrun.contracts.print.configuration import (
    Configuration,
    ContentCreation,
    DataMining,
    EntityId,
    JobCreation,
    OutputCreation,
)
from longrun.documents.ranges import Run


class AcceptedDataMining(DataMining):
    """Both files by id, or the data set's name."""

    identifier: EntityId | None = None
    config: EntityId | None = None


class AcceptedContentCreation(ContentCreation):
    """The template by id."""

    config: EntityId


class AcceptedJobCreation(JobCreation):
    """The preset by id."""

    config: EntityId | None = None


class AcceptedOutputCreation(OutputCreation):
    """The preset by id."""

    config: EntityId


class AcceptedConfiguration(Configuration):
    """An All-In-One configuration in which everything was found."""

    datamining: AcceptedDataMining | None = None
    contentcreation: AcceptedContentCreation | None = None
    jobcreation: AcceptedJobCreation | None = None
    outputcreation: AcceptedOutputCreation | None = None
    print_range: list[Run] | None = None
    """First and last record of each run, counted from 1."""
