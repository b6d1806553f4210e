"""Values: from a cell's text or a JSON value to a typed one, by converters built once per field."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

from longrun.documents.records import Value, text_of

type Convert = Callable[[object], Value]
"""From what the source holds (never a missing value) to the field's value."""
FieldType = Literal["string", "integer", "number", "boolean", "date"]

_LARGEST = 2**63
_SHOWN = 60
_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
_WORDS = (frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"}))
_PLAIN_INTEGER = re.compile(r"[+-]?[0-9]+")
_EXPONENT = r"(?:[eE][+-]?[0-9]{1,4})?"
_PLAIN_NUMBER = re.compile(rf"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+){_EXPONENT}")
_SPACES = "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]"
_NAMED = {"integer": "an integer", "number": "a number", "boolean": "a boolean", "date": "a date"}


class ValueInvalid(Exception):
    """A value is not of its field's type."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def shown(value: object) -> str:
    """A source value for a message: text in quotes, shortened; structures by their kind only."""
    match value:
        case str():
            short = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
            return f'"{"".join(c if c.isprintable() else _UNPRINTABLE for c in short)}"'
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case dict():
            return "an object"
        case list():
            return "an array"
        case _:
            return str(value)[:_SHOWN]


def converter(
    of: FieldType,
    *,
    format: str | None = None,
    decimal: str | None = None,
    grouping: str | None = None,
) -> Convert:
    """The converter for a field of the type; the other arguments are those of `FieldMapping`."""
    match of:
        case "string":
            return _text
        case "integer":
            return _integer(grouping)
        case "number":
            return _number(decimal or ".", grouping)
        case "boolean":
            return _boolean(format)
        case "date":
            return _date(format)


def typed(of: FieldType, value: str | float | bool) -> Value:
    """A default's or a parameter's value as the type has it: plain numbers, dates as YYYY-MM-DD.

    Raises:
        ValueInvalid: It is not of the type.
    """
    return converter(of)(value)


def check_date_format(pattern: str) -> None:
    """Make sure that the strptime pattern reads a whole date.

    Raises:
        ValueError: It does not.
    """
    # Patterns without a year are looked for by name: strptime only warns of them.
    if not re.search(r"%(?:Y|y|G|x|c)", pattern.replace("%%", "")):
        raise ValueError(f'The pattern "{pattern}" reads no year.')
    # Naive on purpose, here and below: a date in a file has no zone.
    for sample in (datetime(2001, 2, 23, 13, 14, 15), datetime(2024, 11, 5, 1, 2, 3)):  # noqa: DTZ001
        try:
            back = datetime.strptime(sample.strftime(pattern), pattern)  # noqa: DTZ007
        except (ValueError, re.error):
            raise ValueError(f'"{pattern}" is not a date pattern.') from None
        if back.date() != sample.date():
            raise ValueError(f'The pattern "{pattern}" does not read day, month and year.')


def _no(value: object, of: str) -> ValueInvalid:
    return ValueInvalid(f"{shown(value)} is not {_NAMED[of]}.")


def _text(value: Any) -> Value:
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            # JSON can escape half a character; no file and no template can hold it.
            raise ValueInvalid("The text holds half of a surrogate pair.")
        return value
    if isinstance(value, (dict, list)):
        raise ValueInvalid(f"{shown(value).capitalize()} is not text.")
    return text_of(value)


def _integer(grouping: str | None) -> Convert:
    matches, grouped = _PLAIN_INTEGER.fullmatch, None
    if grouping:
        grouped = re.compile(_grouped(grouping))

    def convert(value: object) -> Value:
        number: int
        if isinstance(value, str):
            text = value
            if grouped and grouped.fullmatch(text):
                text = "".join(c for c in text if c.isdigit() or c in "+-")
            if not matches(text):
                raise _no(value, "integer")
            # Python refuses to read thousands of digits; no 64-bit integer has more than 19.
            digits = text.lstrip("+-0")
            number = int(digits or "0") if len(digits) < 20 else _LARGEST + 1
            number = -number if text[0] == "-" else number
        elif isinstance(value, float) and value.is_integer():
            number = int(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            number = value
        else:
            raise _no(value, "integer")
        if not -_LARGEST <= number < _LARGEST:
            raise ValueInvalid(f"{shown(value)} does not fit into 64 bits.")
        return number

    return convert


def _number(decimal: str, grouping: str | None) -> Convert:
    matches = _PLAIN_NUMBER.fullmatch
    point = re.escape(decimal)
    if grouping or decimal != ".":
        whole = f"(?:{_grouped(grouping)}|[0-9]+)" if grouping else "[0-9]+"
        whole = whole.replace("[+-]?", "")
        matches = re.compile(
            rf"[+-]?(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+){_EXPONENT}"
        ).fullmatch
    parts = re.compile(_separator(grouping)) if grouping else None

    def convert(value: object) -> Value:
        if isinstance(value, str):
            if not matches(value):
                raise _no(value, "number")
            text = parts.sub("", value) if parts else value
            number = float(text.replace(decimal, ".") if decimal != "." else text)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
        else:
            raise _no(value, "number")
        if not math.isfinite(number):
            raise ValueInvalid(f"{shown(value)} is too large a number.")
        return number

    return convert


def _separator(grouping: str) -> str:
    return _SPACES if grouping == " " else re.escape(grouping)


def _grouped(grouping: str) -> str:
    # Groups of two are Indian; any other length is rather a slip, such as a decimal comma.
    return rf"[+-]?[0-9]{{1,3}}(?:{_separator(grouping)}[0-9]{{2,3}})+"


def _boolean(format: str | None) -> Convert:
    true, false = _WORDS
    if format:
        true, false = (frozenset({word.strip().casefold()}) for word in format.split("/"))

    def convert(value: object) -> Value:
        if isinstance(value, bool):
            return value
        word = shown(value) if isinstance(value, (int, float)) else value
        if isinstance(word, str):
            word = word.casefold()
            if word in true:
                return True
            if word in false:
                return False
        raise _no(value, "boolean")

    return convert


def _date(format: str | None) -> Convert:
    if format is None:

        def plain(value: object) -> Value:
            try:
                if isinstance(value, str) and len(value) == 10 and value[4] == "-" == value[7]:
                    return date.fromisoformat(value).isoformat()
            except ValueError:
                pass
            raise _no(value, "date")

        return plain

    # strptime is slow, and the dates of a file repeat.
    @lru_cache(maxsize=4096)
    def parsed(text: str) -> str:
        return datetime.strptime(text, format).date().isoformat()  # noqa: DTZ007

    def convert(value: object) -> Value:
        if isinstance(value, str):
            try:
                return parsed(value)
            except ValueError:
                pass
        raise ValueInvalid(f'{shown(value)} is not a date of the form "{format}".')

    return convert
