"""Who signs: the demo employee's keys, and keys that must not count."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7

from local.places import ROOT
from local.stack import Compositions, Signer
from longrun_client.signing import DemoAuthority, KeyKind, SignerFiles, sign

_BINARY = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """The keys of one tenant's demo employee, and those behind them."""

    rsa: SignerFiles
    ec: SignerFiles
    authority: DemoAuthority

    def somebody(
        self, tax_number: str, name: str = "Somebody", *, authority: DemoAuthority | None = None
    ) -> SignerFiles:
        """Another signer whom the tenant's authority, or another, knows."""
        issuer = authority or self.authority
        return issuer.issue(name, tax_number, now=datetime.now(UTC), kind=KeyKind.EC)


def read_signers(seeded: Compositions) -> Signers:
    """Those that the stack was seeded with."""
    root = ROOT / seeded.root_file
    authority = DemoAuthority(
        key=root.with_name("root-key.pem").read_text(), certificate=root.read_text()
    )
    return Signers(rsa=_files(seeded.signer), ec=_files(seeded.ec_signer), authority=authority)


def signed(document: Any, signer: SignerFiles) -> bytes:
    """A document, signed as a client does it that keeps to no canonical form."""
    return sign(json.dumps(document, ensure_ascii=False, indent=1).encode(), signer)


def signed_by_two(document: Any, one: SignerFiles, other: SignerFiles) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(json.dumps(document).encode())
    for signer in (one, other):
        [certificate] = x509.load_pem_x509_certificates(signer.certificate.encode())
        key: Any = load_pem_private_key(signer.key.encode(), password=None)
        builder = builder.add_signer(certificate, key, hashes.SHA256())
    return builder.sign(Encoding.DER, _BINARY)


def _files(signer: Signer) -> SignerFiles:
    return SignerFiles(
        key=(ROOT / signer.key_file).read_text(), certificate=(ROOT / signer.cert_file).read_text()
    )
