"""RSA public keys, as callers of the OCI face register them: read, named, used to verify.

Which key is whose is the directory's.
"""

import hashlib
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

MINIMUM_BITS: Final = 2048
MAXIMUM_BITS: Final = 8192
"""Nobody makes us compute with larger ones."""
PEM_LIMIT: Final = 8192
"""In characters."""


class KeyRefused(Exception):
    """A text is no public key that we accept; the message says why and shows nothing of it."""


class PublicKey:
    """An RSA key that verifies signatures.

    Raises:
        KeyRefused: The text is no RSA public key in PEM, or one too small or too large.
    """

    def __init__(self, pem: str) -> None:
        if len(pem) > PEM_LIMIT:
            raise KeyRefused(f"The public key is longer than {PEM_LIMIT} characters.")
        if "PRIVATE KEY" in pem:
            raise KeyRefused("This is a private key: keep it, and register its public key.")
        try:
            key = load_pem_public_key(pem.encode())
        except (ValueError, UnsupportedAlgorithm):
            raise KeyRefused("The public key cannot be read: it must be in PEM.") from None
        if not isinstance(key, RSAPublicKey):
            raise KeyRefused("The public key is not an RSA key.")
        if not MINIMUM_BITS <= key.key_size <= MAXIMUM_BITS:
            raise KeyRefused(
                f"The public key has {key.key_size} bits; it must have {MINIMUM_BITS} to"
                f" {MAXIMUM_BITS}."
            )
        self._key = key

    @property
    def pem(self) -> str:
        """The key in its one form, whichever form it was given in."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def fingerprint(self) -> str:
        """MD5 of the DER form, in pairs of hex digits with colons: a name, not a protection.

        Source: https://docs.oracle.com/iaas/Content/API/Concepts/apisigningkey.htm
        """
        der = self._key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.md5(der, usedforsecurity=False).digest().hex(":")

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is this key's over the message: RSASSA-PKCS1-v1_5, SHA-256."""
        try:
            self._key.verify(signature, message, PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True
