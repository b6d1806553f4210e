"""What can be wrong with what a client brought: resources, data files, records, parameters.

Each error carries its place as data and says it in its message; none has anything to do with HTTP.
"""


class InputInvalid(Exception):
    """Something that a client brought is at fault: doing it again will not help."""


class ResourceInvalid(InputInvalid):
    """A configuration or preset is not what its format asks for.

    Attributes:
        file: The name of the file.
        path: The JSON path of the first fault, `$` for the whole of it.
        reason: What is wrong there, as a sentence.
        others: The (path, reason) of the other faults found in the same reading.
    """

    SHOWN = 3

    def __init__(
        self, file: str, path: str, reason: str, others: tuple[tuple[str, str], ...] = ()
    ) -> None:
        shown = [f"{at}: {why}" for at, why in ((path, reason), *others)[: self.SHOWN]]
        unsaid = len(others) + 1 - len(shown)
        if unsaid:
            shown.append(f"Faults not shown: {unsaid}.")
        super().__init__(f"{file}, {' '.join(shown)}")
        self.file = file
        self.path = path
        self.reason = reason
        self.others = others


class Misfit(ValueError):
    """Parts of a configuration that do not go together, seen from the part that holds them.

    Attributes:
        at: The keys and indexes that lead from the checked part to the fault.
        reason: What is wrong there, as a sentence.
    """

    def __init__(self, reason: str, *at: str | int) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason


class ParameterInvalid(InputInvalid):
    """A runtime parameter is missing, unknown, or not of its type."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f'Parameter "{name}": {reason}')
        self.name = name
        self.reason = reason


class SourceInvalid(InputInvalid):
    """A data file cannot be read as its configuration says.

    Attributes:
        file: The name of the file.
        place: Where in it, such as `row 3 (line 5)` or `line 2, column 7`; None for all of it.
        reason: What is wrong there, as a sentence.
    """

    def __init__(self, file: str, reason: str, *, place: str | None = None) -> None:
        super().__init__(f"{file}, {place}: {reason}" if place else f"{file}: {reason}")
        self.file = file
        self.place = place
        self.reason = reason


class RecordInvalid(InputInvalid):
    """A value of one record is missing or not of its field's type.

    Attributes:
        file: The name of the data file.
        record: The record's number in the file, from 1.
        field: The field's name; None where the record as a whole is at fault.
        reason: What is wrong with it, as a sentence.
        rows: The (table, row number from 1) that lead to the detail row at fault, outermost first.
    """

    def __init__(
        self,
        file: str,
        record: int,
        field: str | None,
        reason: str,
        *,
        rows: tuple[tuple[str, int], ...] = (),
    ) -> None:
        place = [file, f"record {record}"]
        place += [f'table "{table}", row {row}' for table, row in rows]
        if field is not None:
            place.append(f'field "{field}"')
        super().__init__(f"{', '.join(place)}: {reason}")
        self.file = file
        self.record = record
        self.field = field
        self.reason = reason
        self.rows = rows

    @property
    def table(self) -> str | None:
        """The innermost detail table that the fault is in, if any."""
        return self.rows[-1][0] if self.rows else None

    @property
    def row(self) -> int | None:
        """The row of that table, from 1."""
        return self.rows[-1][1] if self.rows else None
