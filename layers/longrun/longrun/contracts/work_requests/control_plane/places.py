"""Where a list of work requests goes on: what its page tokens say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from longrun.contracts.work_requests.control_plane.filters import Key
from longrun.contracts.work_requests.control_plane.paging import NoPlace
from longrun.operations.store import ListPosition

_LONGEST_ID = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the list; in an order that is not the store's, with what was selected so far."""

    after: ListPosition | None = None
    """Where the walk through the store goes on; None: at its beginning."""
    last: Key | None = None
    """The last entry that was given out."""
    best: Sequence[str] = ()
    """The ids of what may be next."""
    bound: Key | None = None
    """What comes after this may have been left out; it is not sure to be next."""

    def document(self) -> dict[str, Any]:
        """The place in JSON types; `read` is its inverse."""
        values: dict[str, Any] = {"last": self.last, "best": list(self.best), "bound": self.bound}
        said = {name: value for name, value in values.items() if value}
        if self.after is not None:
            said["accepted"] = self.after.accepted.isoformat()
            said["id"] = self.after.operation_id
        return said

    @classmethod
    def read(cls, said: dict[str, Any]) -> Self:
        """The place of what a token says.

        Raises:
            NoPlace: It is none.
        """
        best = said.get("best", [])
        if not isinstance(best, list):
            raise NoPlace
        return cls(
            after=_position(said),
            last=_key(said.get("last")),
            best=[_id(each) for each in best],
            bound=_key(said.get("bound")),
        )


def _position(said: dict[str, Any]) -> ListPosition | None:
    if "id" not in said:
        return None
    try:
        accepted = datetime.fromisoformat(said["accepted"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise NoPlace from None
    return ListPosition(accepted=accepted, operation_id=_id(said["id"]))


def _key(said: object) -> Key | None:
    """What entries are compared by: JSON knows no tuples."""
    match said:
        case None:
            return None
        case [bool(missing), str(value), str(operation_id)]:
            return missing, value, operation_id
        case _:
            raise NoPlace


def _id(said: object) -> str:
    if isinstance(said, str) and 0 < len(said) <= _LONGEST_ID and said.isascii():
        return said
    raise NoPlace
