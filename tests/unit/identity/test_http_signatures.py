"""HTTP signatures of the OCI face: what is let in, and every way to be kept out."""

import base64
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from longrun.identity.administration import Administration
from longrun.identity.api_keys import KeyAdministration
from longrun.identity.credentials import Reason, Unauthenticated
from longrun.identity.http_signatures import SignatureAuthenticator, read_signature
from longrun.identity.ocids import key_id
from longrun.identity.principal import Principal
from tests.unit.identity.fakes import Clock, MemoryDirectory
from tests.unit.identity.signing import GET, POST, SignedRequest, Signer, authorization

TARGET = "/20190331/workRequests?compartmentId=ocid1.tenancy.oc1..acme&status=FAILED&status=A%2Fb"


def pem(key: RSAPrivateKey) -> str:
    public = key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture
def signer(
    administration: Administration, keys: KeyAdministration, private_key: RSAPrivateKey
) -> Signer:
    administration.create_tenant("acme")
    administration.create_user("anna", tenant_id="acme", roles=["DV Content Author"])
    added = keys.add("anna", public_key=pem(private_key)).key
    return Signer(key=private_key, key_id=key_id("acme", "anna", added.fingerprint))


@pytest.fixture
def signatures(directory: MemoryDirectory, clock: Clock) -> SignatureAuthenticator:
    return SignatureAuthenticator(directory, clock)


def prove(signatures: SignatureAuthenticator, request: SignedRequest) -> Principal:
    return signatures.authenticate(
        method=request.method,
        target=request.target,
        headers=request.header,
        body=request.body,
    )


def refusal(signatures: SignatureAuthenticator, request: SignedRequest) -> Reason:
    with pytest.raises(Unauthenticated) as refused:
        prove(signatures, request)
    assert str(refused.value) == "The credentials are missing, wrong or expired."
    return refused.value.reason


def test_a_signed_request_is_its_users(
    signatures: SignatureAuthenticator, signer: Signer, clock: Clock
) -> None:
    principal = prove(signatures, signer.sign("GET", TARGET, at=clock.now))

    assert principal.tenant == "acme"
    assert principal.id == "anna"
    assert principal.permissions == {"datasets:author"}


@pytest.mark.parametrize("body", [b"", b'{"a": 1}'])
def test_a_body_is_signed_by_its_digest(
    signatures: SignatureAuthenticator, signer: Signer, clock: Clock, body: bytes
) -> None:
    request = signer.sign("POST", TARGET, at=clock.now, body=body)

    assert prove(signatures, request).id == "anna"


def test_browsers_sign_x_date_in_place_of_date(
    signatures: SignatureAuthenticator, signer: Signer, clock: Clock
) -> None:
    names = ("(request-target)", "host", "x-date")
    request = signer.sign("GET", TARGET, at=clock.now, names=names, date_header="x-date")

    assert prove(signatures, request).id == "anna"


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_may_differ_by_five_minutes(
    signatures: SignatureAuthenticator, signer: Signer, clock: Clock, minutes: int
) -> None:
    skew = timedelta(minutes=minutes)
    assert prove(signatures, signer.sign("GET", TARGET, at=clock.now + skew)).id == "anna"

    beyond = clock.now + skew + timedelta(seconds=1 if minutes > 0 else -1)
    assert refusal(signatures, signer.sign("GET", TARGET, at=beyond)) == Reason.CLOCK_SKEW


def another_body(request: SignedRequest) -> None:
    request.body = b'{"a": 2}'


def longer_body(request: SignedRequest) -> None:
    request.body += b" "


def another_query(request: SignedRequest) -> None:
    request.target = request.target.replace("A%2Fb", "A/b")


def another_method(request: SignedRequest) -> None:
    request.method = "PUT"


def another_host(request: SignedRequest) -> None:
    request.headers["host"] = "example.com"


def another_type(request: SignedRequest) -> None:
    request.headers["content-type"] = "text/plain"


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (another_body, Reason.WRONG_BODY),
        (longer_body, Reason.WRONG_BODY),
        (another_query, Reason.WRONG_SIGNATURE),
        (another_method, Reason.WRONG_SIGNATURE),
        (another_host, Reason.WRONG_SIGNATURE),
        (another_type, Reason.WRONG_SIGNATURE),
    ],
)
def test_what_is_changed_after_signing_is_refused(
    signatures: SignatureAuthenticator,
    signer: Signer,
    clock: Clock,
    forge: Callable[[SignedRequest], None],
    reason: Reason,
) -> None:
    request = signer.sign("POST", TARGET, at=clock.now, body=b'{"a": 1}')

    forge(request)

    assert refusal(signatures, request) == reason


@pytest.mark.parametrize("left_out", GET)
def test_a_signature_that_covers_too_little_is_refused(
    signatures: SignatureAuthenticator, signer: Signer, clock: Clock, left_out: str
) -> None:
    names = tuple(name for name in GET if name != left_out)
    request = signer.sign("GET", TARGET, at=clock.now, names=names)

    assert refusal(signatures, request) == Reason.SIGNED_HEADERS


@pytest.mark.parametrize("left_out", POST[3:])
def test_with_a_body_its_headers_are_signed_too(
    signatures: SignatureAuthenticator, signer: Signer, clock: Clock, left_out: str
) -> None:
    names = tuple(name for name in POST if name != left_out)
    request = signer.sign("POST", TARGET, at=clock.now, body=b"{}", names=names)

    assert refusal(signatures, request) == Reason.SIGNED_HEADERS


