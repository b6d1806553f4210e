"""Preconditions: the cases of RFC 9110, 13."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from longrun.delivery.conditions import (
    EntityTag,
    Validators,
    http_date,
    not_modified,
    range_applies,
)
from longrun.delivery.errors import PreconditionFailed
from longrun.delivery.request import Request

MODIFIED = datetime(2026, 11, 21, 12, 0, 0, 700_000, tzinfo=UTC)
BEFORE = "Sat, 21 Nov 2026 11:59:59 GMT"
THEN = "Sat, 21 Nov 2026 12:00:00 GMT"
AFTER = "Sat, 21 Nov 2026 12:00:01 GMT"
STRONG = Validators(etag=EntityTag(opaque="abc"), modified=MODIFIED)
WEAK = Validators(etag=EntityTag(opaque="abc", weak=True), modified=MODIFIED)
NOTHING = Validators(etag=None)


def test_validators_are_told_in_whole_seconds_of_gmt() -> None:
    there = timezone(timedelta(hours=5))

    assert STRONG.headers() == {"ETag": '"abc"', "Last-Modified": THEN}
    assert WEAK.headers()["ETag"] == 'W/"abc"'
    assert NOTHING.headers() == {}
    assert http_date(MODIFIED.astimezone(there)) == THEN


@pytest.mark.parametrize(
    ("condition", "validators"),
    [
        ('"abc"', STRONG),
        ('"x", "abc"', STRONG),
        ('"x","abc","y"', STRONG),
        ('"a,b", "abc"', STRONG),
        ("*", STRONG),
        (" * ", WEAK),
        ("*", NOTHING),
    ],
)
def test_if_match_lets_the_same_bytes_through(condition: str, validators: Validators) -> None:
    assert not not_modified(Request(if_match=condition), validators)


@pytest.mark.parametrize(
    ("condition", "validators"),
    [
        ('"x"', STRONG),
        ('"ABC"', STRONG),
        ('W/"abc"', STRONG),
        ('W/"abc"', WEAK),
        ('"abc"', WEAK),
        ('"x,abc"', STRONG),
        ("abc", STRONG),
        ("", STRONG),
        ('"abc"', NOTHING),
    ],
)
def test_if_match_stops_all_others(condition: str, validators: Validators) -> None:
    with pytest.raises(PreconditionFailed, match="If-Match"):
        not_modified(Request(if_match=condition), validators)


@pytest.mark.parametrize(
    ("condition", "validators"),
    [
        ('"abc"', STRONG),
        ('W/"abc"', STRONG),
        ('"abc"', WEAK),
        ('W/"abc"', WEAK),
        ('"x", W/"abc"', STRONG),
        ("*", STRONG),
        ("*", NOTHING),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match_compares_weakly(condition: str, validators: Validators, method: str) -> None:
    assert not_modified(Request(method=method, if_none_match=condition), validators)


@pytest.mark.parametrize("condition", ['"x"', "abc", "", '"x,abc"', '"ab"'])
def test_if_none_match_of_other_bytes_brings_these(condition: str) -> None:
    assert not not_modified(Request(if_none_match=condition), STRONG)


@pytest.mark.parametrize(
    ("date", "unmodified"),
    [
        (BEFORE, False),
        (THEN, True),
        (AFTER, True),
        ("Saturday, 21-Nov-26 12:00:00 GMT", True),
        ("Sat Nov 21 12:00:00 2026", True),
        ("yesterday", False),
        ("", False),
        ("2026-11-21T12:00:00Z", False),
        ("Sat, 99 Nov 2026 12:00:00 GMT", False),
    ],
)
def test_if_modified_since(date: str, unmodified: bool) -> None:
    assert not_modified(Request(if_modified_since=date), STRONG) is unmodified


@pytest.mark.parametrize("date", [THEN, AFTER, "tomorrow"])
def test_if_unmodified_since_lets_the_same_bytes_through(date: str) -> None:
    assert not not_modified(Request(if_unmodified_since=date), STRONG)


def test_if_unmodified_since_stops_later_ones() -> None:
    with pytest.raises(PreconditionFailed, match="If-Unmodified-Since"):
        not_modified(Request(if_unmodified_since=BEFORE), STRONG)


def test_a_tag_goes_before_a_date() -> None:
    assert not not_modified(Request(if_match='"abc"', if_unmodified_since=BEFORE), STRONG)
    assert not not_modified(Request(if_none_match='"x"', if_modified_since=AFTER), STRONG)


def test_if_match_goes_before_if_none_match() -> None:
    with pytest.raises(PreconditionFailed):
        not_modified(Request(if_match='"x"', if_none_match='"abc"'), STRONG)


def test_dates_say_nothing_of_what_has_none() -> None:
    assert not not_modified(Request(if_modified_since=AFTER), NOTHING)
    assert not not_modified(Request(if_unmodified_since=BEFORE), NOTHING)


def test_a_post_has_no_preconditions() -> None:
    request = Request(method="POST", if_match='"x"', if_none_match='"abc"')

    assert not not_modified(request, STRONG)


@pytest.mark.parametrize(
    ("method", "if_range", "validators", "applies"),
    [
        pytest.param("GET", None, STRONG, True, id="without a condition"),
        pytest.param("GET", '"abc"', STRONG, True, id="the same tag"),
        pytest.param("GET", ' "abc" ', STRONG, True, id="the same tag, white space around"),
        pytest.param("GET", '"x"', STRONG, False, id="another tag"),
        pytest.param("GET", 'W/"abc"', STRONG, False, id="a weak tag"),
        pytest.param("GET", 'W/"abc"', WEAK, False, id="weak tags never match"),
        pytest.param("GET", '"abc"', NOTHING, False, id="no tag to compare with"),
        pytest.param("GET", THEN, STRONG, True, id="the same date"),
        pytest.param("GET", AFTER, STRONG, False, id="a later date is not the same"),
        pytest.param("GET", BEFORE, STRONG, False, id="an earlier date"),
        pytest.param("GET", THEN, NOTHING, False, id="no date to compare with"),
        pytest.param("GET", "abc", STRONG, False, id="neither a tag nor a date"),
        pytest.param("GET", "", STRONG, False, id="an empty condition"),
        pytest.param("HEAD", None, STRONG, False, id="HEAD has no ranges"),
        pytest.param("POST", None, STRONG, False, id="nor has POST"),
    ],
)
def test_a_range_applies(
    method: str, if_range: str | None, validators: Validators, applies: bool
) -> None:
    request = Request(method=method, range="bytes=0-1", if_range=if_range)

    assert range_applies(request, validators) is applies


def test_if_range_without_a_range_is_nothing() -> None:
    assert not range_applies(Request(if_range='"abc"'), STRONG)
