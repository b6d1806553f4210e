"""Which bytes a Range header means: the cases of RFC 9110, 14, and whatever is sent."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.delivery.errors import RangeNotSatisfiable
from longrun.delivery.ranges import GAP, MOST_RANGES, Span, wanted

SIZE = 1000
NINES = "9" * 5000


@pytest.mark.parametrize(
    ("header", "span"),
    [
        pytest.param("bytes=0-499", (0, 500), id="the first half"),
        pytest.param("bytes=500-999", (500, 1000), id="the second half"),
        pytest.param("bytes=0-0", (0, 1), id="the first byte"),
        pytest.param("bytes=999-999", (999, 1000), id="the last byte"),
        pytest.param("bytes=-1", (999, 1000), id="a suffix of one byte"),
        pytest.param("bytes=-500", (500, 1000), id="a suffix"),
        pytest.param("bytes=-1000", (0, 1000), id="a suffix that is all"),
        pytest.param("bytes=-5000", (0, 1000), id="a suffix longer than all"),
        pytest.param(f"bytes=-{NINES}", (0, 1000), id="an absurdly long suffix"),
        pytest.param("bytes=0-", (0, 1000), id="all"),
        pytest.param("bytes=700-", (700, 1000), id="from a position on"),
        pytest.param("bytes=900-5000", (900, 1000), id="to beyond the end"),
        pytest.param(f"bytes=900-{NINES}", (900, 1000), id="to absurdly far beyond the end"),
        pytest.param("bytes=007-0008", (7, 9), id="leading zeros"),
        pytest.param("BYTES=0-9", (0, 10), id="the unit in capitals"),
        pytest.param("  bytes=0-9\t", (0, 10), id="white space around"),
        pytest.param("bytes= 0-9 ", (0, 10), id="white space around the range"),
        pytest.param("bytes=,0-9,,", (0, 10), id="empty elements of the list"),
        pytest.param("bytes=0-9,2000-", (0, 10), id="one of two lies beyond the end"),
        pytest.param("bytes=2000-,-10", (990, 1000), id="the other of two lies beyond the end"),
        pytest.param("bytes=0-9,5-19", (0, 20), id="two that overlap"),
        pytest.param("bytes=0-9,10-19", (0, 20), id="two that touch"),
        pytest.param("bytes=10-19,0-9", (0, 20), id="two that touch, the later one first"),
        pytest.param("bytes=0-99,20-29", (0, 100), id="one within another"),
        pytest.param("bytes=0-9,0-9,0-9", (0, 10), id="the same again and again"),
        pytest.param("bytes=0-,-10,5-7", (0, 1000), id="all, and parts of it"),
        pytest.param("bytes=0-9,100-109", (0, 110), id="two with less between than a head"),
    ],
)
def test_one_span_is_meant(header: str, span: tuple[int, int]) -> None:
    assert wanted(header, SIZE) == (Span(*span),)


def test_several_spans_are_sent_in_the_order_in_which_they_were_asked_for() -> None:
    assert wanted("bytes=500-509, 0-9, -10", SIZE) == (Span(500, 510), Span(0, 10), Span(990, 1000))


def test_what_was_joined_stands_where_its_first_part_was_asked_for() -> None:
    assert wanted("bytes=500-509,0-9,505-519", SIZE) == (Span(500, 520), Span(0, 10))


def test_spans_further_apart_than_a_parts_head_stay_apart() -> None:
    assert wanted(f"bytes=0-9,{10 + GAP + 1}-", SIZE) == (Span(0, 10), Span(11 + GAP, SIZE))


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("bytes=1000-", id="from the end on"),
        pytest.param("bytes=1000-1001", id="just beyond the end"),
        pytest.param(f"bytes={NINES}-", id="absurdly far beyond the end"),
        pytest.param("bytes=-0", id="a suffix of nothing"),
        pytest.param("bytes=1000-,2000-3000,-0", id="several beyond the end"),
    ],
)
def test_nothing_of_it_is_there(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as caught:
        wanted(header, SIZE)

    assert caught.value.size == SIZE


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="empty"),
        pytest.param("bytes", id="no ranges"),
        pytest.param("bytes=", id="no range"),
        pytest.param("bytes=,", id="empty elements only"),
        pytest.param("bytes=-", id="no position"),
        pytest.param("bytes=--1", id="two dashes"),
        pytest.param("bytes=5", id="no dash"),
        pytest.param("bytes=5-2", id="the last before the first"),
        pytest.param("bytes=0-9,5-2", id="a malformed one after a good one"),
        pytest.param("bytes=a-b", id="no numbers"),
        pytest.param("bytes=0x0-0x9", id="hexadecimal"),
        pytest.param("bytes=+0-9", id="a sign"),
        pytest.param("bytes=0.5-9", id="a fraction"),
        pytest.param("bytes=0 - 9", id="white space within"),
        pytest.param("bytes =0-9", id="white space before the equals sign"),
        pytest.param("bytes=٠-٩", id="digits of another script"),
        pytest.param("bytes:0-9", id="a colon"),
        pytest.param("bytes=0-9;10-19", id="a semicolon"),
        pytest.param("items=0-9", id="another unit"),
        pytest.param("0-9", id="no unit"),
        pytest.param("bytes=0-9\nX: y", id="a second line"),
        pytest.param("bytes=" + ",".join(["0-9"] * (MOST_RANGES + 1)), id="too many"),
    ],
)
def test_it_is_ignored(header: str) -> None:
    assert wanted(header, SIZE) is None


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=5-"])
def test_of_nothing_no_part_can_be_told(header: str) -> None:
    assert wanted(header, 0) is None


@given(st.text(max_size=40), st.integers(0, 50))
def test_no_header_does_harm(header: str, size: int) -> None:
    for each in (header, f"bytes={header}"):
        try:
            spans = wanted(each, size)
        except RangeNotSatisfiable:
            continue
        assert spans is None or all(0 <= span.start < span.end <= size for span in spans)


RANGES = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 600), st.integers(0, 600)).map(
            lambda pair: (min(pair), max(pair))
        ),
        st.tuples(st.integers(0, 600), st.none()),
        st.tuples(st.none(), st.integers(0, 600)),
    ),
    min_size=1,
    max_size=MOST_RANGES,
)


@given(RANGES, st.integers(1, 500))
def test_every_byte_asked_for_is_there_once_and_little_more(
    ranges: list[tuple[int | None, int | None]], size: int
) -> None:
    asked: set[int] = set()
    for first, last in ranges:
        if first is None:
            asked.update(range(max(size - (last or 0), 0), size))
        else:
            asked.update(range(first, min(size if last is None else last + 1, size)))
    text = ",".join(
        f"{'' if first is None else first}-{'' if last is None else last}" for first, last in ranges
    )

    try:
        spans = wanted(f"bytes={text}", size)
    except RangeNotSatisfiable:
        assert not asked
        return

    assert spans
    sent = [place for span in spans for place in range(span.start, span.end)]
    assert len(sent) == len(set(sent))
    assert asked <= set(sent)
    apart = sorted(spans)
    assert all(b.start - a.end > GAP for a, b in pairwise(apart))
    assert {span.start for span in spans} | {span.end - 1 for span in spans} <= asked
