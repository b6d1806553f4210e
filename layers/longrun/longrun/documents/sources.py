"""Where records come from that are no file of the order's: data sets that are kept under a name.

Only what the engine of documents needs of them. They are another room's business, which knows
nothing of records: `longrun.aws.record_source` joins the two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from longrun.documents.errors import InputInvalid
from longrun.documents.records import Value


class DataSetMissing(InputInvalid):
    """There is no data set of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no data set {name!r}.")
        self.name = name


class DataSetNotLoaded(InputInvalid):
    """The data set is defined, and its source was never read."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Data set {name!r} has not been loaded yet: reload it first.")
        self.name = name


class DataSetReplaced(InputInvalid):
    """The state that was being read is gone: it was replaced more than once meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Data set {name!r} was reloaded more than once while it was read, and the records "
            "that were being read are gone. Start again."
        )
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """One state of a named data set: it stays readable while newer ones replace it."""

    version: str
    """Names this state to the source; nobody else reads it."""
    records: int


class RecordSource(Protocol):
    """Gives the records of named data sets."""

    def state(self, tenant: str, name: str) -> SourceState:
        """The data set as it is now.

        Raises:
            DataSetMissing: There is none.
            DataSetNotLoaded: It has no records yet.
        """
        ...

    def records(self, tenant: str, name: str, version: str) -> Iterator[Mapping[str, Value]]:
        """The records of one state, always in the same order, in bounded memory.

        Raises:
            DataSetReplaced: That state is gone.
        """
        ...
