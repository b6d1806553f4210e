"""Where two rooms meet that do not know each other: documents are made of data sets' rows.

Implements `documents.sources.RecordSource` by `datasets.rows`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from longrun.datasets import errors
from longrun.datasets.rows import Rows
from longrun.documents.records import Value
from longrun.documents.sources import (
    DataSetMissing,
    DataSetNotLoaded,
    DataSetReplaced,
    SourceState,
)


class DataSetRecords:
    """The records of named data sets: each row is one."""

    def __init__(self, rows: Rows) -> None:
        """Args: `rows` reads the data sets."""
        self._rows = rows

    def state(self, tenant: str, name: str) -> SourceState:
        """See `RecordSource.state`."""
        with _told():
            found = self._rows.state(tenant, name)
        return SourceState(version=found.id, records=found.rows)

    def records(self, tenant: str, name: str, version: str) -> Iterator[Mapping[str, Value]]:
        """See `RecordSource.records`."""
        with _told():
            yield from self._rows.rows(tenant, name, version)


@contextmanager
def _told() -> Iterator[None]:
    """The errors of the one room as those of the other."""
    try:
        yield
    except errors.DataSetMissing as error:
        raise DataSetMissing(error.name) from None
    except errors.DataSetNotLoaded as error:
        raise DataSetNotLoaded(error.name) from None
    except errors.DataSetReplaced as error:
        raise DataSetReplaced(error.name) from None
