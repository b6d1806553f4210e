"""The signer's certificate by itself: is it for signing, is it in date, whose is it.

Which authority stands behind it is `trust`'s question.

Source: RFC 5280 sections 4.2.1.3, 4.2.1.8, 4.2.1.9, 4.2.1.12; RFC 9336;
ETSI EN 319 412-1 section 5.1.3.
"""

import re
import warnings
from datetime import datetime
from typing import Any, Final

from asn1crypto import core
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from longrun.compositions.signatures import der
from longrun.compositions.signatures.refusal import Reason, SignatureInvalid
from longrun.compositions.signatures.schemes import SigningKey, strong
from longrun.compositions.signatures.signed import Signer

PURPOSES: Final = frozenset(
    {
        x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # documentSigning
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    }
)
"""Of extended key usage, where a certificate says it; that of a TLS server signs no documents."""

_DIRECTORY_ATTRIBUTES: Final = x509.ObjectIdentifier("2.5.29.9")
_DRFO: Final = "1.2.804.2.1.1.1.11.1.4.1.1"
_TAX_PREFIX: Final = "TINUA-"
_OTHER_IDENTITY: Final = re.compile(r"[A-Z]{3}[A-Z]{2}-")
"""Of a passport (PASUA-), an identity card (IDCUA-), a person of another country …"""
_TAX_NUMBER: Final = re.compile(r"\w{1,20}")


def load(raw: bytes) -> x509.Certificate:
    """A certificate of a message.

    Raises:
        SignatureInvalid: MALFORMED.
    """
    try:
        with warnings.catch_warnings():
            # Of names that are too long, say: nobody reads that in a log.
            warnings.simplefilter("ignore")
            # What is still read, but no more by the next version.
            warnings.simplefilter("error", CryptographyDeprecationWarning)
            certificate = x509.load_der_x509_certificate(raw)
            # They are read late otherwise.
            _ = certificate.extensions, certificate.subject, certificate.issuer
    except (
        ValueError,
        CryptographyDeprecationWarning,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        raise _malformed() from None
    return certificate


def signing_key(certificate: x509.Certificate) -> SigningKey:
    """The key that the signature must be of.

    Raises:
        SignatureInvalid: ALGORITHM, WEAK_KEY or MALFORMED.
    """
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm:
        return strong(None)
    except ValueError:
        raise _malformed() from None
    return strong(key)


def check(certificate: x509.Certificate, at: datetime) -> None:
    """Refuse a certificate that is not for signing documents at a time.

    Raises:
        SignatureInvalid: SELF_SIGNED, PURPOSE, EXPIRED or NOT_YET_VALID.
    """
    if certificate.issuer == certificate.subject:
        raise SignatureInvalid(Reason.SELF_SIGNED, "The signer's certificate is self-signed.")
    if at < certificate.not_valid_before_utc:
        raise SignatureInvalid(Reason.NOT_YET_VALID, "The signer's certificate is not valid yet.")
    if at > certificate.not_valid_after_utc:
        raise SignatureInvalid(Reason.EXPIRED, "The signer's certificate has expired.")
    if not _signs(certificate.extensions):
        raise SignatureInvalid(
            Reason.PURPOSE, "The signer's certificate is not one for signing documents."
        )


def signer(certificate: x509.Certificate) -> Signer:
    """What a certificate says of its owner."""
    serial = certificate.serial_number
    names = _values(certificate.subject, NameOID.COMMON_NAME)
    return Signer(
        name=names[0] if names else certificate.subject.rfc4514_string(),
        tax_number=tax_number(certificate),
        certificate_serial=serial.to_bytes(max(1, (serial.bit_length() + 7) // 8)).hex().upper(),
        certificate_sha256=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def tax_number(certificate: x509.Certificate) -> str | None:
    """The tax number of a certificate's owner.

    The attribute DRFO among the subject's directory attributes wins, for it is nothing else. Only
    where it is absent, the subject's serialNumber counts: `TINUA-` and the number, or the number
    alone – but not what bears the prefix of another kind of identity.

    Returns:
        Without prefix; None: there is none, or more than one.
    """
    directory = _directory_values(certificate)
    if directory is not None:
        numbers = directory
    else:
        numbers = _values(certificate.subject, NameOID.SERIAL_NUMBER)
    if len(numbers) != 1:
        return None
    number = numbers[0].strip().removeprefix(_TAX_PREFIX)
    if _OTHER_IDENTITY.match(number) or not _TAX_NUMBER.fullmatch(number):
        return None
    return number


def _signs(extensions: x509.Extensions) -> bool:
    """Whether the extensions say so: the key usage must, the others must not deny it."""
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    if not (usage.digital_signature or usage.content_commitment) or usage.key_cert_sign:
        return False
    try:
        if extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return not PURPOSES.isdisjoint(purposes)


def _values(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    return [
        attribute.value
        for attribute in name.get_attributes_for_oid(oid)
        if isinstance(attribute.value, str)
    ]


def _directory_values(certificate: x509.Certificate) -> list[str] | None:
    """The values of DRFO; None: the certificate has no such attribute.

    Raises:
        SignatureInvalid: MALFORMED: the extension cannot be read.
    """
    try:
        extension = certificate.extensions.get_extension_for_oid(_DIRECTORY_ATTRIBUTES).value
    except x509.ExtensionNotFound:
        return None
    assert isinstance(extension, x509.UnrecognizedExtension)
    der.check(extension.value)
    try:
        attributes = asn1.Attributes.load(extension.value, strict=True)
        sets = [item["values"] for item in attributes if item["type"].dotted == _DRFO]
        if not sets:
            return None
        return [_text(value) for values in sets for value in values]
    except (ValueError, TypeError, KeyError):
        raise _malformed() from None


def _text(value: Any) -> str:
    parsed = value.parse() if isinstance(value, core.Any) else value
    native = parsed.native
    return native if isinstance(native, str) else ""


def _malformed() -> SignatureInvalid:
    return SignatureInvalid(Reason.MALFORMED, "A certificate in the signed message cannot be read.")