def test_a_body_under_a_method_without_one_is_signed_too(
    signatures: SignatureAuthenticator, signer: Signer, clock: Clock
) -> None:
    request = signer.sign("DELETE", TARGET, at=clock.now)
    request.body = b"{}"

    assert refusal(signatures, request) == Reason.SIGNED_HEADERS


def test_a_signed_header_that_is_absent_is_refused(
    signatures: SignatureAuthenticator, signer: Signer, clock: Clock
) -> None:
    request = signer.sign("GET", TARGET, at=clock.now)
    del request.headers["host"]

    assert refusal(signatures, request) == Reason.SIGNED_HEADERS


def test_unsigned_is_refused(signatures: SignatureAuthenticator) -> None:
    assert refusal(signatures, SignedRequest(method="GET", target=TARGET)) == Reason.MISSING


def test_another_key_or_an_unknown_one_is_refused(
    signatures: SignatureAuthenticator, signer: Signer, clock: Clock
) -> None:
    unknown = replace(signer, key_id=signer.key_id[:-1] + "x")
    assert refusal(signatures, unknown.sign("GET", TARGET, at=clock.now)) == Reason.UNKNOWN_KEY


def test_what_is_revoked_does_not_sign_any_more(
    signatures: SignatureAuthenticator,
    signer: Signer,
    clock: Clock,
    administration: Administration,
    keys: KeyAdministration,
) -> None:
    request = signer.sign("GET", TARGET, at=clock.now)

    administration.revoke_tenant("acme")
    assert refusal(signatures, request) == Reason.TENANT_REVOKED
    administration.restore_tenant("acme")
    administration.revoke_user("anna")
    assert refusal(signatures, request) == Reason.USER_REVOKED
    administration.restore_user("anna")
    keys.revoke("anna", fingerprint=signer.key_id.rsplit("/", 1)[-1])
    assert refusal(signatures, request) == Reason.KEY_REVOKED


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Sat, 21 Foo 2026 12:00:00 GMT", "Sat, 99 Nov 2026 12:00:00 GMT"]
)
def test_a_date_of_another_form_is_refused(
    signatures: SignatureAuthenticator, signer: Signer, clock: Clock, date: str
) -> None:
    request = signer.sign("GET", TARGET, at=clock.now)
    request.headers["date"] = date

    assert refusal(signatures, request) == Reason.MALFORMED


@pytest.mark.parametrize(
    "value",
    [
        "Basic YTpi",
        "Signature",
        'Signature version="1"',
        authorization() + ",",
        authorization() + ',version="1"',
        authorization() + ',opaque="1"',
        authorization().replace(",", ";"),
        authorization().replace('version="1"', "version=1"),
        authorization(keyId=""),
        authorization(keyId="x" * 600),
        authorization(signature="not base64!"),
        authorization(signature="A" * 9000),
    ],
)
def test_a_header_of_another_form_is_malformed(value: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        read_signature(value)
    assert refused.value.reason == Reason.MALFORMED


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"version": "2"}, Reason.SIGNATURE_UNSUPPORTED),
        ({"algorithm": "hmac-sha256"}, Reason.SIGNATURE_UNSUPPORTED),
        ({"algorithm": "none"}, Reason.SIGNATURE_UNSUPPORTED),
        ({"headers": "date date host"}, Reason.SIGNED_HEADERS),
        ({"headers": "date Date host"}, Reason.SIGNED_HEADERS),
        ({"headers": "date host cookie"}, Reason.SIGNED_HEADERS),
        ({"headers": "date  host"}, Reason.SIGNED_HEADERS),
        ({"headers": ""}, Reason.SIGNED_HEADERS),
    ],
)
def test_a_signature_of_another_kind_is_refused(parameters: dict[str, str], reason: Reason) -> None:
    with pytest.raises(Unauthenticated) as refused:
        read_signature(authorization(**parameters))
    assert refused.value.reason == reason


@given(st.text(max_size=200) | st.builds("Signature {}".format, st.text(max_size=200)))
def test_whatever_is_sent_is_read_or_refused(value: str) -> None:
    try:
        read_signature(value)
    except Unauthenticated:
        return


@given(
    key=st.text(string.ascii_letters + string.digits + "./:-", min_size=1, max_size=200),
    names=st.permutations(GET),
    value=st.binary(min_size=1, max_size=300),
    order=st.permutations(range(5)),
    separator=st.sampled_from([",", ", ", " ,", " , "]),
)
def test_every_well_formed_signature_is_read_as_it_was_written(
    key: str, names: list[str], value: bytes, order: list[int], separator: str
) -> None:
    parts = [
        'version="1"',
        f'keyId="{key}"',
        'algorithm="rsa-sha256"',
        f'headers="{" ".join(names)}"',
        f'signature="{base64.b64encode(value).decode()}"',
    ]

    signature = read_signature("Signature " + separator.join(parts[i] for i in order))

    assert (signature.key_id, signature.headers, signature.value) == (key, tuple(names), value)


@given(
    position=st.integers(min_value=0, max_value=len(authorization()) - 1),
    character=st.characters(),
)
def test_a_changed_character_never_breaks_the_reading(position: int, character: str) -> None:
    whole = authorization()
    try:
        read_signature(whole[:position] + character + whole[position + 1 :])
    except Unauthenticated:
        return
