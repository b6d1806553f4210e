"""Base64 as requests carry it: one text for one message."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.compositions.signatures.encoding import LIMIT, decode
from longrun.compositions.signatures.refusal import Reason, SignatureInvalid


def reason(text: str, limit: int = LIMIT) -> Reason:
    with pytest.raises(SignatureInvalid) as error:
        decode(text, limit=limit)
    return error.value.reason


@given(blob=st.binary(min_size=1))
def test_what_was_encoded_comes_out(blob: bytes) -> None:
    assert decode(base64.b64encode(blob).decode()) == blob


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "MA",
        "MA=",
        "MA===",
        "MB==",
        "MAA=MAA=",
        "MA==\n",
        " MA==",
        "MII\nBAAA",
        "-_-_",
        "MAé=",
        "М" * 4,
        "{}",
        "-----BEGIN CMS-----",
        "data:application/pkcs7-mime;base64,MAA=",
    ],
)
def test_what_is_not_base64_is_refused(text: str) -> None:
    assert reason(text) is Reason.NOT_BASE64


def test_twenty_megabytes_that_are_not_base64_are_refused() -> None:
    assert reason("MAA*" * 5_000_000) is Reason.NOT_BASE64


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7])
def test_the_limit_is_of_what_it_decodes_to(size: int) -> None:
    text = base64.b64encode(b"x" * size).decode()
    assert decode(text, limit=size) == b"x" * size
    assert reason(text, limit=size - 1) is Reason.TOO_LARGE


def test_what_is_far_too_long_is_refused_before_it_is_read() -> None:
    assert reason("*" * 1000, limit=100) is Reason.TOO_LARGE


@given(text=st.text())
def test_any_text_is_decoded_or_refused(text: str) -> None:
    try:
        blob = decode(text)
    except SignatureInvalid:
        return
    assert base64.b64encode(blob).decode() == text
