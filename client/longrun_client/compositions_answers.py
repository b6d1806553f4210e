"""The answers of the compositions service as values, and how they are read from JSON.

A reader of these raises KeyError, TypeError or ValueError on what the contract does not say; the
client turns that into UnexpectedAnswer. What the service adds later is not looked at.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

_HREF = "composition/"


class JobStatus(StrEnum):
    """How a job stands."""

    PENDING = "PENDING"
    FAILED = "FAILED"
    DONE = "DONE"


class CompositionStatus(StrEnum):
    """How a composition stands."""

    PRELIMINARY = "PRELIMINARY"
    """Created, not signed."""
    FINAL = "FINAL"
    """Signed."""
    AMENDED = "AMENDED"
    """Replaced by another that is signed."""
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"
    """Canceled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """A reason why a job failed."""

    code: int
    """Of the contract's list; from 9000 on, of the service's own."""
    message: str
    """A sentence for people, without anybody's data."""

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Self:
        """Of one object of `error`."""
        return cls(code=int(entry["code"]), message=str(entry["message"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job, as it stood when it was asked for."""

    id: str
    status: JobStatus
    eta: datetime
    """When it will have ended, by how long such jobs have lately taken."""
    done: datetime | None
    """When it ended, however it did."""
    compositions: tuple[str, ...]
    """The ids of those that it is about or has changed, its own first; a `create` that is pending
    has none yet."""
    errors: tuple[JobError, ...]

    @property
    def ended(self) -> bool:
        """Whether nothing more will change."""
        return self.status is not JobStatus.PENDING

    @property
    def composition(self) -> str:
        """The id of the composition that it is about.

        Raises:
            LookupError: It has none yet.
        """
        return self.compositions[0]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Of a job's `data`."""
        done = document.get("doneAt")
        hrefs = (str(link["href"]) for link in document["links"] if link.get("href"))
        return cls(
            id=str(document["id"]),
            status=JobStatus(document["status"]),
            eta=datetime.fromisoformat(document["eta"]),
            done=None if done is None else datetime.fromisoformat(done),
            compositions=tuple(href.removeprefix(_HREF) for href in hrefs),
            errors=tuple(JobError.read(each) for each in document.get("error", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A composition's `relatesTo`."""

    code: str
    """`replaces`, `appends` or `transforms`."""
    target: str
    """The id of the earlier composition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A composition, as it stood when it was asked for."""

    id: str
    status: CompositionStatus
    title: str
    """Its number, for people."""
    type: str
    """TEMP_DISABILITY or NEWBORN."""
    category: str
    relation: Relation | None
    data: Mapping[str, Any] = field(repr=False)
    """All of it, as the service gives it; a patient's data, which is in no `repr`."""

    @property
    def content(self) -> bytes:
        """What its author signs while it is PRELIMINARY."""
        return json.dumps(self.data, ensure_ascii=False).encode()

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Of a composition's `data`."""
        relation = document.get("relatesTo")
        return cls(
            id=str(document["identifier"]["value"]),
            status=CompositionStatus(document["status"]),
            title=str(document["title"]),
            type=str(document["type"]["coding"][0]["code"]),
            category=str(document["category"]["coding"][0]["code"]),
            relation=None
            if relation is None
            else Relation(
                code=str(relation["code"]), target=str(relation["targetIdentifier"]["value"])
            ),
            data=document,
        )
