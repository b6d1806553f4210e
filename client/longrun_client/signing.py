"""Signatures as a medical information system makes them: CMS with the content in it; and a demo CA.

The demo CA is for local stacks: whoever configures its root trusts everything its key signs.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs7,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

type SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

AUTHORITY_YEARS: Final = 10
SIGNER_YEARS: Final = 2
_DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_TAX_PREFIX: Final = "TINUA-"


class SigningRefused(Exception):
    """A key or a certificate cannot sign; the message says why and shows nothing of it."""


class KeyKind(StrEnum):
    """The kinds of keys that a demo signer may have."""

    RSA = "RSA"
    EC = "EC"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerFiles:
    """What a signer has, in PEM: the private key, the certificate, and what stands behind it."""

    key: str
    certificate: str
    chain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAuthority:
    """A certificate authority for local stacks: its root is what a stack is told to trust.

    Attributes:
        key: The private key, PEM.
        certificate: The root certificate, PEM: the stack's trust.
    """

    key: str
    certificate: str

    @classmethod
    def create(cls, *, now: datetime, name: str = "Longrun demo CA") -> Self:
        """A new authority, valid for ten years.

        Args:
            now: With a time zone.
            name: Of the authority.
        """
        key = ec.generate_private_key(ec.SECP384R1())
        subject = _name(name)
        certificate = (
            _certificate(subject, subject, key, now=now, years=AUTHORITY_YEARS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(authority=True), critical=True)
            .sign(key, hashes.SHA384())
        )
        return cls(key=_key_pem(key), certificate=_certificate_pem(certificate))

    def issue(
        self, name: str, tax_number: str, *, now: datetime, kind: KeyKind = KeyKind.RSA
    ) -> SignerFiles:
        """A new key and certificate of somebody who signs documents.

        Args:
            name: The person's.
            tax_number: Without prefix, as the registry of employees has it.
            now: With a time zone.
            kind: RSA of 3072 bits, or EC on P-256.
        """
        authority = _load_key(self.key)
        root = _load_certificate(self.certificate)
        key: SigningKey
        if kind is KeyKind.RSA:
            key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        else:
            key = ec.generate_private_key(ec.SECP256R1())
        identifier = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
        certificate = (
            _certificate(
                _name(name, tax_number=tax_number), root.subject, key, now=now, years=SIGNER_YEARS
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _DOCUMENT_SIGNING]),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
                critical=False,
            )
            .sign(authority, hashes.SHA384())
        )
        return SignerFiles(key=_key_pem(key), certificate=_certificate_pem(certificate))


def sign(content: bytes, signer: SignerFiles) -> bytes:
    """Sign a content.

    Args:
        content: Signed and embedded byte for byte.
        signer: Whose signature; the certificates of the chain come along.

    Returns:
        CMS SignedData with the content attached, SHA-256, in DER.

    Raises:
        SigningRefused: The key or a certificate cannot be read, or they do not belong together.
    """
    key = _load_key(signer.key)
    certificate = _load_certificate(signer.certificate)
    if certificate.public_key() != key.public_key():
        raise SigningRefused("The certificate is not that of the private key.")
    builder = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(certificate, key, hashes.SHA256())
    )
    if signer.chain.strip():
        for issuer in _load_certificates(signer.chain):
            builder = builder.add_certificate(issuer)
    # Binary: otherwise line ends are changed, and the content is another.
    options = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]
    return builder.sign(Encoding.DER, options)


def encoded(blob: bytes) -> str:
    """A signed message as the field `data` of a request takes it: base64 in one line."""
    return base64.b64encode(blob).decode("ascii")


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: SigningKey, *, now: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks differ.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(name: str, *, tax_number: str | None = None) -> x509.Name:
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "UA"),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ]
    if tax_number is not None:
        number = f"{_TAX_PREFIX}{tax_number}"
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, number))
    return x509.Name(attributes)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: SigningKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _certificate_pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _load_key(pem: str) -> SigningKey:
    # `from None`, here and below: the causes may quote the PEM.
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise SigningRefused("The private key is encrypted; decrypt it first.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise SigningRefused("The private key cannot be read: it must be in PEM.") from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SigningRefused("The private key is neither RSA nor EC.")
    return key


def _load_certificate(pem: str) -> x509.Certificate:
    return _load_certificates(pem)[0]


def _load_certificates(pem: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise SigningRefused("The certificate cannot be read: it must be in PEM.") from None
