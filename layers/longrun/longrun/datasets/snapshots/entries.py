"""What a snapshot holds: the entries of a tenant's catalogue, each with its bytes if it has any.

An entry's document is what its owner (data sets, workbooks, the file store) keeps of it, in JSON
types; here it is carried, not understood.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from longrun.operations.artefacts import Artefact


class EntryKind(StrEnum):
    """The kinds of entries, in the archive's words."""

    DATA_SET = "dataset"
    WORKBOOK = "workbook"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing of the catalogue, as it stands at a moment."""

    kind: EntryKind
    id: str
    """Unique among its kind: a name, or a file's number."""
    document: Mapping[str, Any]
    """All but the bytes, and where they lie."""
    artefact: Artefact | None = None
    """The bytes: a data set's Parquet, a resource's file."""


class Catalogue(Protocol):
    """Reads the catalogue of a tenant, and exchanges it for another in one moment.

    The exchange is made in steps that may be repeated, each by `Exchange`: what died before
    `commit` has changed nothing that a reader sees, what died after it is complete for readers and
    is folded in by whoever comes next.
    """

    def entries(self, tenant: str) -> Sequence[Entry]:
        """What stands, in a stable order; read item after item, so no cut through one moment."""
        ...

    def committed(self, tenant: str, restore: str) -> bool:
        """Whether an exchange was committed before."""
        ...

    def exchange(self, tenant: str, restore: str) -> "Exchange":
        """Begin an exchange: nobody enters anything new until it is committed, or given up.

        Args:
            tenant: Whose catalogue.
            restore: The operation's id; an earlier attempt of it can commit no more.
        """
        ...

    def fold(self, tenant: str, restore: str) -> None:
        """Make the new state the plain one, where readers need not look at a commit any more."""
        ...

    def give_up(self, tenant: str, restore: str) -> None:
        """Clear away what an exchange left that was not committed; after a commit: nothing."""
        ...


class Exchange(Protocol):
    """One attempt to exchange a catalogue."""

    def stage(self, entries: Sequence[Entry]) -> Sequence[str]:
        """Say of everything that stands, and of everything new, what will become of it.

        Args:
            entries: The new catalogue, whole, the bytes in place: their own, or those of the
                entry that stands under the same id.

        Returns:
            The keys of bytes that nothing refers to any more once this is committed.

        Raises:
            Interrupted: The attempt was overtaken by another, or bytes that stood are gone.
        """
        ...

    def commit(self) -> None:
        """Make all of it count at once, if the operation is still in progress at that moment.

        Raises:
            Interrupted: The attempt was overtaken by another; nothing counts.
            OperationStopped: The operation is being canceled, or has ended; nothing counts.
        """
        ...


def cut(catalogue: Catalogue, tenant: str, *, attempts: int = 10) -> Sequence[Entry] | None:
    """The catalogue as it stood at one moment: read until two readings in a row are the same.

    Each entry then stood, unchanged, from when the first reading met it to when the second did;
    the moment between the two readings lies within all of these times.

    Returns:
        The entries; None if the catalogue was never still.
    """
    before = catalogue.entries(tenant)
    for _ in range(attempts):
        after = catalogue.entries(tenant)
        if after == before:
            return after
        before = after
    return None
