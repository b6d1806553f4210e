"""The algorithms of signatures that are accepted, and whether one of them holds.

SHA-2 only; RSA (PKCS #1 v1.5 and PSS) and ECDSA on the curves of NIST. The national ones
(DSTU 4145) have no audited library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from longrun.compositions.signatures.refusal import Reason, SignatureInvalid

HASHES: Final[Mapping[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]]] = {
    "SHA-256": hashes.SHA256,
    "SHA-384": hashes.SHA384,
    "SHA-512": hashes.SHA512,
}
RSA_BITS: Final = (2048, 8192)
"""Nobody makes us compute with larger ones."""
CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")

type SigningKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class Family(StrEnum):
    """The kinds of signatures."""

    PKCS1 = "RSASSA-PKCS1-v1_5"
    PSS = "RSASSA-PSS"
    ECDSA = "ECDSA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How a signature was made.

    Attributes:
        hash: Of what is signed: a name of `HASHES`.
        salt: In bytes; of PSS only.
    """

    family: Family
    hash: str
    salt: int = 0


_DIGESTS: Final = {
    "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384",
    "2.16.840.1.101.3.4.2.3": "SHA-512",
}
_SCHEMES: Final = {
    # rsaEncryption: the digest's algorithm says which hash.
    "1.2.840.113549.1.1.1": (Family.PKCS1, None),
    "1.2.840.113549.1.1.11": (Family.PKCS1, "SHA-256"),
    "1.2.840.113549.1.1.12": (Family.PKCS1, "SHA-384"),
    "1.2.840.113549.1.1.13": (Family.PKCS1, "SHA-512"),
    "1.2.840.10045.4.3.2": (Family.ECDSA, "SHA-256"),
    "1.2.840.10045.4.3.3": (Family.ECDSA, "SHA-384"),
    "1.2.840.10045.4.3.4": (Family.ECDSA, "SHA-512"),
}


def digest_name(oid: str) -> str:
    """The name of a hash.

    Raises:
        SignatureInvalid: ALGORITHM: not one of SHA-2.
    """
    if oid not in _DIGESTS:
        raise _unaccepted()
    return _DIGESTS[oid]


def scheme(oid: str, digest: str) -> Scheme:
    """The scheme that an identifier stands for, beside the digest of the content.

    Raises:
        SignatureInvalid: ALGORITHM: not accepted, or with another hash than the content's.
    """
    family, own = _SCHEMES.get(oid, (None, None))
    if family is None or own not in {None, digest}:
        raise _unaccepted()
    return Scheme(family=family, hash=digest)


def pss(digest: str, *, hash_oid: str, mask_oid: str, salt: int) -> Scheme:
    """RSASSA-PSS with one hash throughout.

    Raises:
        SignatureInvalid: ALGORITHM.
    """
    if not digest_name(hash_oid) == digest_name(mask_oid) == digest:
        raise _unaccepted()
    # A longer one fits into no key that is accepted.
    if not 0 <= salt <= RSA_BITS[1] // 8:
        raise _unaccepted()
    return Scheme(family=Family.PSS, hash=digest, salt=salt)


def digest(name: str, value: bytes) -> bytes:
    """The hash of a value, by a name of `HASHES`."""
    hashing = hashes.Hash(HASHES[name]())
    hashing.update(value)
    return hashing.finalize()


def strong(key: object) -> SigningKey:
    """A public key, if it is of a kind and a size that is accepted.

    Raises:
        SignatureInvalid: ALGORITHM or WEAK_KEY.
    """
    if isinstance(key, rsa.RSAPublicKey):
        if not RSA_BITS[0] <= key.key_size <= RSA_BITS[1]:
            raise SignatureInvalid(
                Reason.WEAK_KEY,
                f"The signer's RSA key has {key.key_size} bits; it must have {RSA_BITS[0]} to"
                f" {RSA_BITS[1]}.",
            )
        return key
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in CURVES:
            raise SignatureInvalid(
                Reason.WEAK_KEY, "The signer's key is not on the curve P-256, P-384 or P-521."
            )
        return key
    raise _unaccepted()


def check(key: SigningKey, scheme: Scheme, signature: bytes, value: bytes) -> None:
    """Refuse a signature that is not the key's over the value.

    Raises:
        SignatureInvalid: SIGNATURE.
    """
    hash_ = HASHES[scheme.hash]()
    try:
        if isinstance(key, rsa.RSAPublicKey) and scheme.family is Family.PKCS1:
            key.verify(signature, value, padding.PKCS1v15(), hash_)
        elif isinstance(key, rsa.RSAPublicKey) and scheme.family is Family.PSS:
            key.verify(signature, value, padding.PSS(padding.MGF1(hash_), scheme.salt), hash_)
        elif isinstance(key, ec.EllipticCurvePublicKey) and scheme.family is Family.ECDSA:
            key.verify(signature, value, ec.ECDSA(hash_))
        else:
            raise _untrue()
    except (InvalidSignature, ValueError):
        raise _untrue() from None


def _unaccepted() -> SignatureInvalid:
    return SignatureInvalid(
        Reason.ALGORITHM,
        "The signature must be RSA or ECDSA (P-256, P-384, P-521) with SHA-256, SHA-384 or SHA-512,"
        " one hash throughout.",
    )


def _untrue() -> SignatureInvalid:
    return SignatureInvalid(
        Reason.SIGNATURE, "The signature was not made by the key of the signer's certificate."
    )
