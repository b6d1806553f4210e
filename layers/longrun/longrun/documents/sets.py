"""Sets and their members: what an entity id leads to.

A set draws one contiguous block of ids: the first is its own, the others its members', so that
a million records cost one write and a member is found by one range query. The members' contents
are in chunks in the artefact store, under the set's prefix.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class SetType(StrEnum):
    """The three kinds of sets; their members are data records, content items and jobs."""

    DATA = "DATA_SET"
    CONTENT = "CONTENT_SET"
    JOB = "JOB_SET"


_TITLES = {
    SetType.DATA: ("data set", "data record"),
    SetType.CONTENT: ("content set", "content item"),
    SetType.JOB: ("job set", "job"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySet:
    """A set of members that an operation made."""

    type: SetType
    id: int
    tenant: str
    operation: str
    """The operation that made it."""
    count: int
    """How many members; their ids are `id + 1` … `id + count`."""
    details: int = 0
    """How many detail records (data sets only); their ids follow the members'."""
    source: int | None = None
    """The set it was made from, where it was one."""
    prefix: str
    """Under which keys its chunks are; ends with a slash."""
    created: datetime
    expires: datetime
    transient: bool = False
    """Serves its operation alone, and goes with it."""

    @property
    def members(self) -> range:
        """The members' ids."""
        return range(self.id + 1, self.id + 1 + self.count)

    @property
    def last(self) -> int:
        """The last id of the block."""
        return self.id + self.count + self.details


class SetMissing(Exception):
    """No such set, or no such member of any set, for this tenant."""

    def __init__(self, set_type: SetType, entity: int, *, member: bool) -> None:
        self.title = _TITLES[set_type][member]
        super().__init__(f"There is no {self.title} with the id {entity}.")
        self.type = set_type
        self.entity = entity


class SetIndex(Protocol):
    """Where sets are kept; an expired set is as good as gone."""

    def put(self, entity_set: EntitySet) -> None:
        """Keep the set; again with the same content is harmless."""
        ...

    def get(self, tenant: str, set_type: SetType, set_id: int) -> EntitySet:
        """The set of that id.

        Raises:
            SetMissing: There is none.
        """
        ...

    def containing(self, tenant: str, set_type: SetType, member: int) -> EntitySet:
        """The set that the member belongs to.

        Raises:
            SetMissing: There is none.
        """
        ...

    def list(self, tenant: str, set_type: SetType) -> Iterator[EntitySet]:
        """The tenant's sets, oldest first, without transient ones."""
        ...

    def delete(self, entity_set: EntitySet) -> bool:
        """Forget the set; False if it was gone already."""
        ...
