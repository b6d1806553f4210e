"""Names of managed files: making them safe, and telling which file a reference means.

Names match with or without extension, and clients append the vendor's suffixes to names that have
none (contracts/print.md, "All-In-One configuration" and "File store").
"""

import re
import unicodedata
from enum import IntEnum

from longrun.filestore.errors import UnsafePath
from longrun.operations.entity_ids import LAST_ENTITY_ID

LONGEST_NAME = 255
"""In bytes of UTF-8."""

_EXTENSION = re.compile(r"(?<=.)\.[A-Za-z0-9_-]{1,16}$")
_VENDOR = re.compile(r"(?<=.)\.OL-(?:datamapper|template|jobpreset|outputpreset)$", re.IGNORECASE)
# Control, surrogate, private and line-breaking characters; what reorders text could show a name
# that it is not; the noncharacters cannot stand in S3's listings.
_BANNED_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_BANNED = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff"
)


class Match(IntEnum):
    """How well a file's name fits a reference; the smaller the better."""

    EXACT = 0
    STEM = 1


def clean(name: str) -> str:
    """A name that is safe in keys, headers and file systems; empty if nothing is left of it.

    Directories are dropped (with either slash), characters that cannot be seen are removed, and
    what is too long loses the end of its stem.
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(
        c for c in last if unicodedata.category(c) not in _BANNED_CATEGORIES and c not in _BANNED
    )
    tidy = unicodedata.normalize("NFC", shown).strip()
    if not tidy.strip(". "):
        return ""
    if len(tidy.encode()) <= LONGEST_NAME:
        return tidy
    extension = tidy[len(stem(tidy)) :]
    room = LONGEST_NAME - len(extension.encode())
    return tidy.encode()[:room].decode(errors="ignore").rstrip() + extension


def stem(name: str) -> str:
    """The name without its last extension, if it has one: `a.b.csv` → `a.b`, `.env` → `.env`."""
    return _EXTENSION.sub("", name)


def match(reference: str, name: str) -> Match | None:
    """How the name of a stored file fits a reference, both clean.

    A reference means the file of exactly that name; else one whose name it is without the
    extension; and a vendor's suffix on it may stand for any extension, or for none.
    """
    if name == reference:
        return Match.EXACT
    bare = _VENDOR.sub("", reference)
    if bare != reference and name == bare:
        return Match.STEM
    if stem(name) in (reference, bare):
        return Match.STEM
    return None


def stems_of(reference: str) -> tuple[str, ...]:
    """The stems under which every file that matches the reference is filed."""
    bare = _VENDOR.sub("", reference)
    return tuple(dict.fromkeys((stem(reference), bare, stem(bare), reference)))


def as_id(reference: int | str) -> int | None:
    """The id that a reference may be: a number, or a string of digits."""
    if isinstance(reference, str):
        if not (reference.isascii() and reference.isdigit() and len(reference) <= 16):
            return None
        reference = int(reference)
    return reference if 0 < reference <= LAST_ENTITY_ID else None


def relative_path(path: str) -> str:
    """A path of a file in a managed directory, checked.

    Raises:
        UnsafePath: It is empty, absolute, has a segment that is not a clean name, or is too long
            for a key.
    """
    segments = path.split("/")
    if any(not segment or clean(segment) != segment for segment in segments):
        raise UnsafePath(path)
    if len(path.encode()) > 2 * LONGEST_NAME:
        raise UnsafePath(path)
    return path
