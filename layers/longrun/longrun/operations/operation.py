"""The operation and its parts: what is known of one piece of asynchronous work.

Values only. Who may change them is `lifecycle`; how they are kept is behind `store`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from longrun.operations.artefacts import Artefact
from longrun.operations.states import Status

ERRORS_KEPT = 100
"""So many faults stand in the operation itself; the count says how many there were."""

MESSAGE_KEPT = 1_000
"""So many characters of a fault's message: all of them must fit in one stored record."""


class Source(StrEnum):
    """Whose fault it was."""

    USER = "user"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One reason why an operation failed."""

    code: str
    """Stable, in CamelCase."""
    message: str
    """A sentence for the person who started the operation."""
    source: Source
    target: str | None = None
    """The place: file, record, field."""
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something that the operation made or changed."""

    type: str
    id: str
    action: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFile:
    """One file of a result."""

    name: str
    artefact: Artefact


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an operation ended with: a type in its contract's words, and files if it made any."""

    type: str
    files: tuple[ResultFile, ...] = ()
    """All of them where they are few; else none, and the manifest lists them."""
    manifest: Artefact | None = None
    """Where the files are many: the list of them (`results.read`)."""
    count: int = 0
    """How many files there are."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Small facts that the contract's view needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of the work, and which part of the whole it is."""

    name: str
    start: float
    """Percent of the whole at which the phase begins."""
    end: float
    """Where it ends; the phases of one operation follow one another without overlap."""

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= 100:
            raise ValueError(
                f"Phase {self.name!r} goes from {self.start} to {self.end} percent, "
                "which is no stretch of 0 to 100."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the work is: within its phase, by units done."""

    phase: Phase
    done: int = 0
    total: int = 1

    @property
    def fraction(self) -> float:
        """The done part of the phase, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 1.0

    @property
    def percent(self) -> float:
        """The done part of the whole, 0 to 100."""
        return self.phase.start + (self.phase.end - self.phase.start) * self.fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One piece of asynchronous work, as contracts/operations.md describes it.

    The input is not a part of it: it may be large and is read by the steps alone
    (`OperationStore.input`).
    """

    id: str
    """A UUID; also the name of the workflow's execution."""
    kind: str
    tenant: str
    owner: str
    """The id of the principal who started it."""
    status: Status
    accepted: datetime
    started: datetime | None = None
    finished: datetime | None = None
    expires: datetime | None = None
    progress: Progress | None = None
    errors: tuple[Fault, ...] = ()
    """The first `ERRORS_KEPT` of them."""
    error_count: int = 0
    result: Result | None = None
    """Complete as soon as it is there; shown to callers once SUCCEEDED, gone at any other end."""
    resources: tuple[Resource, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    subject: str | None = None
    """What the work is about, in a word or two for lists (the print contract's template name)."""
    retry_of: str | None = None
    version: int = 1
    """Rises by one with every change: the source of ETags and of the history's order."""

    @property
    def percent(self) -> float:
        """How much is done, 0 to 100; 100 only on success, and never falling."""
        if self.status is Status.SUCCEEDED:
            return 100.0
        return min(self.progress.percent, 99.0) if self.progress else 0.0

    @property
    def phase(self) -> str | None:
        """The name of the phase that it is in, or ended in."""
        return self.progress.phase.name if self.progress else None

    def resource(self, resource_type: str) -> Resource | None:
        """The first resource of the type, if the operation has one."""
        return next((each for each in self.resources if each.type == resource_type), None)

    def expired(self, now: datetime) -> bool:
        """Whether its time is over: the record is a tombstone then."""
        return self.expires is not None and self.expires <= now
