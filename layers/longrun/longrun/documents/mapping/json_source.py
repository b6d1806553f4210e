"""JSON files: the items of one array in a document, or of JSON Lines, in the memory of one item.

Written here rather than taken from ijson, which is as fast: that library says neither line nor
column of a fault, nor that a path is absent, and has no way to take an object for an array of one.
"""

import json
from collections.abc import Callable, Iterator
from typing import Never

from longrun.documents.errors import SourceInvalid
from longrun.documents.mapping.configuration import JsonSource
from longrun.documents.mapping.paths import parse_path
from longrun.documents.mapping.text import Readable, TextInvalid, decoded, lines
from longrun.documents.mapping.values import shown

_LARGEST_ITEM = 1 << 26
# What may be skipped whole; anything larger is entered and skipped member by member.
_SKIPPED_WHOLE = 1 << 20
_BLANK = " \t\n\r"
_TOO_DEEP = "The JSON is nested too deeply."


def _constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _reason(error: ValueError) -> str:
    # What is not ours is Python's own limit for integers.
    ours = "is not JSON" in str(error)
    return f"This is not JSON: {error}." if ours else "A number has too many digits."


_decode = json.JSONDecoder(parse_constant=_constant).raw_decode


def json_items(
    source: Readable, settings: JsonSource, file_name: str, fault: Callable[[SourceInvalid], None]
) -> Iterator[dict[str, object]]:
    """The objects that stand for records, in order.

    Args:
        source: The file.
        settings: Which array of it, or lines.
        file_name: For messages.
        fault: Told of an item that is not an object, or a line that is not JSON; may raise.

    Raises:
        SourceInvalid: The document is not JSON in UTF-8, or the path to the records is absent.
    """
    if settings.lines:
        yield from _objects(_line_items(source, file_name, fault), file_name, fault)
        return
    text = _Text(source, file_name)
    if text.peek():
        yield from _objects(text.items(parse_path(settings.records)), file_name, fault)
        text.end()


def _objects(
    items: Iterator[object], file_name: str, fault: Callable[[SourceInvalid], None]
) -> Iterator[dict[str, object]]:
    for number, item in enumerate(items, 1):
        if isinstance(item, dict):
            yield item
        else:
            reason = f"{shown(item)} is not an object.".capitalize()
            fault(SourceInvalid(file_name, reason, place=f"item {number}"))


def _line_items(
    source: Readable, file_name: str, fault: Callable[[SourceInvalid], None]
) -> Iterator[object]:
    number = 0
    try:
        for number, line in enumerate(lines(source, "utf-8"), 1):
            if not line.isspace():
                try:
                    yield json.loads(line, parse_constant=_constant)
                except json.JSONDecodeError as error:
                    place = f"line {number}, column {error.pos + 1}"
                    fault(SourceInvalid(file_name, f"This is not JSON: {error.msg}.", place=place))
                except ValueError as error:
                    fault(SourceInvalid(file_name, _reason(error), place=f"line {number}"))
                except RecursionError:
                    fault(SourceInvalid(file_name, _TOO_DEEP, place=f"line {number}"))
    except TextInvalid as error:
        raise SourceInvalid(file_name, error.reason, place=f"line {number + 1}") from None


class _TooLarge(Exception):
    """The value is longer than the caller wants in memory at once."""


