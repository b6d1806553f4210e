"""The output creation preset: what files come out of the jobs, and what they are called."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from longrun.documents.errors import Misfit
from longrun.documents.naming import (
    COUNTERS,
    DestinationInvalid,
    NamePattern,
    OutputNames,
    PatternInvalid,
    destination_prefix,
)

_RULES: dict[str, Any] = {"extra": "forbid", "use_attribute_docstrings": True}
_DEFAULT_NAMES = {
    "none": "output.pdf",
    "group": "job-${job}.pdf",
    "document": "document-${document}.pdf",
}
_COUNTERS_OF = {"none": {"number"}, "group": {"number", "job"}, "document": COUNTERS}

OutputFormat = Literal["pdf"]
Separation = Literal["none", "group", "document"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPreset:
    """How jobs become files."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _RULES

    format: OutputFormat = "pdf"
    """The files' format."""
    separation: Separation = "none"
    """What makes a file: `none` – everything is one file; `group` – a file for each job;
    `document` – a file for each document."""
    file_name: str | None = field(default=None, metadata={"min_length": 1, "max_length": 200})
    """The pattern of file names: `${field}` is a field of the document, or of the first document
    of a job; `${job}`, `${document}` and `${number}` count from 1. Without it: `output.pdf`,
    `job-${job}.pdf` or `document-${document}.pdf`."""
    compression: bool = True
    """Whether the streams inside the PDF are compressed."""
    destination: str = ""
    """The folder below the delivery root that outputs go to when they are not only created; it is
    relative, with `/` between folders."""
    name: str | None = None
    """A title for people."""
    description: str | None = None
    """What it is for."""

    def __post_init__(self) -> None:
        try:
            variables = self.pattern.variables
        except PatternInvalid as error:
            raise Misfit(str(error), "file_name") from None
        amiss = sorted((variables & COUNTERS) - _COUNTERS_OF[self.separation])
        if amiss:
            reason = f"`${{{amiss[0]}}}` has no meaning with the separation `{self.separation}`."
            raise Misfit(reason, "file_name")
        if self.separation == "none" and variables - COUNTERS:
            raise Misfit(
                "One file for everything cannot be named by a record's field.", "file_name"
            )
        try:
            destination_prefix(self.destination)
        except DestinationInvalid as error:
            raise Misfit(str(error), "destination") from None

    @property
    def pattern(self) -> NamePattern:
        """The file name pattern, taken apart."""
        return NamePattern.parse(self.file_name or _DEFAULT_NAMES[self.separation])

    @property
    def prefix(self) -> str:
        """The destination as a key prefix: empty, or ended by a slash."""
        return destination_prefix(self.destination)

    def names(self) -> OutputNames:
        """The names of one set of outputs, from its first."""
        return OutputNames(self.pattern, f".{self.format}")
