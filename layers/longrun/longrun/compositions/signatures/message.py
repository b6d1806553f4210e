"""CMS SignedData, read: the content and the one signer's part, as plain values.

What they say is not yet believed: `verification` holds them against one another.

Source: RFC 5652 section 5, RFC 5035 (which certificate signed), RFC 4056 (RSASSA-PSS).
"""

from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import cms, core, tsp

from longrun.compositions.signatures import der
from longrun.compositions.signatures.refusal import Reason, SignatureInvalid
from longrun.compositions.signatures.schemes import Scheme, digest_name, pss, scheme

CERTIFICATES: Final = 16
"""In one message; a chain has two to four."""
CERTIFICATE_LIMIT: Final = 65_536
"""In bytes."""

_DATA: Final = "1.2.840.113549.1.7.1"
_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.47"
_PSS: Final = "1.2.840.113549.1.1.10"
_MGF1: Final = "1.2.840.113549.1.1.8"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDigest:
    """By which the signed attributes name the signer's certificate."""

    hash: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """The signed attributes: what is signed in the content's place.

    Attributes:
        der: The set that the signature is over.
        message_digest: Of the content, as they say.
        certificate: The signer's, if they say which; whoever has a second certificate for the same
            key cannot put it in the first one's place.
    """

    der: bytes
    message_digest: bytes
    certificate: CertificateDigest | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a signed message holds.

    Attributes:
        hash: Of the content: a name of `schemes.HASHES`.
        attributes: None: the signature is over the content itself.
        certificate: The signer's, DER.
        others: The other certificates that came along, DER.
    """

    content: bytes
    hash: str
    scheme: Scheme
    attributes: Attributes | None
    signature: bytes
    certificate: bytes
    others: tuple[bytes, ...]


def read(blob: bytes) -> Message:
    """Read a signed message with its content and exactly one signer.

    Args:
        blob: The DER of a ContentInfo.

    Raises:
        SignatureInvalid: MALFORMED, NO_CONTENT, SIGNERS, NO_CERTIFICATE, ALGORITHM or ATTRIBUTES.
    """
    der.check(blob)
    try:
        return _message(blob)
    except (ValueError, TypeError, KeyError):
        # What asn1crypto raises of values of another shape; `from None`: it quotes them.
        raise _malformed() from None


def _message(blob: bytes) -> Message:
    outer = cms.ContentInfo.load(blob, strict=True)
    if outer["content_type"].dotted != _SIGNED_DATA:
        raise _malformed()
    signed_data = outer["content"]
    content = _content(signed_data["encap_content_info"])
    signers = signed_data["signer_infos"]
    if len(signers) != 1:
        raise SignatureInvalid(
            Reason.SIGNERS, f"The message has {len(signers)} signers; it must have exactly one."
        )
    signer = signers[0]
    digest = digest_name(_oid(signer["digest_algorithm"]))
    certificates = _certificates(signed_data["certificates"])
    certificate = _signers(signer["sid"], certificates)
    signature: bytes = signer["signature"].native
    return Message(
        content=content,
        hash=digest,
        scheme=_scheme(signer["signature_algorithm"], digest),
        attributes=_attributes(signer["signed_attrs"]),
        signature=signature,
        certificate=certificate.dump(),
        others=tuple(other.dump() for other in certificates if other is not certificate),
    )


def _content(encapsulated: Any) -> bytes:
    if encapsulated["content_type"].dotted != _DATA:
        raise SignatureInvalid(
            Reason.NO_CONTENT, "The message does not hold plain data as its content."
        )
    if isinstance(encapsulated["content"], core.Void):
        raise SignatureInvalid(
            Reason.NO_CONTENT, "The signature is detached: the content must be in the message."
        )
    content: bytes = encapsulated["content"].native
    return content


def _certificates(sent: Any) -> list[Any]:
    """Those of a message, each once; attribute certificates and other kinds left out."""
    if isinstance(sent, core.Void):
        return []
    found = {choice.dump(): choice.chosen for choice in sent if choice.name == "certificate"}
    if len(found) > CERTIFICATES or any(len(raw) > CERTIFICATE_LIMIT for raw in found):
        raise SignatureInvalid(
            Reason.MALFORMED,
            f"The message has more than {CERTIFICATES} certificates, or one of more than"
            f" {CERTIFICATE_LIMIT} bytes.",
        )
    # A set has an order in DER, but others write it too: what comes out must not depend on it.
    return [found[raw] for raw in sorted(found)]


def _signers(named: Any, certificates: list[Any]) -> Any:
    """The certificate that a signer names."""
    if named.name == "issuer_and_serial_number":
        wanted = (named.chosen["issuer"].dump(), named.chosen["serial_number"].native)
        fitting = [
            certificate
            for certificate in certificates
            if (certificate.issuer.dump(), certificate.serial_number) == wanted
        ]
    else:
        fitting = [
            certificate
            for certificate in certificates
            if certificate.key_identifier == named.chosen.native
        ]
    if len(fitting) != 1:
        raise SignatureInvalid(
            Reason.NO_CERTIFICATE,
            "The message must hold the signer's certificate, and one only.",
        )
    return fitting[0]


def _scheme(algorithm: Any, digest: str) -> Scheme:
    oid = _oid(algorithm)
    if oid != _PSS:
        return scheme(oid, digest)
    parameters = algorithm["parameters"]
    mask = parameters["mask_gen_algorithm"]
    if _oid(mask) != _MGF1 or parameters["trailer_field"].native != "trailer_field_bc":
        raise SignatureInvalid(Reason.ALGORITHM, "The RSASSA-PSS parameters are not usual ones.")
    return pss(
        digest,
        hash_oid=_oid(parameters["hash_algorithm"]),
        mask_oid=_oid(mask["parameters"]),
        salt=parameters["salt_length"].native,
    )


def _attributes(sent: Any) -> Attributes | None:
    if isinstance(sent, core.Void):
        return None
    raw: bytes = sent.dump()
    members = [member.dump() for member in sent]
    if b"".join(sorted(members)) != sent.contents:
        raise SignatureInvalid(
            Reason.MALFORMED, "The signed attributes are not in the order that DER gives them."
        )
    content_type = _single(sent, _CONTENT_TYPE)
    message_digest = _single(sent, _MESSAGE_DIGEST)
    if content_type is None or message_digest is None or content_type.dotted != _DATA:
        raise SignatureInvalid(
            Reason.ATTRIBUTES,
            "The signed attributes must hold the content type, which is data, and the digest.",
        )
    return Attributes(
        # Signed is the set as such; in the message it is tagged as the signer's [0].
        der=b"\x31" + raw[1:],
        message_digest=message_digest.native,
        certificate=_named_certificate(_single(sent, _SIGNING_CERTIFICATE)),
    )


def _single(attributes: Any, oid: str) -> Any | None:
    """The value of an attribute that may be there once and has one value."""
    values = [attribute["values"] for attribute in attributes if attribute["type"].dotted == oid]
    if not values:
        return None
    if len(values) > 1 or len(values[0]) != 1:
        raise SignatureInvalid(
            Reason.ATTRIBUTES, "A signed attribute is there twice, or has not exactly one value."
        )
    return values[0][0]


def _named_certificate(attribute: Any | None) -> CertificateDigest | None:
    """The first is the signer's; those after it are of the chain, which is verified anyway."""
    if attribute is None:
        return None
    assert isinstance(attribute, tsp.SigningCertificateV2)
    if not len(attribute["certs"]):
        raise SignatureInvalid(Reason.ATTRIBUTES, "The signed attributes name no certificate.")
    first = attribute["certs"][0]
    return CertificateDigest(
        hash=digest_name(_oid(first["hash_algorithm"])), value=first["cert_hash"].native
    )


def _oid(algorithm: Any) -> str:
    dotted: str = algorithm["algorithm"].dotted
    return dotted


def _malformed() -> SignatureInvalid:
    return SignatureInvalid(Reason.MALFORMED, "The signed message is not CMS SignedData.")
