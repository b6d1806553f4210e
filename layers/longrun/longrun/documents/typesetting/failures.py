"""What can go wrong with a template, and which record it goes wrong with."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import typst

from longrun.documents.errors import InputInvalid
from longrun.documents.template import MAIN

_PLACE = re.compile(r"┌─ (.+):(\d+):\d+")
_SHOWN = 100


class TemplateFailed(InputInvalid):
    """A template cannot be typeset with a record.

    Attributes:
        file: The name of the template's archive.
        record: The record's number from 1, in the chunk or as `counted_from` made it; None where
            no single record is at fault.
        place: The file and line of the template, such as `template.typ line 12`, if known.
        reason: What Typst says of it.
    """

    def __init__(self, file: str, reason: str, *, record: int | None, place: str | None) -> None:
        where = [file, *([f"record {record}"] if record is not None else []), *([place or ""])]
        super().__init__(f"{', '.join(filter(None, where))}: {reason}")
        self.file = file
        self.record = record
        self.place = place
        self.reason = reason

    def counted_from(self, first: int) -> Self:
        """The same failure, in a chunk whose first record has this number (from 1)."""
        record = None if self.record is None else self.record + first - 1
        return type(self)(self.file, self.reason, record=record, place=self.place)


class ChunkTooLarge(InputInvalid):
    """A chunk holds more than one compile is given."""

    def __init__(self, records: int, size: int, *, most_records: int, most_bytes: int) -> None:
        super().__init__(
            f"A chunk of {records} records ({size} bytes) cannot be typeset at once; "
            f"1 to {most_records} records of together {most_bytes} bytes are allowed."
        )
        self.records = records
        self.size = size


def first_failure(
    attempt: Callable[[Sequence[bytes]], typst.TypstError | None],
    records: Sequence[bytes],
    fault: typst.TypstError,
) -> tuple[int | None, typst.TypstError]:
    """Find the first record that a template fails with, in about twice the chunk's time.

    Args:
        attempt: Compiles some of the records; returns what went wrong, if anything did.
        records: The chunk that failed.
        fault: How it failed.

    Returns:
        The number of the record, from 1, with its fault; None with the chunk's fault where every
        record is fine by itself: they fail in company, by a label that each of them sets, say.
    """
    first, beyond = 0, len(records)
    while beyond - first > 1:
        middle = (first + beyond) // 2
        if attempt(records[first:middle]):
            beyond = middle
        else:
            first = middle
    alone = attempt(records[first:beyond])
    return (first + 1, alone) if alone else (None, fault)


def explanation(fault: typst.TypstError, root: Path, chunk: str) -> tuple[str, str | None]:
    """Typst's message, with the line of the template that it points to.

    Args:
        fault: What Typst raised.
        root: The folder of the unpacked template.
        chunk: The name of our own source in there; faults in it are in how it calls the template.

    Returns:
        The message, and the place, such as `template.typ line 12`, if the template has part in it.
    """
    message = fault.message.replace(str(root), "").strip().rstrip(".")
    if message.startswith("failed to download package"):
        message = "no packages are fetched; put the files that you need into the archive"
    for found in _PLACE.finditer(fault.diagnostic):
        path = Path(found[1]).resolve()
        if not path.is_relative_to(root):
            continue
        name, number = str(path.relative_to(root)), int(found[2])
        if name == chunk:
            return f"{message}. The template must define document(record, parameters).", MAIN
        lines = path.read_text(encoding="utf-8").splitlines()
        line = lines[number - 1].strip() if number <= len(lines) else ""
        return message + (f": {line[:_SHOWN]}" if line else ""), f"{name} line {number}"
    return message, None
