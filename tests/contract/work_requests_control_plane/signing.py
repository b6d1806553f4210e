"""Signs requests as the OCI SDK does, written from the specification and not from our verifier."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """A key of the smallest size that counts; the same for the same name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(name: str) -> str:
    return (
        private_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def fingerprint(name: str) -> str:
    der = (
        private_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return hashlib.md5(der, usedforsecurity=False).digest().hex(":")


@dataclass(frozen=True)
class Signer:
    """Whoever signs: with this key, saying to be that."""

    key: str
    key_id: str

    def headers(
        self, method: str, target: str, *, host: str, date: datetime, body: bytes = b""
    ) -> Mapping[str, str]:
        """The headers of a signed request, names in lower case as payload 2.0 has them."""
        sent = {
            "date": format_datetime(date, usegmt=True),
            "host": host,
            "content-type": "application/json",
        }
        names = ["date", "(request-target)", "host"]
        if method in ("POST", "PUT", "PATCH"):
            sent["content-length"] = str(len(body))
            sent["x-content-sha256"] = base64.b64encode(hashlib.sha256(body).digest()).decode()
            names += ["content-length", "content-type", "x-content-sha256"]
        covered = {**sent, "(request-target)": f"{method.lower()} {target}"}
        text = "\n".join(f"{name}: {covered[name]}" for name in names)
        signature = private_key(self.key).sign(
            text.encode("ascii"), padding.PKCS1v15(), hashes.SHA256()
        )
        sent["authorization"] = (
            f'Signature algorithm="rsa-sha256",headers="{" ".join(names)}",'
            f'keyId="{self.key_id}",signature="{base64.b64encode(signature).decode()}",'
            'version="1"'
        )
        return sent
