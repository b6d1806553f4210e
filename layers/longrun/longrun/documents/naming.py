"""Names of output files: patterns over fields, made safe, and unique within a set of outputs."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from longrun.documents.records import Value, text_of

COUNTERS = frozenset({"job", "document", "number"})
"""What a pattern may name beside fields: numbers of the job, the document, the file in the set."""
LONGEST_NAME = 200
"""In bytes of UTF-8, extension and suffix included."""
_LONGEST_PREFIX = 512
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
# The comma parts the paths of a print result; the others are no file names somewhere.
_UNSAFE = frozenset('/\\:*?"<>|,')
# The dot, and blanks of every kind: a no-break space in front is no part of a name either.
_EDGES = " .\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


class PatternInvalid(ValueError):
    """A file name pattern cannot be read."""


class DestinationInvalid(ValueError):
    """A destination is not a relative folder that stays within its root."""


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A file name pattern such as `letter-${customer_id}.pdf`, taken apart."""

    parts: tuple[str, ...]
    """Text and variable names by turns, text first and last."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a pattern apart.

        Raises:
            PatternInvalid: A `${` is not closed, a variable has no name, or it names a folder.
        """
        parts = tuple(_VARIABLE.split(text))
        if any("${" in part for part in parts[::2]):
            raise PatternInvalid("A `${` is never closed.")
        if any(not part.strip() for part in parts[1::2]):
            raise PatternInvalid("A `${}` names no field.")
        if any("/" in part or "\\" in part for part in parts[::2]):
            raise PatternInvalid("A file name has no folders; `destination` takes them.")
        if not text.strip():
            raise PatternInvalid("The pattern is empty.")
        return cls(tuple(p.strip() if i % 2 else p for i, p in enumerate(parts)))

    @property
    def fields(self) -> frozenset[str]:
        """The record fields that the pattern names."""
        return self.variables - COUNTERS

    @property
    def variables(self) -> frozenset[str]:
        """All that the pattern names, counters included."""
        return frozenset(self.parts[1::2])

    def render(self, values: Mapping[str, Value], counters: Mapping[str, int]) -> str:
        """The name for these values, not yet safe nor unique; unknown fields are empty."""
        return "".join(
            part if not i % 2 else text_of(counters[part] if part in counters else values.get(part))
            for i, part in enumerate(self.parts)
        )


class OutputNames:
    """The file names of one set of outputs: each safe, none twice, whatever the case of letters.

    The same calls in the same order give the same names.
    """

    def __init__(self, pattern: NamePattern, extension: str) -> None:
        """Args:
        pattern: What names look like.
        extension: What all of them end with, such as `.pdf`.
        """
        self._pattern = pattern
        self._extension = extension
        self._taken: set[str] = set()
        self._count = 0
        self._next_suffix: dict[str, int] = {}

    def name(
        self, values: Mapping[str, Value], *, job: int | None = None, document: int | None = None
    ) -> str:
        """The next file's name.

        Args:
            values: The fields that the pattern may name.
            job, document: The numbers from 1 for `${job}` and `${document}`, where there are such.
        """
        self._count += 1
        counters = {"number": self._count}
        counters |= {} if job is None else {"job": job}
        counters |= {} if document is None else {"document": document}
        wanted = self._pattern.render(values, counters)
        name = safe_name(wanted, self._extension)
        first = name.casefold()
        suffix = self._next_suffix.get(first, 2)
        while name.casefold() in self._taken:
            name = safe_name(wanted, self._extension, suffix=f"-{suffix}")
            suffix += 1
        self._next_suffix[first] = suffix
        self._taken.add(name.casefold())
        return name


def safe_name(text: str, extension: str, *, suffix: str = "") -> str:
    """A file name that every system and every HTTP header takes.

    Separators, control characters and what some system forbids become `_`; the name ends in the
    extension, once, and has at most `LONGEST_NAME` bytes.

    Args:
        text: The wanted name, with or without the extension.
        extension: With its dot.
        suffix: What to put before the extension.
    """
    text = unicodedata.normalize("NFC", text)
    if text.casefold().endswith(extension):
        text = text[: -len(extension)]
    text = "".join("_" if c in _UNSAFE or _invisible(c) else c for c in text)
    text = text.strip(_EDGES)
    if _RESERVED.match(text):
        text = f"_{text}"
    room = LONGEST_NAME - len((suffix + extension).encode())
    text = text.encode()[:room].decode(errors="ignore").rstrip(_EDGES)
    return (text or "_") + suffix + extension


def _invisible(character: str) -> bool:
    # Controls, formats (such as a change of direction, which disguises extensions), surrogates,
    # private and unassigned characters, line and paragraph separators.
    kind = unicodedata.category(character)
    return kind[0] == "C" or kind in ("Zl", "Zp")


def destination_prefix(text: str) -> str:
    """A destination as a key prefix: folders parted and ended by `/`; empty for the root.

    Raises:
        DestinationInvalid: It is absolute, climbs out, or has characters that no key should have.
    """
    folders = text.strip().removesuffix("/").split("/")
    if folders == [""]:
        if "/" in text:
            raise DestinationInvalid("A destination is relative: it does not start with a slash.")
        return ""
    if not folders[0]:
        raise DestinationInvalid("A destination is relative: it does not start with a slash.")
    for folder in folders:
        if folder.strip() in ("", ".", ".."):
            raise DestinationInvalid("A destination has no empty, `.` or `..` folders.")
        if any(c in _UNSAFE or _invisible(c) for c in folder):
            raise DestinationInvalid(
                "A destination's folders have no control characters and none of \\ : * ? \" < > | ,"
            )
    prefix = "/".join(folders) + "/"
    if len(prefix.encode()) > _LONGEST_PREFIX:
        raise DestinationInvalid(f"A destination has at most {_LONGEST_PREFIX} bytes.")
    return prefix
