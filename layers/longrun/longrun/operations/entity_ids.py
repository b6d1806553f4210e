"""Entity ids: the numbers of files, sets and their members, one counter for all of them.

Only the protocol and its bounds live here; the counter itself is `longrun.aws.entity_ids`.
"""

from typing import Protocol

FIRST_ENTITY_ID = 1000
"""Never 0 (the print contract's "none"), and clear of the small numbers that people try by hand."""

LAST_ENTITY_ID = 2**53 - 1
"""Clients parse ids into doubles (contracts/print.md, "Result headers")."""


class EntityIdsExhausted(Exception):
    """The counter has fewer ids left than were asked for."""

    def __init__(self, count: int) -> None:
        super().__init__(f"There are no {count} entity ids left below 2^53.")
        self.count = count


class EntityIds(Protocol):
    """The one source of entity ids. What is drawn and not used leaves a gap, which is fine."""

    def draw(self, count: int = 1) -> range:
        """A contiguous block of ids that nobody else has or will get.

        Args:
            count: How many, at least 1. A set draws 1 + the number of its members.

        Raises:
            EntityIdsExhausted: The block would pass `LAST_ENTITY_ID`.
            ValueError: `count` is below 1.
        """
        ...
