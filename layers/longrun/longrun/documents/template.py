"""Template archives: a zip with `template.typ`, its images and its fonts.

Checked here is what needs no Typst: the archive's size, its names, what it asks to import. Whether
the template works, `longrun.documents.typesetting` finds out. By example: docs/templates.md.
"""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from longrun.documents.errors import InputInvalid

MAIN = "template.typ"
"""The file that defines `document(record, parameters)`."""

RESERVED = frozenset({"longrun.typ", "longrun-chunk.typ", "longrun-nothing.typ"})
"""Files of ours that join the template's; its own of these names give way."""

MOST_FILES = 500
_LONGEST_NAME = 200
MOST_BYTES = 64 * 1024 * 1024
"""What all files together may unpack to; they lie in the function's temporary folder."""

# Literal package imports, to refuse them with their line; those that are computed fail when they
# are carried out, because no package is ever fetched.
_PACKAGE = re.compile(rb"(?m)^(?:(?!//).)*?\b(?:import|include)\s*\(?\s*\"(@[^\"\n]*)\"")
_PIECE = 1024 * 1024


class TemplateInvalid(InputInvalid):
    """A template archive cannot be used as one.

    Attributes:
        file: The name of the archive.
        place: The entry (and line) at fault; None for the archive as a whole.
        reason: What is wrong there, as a sentence.
    """

    def __init__(self, file: str, reason: str, *, place: str | None = None) -> None:
        super().__init__(f"{file}, {place}: {reason}" if place else f"{file}: {reason}")
        self.file = file
        self.place = place
        self.reason = reason


def check_template(archive: BinaryIO, *, file: str) -> None:
    """Check an archive as it is uploaded: all that can be said without Typst.

    Args:
        archive: The zip, seekable.
        file: Its name, for messages.

    Raises:
        TemplateInvalid: It is not a zip, is too large, holds names that lead out of it, lacks
            `template.typ`, or imports a package.
    """
    for name, _ in _contents(archive, file, sources_only=True):
        del name


def unpack_template(archive: BinaryIO, target: Path, *, file: str) -> None:
    """Check an archive and write its files below a folder.

    Args:
        archive: The zip, seekable.
        target: An existing folder that nothing else is in. After a fault, what was written stays.
        file: The archive's name, for messages.

    Raises:
        TemplateInvalid: As `check_template`, and where an entry is damaged.
    """
    for name, content in _contents(archive, file, sources_only=False):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _contents(archive: BinaryIO, file: str, *, sources_only: bool) -> Iterator[tuple[str, bytes]]:
    """The checked files of the archive with their content, one in memory at a time."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = _checked_entries(opened, file)
            for entry in entries:
                source = entry.filename.endswith(".typ")
                if source or not sources_only:
                    content = _read(opened, entry, file)
                    if source:
                        _check_source(content, file, entry.filename)
                    yield entry.filename, content
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as fault:
        # Beside its own error, zipfile lets through what a damaged directory leads it to.
        raise TemplateInvalid(file, f"This is not a zip archive: {fault}.") from fault


def _checked_entries(opened: zipfile.ZipFile, file: str) -> list[zipfile.ZipInfo]:
    entries = opened.infolist()
    if len(entries) > MOST_FILES:
        raise TemplateInvalid(file, f"It holds {len(entries)} entries; {MOST_FILES} are allowed.")
    # The reader stops at the size that the entry declares: their sum is a true bound.
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        raise TemplateInvalid(
            file, f"It unpacks to {total} bytes; {MOST_BYTES} are allowed, fonts included."
        )
    seen: set[str] = set()
    for entry in entries:
        if fault := _fault_of(entry):
            raise TemplateInvalid(file, fault, place=repr(entry.filename))
        # Two names that differ by case alone would be one file on some file systems.
        folded = entry.filename.rstrip("/").casefold()
        if folded in seen:
            raise TemplateInvalid(file, "The name occurs twice.", place=repr(entry.filename))
        seen.add(folded)
    files = [entry for entry in entries if not entry.is_dir()]
    names = {entry.filename for entry in files}
    taken = {name.casefold() for name in names | RESERVED}
    for entry in entries:
        for parent in PurePosixPath(entry.filename.casefold()).parents:
            if str(parent) in taken:
                reason = f"The folder's name {str(parent)!r} is that of a file, or reserved."
                raise TemplateInvalid(file, reason, place=repr(entry.filename))
    if MAIN not in names:
        deeper = sorted(name for name in names if name.endswith("/" + MAIN))
        found = f" It must not lie in a folder, such as {deeper[0]!r}." if deeper else ""
        raise TemplateInvalid(file, f"There is no {MAIN!r} at the top of the archive.{found}")
    return files


def _fault_of(entry: zipfile.ZipInfo) -> str | None:
    name = entry.filename
    parts = PurePosixPath(name).parts
    if not name or name.startswith("/") or "\\" in name or ":" in name or not name.isprintable():
        return "An entry's name must be a plain relative path."
    if len(name.encode()) > _LONGEST_NAME:
        return f"An entry's name may have {_LONGEST_NAME} bytes."
    if ".." in parts or "." in name.split("/") or "//" in name:
        return "An entry's name must not lead out of the archive."
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "Only files and folders are allowed, no links."
    if entry.flag_bits & 0x1:
        return "Encrypted entries cannot be read."
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "Its compression is not supported; use deflate."
    return None


def _read(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, file: str) -> bytes:
    try:
        with opened.open(entry) as stream:
            # In pieces, so that a false size cannot make one large allocation.
            return b"".join(iter(lambda: stream.read(_PIECE), b""))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as fault:
        reason = f"The entry is damaged: {fault}."
        raise TemplateInvalid(file, reason, place=repr(entry.filename)) from fault
    except NotImplementedError as fault:
        reason = "Its compression is not supported; use deflate."
        raise TemplateInvalid(file, reason, place=repr(entry.filename)) from fault


def _check_source(content: bytes, file: str, name: str) -> None:
    try:
        content.decode()
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        place = f"{name} line {line}"
        raise TemplateInvalid(file, "The text is not UTF-8.", place=place) from fault
    if found := _PACKAGE.search(content):
        line = content.count(b"\n", 0, found.start(1)) + 1
        raise TemplateInvalid(
            file,
            f"The package {found[1].decode()} cannot be imported: no packages are fetched. "
            "Put the files that you need into the archive.",
            place=f"{name} line {line}",
        )
