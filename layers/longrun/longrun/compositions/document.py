"""A composition as a value: what is kept of it, and what `get` gives of it.

How a client's document becomes one is `drafts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from longrun.compositions.statuses import CompositionStatus, change_of


class CompositionType(StrEnum):
    """The dictionary COMPOSITION_TYPES."""

    TEMP_DISABILITY = "TEMP_DISABILITY"
    NEWBORN = "NEWBORN"


class RelationCode(StrEnum):
    """How a composition relates to an earlier one."""

    REPLACES = "replaces"
    """In its place; asked for by the client (RC_6, RC_7)."""
    APPENDS = "appends"
    """It goes on where that one ends, or past it (RC_5)."""
    TRANSFORMS = "transforms"
    """It ends before that one would (RC_5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a document refers to."""

    kind: str
    """A code of the system eHealth/resources: `person`, `preperson`, `employee`, …"""
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days, the last one included."""

    start: date
    end: date | None
    """None: open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A composition's `relatesTo`."""

    code: RelationCode
    target: str
    """The id of the earlier composition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signed blob that was accepted: of the composition, or of its cancellation."""

    operation: str
    """The id of the job that accepted it."""
    signed: datetime
    """When it was accepted, which is from when on it counts."""
    key: str
    """Where the blob is archived, as it was received."""
    sha256: str
    """Of the blob, in lower-case hex."""
    signer: str
    """The name in the certificate."""
    tax_number: str
    certificate: str
    """The certificate's serial number, in upper-case hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A composition with all that is known of it.

    `document` is what is signed, but for the status, which moves on after the signing; `data`
    joins the two. While the composition is PRELIMINARY, `data` is what has to be signed.
    """

    id: str
    tenant: str
    status: CompositionStatus
    version: int = 1
    """Rises by one with every change."""
    document: Mapping[str, Any]
    """Everything that `get` gives but the status, in JSON types."""
    created: datetime
    operation: str
    """The id of the job that created it."""
    type: CompositionType
    category: str
    subject: Reference
    focus: Reference
    encounter: str
    episode: str
    author: str
    """The id of an employee."""
    period: Period
    """In days of the configured time zone."""
    force_renew: bool = False
    relation: Relation | None = None
    amended: tuple[str, ...] = ()
    """The ids of those that its signing turned AMENDED, and its cancelling turns back."""
    amended_by: str | None = None
    """While AMENDED: the id of the one whose signing did that."""
    signature: Signature | None = None
    cancellation: Signature | None = None
    reason: str | None = None
    """Why it was canceled: a code of the type's dictionary."""
    task: str | None = None
    """The id of the operation that is at work on it, if one has not ended otherwise."""

    @property
    def data(self) -> dict[str, Any]:
        """What `get` gives, in the order that the contract lists it in."""
        whole = {**self.document, "status": self.status.value}
        return {name: whole[name] for name in DATA}

    @property
    def title(self) -> str:
        """Its number, for people."""
        title: str = self.document["title"]
        return title

    def moved(self, status: CompositionStatus, **changes: Any) -> "Composition":
        """The composition after a change of status; whatever was at work on it is done.

        Raises:
            ValueError: No such change may be.
        """
        if change_of(self.status, status) is None:
            raise ValueError(f"Composition {self.id} is {self.status} and cannot become {status}.")
        return replace(self, status=status, version=self.version + 1, task=None, **changes)


DATA: Final = (
    "identifier",
    "status",
    "type",
    "category",
    "date",
    "title",
    "event",
    "subject",
    "encounter",
    "author",
    "custodian",
    "section",
    "extension",
    "relatesTo",
)
"""The members of `data`; all of them are there, `relatesTo` null where there is none."""
