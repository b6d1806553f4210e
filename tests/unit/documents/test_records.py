"""Records keep their form on disk, and show their values as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.documents.records import (
    Record,
    Value,
    decode_record,
    encode_record,
    text_of,
)

VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
)
FIELDS = st.dictionaries(st.text(max_size=8), VALUES, max_size=4)
RECORDS = st.recursive(
    st.builds(Record, FIELDS),
    lambda inner: st.builds(
        Record, FIELDS, st.dictionaries(st.text(max_size=8), st.lists(inner, max_size=3))
    ),
    max_leaves=6,
)


@given(RECORDS)
def test_a_record_comes_back_from_its_one_line(record: Record) -> None:
    line = encode_record(record)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode_record(line) == record


@given(st.lists(RECORDS, max_size=5))
def test_a_chunk_falls_into_its_records_line_by_line(records: list[Record]) -> None:
    chunk = b"".join(map(encode_record, records))
    assert list(map(decode_record, chunk.splitlines())) == records


def test_the_form_on_disk_is_the_documented_one() -> None:
    record = Record({"name": "Zoë", "amount": 1.5}, {"lines": [Record({"sku": "A"})]})
    assert encode_record(record).decode() == (
        '{"values":{"name":"Zoë","amount":1.5},'
        '"tables":{"lines":[{"values":{"sku":"A"},"tables":{}}]}}\n'
    )


def test_a_record_never_becomes_what_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_record(Record({"amount": float("nan")}))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (12.0, "12"),
        (12.5, "12.5"),
        (-0.0, "0"),
        (1e300, "1e+300"),
        (7, "7"),
        ("as is ", "as is "),
    ],
)
def test_values_are_shown_as_people_write_them(value: Value, text: str) -> None:
    assert text_of(value) == text
