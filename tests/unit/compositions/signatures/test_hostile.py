"""Messages that somebody bent: nothing altered holds, and nothing but a refusal is raised."""

import random
import sys
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longrun.compositions.signatures import der
from longrun.compositions.signatures.encoding import LIMIT
from longrun.compositions.signatures.refusal import Reason, SignatureInvalid
from longrun.compositions.signatures.signed import Signed
from longrun.compositions.signatures.trust import Trust
from longrun.compositions.signatures.verification import verify
from tests.unit.compositions.signatures.authorities import (
    AT,
    Plan,
    authority,
    ec_key,
    ec_signer,
    root,
    rsa_signer,
)
from tests.unit.compositions.signatures.messages import (
    CONTENT,
    by_hand,
    content_type,
    message_digest,
)

TRUST = Trust((root().certificate,))
ATTRIBUTES = (content_type(), message_digest(CONTENT))


@cache
def messages() -> tuple[bytes, ...]:
    between = authority("Between", ec_key(5)).signed_by(root())
    certified = Plan(key=ec_key(6)).signed_by(between)
    return (
        by_hand(CONTENT, rsa_signer(), attributes=ATTRIBUTES),
        by_hand(CONTENT, ec_signer(), attributes=ATTRIBUTES),
        by_hand(CONTENT, ec_signer()),
        by_hand(CONTENT, certified, attributes=ATTRIBUTES, others=[between]),
    )


def nothing_else_than(blob: bytes, signed: Signed) -> None:
    """Either the very same comes out, or a refusal."""
    try:
        assert verify(blob, TRUST, AT) == signed
    except SignatureInvalid:
        return


def refusal(blob: bytes, limit: int = LIMIT) -> SignatureInvalid:
    with pytest.raises(SignatureInvalid) as error:
        verify(blob, TRUST, AT, limit=limit)
    return error.value


@settings(max_examples=300)
@given(which=st.integers(0, 3), at=st.floats(0, 1, exclude_max=True))
def test_a_truncated_message_never_holds(which: int, at: float) -> None:
    blob = messages()[which]
    assert refusal(blob[: int(at * len(blob))]).reason is Reason.MALFORMED


@pytest.mark.parametrize("which", range(4))
def test_bytes_after_the_end_are_refused(which: int) -> None:
    blob = messages()[which]
    assert refusal(blob + b"\x00").reason is Reason.MALFORMED
    assert refusal(blob + blob).reason is Reason.MALFORMED


