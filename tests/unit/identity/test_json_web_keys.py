"""The issuer's keys: which are used, when they are fetched again, and when it is silent."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import RSAAlgorithm

from longrun.identity.json_web_keys import (
    PAUSE,
    STALE,
    KeyRing,
    KeySetUnreadable,
    read_key_set,
)
from longrun.operations.errors import Interrupted
from tests.unit.identity.fakes import Clock
from tests.unit.identity.issuing import FakeIssuer, published

SECOND = timedelta(seconds=1)


@pytest.fixture
def issuer(private_key: rsa.RSAPrivateKey, clock: Clock) -> FakeIssuer:
    return FakeIssuer(key=private_key, clock=clock)


@pytest.fixture
def ring(issuer: FakeIssuer, clock: Clock) -> KeyRing:
    return KeyRing(source=issuer, clock=clock)


def kids(ring: KeyRing, kid: str | None) -> list[str | None]:
    return [key.kid for key in ring.find(kid)]


def test_keys_are_fetched_once_and_kept(ring: KeyRing, issuer: FakeIssuer, clock: Clock) -> None:
    for _ in range(3):
        assert kids(ring, "one") == ["one"]
        clock.pass_by(timedelta(minutes=10))

    assert issuer.fetched == 1


def test_a_new_key_is_found_and_an_old_one_gone(
    ring: KeyRing, issuer: FakeIssuer, clock: Clock, private_key: rsa.RSAPrivateKey
) -> None:
    assert kids(ring, "one")
    clock.pass_by(PAUSE + SECOND)
    issuer.rotate(private_key, "two")

    assert kids(ring, "two") == ["two"]
    assert kids(ring, "one") == []


def test_a_withdrawn_key_counts_for_an_hour_at_most(
    ring: KeyRing, issuer: FakeIssuer, clock: Clock, private_key: rsa.RSAPrivateKey
) -> None:
    assert kids(ring, "one")
    issuer.rotate(private_key, "two")

    clock.pass_by(timedelta(hours=1))
    assert kids(ring, "one") == ["one"]
    clock.pass_by(SECOND)
    assert kids(ring, "one") == []


def test_invented_key_ids_do_not_hammer_the_issuer(
    ring: KeyRing, issuer: FakeIssuer, clock: Clock
) -> None:
    for number in range(100):
        assert kids(ring, f"invented-{number}") == []
    assert issuer.fetched == 1

    clock.pass_by(PAUSE + SECOND)
    for number in range(100):
        assert kids(ring, f"invented-{number}") == []
    assert issuer.fetched == 2


def test_while_the_issuer_is_silent_the_last_keys_count_for_a_day(
    ring: KeyRing, issuer: FakeIssuer, clock: Clock
) -> None:
    assert kids(ring, "one")
    issuer.silent = True

    clock.pass_by(STALE)
    assert kids(ring, "one") == ["one"]
    clock.pass_by(SECOND)
    with pytest.raises(Interrupted):
        ring.find("one")


def test_an_unknown_key_is_no_verdict_while_the_issuer_is_silent(
    ring: KeyRing, issuer: FakeIssuer, clock: Clock
) -> None:
    assert kids(ring, "one")
    issuer.silent = True
    clock.pass_by(PAUSE + SECOND)

    for _ in range(3):
        with pytest.raises(Interrupted):
            ring.find("two")
    assert issuer.fetched == 2

    issuer.silent = False
    clock.pass_by(PAUSE + SECOND)
    assert kids(ring, "two") == []


def test_a_silent_issuer_is_asked_again_after_a_pause(
    ring: KeyRing, issuer: FakeIssuer, clock: Clock
) -> None:
    issuer.silent = True
    for _ in range(3):
        with pytest.raises(Interrupted):
            ring.find("one")
    assert issuer.fetched == 1

    issuer.silent = False
    clock.pass_by(PAUSE + SECOND)
    assert kids(ring, "one") == ["one"]


@pytest.mark.parametrize("document", [b"", b"<html>", b"[]", b"{}", b'{"keys":5}', b'{"keys":[]}'])
def test_an_answer_that_is_no_key_set_is_silence(
    ring: KeyRing, issuer: FakeIssuer, clock: Clock, document: bytes
) -> None:
    assert kids(ring, "one")
    issuer.document = document
    clock.pass_by(timedelta(hours=2))

    assert kids(ring, "one") == ["one"]


def unusable(private_key: rsa.RSAPrivateKey) -> list[Any]:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    whole = RSAAlgorithm.to_jwk(private_key, as_dict=True)
    return [
        None,
        "key",
        {},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"},
        {"kty": "RSA", "n": "!", "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": 5},
        published(private_key, use="enc"),
        published(private_key, alg="RSA-OAEP"),
        published(private_key, alg="HS256"),
        published(private_key) | {"kid": 5},
        published(small),
        published(ec.generate_private_key(ec.SECP256K1())),
        whole,
    ]


def test_what_cannot_verify_is_passed_over(private_key: rsa.RSAPrivateKey) -> None:
    entries = [*unusable(private_key), published(private_key, kid="good", alg="PS256")]

    (key,) = read_key_set(json.dumps({"keys": entries}).encode())

    assert key.kid == "good"
    assert key.algorithms == {"PS256"}


def test_a_set_of_such_alone_is_unreadable(private_key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(KeySetUnreadable):
        read_key_set(json.dumps({"keys": unusable(private_key)}).encode())
