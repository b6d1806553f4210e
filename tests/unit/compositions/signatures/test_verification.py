"""What holds and what is refused, and for which reason: messages made by hand."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from longrun.compositions.signatures.refusal import Reason, SignatureInvalid
from longrun.compositions.signatures.trust import Trust
from longrun.compositions.signatures.verification import verify
from tests.unit.compositions.signatures.authorities import (
    AT,
    DAY,
    Party,
    Plan,
    authority,
    ec_key,
    ec_signer,
    foreign_root,
    name,
    root,
    rsa_key,
    rsa_signer,
    usage,
)
from tests.unit.compositions.signatures.messages import (
    CONTENT,
    attribute,
    by_hand,
    content_type,
    dump,
    message_digest,
    pieces,
)

TRUST = Trust((root().certificate,))
PSS_DEFAULTS = algos.RSASSAPSSParams({"salt_length": 20})
SIGNED_ATTRIBUTES = (content_type(), message_digest(CONTENT))


def refusal(blob: bytes, trust: Trust = TRUST, at: datetime = AT) -> SignatureInvalid:
    with pytest.raises(SignatureInvalid) as error:
        verify(blob, trust, at)
    return error.value


def held(blob: bytes, trust: Trust = TRUST, at: datetime = AT) -> bool:
    return verify(blob, trust, at).content == CONTENT


def by(signer: Party, others: Sequence[Party] = ()) -> bytes:
    return by_hand(CONTENT, signer, attributes=SIGNED_ATTRIBUTES, others=others)


@pytest.mark.parametrize("attributes", [SIGNED_ATTRIBUTES, None])
@pytest.mark.parametrize("signer", [rsa_signer, ec_signer])
def test_the_content_and_the_signer_come_out(
    signer: Callable[[], Party], attributes: Sequence[bytes] | None
) -> None:
    signed = verify(by_hand(CONTENT, signer(), attributes=attributes), TRUST, AT)
    certificate = signer().certificate
    assert signed.content == CONTENT
    assert int(signed.signer.certificate_serial, 16) == certificate.serial_number
    assert signed.signer.certificate_sha256 == certificate.fingerprint(hashes.SHA256()).hex()


# --- The signature and what it is over


@pytest.mark.parametrize("attributes", [SIGNED_ATTRIBUTES, None])
@pytest.mark.parametrize(
    ("signer", "key"), [(rsa_signer, rsa_key(9)), (ec_signer, ec_key(9)), (rsa_signer, ec_key())]
)
def test_a_signature_by_another_key_is_refused(
    signer: Callable[[], Party], key: ec.EllipticCurvePrivateKey, attributes: Sequence[bytes] | None
) -> None:
    blob = by_hand(CONTENT, signer(), attributes=attributes, key=key)
    assert refusal(blob).reason is Reason.SIGNATURE


@pytest.mark.parametrize("signature", [b"", b"\x00" * 256, b"\xff" * 256, b"\x30\x00"])
@pytest.mark.parametrize("signer", [rsa_signer, ec_signer])
def test_what_is_no_signature_is_refused(signer: Callable[[], Party], signature: bytes) -> None:
    blob = by_hand(CONTENT, signer(), attributes=SIGNED_ATTRIBUTES, signature=signature)
    assert refusal(blob).reason is Reason.SIGNATURE


def test_a_content_that_is_not_the_signed_one_is_refused() -> None:
    blob = by_hand(CONTENT + b" ", rsa_signer(), attributes=SIGNED_ATTRIBUTES)
    assert refusal(blob).reason is Reason.ALTERED


@pytest.mark.parametrize(
    "attributes",
    [
        [],
        [content_type()],
        [message_digest(CONTENT)],
        [content_type("1.2.840.113549.1.7.2"), message_digest(CONTENT)],
        [content_type(), content_type(), message_digest(CONTENT)],
        [content_type(), message_digest(CONTENT), message_digest(b"another")],
        [
            content_type(),
            attribute("1.2.840.113549.1.9.4", core.OctetString(b"1"), core.OctetString(b"2")),
        ],
        [attribute("1.2.840.113549.1.9.3"), message_digest(CONTENT)],
    ],
)
def test_signed_attributes_that_lack_something_or_say_it_twice_are_refused(
    attributes: list[bytes],
) -> None:
    blob = by_hand(CONTENT, rsa_signer(), attributes=attributes)
    assert refusal(blob).reason is Reason.ATTRIBUTES


def test_signed_attributes_out_of_order_are_refused() -> None:
    unordered = sorted(SIGNED_ATTRIBUTES, reverse=True)
    blob = by_hand(CONTENT, rsa_signer(), attributes=unordered, ordered=False)
    assert refusal(blob).reason is Reason.MALFORMED


def test_signed_attributes_cannot_pass_for_a_content() -> None:
    """Their signature would hold for them, once the message says that it has none."""
    message = pieces(by_hand(CONTENT, rsa_signer(), attributes=SIGNED_ATTRIBUTES))
    info = message["content"]["signer_infos"][0]
    attributes = b"\x31" + dump(info["signed_attrs"])[1:]
    forged = by_hand(attributes, rsa_signer(), signature=info["signature"].native)
    assert refusal(forged).reason is Reason.ATTRIBUTES


def test_a_content_that_only_begins_like_attributes_is_a_content() -> None:
    assert verify(by_hand(b"1", rsa_signer()), TRUST, AT).content == b"1"


def names_certificate(certificate: x509.Certificate) -> bytes:
    value = tsp.SigningCertificateV2(
        {"certs": [{"cert_hash": certificate.fingerprint(hashes.SHA256())}]}
    )
    return attribute("1.2.840.113549.1.9.16.2.47", value)


def test_another_certificate_of_the_same_key_cannot_take_the_signers_place() -> None:
    mine = Plan(subject=name("Mine", serial_numbers=["TINUA-1111111111"])).signed_by(root())
    yours = Plan(subject=name("Yours", serial_numbers=["TINUA-2222222222"])).signed_by(root())
    attributes = [*SIGNED_ATTRIBUTES, names_certificate(mine.certificate)]
    signed = verify(by_hand(CONTENT, mine, attributes=attributes), TRUST, AT)
    assert signed.signer.tax_number == "1111111111"
    swapped = by_hand(CONTENT, yours, attributes=attributes)
    assert refusal(swapped).reason is Reason.ATTRIBUTES


# --- Algorithms and keys


@pytest.mark.parametrize(
    "scheme",
    [
        {"algorithm": "sha1_rsa"},
        {"algorithm": "md5_rsa"},
        {"algorithm": "sha512_rsa"},
        {"algorithm": "sha256_dsa"},
        {"algorithm": "sha384_ecdsa"},
        {"algorithm": "ed25519"},
        # The defaults of PSS are SHA-1.
        {"algorithm": "rsassa_pss", "parameters": PSS_DEFAULTS},
        {
            "algorithm": "rsassa_pss",
            "parameters": {
                "hash_algorithm": {"algorithm": "sha256"},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha1"}},
                "salt_length": 32,
            },
        },
    ],
)
def test_other_algorithms_are_refused(scheme: dict[str, object]) -> None:
    blob = by_hand(CONTENT, rsa_signer(), attributes=SIGNED_ATTRIBUTES, scheme=scheme)
    assert refusal(blob).reason is Reason.ALGORITHM


@pytest.mark.parametrize("salt", [-1, 10**6])
def test_a_salt_that_no_key_has_room_for_is_refused(salt: int) -> None:
    sha256 = {"algorithm": "sha256"}
    parameters = {
        "hash_algorithm": sha256,
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": sha256},
        "salt_length": salt,
    }
    scheme = {"algorithm": "rsassa_pss", "parameters": parameters}
    blob = by_hand(CONTENT, rsa_signer(), attributes=SIGNED_ATTRIBUTES, scheme=scheme)
    assert refusal(blob).reason is Reason.ALGORITHM


@pytest.mark.parametrize(
    "key", [rsa_key(bits=1024), ec_key(curve=ec.SECP192R1), ec_key(curve=ec.SECP256K1)]
)
def test_weak_keys_and_other_curves_are_refused(key: ec.EllipticCurvePrivateKey) -> None:
    assert refusal(by(Plan(key=key).signed_by(root()))).reason is Reason.WEAK_KEY


# --- The signer's certificate


def test_an_expired_certificate_is_refused() -> None:
    signer = Plan(end=AT - timedelta(seconds=1)).signed_by(root())
    assert refusal(by(signer)).reason is Reason.EXPIRED


def test_a_certificate_that_is_not_valid_yet_is_refused() -> None:
    signer = Plan(start=AT + timedelta(seconds=1)).signed_by(root())
    assert refusal(by(signer)).reason is Reason.NOT_YET_VALID


def test_both_ends_of_the_validity_belong_to_it() -> None:
    blob = by(Plan(start=AT, end=AT + DAY).signed_by(root()))
    assert held(blob)
    assert held(blob, at=AT + DAY)


def test_a_self_signed_certificate_is_refused_even_where_it_is_trusted() -> None:
    signer = Plan().signed_by(None)
    assert refusal(by(signer)).reason is Reason.SELF_SIGNED
    assert refusal(by(signer), Trust((signer.certificate,))).reason is Reason.SELF_SIGNED


def test_a_signers_certificate_is_no_root_even_where_it_is_trusted() -> None:
    signer = rsa_signer()
    assert refusal(by(signer), Trust((signer.certificate,))).reason is Reason.UNTRUSTED


@pytest.mark.parametrize(
    ("allowed", "fine"),
    [
        (("digital_signature",), True),
        (("content_commitment",), True),
        (("digital_signature", "key_encipherment"), True),
        (("key_encipherment",), False),
        (("crl_sign",), False),
        (("digital_signature", "key_cert_sign"), False),
    ],
)
def test_the_key_usage_must_be_signing(allowed: tuple[str, ...], fine: bool) -> None:
    blob = by(Plan(usage=usage(*allowed)).signed_by(root()))
    if fine:
        assert held(blob)
    else:
        assert refusal(blob).reason is Reason.PURPOSE


def test_a_certificate_without_key_usage_is_refused() -> None:
    assert refusal(by(Plan(usage=None).signed_by(root()))).reason is Reason.PURPOSE


@pytest.mark.parametrize(
    ("purposes", "fine"),
    [
        (["1.3.6.1.5.5.7.3.36"], True),
        (["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.2"], True),
        (["2.5.29.37.0"], True),
        (["1.3.6.1.5.5.7.3.1"], False),
        (["1.3.6.1.5.5.7.3.3"], False),
    ],
)
def test_a_certificate_for_other_purposes_is_refused(purposes: list[str], fine: bool) -> None:
    blob = by(Plan(purposes=purposes).signed_by(root()))
    if fine:
        assert held(blob)
    else:
        assert refusal(blob).reason is Reason.PURPOSE


def test_an_authority_signs_no_documents() -> None:
    between = authority("Between", ec_key(5)).signed_by(root())
    assert refusal(by(between)).reason is Reason.PURPOSE
    disguised = authority("Between", ec_key(5)).to(usage=usage("digital_signature"))
    assert refusal(by(disguised.signed_by(root()))).reason is Reason.PURPOSE


def test_a_certificate_with_a_critical_extension_that_nobody_knows_is_refused() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert held(by(Plan(others=[(unknown, False)]).signed_by(root())))
    refused = refusal(by(Plan(others=[(unknown, True)]).signed_by(root())))
    assert refused.reason is Reason.UNTRUSTED


def test_policies_may_be_critical() -> None:
    policies = x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier("1.2.804.2.1.1.1.2.2"), None)]
    )
    between = authority("Between", ec_key(5)).to(others=[(policies, True)]).signed_by(root())
    signer = Plan(others=[(policies, True)]).signed_by(between)
    assert held(by(signer, [between]))


# --- The chain


def test_a_foreign_root_is_refused_though_it_bears_the_name_of_ours() -> None:
    signer = Plan().signed_by(foreign_root())
    assert refusal(by(signer)).reason is Reason.UNTRUSTED
    assert refusal(by(signer, [foreign_root()])).reason is Reason.UNTRUSTED
    assert refusal(by(signer, [root()])).reason is Reason.UNTRUSTED


def test_without_roots_nothing_is_trusted() -> None:
    assert refusal(by(rsa_signer()), Trust()).reason is Reason.UNTRUSTED


def test_one_of_several_roots_is_enough() -> None:
    trust = Trust((foreign_root().certificate, root().certificate))
    assert held(by(rsa_signer()), trust)


def test_a_signer_certifies_nobody() -> None:
    middle = Plan(key=ec_key(5), subject=name("Signer")).signed_by(root())
    assert refusal(by(Plan().signed_by(middle), [middle])).reason is Reason.UNTRUSTED


def test_a_certificate_in_between_must_itself_hold() -> None:
    plan = authority("Between", ec_key(5))
    bent = [
        plan.to(end=AT - DAY),
        plan.to(start=AT + DAY),
        plan.to(usage=usage("digital_signature")),
        plan.to(usage=None),
        plan.to(key=rsa_key(bits=1024)),
        plan.to(purposes=["1.3.6.1.5.5.7.3.1"]),
        plan.to(others=[(x509.NameConstraints(None, [x509.DirectoryName(name("A"))]), True)]),
    ]
    for broken in bent:
        between = broken.signed_by(root())
        assert refusal(by(Plan().signed_by(between), [between])).reason is Reason.UNTRUSTED
    between = plan.to(purposes=["1.3.6.1.5.5.7.3.36"]).signed_by(root())
    assert held(by(Plan().signed_by(between), [between]))


def test_an_expired_root_is_no_root() -> None:
    blob = by(Plan(end=AT + 900 * DAY).signed_by(root()))
    assert held(blob, at=AT + 200 * DAY)
    assert refusal(blob, at=AT + 400 * DAY).reason is Reason.UNTRUSTED


def test_the_path_length_holds() -> None:
    first = authority("First", ec_key(5)).to(path_length=0).signed_by(root())
    second = authority("Second", ec_key(6)).signed_by(first)
    assert held(by(Plan().signed_by(first), [first]))
    refused = refusal(by(Plan().signed_by(second), [first, second]))
    assert refused.reason is Reason.UNTRUSTED


def certified_with_sha_1(party: Party, issuer: Party) -> Party:
    """The certificate signed anew, by hand: libraries do it no more."""
    assert isinstance(issuer.key, rsa.RSAPrivateKey)
    certificate = asn1.Certificate.load(party.certificate.public_bytes(Encoding.DER))
    certificate["tbs_certificate"]["signature"] = {"algorithm": "sha1_rsa"}
    certificate["signature_algorithm"] = {"algorithm": "sha1_rsa"}
    certificate["signature_value"] = issuer.key.sign(
        certificate["tbs_certificate"].dump(), padding.PKCS1v15(), hashes.SHA1()
    )
    return Party(key=party.key, certificate=x509.load_der_x509_certificate(dump(certificate)))


def test_a_certificate_signed_with_sha_1_is_refused() -> None:
    rsa_root = authority("RSA root", rsa_key(4)).signed_by(None)
    trust = Trust((rsa_root.certificate,))
    assert held(by(Plan().signed_by(rsa_root)), trust)
    weak = certified_with_sha_1(Plan().signed_by(rsa_root), rsa_root)
    assert refusal(by(weak), trust).reason is Reason.UNTRUSTED


# --- The message


def test_a_message_with_no_signer_is_refused() -> None:
    message = pieces(by(rsa_signer()))
    message["content"]["signer_infos"] = cms.SignerInfos([])
    assert refusal(dump(message)).reason is Reason.SIGNERS


def test_the_same_signer_twice_is_two_signers() -> None:
    message = pieces(by(rsa_signer()))
    info = message["content"]["signer_infos"][0]
    message["content"]["signer_infos"] = cms.SignerInfos([info, info.copy()])
    assert refusal(dump(message)).reason is Reason.SIGNERS


def test_two_certificates_that_bear_the_signers_number_are_refused() -> None:
    plan = Plan(subject=name("One"), serial=77)
    one = plan.signed_by(root())
    other = plan.to(subject=name("Other")).signed_by(root())
    assert held(by(one))
    assert refusal(by(one, [other])).reason is Reason.NO_CERTIFICATE


def test_too_many_certificates_are_refused() -> None:
    plan = authority("Between", ec_key(5))
    crowd = [plan.to(serial=number).signed_by(root()) for number in range(1, 17)]
    assert refusal(by(rsa_signer(), crowd)).reason is Reason.MALFORMED


def test_a_huge_certificate_is_refused() -> None:
    filling = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x00" * 70_000)
    huge = Plan(others=[(filling, False)]).signed_by(root())
    assert refusal(by(huge)).reason is Reason.MALFORMED


def test_other_certificates_that_nobody_can_read_are_refused() -> None:
    other = ec_signer().certificate.public_bytes(Encoding.DER)
    bent = other.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x4d", 1)
    blob = by(rsa_signer(), [ec_signer()])
    assert held(blob)
    assert refusal(blob.replace(other, bent)).reason is Reason.MALFORMED


def test_a_certificate_with_a_number_that_is_none_is_refused() -> None:
    blob = by(Plan(serial=77).signed_by(root()))
    assert held(blob)
    for number in (b"\x00", b"\xff"):
        assert refusal(blob.replace(b"\x02\x01\x4d", b"\x02\x01" + number)).reason is (
            Reason.MALFORMED
        )


def test_encrypted_or_plain_cms_is_no_signed_data() -> None:
    plain = cms.ContentInfo({"content_type": "data", "content": CONTENT})
    assert refusal(dump(plain)).reason is Reason.MALFORMED


def test_refusals_quote_neither_content_nor_certificate() -> None:
    patient = b'{"patient": "SECRETOVYCH"}'
    signer = Plan(subject=name("SECRETNYK"), end=AT - DAY).signed_by(root())
    for blob in (
        by_hand(patient, signer),
        by_hand(patient, signer, attributes=SIGNED_ATTRIBUTES),
        by_hand(patient, rsa_signer(), key=rsa_key(9)),
        by_hand(patient, Plan(subject=name("SECRETNYK")).signed_by(foreign_root())),
        by_hand(patient, rsa_signer())[:-9],
    ):
        refused = refusal(blob)
        assert "SECRET" not in str(refused)
        assert str(refused) == refused.sentence
        assert refused.__cause__ is None


def test_the_time_must_have_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        verify(by(rsa_signer()), TRUST, AT.replace(tzinfo=None))
