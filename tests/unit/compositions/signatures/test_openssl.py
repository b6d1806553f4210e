"""Signatures against an independent maker and judge, `openssl cms`."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from longrun.compositions.signatures.refusal import Reason, SignatureInvalid
from longrun.compositions.signatures.trust import Trust
from longrun.compositions.signatures.verification import verify
from longrun_client.signing import DemoAuthority, KeyKind, sign
from tests.unit.compositions.signatures.authorities import (
    AT,
    TAX_NUMBER,
    Party,
    Plan,
    authority,
    ec_key,
    ec_signer,
    name,
    root,
    rsa_key,
    rsa_signer,
)
from tests.unit.compositions.signatures.messages import (
    CONTENT,
    by_hand,
    by_openssl,
    content_type,
    message_digest,
    needs_openssl,
    openssl_reads,
)

pytestmark = needs_openssl
TRUST = Trust((root().certificate,))


def refused(blob: bytes) -> Reason:
    with pytest.raises(SignatureInvalid) as error:
        verify(blob, TRUST, AT)
    return error.value.reason


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("attributes", ["", "-noattr", "-cades", "-nosmimecap"])
@pytest.mark.parametrize("signer", [rsa_signer, ec_signer])
def test_what_openssl_signs_holds(
    signer: Callable[[], Party], attributes: str, digest: str
) -> None:
    options = ["-md", digest, *([attributes] if attributes else [])]
    signed = verify(by_openssl(CONTENT, [signer()], *options), TRUST, AT)
    assert signed.content == CONTENT
    assert signed.signer.name == "Олена Коваль"
    assert signed.signer.tax_number == TAX_NUMBER


@pytest.mark.parametrize("curve", [ec.SECP256R1, ec.SECP384R1, ec.SECP521R1])
def test_the_three_curves_of_nist_hold(curve: type[ec.EllipticCurve]) -> None:
    signer = Plan(key=ec_key(1, curve=curve)).signed_by(root())
    assert verify(by_openssl(CONTENT, [signer]), TRUST, AT).content == CONTENT


@pytest.mark.parametrize("salt", ["max", "digest", "20"])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_pss_holds_with_whatever_salt_it_says(digest: str, salt: str) -> None:
    pss = ["-keyopt", "rsa_padding_mode:pss", "-keyopt", f"rsa_pss_saltlen:{salt}"]
    blob = by_openssl(CONTENT, [rsa_signer()], "-md", digest, *pss)
    assert verify(blob, TRUST, AT).content == CONTENT


def test_pss_with_another_hash_in_its_mask_is_refused() -> None:
    pss = ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_mgf1_md:sha512"]
    assert refused(by_openssl(CONTENT, [rsa_signer()], "-md", "sha256", *pss)) is Reason.ALGORITHM


@pytest.mark.parametrize("signer", [rsa_signer, ec_signer])
def test_a_signer_may_be_named_by_the_key_identifier(signer: Callable[[], Party]) -> None:
    assert verify(by_openssl(CONTENT, [signer()], "-keyid"), TRUST, AT).content == CONTENT


def test_an_empty_content_is_a_content() -> None:
    assert verify(by_openssl(b"", [rsa_signer()]), TRUST, AT).content == b""


def test_certificates_in_between_are_taken_from_the_message() -> None:
    between = authority("Between", ec_key(7)).signed_by(root())
    signer = Plan(key=ec_key(8)).signed_by(between)
    blob = by_openssl(CONTENT, [signer], others=[root(), between])
    assert verify(blob, TRUST, AT).content == CONTENT
    assert openssl_reads(blob, [root()]) == CONTENT
    assert refused(by_openssl(CONTENT, [signer])) is Reason.UNTRUSTED


def test_two_signers_are_refused() -> None:
    assert refused(by_openssl(CONTENT, [rsa_signer(), ec_signer()])) is Reason.SIGNERS


def test_a_detached_signature_is_refused() -> None:
    assert refused(by_openssl(CONTENT, [rsa_signer()], "-detached")) is Reason.NO_CONTENT


def test_a_message_without_the_signers_certificate_is_refused() -> None:
    assert refused(by_openssl(CONTENT, [rsa_signer()], "-nocerts")) is Reason.NO_CERTIFICATE
    others = by_openssl(CONTENT, [rsa_signer()], "-nocerts", others=[ec_signer()])
    assert refused(others) is Reason.NO_CERTIFICATE


def test_another_content_type_than_data_is_refused() -> None:
    blob = by_openssl(CONTENT, [rsa_signer()], "-econtent_type", "1.2.840.113549.1.9.16.1.4")
    assert refused(blob) is Reason.NO_CONTENT


@pytest.mark.parametrize("digest", ["sha1", "md5", "sha224", "sha3-256"])
def test_other_digests_than_sha_2_are_refused(digest: str) -> None:
    assert refused(by_openssl(CONTENT, [rsa_signer()], "-md", digest)) is Reason.ALGORITHM


def test_ber_as_streaming_writes_it_is_refused_and_says_so() -> None:
    with pytest.raises(SignatureInvalid, match="write it as DER") as error:
        verify(by_openssl(CONTENT, [rsa_signer()], "-stream"), TRUST, AT)
    assert error.value.reason is Reason.MALFORMED


def test_pem_is_refused() -> None:
    blob = by_openssl(CONTENT, [rsa_signer()], "-outform", "PEM")
    assert refused(blob) is Reason.MALFORMED


@pytest.mark.parametrize("signer", [rsa_signer, ec_signer])
def test_a_content_changed_behind_the_signers_back_is_refused_by_both(
    signer: Callable[[], Party],
) -> None:
    for options, reason in (([], Reason.ALTERED), (["-noattr"], Reason.SIGNATURE)):
        blob = by_openssl(CONTENT, [signer()], *options)
        altered = blob.replace(b"7b1f2a5e", b"7b1f2a5f")
        assert refused(altered) is reason
        with pytest.raises(subprocess.CalledProcessError):
            openssl_reads(altered, [root()])


@pytest.mark.parametrize("kind", KeyKind)
def test_openssl_lets_through_what_the_client_signs(kind: KeyKind) -> None:
    demo = DemoAuthority.create(now=AT)
    signer = demo.issue("Ігор Гнатюк", TAX_NUMBER, now=AT, kind=kind)
    blob = sign(CONTENT, signer)
    assert openssl_reads(blob, [demo.certificate]) == CONTENT
    with pytest.raises(subprocess.CalledProcessError):
        openssl_reads(blob, [DemoAuthority.create(now=AT).certificate])


@pytest.mark.parametrize("signer", [rsa_signer, ec_signer])
def test_the_messages_that_tests_make_by_hand_are_what_openssl_takes_too(
    signer: Callable[[], Party],
) -> None:
    attributes = [content_type(), message_digest(CONTENT)]
    assert openssl_reads(by_hand(CONTENT, signer(), attributes=attributes), [root()]) == CONTENT
    assert openssl_reads(by_hand(CONTENT, signer()), [root()]) == CONTENT


def test_a_certificate_of_long_ago_is_verified_at_its_time() -> None:
    then = datetime(2019, 5, 1, tzinfo=UTC)
    old = authority("Old root", rsa_key(3)).to(start=then, end=AT).signed_by(None)
    signer = Plan(subject=name("Old"), start=then, end=datetime(2021, 5, 1, tzinfo=UTC))
    blob = by_openssl(CONTENT, [signer.signed_by(old)])
    trust = Trust((old.certificate,))
    assert verify(blob, trust, datetime(2020, 5, 1, tzinfo=UTC)).content == CONTENT
    with pytest.raises(SignatureInvalid) as error:
        verify(blob, trust, AT)
    assert error.value.reason is Reason.EXPIRED
