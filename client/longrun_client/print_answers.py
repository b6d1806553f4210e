"""The answers of the print service as values, and how they are read from JSON and text.

The result of an operation is in `print_results`. A reader of these raises KeyError, TypeError or
ValueError on what the contract does not say; the connection turns that into UnexpectedAnswer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A session's token, which the client sends instead of the password once it has it."""

    value: str = field(repr=False)
    expires_in: int
    """Seconds, from when it was given out."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Version:
    """`YEAR.MINOR…`; comparable."""

    year: int
    minor: int
    text: str = field(compare=False)
    """As it was sent."""

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Of a version call's answer."""
        year, minor = text.strip().split(".")[:2]
        return cls(year=int(year), minor=int(minor), text=text.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """An operation that was accepted."""

    operation_id: str
    """A UUID."""
    links: Mapping[str, str]
    """URLs by relation: progress, result, cancel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an operation is."""

    percent: int
    """0 to 100."""
    done: bool
    """It has ended; whether well, the result tells."""

    @classmethod
    def parse(cls, text: str) -> "Progress":
        """Of getProgress' answer."""
        if text.strip() == "done":
            return cls(percent=100, done=True)
        return cls(percent=int(text), done=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningOperation:
    """An entry of getOperations."""

    id: str
    type: str
    sub_task: str
    """As in `Content Creation 25%`."""
    started: datetime
    percent: int
    template: str | None

    @property
    def phase(self) -> str:
        """The sub-task without its percentage."""
        words, _, last = self.sub_task.rpartition(" ")
        return words if last.endswith("%") else self.sub_task

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "RunningOperation":
        """Of one object of the array."""
        return cls(
            id=str(entry["id"]),
            type=str(entry["type"]),
            sub_task=str(entry["subTask"]),
            started=datetime.fromtimestamp(int(entry["startTime"]) / 1000, UTC),
            percent=int(entry["progress"]),
            template=entry.get("template"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A managed file as the file store lists it."""

    id: int
    name: str
    path: str
    type: str
    size: int
    """In bytes."""

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "Resource":
        """Of one object of the list."""
        return cls(
            id=int(entry["id"]),
            name=str(entry["name"]),
            path=str(entry["path"]),
            type=str(entry["type"]),
            size=int(entry["size"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """A download, complete on this machine."""

    path: Path
    size: int
    """In bytes."""
    sha256: str
    """Lower-case hex, of what was written."""
    media_type: str
    redirected: bool
    """It came from the object store by a presigned URL rather than from the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHead:
    """What the file store says of a managed file without sending it."""

    name: str | None
    """As it was uploaded."""
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRecord:
    """A record with the rows of its detail tables."""

    id: int
    table: str
    data_set: int | None
    """None of detail rows, which name their parent instead."""
    parent: int | None
    fields: Mapping[str, str]
    """Values as text, by name."""
    records: tuple["DataRecord", ...]
    """Rows of detail tables."""

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "DataRecord":
        """Of one record's object."""
        data_set, parent = entry.get("datasetid"), entry.get("parentrecordid")
        return cls(
            id=int(entry["id"]),
            table=str(entry["table"]),
            data_set=None if data_set is None else int(data_set),
            parent=None if parent is None else int(parent),
            fields={str(f["name"]): str(f["value"]) for f in entry["fields"]},
            records=tuple(cls.read(row) for row in entry.get("records", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentItem:
    """A typeset document and the record it was made of."""

    item: int
    record: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """So many pages on one medium: of a content set, or of one of its items."""

    count: int
    medium: str | None
    """Such as `A4`."""
    medium_size: str | None
    """Such as `210mm x 297mm`."""
    item: int | None = None
    """The content item; None in a summary."""

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "Pages":
        """Of one object of a list of pages."""
        media = entry.get("media") or {}
        name, size, item = media.get("name"), media.get("size"), entry.get("item")
        return cls(
            count=int(entry["count"]),
            medium=None if name is None else str(name),
            medium_size=None if size is None else str(size),
            item=None if item is None else int(item),
        )


def identifiers(document: Mapping[str, Any]) -> tuple[int, ...]:
    """The ids of `{"identifiers": […]}`."""
    return tuple(int(each) for each in document["identifiers"])


def truth(text: str) -> bool:
    """`true` or `false`."""
    return {"true": True, "false": False}[text.strip().lower()]
