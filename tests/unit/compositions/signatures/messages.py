"""Signed messages for the tests: made by openssl, an independent maker, or by hand, to be wrong."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tests.unit.compositions.signatures.authorities import AT, Key, Party

CONTENT = '{"identifier": "7b1f2a5e", "title": "Висновок"}\r\n'.encode()

OPENSSL = shutil.which("openssl")
_VERSION = (
    subprocess.run([OPENSSL, "version"], capture_output=True, text=True, check=True).stdout
    if OPENSSL
    else ""
)
needs_openssl = pytest.mark.skipif(
    not _VERSION.startswith("OpenSSL 3"), reason="needs OpenSSL 3 on the path"
)


def by_openssl(
    content: bytes,
    signers: Sequence[Party],
    *options: str,
    others: Sequence[Party] = (),
) -> bytes:
    """What `openssl cms -sign` makes: CMS, DER, the content attached unless an option says else."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        command = ["-sign", "-binary", "-outform", "DER"]
        if "-detached" not in options:
            command.append("-nodetach")
        for number, signer in enumerate(signers):
            (here / f"{number}.crt").write_text(signer.pem)
            (here / f"{number}.key").write_text(signer.key_pem)
            command += ["-signer", f"{number}.crt", "-inkey", f"{number}.key"]
        if others:
            (here / "others.crt").write_text("".join(other.pem for other in others))
            command += ["-certfile", "others.crt"]
        options = tuple(option for option in options if option != "-detached")
        return _openssl(here, [*command, *options], content)


def openssl_reads(blob: bytes, roots: Sequence[Party | str]) -> bytes:
    """What `openssl cms -verify` lets through: the content of a message that holds at `AT`.

    Raises:
        subprocess.CalledProcessError: It does not hold.
    """
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        pems = [root if isinstance(root, str) else root.pem for root in roots]
        (here / "roots.crt").write_text("".join(pems))
        command = ["-verify", "-binary", "-inform", "DER", "-CAfile", "roots.crt"]
        return _openssl(here, [*command, "-attime", str(int(AT.timestamp()))], blob)


def _openssl(here: Path, command: Sequence[str], given: bytes) -> bytes:
    assert OPENSSL
    done = subprocess.run(
        [OPENSSL, "cms", *command], cwd=here, input=given, capture_output=True, check=False
    )
    if done.returncode:
        raise subprocess.CalledProcessError(
            done.returncode, command, done.stdout, done.stderr.decode()
        )
    return done.stdout


def attribute(oid: str, *values: core.Asn1Value) -> bytes:
    """One attribute, DER."""
    kind = core.ObjectIdentifier(oid).dump()
    return _wrap(0x30, kind + _wrap(0x31, b"".join(value.dump() for value in values)))


def content_type(oid: str = "1.2.840.113549.1.7.1") -> bytes:
    return attribute("1.2.840.113549.1.9.3", core.ObjectIdentifier(oid))


def message_digest(content: bytes) -> bytes:
    digest = hashlib.sha256(content).digest()
    return attribute("1.2.840.113549.1.9.4", core.OctetString(digest))


def by_hand(
    content: bytes,
    signer: Party,
    *,
    attributes: Sequence[bytes] | None = None,
    ordered: bool = True,
    key: Key | None = None,
    scheme: dict[str, Any] | None = None,
    digest: str = "sha256",
    others: Sequence[Party] = (),
    signature: bytes | None = None,
) -> bytes:
    """A message with these signed attributes, or with none, correctly signed over them.

    Args:
        ordered: Whether the attributes are in the order of DER.
        key: Another than the signer's.
        scheme: The signature's AlgorithmIdentifier, where it is not the usual one.
        signature: In place of one that is made.
    """
    raw = None
    signed = content
    if attributes is not None:
        signed = raw = _wrap(0x31, b"".join(sorted(attributes) if ordered else attributes))
    key = key or signer.key
    if signature is None:
        signature = _sign(key, signed)
    usual = "rsassa_pkcs1v15" if isinstance(signer.key, rsa.RSAPrivateKey) else "sha256_ecdsa"
    certificates = [
        asn1.Certificate.load(party.certificate.public_bytes(Encoding.DER))
        for party in (signer, *others)
    ]
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": certificates[0].issuer, "serial_number": certificates[0].serial_number},
            ),
            "digest_algorithm": {"algorithm": digest},
            "signature_algorithm": algos.SignedDigestAlgorithm(scheme or {"algorithm": usual}),
            "signature": signature,
        }
    )
    if raw is not None:
        info["signed_attrs"] = cms.CMSAttributes.load(raw)
    signed_data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {"content_type": "data", "content": content},
            "certificates": certificates,
            "signer_infos": [info],
        }
    )
    return dump(cms.ContentInfo({"content_type": "signed_data", "content": signed_data}))


def dump(value: Any) -> bytes:
    blob: bytes = value.dump()
    return blob


def pieces(blob: bytes) -> Any:
    """A message to be taken apart; what is changed in it comes out by `dump`."""
    return cms.ContentInfo.load(blob)


def _sign(key: Key, value: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(value, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(value, ec.ECDSA(hashes.SHA256()))


def _wrap(tag: int, contents: bytes) -> bytes:
    if len(contents) < 0x80:
        return bytes([tag, len(contents)]) + contents
    length = len(contents).to_bytes((len(contents).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + contents
