from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from longrun.aws.typed_values import to_plain, to_typed

_SCALARS = (
    st.text()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.decimals(-(10**9), 10**9, places=6)
    | st.none()
)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
def test_values_are_typed_as_boto3_types_them(value: Any) -> None:
    assert to_typed(value) == TypeSerializer().serialize(value)


@given(_VALUES)
def test_typed_values_are_read_as_boto3_reads_them(value: Any) -> None:
    typed = TypeSerializer().serialize(value)
    assert to_plain(typed) == TypeDeserializer().deserialize(typed) == value


def test_bytes_are_kept_as_they_are() -> None:
    assert to_plain(to_typed(b"\x00\xff")) == b"\x00\xff"


def test_a_float_is_kept_as_the_number_that_it_shows() -> None:
    assert to_plain(to_typed(0.1)) == Decimal("0.1")


def test_a_tuple_is_a_list() -> None:
    assert to_typed((1, "a")) == {"L": [{"N": "1"}, {"S": "a"}]}


def test_what_is_never_kept_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        to_typed({"a": {1}})
    with pytest.raises(TypeError, match="SS"):
        to_plain({"SS": ["a"]})
