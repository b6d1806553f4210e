"""The slow hash and the memory of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.identity import passwords as module
from longrun.identity.passwords import Cost, HashUnreadable, Passwords, generate
from tests.unit.identity.fakes import CHEAP, Clock

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(TEXTS)
def test_a_password_matches_its_own_hash(password: str) -> None:
    passwords = Passwords(cost=CHEAP)

    assert passwords.matches(password, passwords.hash(password))


@given(TEXTS)
def test_another_password_does_not_match(password: str) -> None:
    passwords = Passwords(cost=CHEAP)

    assert not passwords.matches(password + "x", passwords.hash(password))


def test_a_password_matches_however_its_accents_are_composed(passwords: Passwords) -> None:
    assert passwords.matches("gru\u0308n", passwords.hash("grün"))


def test_two_hashes_of_one_password_differ(passwords: Passwords) -> None:
    assert passwords.hash("secret") != passwords.hash("secret")


def test_the_hash_does_not_hold_the_password(passwords: Passwords) -> None:
    assert "secret" not in passwords.hash("secret")


def test_the_cost_stands_in_the_hash_and_is_used(passwords: Passwords) -> None:
    dearer = Passwords(cost=Cost(log2_n=3, r=1, p=2))
    encoded = dearer.hash("secret")

    assert encoded.startswith("$scrypt$ln=3,r=1,p=2$")
    assert passwords.matches("secret", encoded)
    assert passwords.outdated(encoded)
    assert not dearer.outdated(encoded)


def test_the_default_cost_is_as_high_as_owasp_asks_for() -> None:
    # N=2^17, r=8, p=1 and its equivalents: (2^16, 2), (2^15, 3), (2^14, 5), (2^13, 10)
    cost = Cost()

    assert (cost.log2_n, cost.r, cost.p) == (14, 8, 5)
    assert len(cost.derive("secret", bytes(16))) == 32


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "secret",
        "$2b$12$abc",
        "$scrypt$ln=2,r=1$c2FsdA==$aGFzaA==",
        "$scrypt$ln=2,r=1,p=1$c2FsdA==",
        "$scrypt$ln=x,r=1,p=1$c2FsdA==$aGFzaA==",
        "$scrypt$ln=2,r=1,p=1$!$aGFzaA==",
    ],
)
def test_an_unreadable_hash_is_an_error_and_no_match(passwords: Passwords, encoded: str) -> None:
    with pytest.raises(HashUnreadable):
        passwords.matches("secret", encoded)


def test_a_success_is_remembered_for_a_minute(
    passwords: Passwords, clock: Clock, slow_hashes: list[str]
) -> None:
    encoded = passwords.hash("secret")
    assert passwords.matches("secret", encoded)
    slow_hashes.clear()

    clock.pass_by(timedelta(seconds=59))
    assert passwords.matches("secret", encoded)
    assert slow_hashes == []

    clock.pass_by(timedelta(seconds=2))
    assert passwords.matches("secret", encoded)
    assert slow_hashes == ["secret"]


def test_what_is_remembered_lets_no_other_password_and_no_other_hash_through(
    passwords: Passwords, slow_hashes: list[str]
) -> None:
    encoded = passwords.hash("secret")
    assert passwords.matches("secret", encoded)
    slow_hashes.clear()

    assert not passwords.matches("Secret", encoded)
    assert not passwords.matches("secret", passwords.hash("rotated"))
    assert slow_hashes == ["Secret", "rotated", "secret"]


def test_a_failure_is_not_remembered(passwords: Passwords, slow_hashes: list[str]) -> None:
    encoded = passwords.hash("secret")
    slow_hashes.clear()

    assert not passwords.matches("wrong", encoded)
    assert not passwords.matches("wrong", encoded)
    assert slow_hashes == ["wrong", "wrong"]


def test_the_memory_is_bounded_and_forgets_the_oldest(
    passwords: Passwords, slow_hashes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED_AT_MOST", 2)
    hashes = {word: passwords.hash(word) for word in ("one", "two", "three")}
    for word, encoded in hashes.items():
        assert passwords.matches(word, encoded)
    slow_hashes.clear()

    for word in ("three", "two", "one"):
        assert passwords.matches(word, hashes[word])

    assert slow_hashes == ["one"]


def test_the_memory_holds_neither_password_nor_hash(passwords: Passwords) -> None:
    encoded = passwords.hash("secret")
    passwords.matches("secret", encoded)

    assert "secret" not in repr(vars(passwords))
    assert encoded not in repr(vars(passwords))


def test_verifying_none_costs_a_slow_hash(passwords: Passwords, slow_hashes: list[str]) -> None:
    passwords.verify_none("secret")

    assert slow_hashes == ["secret"]


def test_generated_passwords_are_long_and_differ() -> None:
    assert len(generate()) == 24
    assert generate() != generate()
