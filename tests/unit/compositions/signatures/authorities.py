"""Certificates for the tests, made by hand: authorities, signers, and what is wrong with some."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

type Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TAX_NUMBER = "3126509816"
DAY = timedelta(days=1)


@cache
def rsa_key(number: int = 0, *, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The n-th key of the run: making one takes a while."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key(number: int = 0, *, curve: type[ec.EllipticCurve] = ec.SECP256R1) -> Key:
    del number
    return ec.generate_private_key(curve())


def name(common_name: str | None, *, serial_numbers: Sequence[str] = ()) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "UA")]
    if common_name is not None:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    attributes += [x509.NameAttribute(NameOID.SERIAL_NUMBER, number) for number in serial_numbers]
    return x509.Name(attributes)


def usage(*allowed: str) -> x509.KeyUsage:
    kinds = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{kind: kind in allowed for kind in kinds})


@dataclass(frozen=True, kw_only=True)
class Party:
    """Somebody with a key and a certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a certificate is to say; a signer's, unless something else is said."""

    subject: x509.Name = field(
        default_factory=lambda: name("Олена Коваль", serial_numbers=[f"TINUA-{TAX_NUMBER}"])
    )
    key: Key = field(default_factory=rsa_key)
    start: datetime = AT - 30 * DAY
    end: datetime = AT + 30 * DAY
    authority: bool = False
    path_length: int | None = None
    usage: x509.KeyUsage | None = field(
        default_factory=lambda: usage("digital_signature", "content_commitment")
    )
    purposes: Sequence[str] | None = None
    others: Sequence[tuple[x509.ExtensionType, bool]] = ()
    serial: int | None = None

    def to(self, **changes: object) -> Self:
        return replace(self, **changes)  # type: ignore[arg-type]  # a test's shorthand

    def signed_by(self, issuer: Party | None) -> Party:
        """The party, certified by another, or by itself."""
        signing = issuer.key if issuer else self.key
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(issuer.certificate.subject if issuer else self.subject)
            .public_key(self.key.public_key())
            .serial_number(self.serial or x509.random_serial_number())
            .not_valid_before(self.start)
            .not_valid_after(self.end)
            .add_extension(
                x509.BasicConstraints(
                    ca=self.authority, path_length=self.path_length if self.authority else None
                ),
                critical=True,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
            )
        )
        if self.usage is not None:
            builder = builder.add_extension(self.usage, critical=True)
        if self.purposes is not None:
            oids = [x509.ObjectIdentifier(purpose) for purpose in self.purposes]
            builder = builder.add_extension(x509.ExtendedKeyUsage(oids), critical=False)
        for extension, critical in self.others:
            builder = builder.add_extension(extension, critical=critical)
        return Party(key=self.key, certificate=builder.sign(signing, hashes.SHA256()))


def authority(common_name: str, key: Key) -> Plan:
    return Plan(
        subject=name(common_name),
        key=key,
        start=AT - 300 * DAY,
        end=AT + 300 * DAY,
        authority=True,
        usage=usage("key_cert_sign", "crl_sign"),
    )


@cache
def root() -> Party:
    return authority("Test root", ec_key(100)).signed_by(None)


@cache
def foreign_root() -> Party:
    """Somebody else's, of the same name."""
    return authority("Test root", ec_key(101)).signed_by(None)


@cache
def rsa_signer() -> Party:
    return Plan().signed_by(root())


@cache
def ec_signer() -> Party:
    return Plan(key=ec_key()).signed_by(root())
