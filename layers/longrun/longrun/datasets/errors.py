"""What can be wrong with a data set, its definition or its source.

    DataSetError
    ├── DataSetMissing       no such data set of this tenant
    ├── DataSetChanged       somebody else changed or removed it at the same moment
    ├── DataSetNotLoaded     it is defined, and its source was never read
    ├── DataSetReplaced      the state that was being read is gone
    └── ReloadRefused        why a reload failed; the class's name is the operation's code
        ├── DataSetDeleted     it was deleted while it was reloaded
        ├── DefinitionChanged  it was defined anew while it was reloaded
        ├── SourceMissing      the file is gone
        ├── SourceInvalid      the file cannot be read as what it should be
        ├── ColumnMissing      the file lacks a column that the definition names
        ├── SchemaChanged      the file's columns are not those of the last time
        └── RowsRejected       more rows are at fault than may be

Every message is a sentence for whoever started the reload. Contracts choose statuses and words.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class DataSetError(Exception):
    """Base of the data sets' errors."""


class DataSetMissing(DataSetError):
    """There is no data set of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no data set {name!r}.")
        self.name = name


class DataSetChanged(DataSetError):
    """Somebody else changed or removed the data set at the same moment."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Data set {name!r} was changed at the same moment.")
        self.name = name


class DataSetNotLoaded(DataSetError):
    """The data set is defined, and its source was never read."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Data set {name!r} has not been loaded yet: reload it first.")
        self.name = name


class DataSetReplaced(DataSetError):
    """The state that was being read is gone: it was replaced more than once meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__(f"That state of data set {name!r} is gone: it was replaced since.")
        self.name = name


class ReloadRefused(DataSetError):
    """The data set is not replaced; what is wrong is the caller's to mend."""

    @property
    def reasons(self) -> "Sequence[Reason]":
        """Each thing that is wrong, the most telling first."""
        return (Reason(code=type(self).__name__, message=str(self)),)

    @property
    def count(self) -> int:
        """How many there were in all."""
        return len(self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that is wrong, and where."""

    code: str
    message: str
    place: str | None = None


class DataSetDeleted(ReloadRefused):
    """The data set is gone."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Data set {name!r} was deleted before its reload was complete.")
        self.name = name


class DefinitionChanged(ReloadRefused):
    """The data set is not the one that was read for."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Data set {name!r} was defined anew while it was reloaded. What was read for the "
            "former definition is not used; reload it again."
        )
        self.name = name


class SourceMissing(ReloadRefused):
    """The file that the definition names is not there."""

    def __init__(self, name: str, source: str) -> None:
        super().__init__(
            f"There is no data file {source!r} in the file store, which data set {name!r} is read "
            "from: it was deleted, has expired, or was never uploaded. The data set is as it was."
        )
        self.name = name
        self.source = source


class SourceInvalid(ReloadRefused):
    """The file cannot be read as its format says."""

    def __init__(self, file: str, reason: str, *, place: str | None = None) -> None:
        super().__init__(f"{file}, {place}: {reason}" if place else f"{file}: {reason}")
        self.file = file
        self.place = place
        self.reason = reason

    @property
    def reasons(self) -> Sequence[Reason]:
        """The one thing."""
        return (Reason(code="SourceInvalid", message=str(self), place=self.place),)


class ColumnMissing(ReloadRefused):
    """The file lacks columns that the definition names."""

    SHOWN = 20

    def __init__(self, file: str, missing: Sequence[str], there: Sequence[str]) -> None:
        shown = ", ".join(f'"{name}"' for name in there[: self.SHOWN])
        more = f" and {len(there) - self.SHOWN} more" if len(there) > self.SHOWN else ""
        lacking = ", ".join(f'"{name}"' for name in missing)
        super().__init__(
            f"{file} has no column {lacking}, which the data set's definition names. "
            f"Its columns are {shown}{more}."
        )
        self.file = file
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChange:
    """How a column differs from the last time."""

    column: str
    was: str
    now: str | None
    """None: it is missing."""
    place: str | None = None
    value: str | None = None

    def sentence(self, file: str) -> str:
        """The change in words."""
        if self.now is None:
            return f'column "{self.column}" was {self.was}; {file} has none of that name'
        first = f", first in {self.place}" if self.place else ""
        value = f": {self.value!r}" if self.value is not None else ""
        return f'column "{self.column}" was {self.was}; in {file} it is {self.now}{first}{value}'


class SchemaChanged(ReloadRefused):
    """The file's columns are not those that the data set had."""

    def __init__(self, name: str, file: str, changes: Sequence[ColumnChange]) -> None:
        first = changes[0].sentence(file)
        others = f" {len(changes) - 1} more columns changed." if len(changes) > 1 else ""
        super().__init__(f"{first[0].upper()}{first[1:]}.{others}")
        self.name = name
        self.file = file
        self.changes = tuple(changes)

    @property
    def reasons(self) -> Sequence[Reason]:
        """One for each column, and what to do about it."""
        found = []
        for change in self.changes:
            words = change.sentence(self.file)
            message = (
                f"{words[0].upper()}{words[1:]}. The data set is as it was; to take the new "
                "schema, put its definition again and reload."
            )
            found.append(Reason(code="SchemaChanged", message=message, place=change.column))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why one row cannot be taken."""

    place: str
    """Such as `line 17`."""
    column: str | None
    reason: str
    """A sentence, with the offending value, shortened."""

    def sentence(self, file: str) -> str:
        """The rejection with its place."""
        column = f', column "{self.column}"' if self.column is not None else ""
        return f"{file}, {self.place}{column}: {self.reason}"


class RowsRejected(ReloadRefused):
    """More rows are at fault than the definition lets pass."""

    def __init__(
        self,
        file: str,
        *,
        read: int,
        rejected: int,
        limit: int,
        first: Sequence[Rejection],
        counted: bool = True,
    ) -> None:
        """
        Args:
            file: The name of the source file.
            read: How many rows it has.
            rejected: How many of them are at fault.
            limit: How many might be.
            first: Why, row by row.
            counted: Whether these are all; else there are more.
        """
        most = f"at most {limit:,} may be" if limit else "none may be"
        rows = f"{rejected:,} of {read:,} rows" if counted else f"More than {rejected - 1:,} rows"
        super().__init__(
            f"{rows} of {file} cannot be taken, and {most} rejected (rejectLimit). The data set "
            "is as it was."
        )
        self.file = file
        self.rejected = rejected
        self.first = tuple(first)

    @property
    def reasons(self) -> Sequence[Reason]:
        """The sum of it, then row by row."""
        rows = (
            Reason(code="RowRejected", message=each.sentence(self.file), place=_place(each))
            for each in self.first
        )
        return (Reason(code="RowsRejected", message=str(self)), *rows)

    @property
    def count(self) -> int:
        """The sum and every row."""
        return 1 + max(self.rejected, len(self.first))


def _place(rejection: Rejection) -> str:
    if rejection.column is None:
        return rejection.place
    return f"{rejection.place}, column {rejection.column}"


class EntryTooLarge(Exception):
    """A data set or a workbook is larger than an entry of the catalogue may be."""

    def __init__(self, name: str, size: int, most: int) -> None:
        super().__init__(
            f"{name!r} is too large for the catalogue: what describes it has {size:,} bytes, and "
            f"may have {most:,}."
        )
        self.name = name
        self.size = size
        self.most = most


class WorkRefused(Exception):
    """The work cannot be done as ordered; the operation says why and has failed.

    Ends the workflow. Carries no detail: executions' histories are read by others.
    """
