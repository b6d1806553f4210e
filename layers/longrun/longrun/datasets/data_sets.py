"""Data sets: a source in the file store under a name, and what was last loaded from it.

Values, their place in the catalogue and their rules; what a client sends of them is the contract's
business, loading is `datasets.reload`'s.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, Self

from longrun.datasets.columns import Column, ColumnRule, columns_document, read_columns
from longrun.datasets.errors import DataSetChanged, DataSetMissing
from longrun.operations.artefacts import Artefact, ArtefactStore

PARQUET = "application/vnd.apache.parquet"

LARGEST_REJECT_LIMIT = 100_000
"""Of what the reader of a format cannot make out, no more is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Where a data set comes from, and how that is read."""

    source: str
    """Id or name of a data file in the file store; of a name, the newest file counts."""
    format: str | None = None
    """`csv`, `json`, `parquet` or `xlsx`; None: by the file's ending."""
    columns: tuple[ColumnRule, ...] = ()
    """Just these, in this order; none: all that the source has."""
    delimiter: str | None = None
    """Of CSV; None: as its first lines suggest."""
    sheet: str | None = None
    """Of a spreadsheet; None: the first."""
    reject_limit: int = 0
    """So many rows may be left out."""
    description: str | None = None

    def document(self) -> dict[str, Any]:
        """The definition in JSON types, as clients write it; `read` is its inverse."""
        values = {
            "source": self.source,
            "format": self.format,
            "columns": [rule.document() for rule in self.columns] or None,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "rejectLimit": self.reject_limit or None,
            "description": self.description,
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The definition of `document`."""
        return cls(
            source=document["source"],
            format=document.get("format"),
            columns=tuple(ColumnRule.read(rule) for rule in document.get("columns", ())),
            delimiter=document.get("delimiter"),
            sheet=document.get("sheet"),
            reject_limit=document.get("rejectLimit", 0),
            description=document.get("description"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """One state of a data set: what a reload made."""

    artefact: Artefact
    """Parquet."""
    columns: tuple[Column, ...]
    rows: int
    rejected: int
    """Rows of the source that were left out."""
    operation: str
    """The id of the operation that loaded it."""
    loaded: datetime
    file: str
    """The name of the source file."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What its work request tells of it."""

    def document(self) -> dict[str, Any]:
        """The contents in JSON types; `read` is its inverse."""
        return {
            "artefact": self.artefact.document(),
            "columns": columns_document(self.columns),
            "rows": self.rows,
            "rejected": self.rejected,
            "operation": self.operation,
            "loaded": self.loaded.isoformat(),
            "file": self.file,
            "facts": dict(self.facts),
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The contents of `document`."""
        return cls(
            artefact=Artefact.read(document["artefact"]),
            columns=read_columns(document["columns"]),
            rows=document["rows"],
            rejected=document["rejected"],
            operation=document["operation"],
            loaded=datetime.fromisoformat(document["loaded"]),
            file=document["file"],
            facts=document["facts"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """A data set as it stands in the catalogue."""

    tenant: str
    name: str
    definition: Definition
    created: datetime
    changed: datetime
    """When it was last defined."""
    revision: str
    """Another with every change, and never again the same: what an ETag is made of."""
    contents: Contents | None = None
    """None: it was never loaded."""
    held: bool = False
    """Whether the next load is held to the columns of the contents: not after a new definition."""
    previous: str | None = None
    """The key of the state before the contents, kept for readers in flight."""
    surplus: str | None = None
    """The key of the state before that, to be removed."""

    @property
    def schema(self) -> tuple[Column, ...]:
        """The columns that the next load is held to."""
        return self.contents.columns if self.contents and self.held else ()

    @property
    def states(self) -> list[str]:
        """The keys of all that is known to be loaded of it."""
        present = self.contents.artefact.key if self.contents else None
        return [key for key in (present, self.previous, self.surplus) if key is not None]

    def loaded(self, contents: Contents) -> Self:
        """The data set with a new state in place of the present one."""
        return replace(
            self,
            revision=uuid.uuid4().hex,
            contents=contents,
            held=True,
            previous=self.contents.artefact.key if self.contents else None,
            surplus=self.previous,
        )

    def without_surplus(self) -> Self:
        """The data set once the surplus state is removed; to everybody else it is the same."""
        return replace(self, surplus=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSetPage:
    """Some of a tenant's data sets, by name; a page may be short, or empty, before the last."""

    data_sets: Sequence[DataSet]
    after: str | None
    """Where the next page begins; None: there is none."""


class DataSetIndex(Protocol):
    """The catalogue's data sets."""

    def get(self, tenant: str, name: str) -> DataSet | None:
        """The data set of that name, if there is one."""
        ...

    def put(self, data_set: DataSet, *, replacing: str | None) -> bool:
        """Enter the data set in the place of the given revision; None: there must be none yet.

        Returns:
            False if something else stands there; nothing was changed then.
        """
        ...

    def delete(self, data_set: DataSet) -> bool:
        """Remove the data set; False if it is not this revision any more."""
        ...

    def page(self, tenant: str, *, after: str | None, limit: int) -> DataSetPage:
        """The tenant's data sets by name, from the first after that place on."""
        ...


class DataSets:
    """Defines, finds and removes data sets."""

    def __init__(
        self,
        *,
        index: DataSetIndex,
        artefacts: Callable[[], ArtefactStore],
        now: Callable[[], datetime],
    ) -> None:
        """
        Args:
            index: The catalogue.
            artefacts: Gives where the states lie; asked only where some are removed.
            now: The clock.
        """
        self._index = index
        self._artefacts = artefacts
        self._now = now

    def find(self, tenant: str, name: str) -> DataSet | None:
        """The data set of that name, if there is one."""
        return self._index.get(tenant, name)

    def get(self, tenant: str, name: str) -> DataSet:
        """The data set of that name.

        Raises:
            DataSetMissing: There is none.
        """
        data_set = self._index.get(tenant, name)
        if data_set is None:
            raise DataSetMissing(name)
        return data_set

    def page(self, tenant: str, *, after: str | None, limit: int) -> DataSetPage:
        """Some of the tenant's data sets, by name."""
        return self._index.page(tenant, after=after, limit=limit)

    def define(
        self, tenant: str, name: str, definition: Definition, current: DataSet | None
    ) -> DataSet:
        """Enter a data set, new or in the place of the present one.

        What was loaded stays readable; the next load may have other columns.

        Args:
            tenant: Whose.
            name: Its name.
            definition: Where it comes from.
            current: The present one, as it was found; None: there was none.

        Raises:
            DataSetChanged: The present one is another by now.
        """
        now = self._now()
        revision = uuid.uuid4().hex
        if current is None:
            data_set = DataSet(
                tenant=tenant,
                name=name,
                definition=definition,
                created=now,
                changed=now,
                revision=revision,
            )
        else:
            data_set = replace(
                current, definition=definition, changed=now, revision=revision, held=False
            )
        if not self._index.put(data_set, replacing=current.revision if current else None):
            raise DataSetChanged(name)
        return data_set

    def delete(self, data_set: DataSet) -> None:
        """Remove a data set and all that was loaded of it.

        Raises:
            DataSetChanged: It is another by now.
        """
        if not self._index.delete(data_set):
            raise DataSetChanged(data_set.name)
        for key in data_set.states:
            self._artefacts().delete(key)


def state_key(tenant: str, state: str) -> str:
    """Where a state of a data set lies.

    Args:
        tenant: Whose.
        state: The id of the operation that made it.
    """
    return f"datasets/{tenant}/{state}.parquet"
