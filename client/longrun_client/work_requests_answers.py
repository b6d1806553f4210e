"""The answers of the work requests service as values, and how they are read from JSON.

A reader of these raises KeyError, TypeError or ValueError on what the contract does not say; the
connection turns that into UnexpectedAnswer. What the service adds later is not looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class Status(StrEnum):
    """How a work request stands."""

    ACCEPTED = "ACCEPTED"
    IN_PROGRESS = "IN_PROGRESS"
    FAILED = "FAILED"
    SUCCEEDED = "SUCCEEDED"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedResource:
    """A resource that the work made, changed or was about."""

    type: str
    """Such as DATASET, WORKBOOK_EXPORT, SNAPSHOT, SYSTEM."""
    action: str
    """CREATED, RELOADED, RESTORED, EXPORTED, DELETED; NONE: nothing was done to it (yet)."""
    id: str | None
    uri: str | None
    metadata: Mapping[str, str]
    """Facts, such as `rowsLoaded` of a reload."""

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Self:
        """Of one object of `resources`."""
        return cls(
            type=str(entry["resourceType"]),
            action=str(entry["actionResult"]),
            id=entry.get("id"),
            uri=entry.get("resourceUri"),
            metadata={str(name): str(value) for name, value in entry.get("metadata", {}).items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkError:
    """One reason why work failed."""

    code: str
    message: str
    """A sentence for people; names the place."""

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Self:
        """Of one object of `Errors`."""
        return cls(code=str(entry["code"]), message=str(entry["message"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRequest:
    """A piece of work, as it stood when it was asked for."""

    id: str
    operation_type: str
    """Such as RELOAD_DATASET; also CREATE_PRINT_OUTPUT, and more in the same style."""
    status: Status
    percent: float
    """0 to 100; 100 only on success."""
    accepted: datetime
    started: datetime | None
    finished: datetime | None
    """Set as soon as it has ended, however it did."""
    resources: tuple[AffectedResource, ...]
    errors: tuple[WorkError, ...]

    @property
    def ended(self) -> bool:
        """Whether nothing more will change."""
        return self.finished is not None

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Of the service's WorkRequest."""
        return cls(
            id=str(document["id"]),
            operation_type=str(document["operationType"]),
            status=Status(document["status"]),
            percent=float(document["percentComplete"]),
            accepted=_time(document["timeAccepted"]),
            started=_maybe_time(document.get("timeStarted")),
            finished=_maybe_time(document.get("timeFinished")),
            resources=tuple(AffectedResource.read(each) for each in document.get("resources", ())),
            errors=tuple(WorkError.read(each) for each in document.get("Errors", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a data set holds since its last reload."""

    rows: int
    rejected: int
    """Rows of the source that were left out."""
    size: int
    """In bytes, as it is kept."""
    file: str
    """The name of the source file."""
    reloaded: datetime
    work_request: str
    """The id of the reload."""
    schema: Mapping[str, str]
    """The type of each column, by name, in order; of a data set in a list: not told."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Of a data set's `contents`."""
        return cls(
            rows=int(document["rows"]),
            rejected=int(document["rowsRejected"]),
            size=int(document["bytes"]),
            file=str(document["file"]),
            reloaded=_time(document["timeReloaded"]),
            work_request=str(document["workRequestId"]),
            schema={str(c["name"]): str(c["type"]) for c in document.get("schema", ())},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """A data set as it stands in the catalogue."""

    id: str
    """As paths write it."""
    name: str
    source: str
    """Id or name of its file in the file store."""
    description: str | None
    created: datetime
    changed: datetime
    """When it was last defined."""
    contents: Contents | None
    """None: it was never loaded."""
    etag: str | None = field(default=None, compare=False)
    """Of this state; not told by a list."""

    @classmethod
    def read(cls, document: Mapping[str, Any], etag: str | None = None) -> Self:
        """Of the service's data set."""
        contents = document.get("contents")
        return cls(
            id=str(document["id"]),
            name=str(document["name"]),
            source=str(document["source"]),
            description=document.get("description"),
            created=_time(document["timeCreated"]),
            changed=_time(document["timeUpdated"]),
            contents=None if contents is None else Contents.read(contents),
            etag=etag,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A workbook as it stands in the catalogue."""

    id: str
    """As paths write it."""
    name: str
    template: str
    dataset: str
    parameters: Mapping[str, Any]
    description: str | None
    created: datetime
    changed: datetime
    etag: str | None = field(default=None, compare=False)
    """Of this state; not told by a list."""

    @classmethod
    def read(cls, document: Mapping[str, Any], etag: str | None = None) -> Self:
        """Of the service's workbook."""
        return cls(
            id=str(document["id"]),
            name=str(document["name"]),
            template=str(document["template"]),
            dataset=str(document["dataset"]),
            parameters=dict(document["parameters"]),
            description=document.get("description"),
            created=_time(document["timeCreated"]),
            changed=_time(document["timeUpdated"]),
            etag=etag,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export that was started."""

    workbook: str
    """The workbook's name."""
    work_request: str
    """Its id, which is the export's too."""
    uri: str
    """Where the file will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A snapshot as it stands."""

    id: str
    """That of the work request that takes it."""
    name: str
    status: str
    """CREATING, AVAILABLE, RESTORING or FAILED."""
    created: datetime
    created_by: str
    description: str | None
    size: int | None
    """Of the archive, in bytes; None until it is complete."""
    contents: Mapping[str, int]
    """How many entries of each kind it holds."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Of the service's snapshot."""
        archive = document.get("bar")
        return cls(
            id=str(document["id"]),
            name=str(document["name"]),
            status=str(document["status"]),
            created=_time(document["timeCreated"]),
            created_by=str(document["createdBy"]),
            description=document.get("description"),
            size=None if archive is None else int(archive["size"]),
            contents={str(kind): int(n) for kind, n in document.get("contents", {}).items()},
        )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe_time(text: str | None) -> datetime | None:
    return None if text is None else _time(text)
