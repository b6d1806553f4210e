"""What a signature that holds says: the content, and who signed it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signed, as the certificate says.

    Attributes:
        name: The subject's common name; the whole subject where it has none.
        tax_number: Ten digits, or a passport's number of who has none; None: the certificate holds
            no tax number. Where it comes from: `certificates.tax_number`.
        certificate_serial: Upper-case hexadecimal, whole bytes, as `openssl x509 -serial` shows it.
        certificate_sha256: The fingerprint, lower-case hexadecimal.
    """

    name: str
    tax_number: str | None
    certificate_serial: str
    certificate_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A content, byte for byte as it was signed, and its signer."""

    content: bytes
    signer: Signer