class _Text:
    """A document of which only a window is in memory, read forward value by value."""

    def __init__(self, source: Readable, file_name: str) -> None:
        self._pieces = decoded(source, "utf-8")
        self._file = file_name
        self._window = ""
        self._at = 0
        self._ended = False
        self._lines_before = 0
        self._column_before = 0

    def peek(self) -> str:
        """The next character that is not blank, without taking it; empty at the end."""
        while True:
            window, at = self._window, self._at
            while at < len(window) and window[at] in _BLANK:
                at += 1
            self._at = at
            if at < len(window):
                return window[at]
            if not self._fill():
                return ""

    def end(self) -> None:
        """Make sure that nothing follows."""
        if self.peek():
            self._fail("This is not JSON: something follows the document's end.")

    def items(self, path: tuple[str, ...], walked: str = "") -> Iterator[object]:
        """The elements of the array at the path below the next value; an object there, as one."""
        opening = self.peek()
        if not path:
            if opening == "[":
                for _ in self._elements():
                    yield self._value(_LARGEST_ITEM)
            elif opening == "{":
                yield self._value(_LARGEST_ITEM)
            else:
                where = f'At "{walked}"' if walked else "At the top"
                self._fail(f"{where} stands neither an array nor an object.")
            return
        found = False
        here = f"{walked}.{path[0]}" if walked else path[0]
        if opening and opening in "{[":
            for key in self._members() if opening == "{" else self._elements():
                if key == path[0] and not found:
                    found = True
                    yield from self.items(path[1:], here)
                else:
                    self._skip()
        else:
            self._skip()
        if not found:
            raise SourceInvalid(
                self._file, f'There is nothing at "{here}", where records should be.'
            )

    def _elements(self) -> Iterator[str]:
        """The indexes of an array as text; the caller takes the value after each."""
        self._take("[")
        if self.peek() == "]":
            self._at += 1
            return
        index = 0
        while True:
            yield str(index)
            index += 1
            if self._take(",]") == "]":
                return

    def _members(self) -> Iterator[str]:
        """The keys of an object; the caller takes the value after each."""
        self._take("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                self._fail("This is not JSON: a property name in double quotes is missing.")
            key = self._value(_SKIPPED_WHOLE)
            self._take(":")
            yield str(key)
            if self._take(",}") == "}":
                return

    def _take(self, expected: str) -> str:
        found = self.peek()
        if not found or found not in expected:
            self._fail(f"This is not JSON: {' or '.join(repr(c) for c in expected)} is missing.")
        self._at += 1
        return found

    def _skip(self) -> None:
        opening = self.peek()
        try:
            self._value(_SKIPPED_WHOLE, enter=bool(opening) and opening in "[{")
        except _TooLarge:
            for _ in self._elements() if opening == "[" else self._members():
                self._skip()

    def _value(self, limit: int, *, enter: bool = False) -> object:
        self.peek()
        while True:
            window, at = self._window, self._at
            try:
                value, end = _decode(window, at)
            except json.JSONDecodeError as error:
                # Only what may still be completed by more text is worth reading on for.
                near = len(window) - error.pos < 16 or error.msg.startswith("Unterminated string")
                if self._ended or not near:
                    self._at = error.pos
                    self._fail(f"This is not JSON: {error.msg}.")
            except RecursionError:
                self._fail(_TOO_DEEP)
            except ValueError as error:
                self._fail(_reason(error))
            else:
                # A number at the window's edge may go on.
                if self._ended or len(window) - end > 3 or window[end - 1] in ']}"':
                    self._at = end
                    return value
            if len(window) - at > limit:
                if enter:
                    raise _TooLarge
                self._fail(f"The value is larger than {limit:,} characters.")
            self._fill()

    def _fill(self) -> bool:
        """Let go of what was read and read as much again as is held; False at the end."""
        if self._ended:
            return False
        done = self._window[: self._at]
        newlines = done.count("\n")
        self._lines_before += newlines
        self._column_before = (
            len(done) - done.rfind("\n") - 1 + (0 if newlines else self._column_before)
        )
        parts = [self._window[self._at :]]
        self._at = 0
        wanted, got = len(parts[0]), 0
        try:
            while got <= wanted:
                piece = next(self._pieces, None)
                if piece is None:
                    self._ended = True
                    break
                parts.append(piece)
                got += len(piece)
        except TextInvalid as error:
            self._window = "".join(parts)
            self._at = len(self._window)
            self._fail(error.reason)
        self._window = "".join(parts)
        return got > 0

    def _fail(self, reason: str) -> Never:
        done = self._window[: self._at]
        line = self._lines_before + done.count("\n") + 1
        column = len(done) - done.rfind("\n")
        if "\n" not in done:
            column += self._column_before
        raise SourceInvalid(self._file, reason, place=f"line {line}, column {column}")
