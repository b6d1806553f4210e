"""JSON in its canonical form, by which a signed content and a stored document are compared.

Source: RFC 8785 (JCS), which takes I-JSON (RFC 7493): no name twice, no number that a double does
not hold, no lone surrogate. What is outside of it is refused: two readers may differ about it.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import rfc8785

DEPTH: Final = 64
"""Of nesting: more than any document has, and fewer than the interpreter bears."""
LARGEST: Final = 2**53 - 1
"""The largest integer that every reader of JSON takes for the same."""

_LONGEST: Final = len("-999999999999999900000")
"""The longest integer that a double is written as; the next has an exponent."""

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None


class NotCanonical(Exception):
    """A value or a text has no canonical form.

    Attributes:
        path: The JSON path of what is wrong; `$` where the text as a whole is.
        problem: What is wrong with it; it quotes no value.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path} {problem}.")
        self.path = path
        self.problem = problem


def read(content: bytes) -> Json:
    """The value of a JSON text that somebody else wrote.

    Args:
        content: UTF-8, without a byte order mark.

    Raises:
        NotCanonical: It is no JSON, or is ambiguous: a name twice, a number that is none.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise NotCanonical("$", "is not UTF-8") from None
    try:
        value: Json = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer
        )
    except RecursionError:
        raise NotCanonical("$", f"is nested deeper than {DEPTH} levels") from None
    except ValueError:
        # `from None`: the cause holds the whole text.
        raise NotCanonical("$", "is not JSON") from None
    return value


def canonical(value: object) -> bytes:
    """The one text of a JSON value.

    Args:
        value: Of mappings with text keys, sequences, texts, numbers, booleans and None.

    Raises:
        NotCanonical: Something in it has no place in JSON, or no exact one.
    """
    return rfc8785.dumps(_plain(value, "$", 0))


def same(one: object, other: object) -> bool:
    """Whether two JSON values are the same, however they were written: `1.0` is `1`.

    Raises:
        NotCanonical: One of them has no canonical form.
    """
    return canonical(one) == canonical(other)


def _plain(value: object, path: str, depth: int) -> Json:
    if depth > DEPTH:
        raise NotCanonical(path, f"is nested deeper than {DEPTH} levels")
    match value:
        case None | bool():
            return value
        case str():
            return _text(value, path, "is a text")
        case int():
            if abs(value) > LARGEST:
                raise NotCanonical(path, "is an integer beyond 2^53 - 1: write it as a text")
            return value
        case float():
            if not math.isfinite(value):
                raise NotCanonical(path, "is not a number that JSON has")
            return value
        case Mapping():
            return {
                _key(key, path): _plain(item, f"{path}.{key}", depth + 1)
                for key, item in value.items()
            }
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return [_plain(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
        case _:
            raise NotCanonical(path, f"is a {type(value).__name__}, which JSON has not")


def _key(key: object, path: str) -> str:
    if not isinstance(key, str):
        raise NotCanonical(path, "has a name that is no text")
    return _text(key, path, "has a name")


def _text(text: str, path: str, what: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotCanonical(path, f"{what} with half a character (a lone surrogate)") from None
    return text


def _object(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    members: dict[str, Json] = {}
    for name, value in pairs:
        if name in members:
            raise NotCanonical("$", "has an object that names a member twice")
        members[name] = value
    return members


def _constant(_: str) -> Json:
    raise NotCanonical("$", "holds NaN or Infinity, which JSON has not")


def _integer(digits: str) -> int | float:
    """An integer as JSON has it: a double; the canonical form of a large one is spelled so too."""
    # Longer ones are not converted: it takes time that grows with the square.
    if len(digits) <= _LONGEST:
        value = int(digits)
        if abs(value) <= LARGEST:
            return value
        if rfc8785.dumps(float(value)) == digits.encode():
            return float(value)
    raise NotCanonical("$", "holds an integer beyond 2^53 - 1: write it as a text")
