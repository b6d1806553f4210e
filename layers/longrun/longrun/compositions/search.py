"""Finding compositions: what is asked for, and the part of the answer that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from longrun.compositions.document import Composition, CompositionType
from longrun.compositions.statuses import CompositionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What compositions are looked for; of what is None, any."""

    subject: str | None = None
    """The id of a person or preperson. This or `focus` must be given."""
    focus: str | None = None
    type: CompositionType | None = None
    status: CompositionStatus | None = None
    encounter: str | None = None
    episode: str | None = None

    def __post_init__(self) -> None:
        if self.subject is None and self.focus is None:
            raise ValueError("Compositions are looked for by their subject or by their focus.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part of what was found."""

    total: int
    """How many there are in all."""
    compositions: Sequence[Composition]
    """The part that was asked for, the newest first."""


class CompositionSearch(Protocol):
    """Finds compositions; raises `Interrupted` where the database could not answer."""

    def search(self, tenant: str, search: Search, *, offset: int, limit: int) -> Found:
        """The compositions that were asked for, the newest first.

        Args:
            tenant: Whose.
            search: Which.
            offset: How many of them to leave out.
            limit: How many to give at most.
        """
        ...
