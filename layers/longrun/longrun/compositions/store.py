"""What the domain of compositions needs of a database.

The implementation is in `longrun.aws`; the tests have one in memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from longrun.compositions.document import Composition


class Overtaken(Exception):
    """Something that a commit was based on has changed meanwhile; nothing was written."""

    def __init__(self) -> None:
        super().__init__("Another change of these compositions came first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectView:
    """A subject's compositions at a moment, and what tells whether the moment is over."""

    version: int
    """Of the subject's head; 0: it has none yet."""
    compositions: tuple[Composition, ...]
    """Those whose subject it is, in any status and in no order that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one composition."""

    before: Composition | None
    """As it was read; None: it is new."""
    after: Composition
    """As it is to be: its version is one higher than before, its task is none."""


class CompositionStore(Protocol):
    """Where compositions are kept. Every call is read back consistently.

    Every call raises `operations.errors.Interrupted` where the database could not answer.
    """

    def get(self, tenant: str, composition_id: str) -> Composition | None:
        """The composition, if the tenant has it."""
        ...

    def of_subject(self, tenant: str, subject: str) -> SubjectView:
        """A subject's compositions.

        The head is read first: what is read after it may be newer than the head says, never
        older, and a commit then notices.
        """
        ...

    def commit(self, tenant: str, changes: Sequence[Change], heads: Mapping[str, int]) -> None:
        """Make all of the changes, or none, and raise the version of every head by one.

        Args:
            tenant: Whose.
            changes: What becomes of which composition; no two of the same one. A composition
                is written whole, so that the mark of its task goes with it.
            heads: Every subject whose compositions are changed, or were looked at, with the
                version of its head as read.

        Raises:
            Overtaken: A head is not at the version, or a composition not at that of `before`,
                or a new one is there already.
            Refusal: The changes are more than the database takes at once (9008).
        """
        ...

    def take_task(
        self, tenant: str, composition_id: str, operation_id: str, *, over: str | None = None
    ) -> str | None:
        """Mark the composition as being worked on by an operation. Changes no version.

        Args:
            tenant: Whose.
            composition_id: Which; it is there.
            operation_id: The operation; one that bears the mark already keeps it.
            over: An operation that has ended, whose mark may be replaced.

        Returns:
            None where it bears the mark now, else the id of the operation that does.
        """
        ...

    def drop_task(self, tenant: str, composition_id: str, operation_id: str) -> None:
        """Take the operation's mark away; another's stays."""
        ...
