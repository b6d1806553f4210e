"""Which authorities are believed, and whether a chain of certificates leads to one of them.

Revocation is not looked at: no call goes out while a signature is verified.

Source: RFC 5280 section 6, as `cryptography.x509.verification` does it: at each link the signature
(SHA-2 only), the dates, basicConstraints with path length, keyCertSign, RSA keys of 2048 bits and
more, no critical extension that nobody has looked at; 128 signatures at most in all.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from cryptography import x509
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from longrun.compositions.signatures.certificates import PURPOSES
from longrun.compositions.signatures.refusal import Reason, SignatureInvalid


class TrustMalformed(Exception):
    """The configured roots cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The roots that are believed; without any, nobody's signature holds."""

    roots: tuple[x509.Certificate, ...] = ()

    @classmethod
    def read(cls, pem: str) -> Self:
        """The roots of a text.

        Args:
            pem: Any number of certificates in PEM, with whatever stands between them; blank: none.

        Raises:
            TrustMalformed: There is something, but no certificates of authorities.
        """
        if not pem.strip():
            return cls()
        try:
            roots = tuple(x509.load_pem_x509_certificates(pem.encode()))
            wrong = [place for place, root in enumerate(roots, start=1) if not _authority(root)]
        except (
            ValueError,
            x509.InvalidVersion,
            x509.DuplicateExtension,
            x509.UnsupportedGeneralNameType,
        ):
            raise TrustMalformed("The trusted roots must be certificates in PEM.") from None
        if wrong:
            raise TrustMalformed(
                f"Certificate {wrong[0]} of the trusted roots is not an authority's."
            )
        return cls(roots)

    def check(
        self, leaf: x509.Certificate, others: tuple[x509.Certificate, ...], at: datetime
    ) -> None:
        """Refuse a certificate behind which no root stands at a time.

        Args:
            leaf: The signer's certificate.
            others: What came along, to build the chain of.
            at: With a time zone.

        Raises:
            SignatureInvalid: UNTRUSTED.
        """
        if not self.roots:
            raise _untrusted()
        verifier = (
            PolicyBuilder()
            .store(Store(list(self.roots)))
            .time(at.astimezone(UTC).replace(tzinfo=None))
            .extension_policies(ca_policy=_authorities(), ee_policy=_signers())
            .build_client_verifier()
        )
        try:
            verified = verifier.verify(leaf, list(others))
        except (VerificationError, ValueError, x509.UnsupportedGeneralNameType):
            raise _untrusted() from None
        # A certificate that is itself in the store needs no issuer, says the library.
        if len(verified.chain) < 2:
            raise _untrusted()


def _signers() -> ExtensionPolicy:
    """The defaults are for TLS clients: what a signer's must have, `certificates` has seen."""
    return ExtensionPolicy.permit_all().may_be_present(
        x509.CertificatePolicies, Criticality.AGNOSTIC, None
    )


def _authorities() -> ExtensionPolicy:
    return (
        ExtensionPolicy.webpki_defaults_ca()
        # The default is for the web's authorities: it takes the key identifier alone.
        .may_be_present(x509.AuthorityKeyIdentifier, Criticality.AGNOSTIC, None)
        # Any policy will do (RFC 5280 section 6.1.1, c), so there is nothing to process.
        .may_be_present(x509.CertificatePolicies, Criticality.AGNOSTIC, None)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _certifies_signers)
        # They would have to be held against the subject's name too, which the library does not.
        .require_not_present(x509.NameConstraints)
    )


def _certifies_signers(
    _policy: Policy, _certificate: x509.Certificate, purposes: x509.ExtendedKeyUsage | None
) -> None:
    if purposes is not None and PURPOSES.isdisjoint(purposes):
        raise ValueError("The authority is not one for signers.")


def _authority(certificate: x509.Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return constraints.value.ca


def _untrusted() -> SignatureInvalid:
    return SignatureInvalid(
        Reason.UNTRUSTED,
        "No valid chain leads from the signer's certificate to a trusted root.",
    )
