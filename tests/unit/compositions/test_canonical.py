"""The canonical form of JSON, by the vectors of RFC 8785, and what is outside of it."""

import json
import struct
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.compositions.canonical import (
    DEPTH,
    LARGEST,
    Json,
    NotCanonical,
    canonical,
    read,
    same,
)

# RFC 8785 appendix B.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}

# Section 3.2.2 …
EXAMPLE = rb"""{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}"""
# … and what it becomes, section 3.2.4.
EXAMPLE_CANONICAL = (
    "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a"
    "5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d3237"
    "5d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d"
)

# Section 3.2.3.
UNSORTED = rb"""{
  "\u20ac": "Euro Sign",
  "\r": "Carriage Return",
  "\ufb33": "Hebrew Letter Dalet With Dagesh",
  "1": "One",
  "\ud83d\ude00": "Emoji: Grinning Face",
  "\u0080": "Control",
  "\u00f6": "Latin Small Letter O With Diaeresis"
}"""
SORTED = [
    "Carriage Return",
    "One",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
]


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_are_written_as_the_rfc_has_them(bits: str, text: str) -> None:
    [number] = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number).decode() == text


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_what_is_no_number_is_refused(bits: str) -> None:
    [number] = struct.unpack(">d", bytes.fromhex(bits))
    with pytest.raises(NotCanonical) as refused:
        canonical({"a": [number]})
    assert refused.value.path == "$.a[0]"


def test_the_example_of_the_rfc() -> None:
    assert canonical(read(EXAMPLE)).hex() == EXAMPLE_CANONICAL


def test_members_are_sorted_by_their_utf_16() -> None:
    members = json.loads(canonical(read(UNSORTED)))
    assert list(members.values()) == SORTED


def test_the_same_value_written_otherwise_is_the_same() -> None:
    one = read(b'{"b": [1.0, 2e2], "a": "\\u0456"}')
    other = read('{"a":"і","b":[1,200]}'.encode())
    assert same(one, other)


@pytest.mark.parametrize(
    "other",
    [b'{"a": "1"}', b'{"a": 1.0000000001}', b'{"a": true}', b'{"a": 1, "b": null}', b'{"A": 1}'],
)
def test_another_value_is_not_the_same(other: bytes) -> None:
    assert not same(read(b'{"a": 1}'), read(other))


def test_texts_are_not_normalised() -> None:
    assert not same("\u0439", "\u0438\u0306")


@pytest.mark.parametrize(
    "digits", ["10000000000000000", "9007199254740992", "-1000000000000000000"]
)
def test_a_large_integer_that_a_double_is_written_as_is_that_double(digits: str) -> None:
    assert canonical(read(digits.encode())).decode() == digits
    assert same(read(digits.encode()), float(digits))


@pytest.mark.parametrize("digits", ["9007199254740993", "-10000000000000001", "1" + "0" * 21])
def test_a_large_integer_that_would_be_rounded_is_refused(digits: str) -> None:
    with pytest.raises(NotCanonical):
        read(digits.encode())


def test_frozen_mappings_and_tuples_are_objects_and_arrays() -> None:
    assert canonical(MappingProxyType({"b": (1, 2), "a": None})) == b'{"a":null,"b":[1,2]}'


@pytest.mark.parametrize("sign", [1, -1])
def test_an_integer_that_a_double_does_not_hold_is_refused_and_not_shown(sign: int) -> None:
    assert canonical(sign * LARGEST) == str(sign * LARGEST).encode()
    with pytest.raises(NotCanonical) as refused:
        canonical({"section": [{"value": sign * (LARGEST + 1)}]})
    assert refused.value.path == "$.section[0].value"
    assert "9007199254740992" not in str(refused.value)


@pytest.mark.parametrize("value", [{"a": b"bytes"}, {"a": {1, 2}}, {"a": object()}, {1: "a"}])
def test_what_json_has_not_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


@pytest.mark.parametrize("value", [{"a": "\ud83d"}, {"\udc00": 1}])
def test_half_a_character_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical, match="half a character"):
        canonical(value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"x": [{"a": 1, "\\u0061": 2}]}', "twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "NaN"),
        (b'{"a": 123456789012345678901234567890}', "2^53"),
        (b'{"a": ' + b"9" * 1_000_000 + b"}", "2^53"),
        (b'\xef\xbb\xbf{"a": 1}', "not JSON"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a": 1} x', "not JSON"),
        (b"", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b"[" * 200_000, "nested"),
    ],
)
def test_a_text_that_is_ambiguous_or_no_json_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(NotCanonical) as refused:
        read(content)
    assert problem in refused.value.problem


def test_a_number_too_large_for_a_double_is_refused() -> None:
    with pytest.raises(NotCanonical):
        canonical(read(b'{"a": 1e400}'))


def test_nesting_is_bounded() -> None:
    canonical(read(b"[" * DEPTH + b"1" + b"]" * DEPTH))
    with pytest.raises(NotCanonical, match="nested"):
        canonical(read(b"[" * 1000 + b"1" + b"]" * 1000))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda children: (
        st.lists(children) | st.dictionaries(st.text(st.characters(codec="utf-8")), children)
    ),
    max_leaves=20,
)


@given(value=VALUES)
def test_the_canonical_form_of_any_value_is_stable_and_says_the_same(value: Json) -> None:
    text = canonical(value)
    assert canonical(read(text)) == text
    assert same(read(json.dumps(value, indent=2).encode()), value)


@given(content=st.binary())
def test_reading_anything_ends_in_a_value_or_a_refusal(content: bytes) -> None:
    try:
        canonical(read(content))
    except NotCanonical:
        return