@settings(max_examples=1500)
@given(which=st.integers(0, 3), at=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_a_changed_byte_never_lets_through_anything_else(
    which: int, at: float, change: int
) -> None:
    blob = bytearray(messages()[which])
    signed = verify(bytes(blob), TRUST, AT)
    blob[int(at * len(blob))] ^= change
    nothing_else_than(bytes(blob), signed)


@settings(max_examples=500)
@given(
    which=st.integers(0, 3),
    start=st.floats(0, 1),
    length=st.integers(0, 40),
    put=st.binary(max_size=40),
)
def test_a_replaced_piece_never_lets_through_anything_else(
    which: int, start: float, length: int, put: bytes
) -> None:
    blob = messages()[which]
    signed = verify(blob, TRUST, AT)
    position = int(start * len(blob))
    nothing_else_than(blob[:position] + put + blob[position + length :], signed)


@settings(max_examples=300)
@given(blob=st.binary(max_size=200))
def test_any_bytes_end_in_a_refusal(blob: bytes) -> None:
    refusal(blob)
    refusal(b"\x30" + bytes([min(len(blob), 0x7F)]) + blob[:0x7F])


# --- Size


def test_a_message_of_twenty_megabytes_holds_within_the_limit() -> None:
    content = b"x" * 20_000_000
    signed = verify(by_hand(content, rsa_signer()), TRUST, AT)
    assert signed.content == content


def test_a_message_beyond_the_limit_is_refused_before_it_is_read() -> None:
    blob = messages()[0]
    assert verify(blob, TRUST, AT, limit=len(blob)).content == CONTENT
    assert refusal(blob, limit=len(blob) - 1).reason is Reason.TOO_LARGE
    assert refusal(b"\x00" * (20 * 1024 * 1024 + 1)).reason is Reason.TOO_LARGE


@pytest.mark.parametrize("filling", [b"\x30", b"\x05", b"\x00", b"\xff", b"\x80"])
def test_twenty_megabytes_of_nothing_are_refused(filling: bytes) -> None:
    assert refusal(filling * 20_000_000).reason is Reason.MALFORMED


# --- Bombs


def nested(depth: int, tag: int = 0x30, innermost: bytes = b"\x05\x00") -> bytes:
    value = innermost
    for _ in range(depth):
        length = len(value)
        digits = length.to_bytes((length.bit_length() + 7) // 8)
        head = bytes([length]) if length < 0x80 else bytes([0x80 | len(digits)]) + digits
        value = bytes([tag]) + head + value
    return value


@pytest.mark.parametrize("tag", [0x30, 0x31, 0xA0])
def test_deep_nesting_is_refused_without_recursion(tag: int) -> None:
    assert refusal(nested(5 * sys.getrecursionlimit(), tag)).reason is Reason.MALFORMED


def test_the_depth_is_bounded_and_a_certificate_does_not_reach_it() -> None:
    der.check(nested(der.DEPTH - 1))
    with pytest.raises(SignatureInvalid):
        der.check(nested(der.DEPTH))
    for blob in messages():
        der.check(blob)


def test_a_million_elements_are_refused() -> None:
    assert refusal(nested(1, 0x31, b"\x05\x00" * 1_000_000)).reason is Reason.MALFORMED


@pytest.mark.parametrize(
    "value",
    [
        b"\x30\x80\x05\x00\x00\x00",  # an indefinite length
        b"\x30\x81\x02\x05\x00",  # a length that is not the shortest
        b"\x30\x82\x00\x02\x05\x00",
        b"\x30\x85\x00\x00\x00\x00\x02\x05\x00",
        b"\x30\xff" + b"\x00" * 200,
        b"\x24\x03\x04\x01x",  # an octet string in pieces
        b"\x10\x00",  # a sequence that is none
        b"\x01\x01\x01",  # a truth that is neither
        b"\x01\x00",
        b"\x02\x00",  # integers that are not the shortest
        b"\x02\x02\x00\x7f",
        b"\x02\x02\xff\x80",
        b"\x03\x00",  # bit strings that are not whole bytes
        b"\x03\x01\x01",
        b"\x03\x02\x01\x80",
        b"\x05\x01\x00",  # a null that is something
        b"\x00\x00",
        b"\x1f\x81\x01\x00",  # a long tag
        b"\x30",
        b"",
    ],
)
def test_what_is_ber_or_less_is_refused(value: bytes) -> None:
    with pytest.raises(SignatureInvalid) as error:
        der.check(value)
    assert error.value.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    "value",
    [
        b"\x05\x00",
        b"\x01\x01\x00",
        b"\x01\x01\xff",
        b"\x02\x01\x00",
        b"\x02\x02\x00\x80",
        b"\x02\x02\xff\x7f",
        b"\x03\x01\x00",
        b"\x03\x02\x00\x80",
        b"\x04\x81\x80" + b"x" * 0x80,
        b"\x30\x00",
        b"\x30\x04\xa0\x02\x05\x00",
    ],
)
def test_der_is_der(value: bytes) -> None:
    der.check(value)


def test_a_certificate_dated_strangely_is_refused_and_no_more() -> None:
    """Years that the interpreter does not have, and times that are none."""
    blob = messages()[1]
    dates = random.Random(5)
    for start in (blob.find(b"\x17\x0d"), blob.rfind(b"\x17\x0d")):
        for _ in range(200):
            digits = bytes(dates.choice(b"0123456789Z+-") for _ in range(13))
            bent = blob[: start + 2] + digits + blob[start + 15 :]
            nothing_else_than(bent, verify(blob, TRUST, AT))


@pytest.mark.parametrize(
    "at", [datetime(1950, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
)
def test_at_any_time_there_is_an_answer(at: datetime) -> None:
    with pytest.raises(SignatureInvalid):
        verify(messages()[0], TRUST, at)
