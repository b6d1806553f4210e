"""Workbooks: a template of the file store with a data set, under a name; exporting is work of its
own. Values, their place and their rules; what a client sends of them is the contract's business.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from longrun.datasets.data_sets import DataSets
from longrun.filestore import FileNotFound, FileStore, FileType, ManagedFile

type Parameters = Mapping[str, str | int | float | bool]


class WorkbookMissing(Exception):
    """There is no workbook of that name in the tenant."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no workbook {name!r}.")
        self.name = name


class WorkbookChanged(Exception):
    """Somebody else changed or removed the workbook at the same moment."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Workbook {name!r} was changed at the same moment.")
        self.name = name


class PartMissing(Exception):
    """What a workbook consists of is not there."""

    def __init__(self, workbook: str, part: str, reference: str) -> None:
        super().__init__(f"There is no {part} {reference!r}, which workbook {workbook!r} names.")
        self.workbook = workbook
        self.part = part
        """`template` or `data set`."""
        self.reference = reference


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookDefinition:
    """What a workbook is made of."""

    template: str
    """Id or name of a template in the file store; of a name, the newest file counts."""
    dataset: str
    """A data set's name."""
    parameters: Parameters = field(default_factory=dict)
    """Runtime parameters of the template."""
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A workbook as it stands in the catalogue."""

    tenant: str
    name: str
    definition: WorkbookDefinition
    created: datetime
    changed: datetime
    revision: str
    """Another with every change, and never again the same: what an ETag is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookPage:
    """Some of a tenant's workbooks, by name; a page may be short, or empty, before the last."""

    workbooks: Sequence[Workbook]
    after: str | None
    """Where the next page begins; None: there is none."""


class WorkbookIndex(Protocol):
    """The catalogue's workbooks."""

    def get(self, tenant: str, name: str) -> Workbook | None:
        """The workbook of that name, if there is one."""
        ...

    def put(self, workbook: Workbook, *, replacing: str | None) -> bool:
        """Enter the workbook in the place of the given revision; None: there must be none yet.

        Returns:
            False if something else stands there; nothing was changed then.
        """
        ...

    def delete(self, workbook: Workbook) -> bool:
        """Remove the workbook; False if it is not this revision any more."""
        ...

    def page(self, tenant: str, *, after: str | None, limit: int) -> WorkbookPage:
        """The tenant's workbooks by name, from the first after that place on."""
        ...


class Workbooks:
    """Defines, finds and removes workbooks."""

    def __init__(
        self,
        *,
        index: WorkbookIndex,
        files: FileStore,
        data_sets: DataSets,
        now: Callable[[], datetime],
    ) -> None:
        """
        Args:
            index: The catalogue.
            files: Where templates are.
            data_sets: What workbooks show.
            now: The clock.
        """
        self._index = index
        self._files = files
        self._data_sets = data_sets
        self._now = now

    def find(self, tenant: str, name: str) -> Workbook | None:
        """The workbook of that name, if there is one."""
        return self._index.get(tenant, name)

    def get(self, tenant: str, name: str) -> Workbook:
        """The workbook of that name.

        Raises:
            WorkbookMissing: There is none.
        """
        workbook = self._index.get(tenant, name)
        if workbook is None:
            raise WorkbookMissing(name)
        return workbook

    def page(self, tenant: str, *, after: str | None, limit: int) -> WorkbookPage:
        """Some of the tenant's workbooks, by name."""
        return self._index.page(tenant, after=after, limit=limit)

    def define(
        self, tenant: str, name: str, definition: WorkbookDefinition, current: Workbook | None
    ) -> Workbook:
        """Enter a workbook, new or in the place of the present one.

        Args:
            tenant: Whose.
            name: Its name.
            definition: What it is made of.
            current: The present one, as it was found; None: there was none.

        Raises:
            PartMissing: The template or the data set is not there.
            WorkbookChanged: The present one is another by now.
        """
        now = self._now()
        workbook = Workbook(
            tenant=tenant,
            name=name,
            definition=definition,
            created=current.created if current else now,
            changed=now,
            revision=uuid.uuid4().hex,
        )
        self.template(workbook)
        if self._data_sets.find(tenant, definition.dataset) is None:
            raise PartMissing(name, "data set", definition.dataset)
        if not self._index.put(workbook, replacing=current.revision if current else None):
            raise WorkbookChanged(name)
        return workbook

    def template(self, workbook: Workbook) -> ManagedFile:
        """The template file of a workbook, as it is now.

        Raises:
            PartMissing: It is not there.
        """
        reference = workbook.definition.template
        try:
            return self._files.find(workbook.tenant, FileType.TEMPLATE, reference)
        except FileNotFound:
            raise PartMissing(workbook.name, "template", reference) from None

    def delete(self, workbook: Workbook) -> None:
        """Remove a workbook; what was exported of it stays for as long as results are kept.

        Raises:
            WorkbookChanged: It is another by now.
        """
        if not self._index.delete(workbook):
            raise WorkbookChanged(workbook.name)
