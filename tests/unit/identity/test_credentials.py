"""How credentials are read from headers."""

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.identity.credentials import (
    NAME_LIMIT,
    PASSWORD_LIMIT,
    PasswordCredentials,
    Reason,
    TokenCredentials,
    Unauthenticated,
    read_credentials,
)

TOKEN = "A" * 43

NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=":"), min_size=1, max_size=20
)
PASSWORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


def basic(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    return "Basic " + base64.b64encode(content).decode()


def spelled(word: str) -> st.SearchStrategy[str]:
    """The word in any mixture of upper and lower case."""
    return st.tuples(*(st.sampled_from([c.lower(), c.upper()]) for c in word)).map("".join)


@given(spelled("Authorization"), spelled("Basic"), NAMES, PASSWORDS)
def test_any_name_and_password_come_back_as_sent(
    header: str, scheme: str, name: str, password: str
) -> None:
    encoded = basic(f"{name}:{password}").removeprefix("Basic ")

    read = read_credentials({header: f"{scheme} {encoded}"})

    assert read == PasswordCredentials(name=unicodedata.normalize("NFC", name), password=password)


@given(spelled("auth_token"), st.binary(min_size=32, max_size=32))
def test_any_token_comes_back_as_sent(header: str, secret: bytes) -> None:
    token = base64.urlsafe_b64encode(secret).decode().rstrip("=")

    assert read_credentials({header: f" {token} "}) == TokenCredentials(token=token)


@given(st.dictionaries(st.sampled_from(["Authorization", "auth_token", "Accept"]), st.text()))
def test_whatever_is_sent_is_read_or_refused(headers: dict[str, str]) -> None:
    try:
        read_credentials(headers)
    except Unauthenticated as refused:
        assert refused.reason in (Reason.MISSING, Reason.MALFORMED)


@given(st.binary(max_size=60))
def test_whatever_stands_behind_basic_is_read_or_refused(content: bytes) -> None:
    try:
        read_credentials({"Authorization": basic(content)})
    except Unauthenticated as refused:
        assert refused.reason is Reason.MALFORMED


def test_a_password_may_hold_colons() -> None:
    read = read_credentials({"Authorization": basic("anna:a:b::c")})

    assert read == PasswordCredentials(name="anna", password="a:b::c")


def test_a_name_is_the_same_name_however_its_accents_are_composed() -> None:
    composed = read_credentials({"Authorization": basic("zoë:secret")})
    decomposed = read_credentials({"Authorization": basic("zoe\u0308:secret")})

    assert composed == decomposed


@pytest.mark.parametrize(
    "headers",
    [{}, {"Accept": "text/plain"}, {"Authorization": ""}, {"Authorization": " ", "auth_token": ""}],
)
def test_no_credentials_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated) as refused:
        read_credentials(headers)

    assert refused.value.reason is Reason.MISSING


@pytest.mark.parametrize(
    "value",
    [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YW5uYQ",  # padding missing
        "Bearer abc",
        "anna:secret",
        basic("anna"),  # no colon
        basic(":secret"),
        basic("anna:"),
        basic("zoë:secret".encode("latin-1")),
        basic("n" * (NAME_LIMIT + 1) + ":secret"),
        basic("anna:" + "p" * (PASSWORD_LIMIT + 1)),
        basic("anna:secret\0"),  # the same as without it, for scrypt
        basic("an\nna:secret"),
        "Basic Yë==",
    ],
)
def test_malformed_basic_credentials_are_refused_even_beside_a_token(value: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        read_credentials({"Authorization": value, "auth_token": TOKEN})

    assert refused.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("token", ["short", "A" * 42, "A" * 44, "A" * 42 + "!", "Ä" * 43])
def test_malformed_tokens_are_refused(token: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        read_credentials({"auth_token": token})

    assert refused.value.reason is Reason.MALFORMED


def test_of_both_headers_the_authorization_is_judged() -> None:
    read = read_credentials({"auth_token": TOKEN, "authorization": basic("anna:secret")})

    assert read == PasswordCredentials(name="anna", password="secret")


def test_an_empty_authorization_counts_as_absent() -> None:
    read = read_credentials({"auth_token": TOKEN, "authorization": ""})

    assert read == TokenCredentials(token=TOKEN)


@pytest.mark.parametrize("name", ["Authorization", "auth_token"])
def test_a_header_in_two_spellings_is_refused(name: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        read_credentials({name: basic("anna:secret"), name.upper(): basic("anna:secret")})

    assert refused.value.reason is Reason.MALFORMED


def test_secrets_do_not_show_in_representations_or_messages() -> None:
    read = read_credentials({"Authorization": basic("anna:hunter2")})
    with pytest.raises(Unauthenticated) as refused:
        read_credentials({"auth_token": "hunter2"})

    assert "hunter2" not in repr(read)
    assert "hunter2" not in repr(TokenCredentials(token="hunter2"))
    assert str(refused.value) == "The credentials are missing, wrong or expired."
