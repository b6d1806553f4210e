"""The issuer's public keys: read from its JWK set, kept in the process, fetched anew in time.

How the set is fetched is `aws.jwks`'; what is verified with the keys is `json_web_tokens`'.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from longrun.operations.errors import Interrupted

FRESH: Final = timedelta(hours=1)
"""After this the set is fetched again, so that a key which the issuer withdrew is dropped."""
PAUSE: Final = timedelta(seconds=30)
"""Between two fetches, whatever the reason: invented key ids do not reach the issuer."""
STALE: Final = timedelta(hours=24)
"""So long the last set counts while the issuer does not answer."""

RSA_MINIMUM_BITS: Final = 2048
RSA: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
CURVES: Final = {"P-256": "ES256", "P-384": "ES384", "Ed25519": "EdDSA"}
ALGORITHMS: Final = RSA | frozenset(CURVES.values())
"""All that are accepted: none whose key could also sign, and not "none"."""
KEYS_LIMIT: Final = 100

type Key = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

logger = logging.getLogger(__name__)


class KeySetUnreadable(Exception):
    """What the issuer answered is no JWK set with a key that we can use."""

    def __init__(self) -> None:
        super().__init__("The issuer's key set holds no key that we can use.")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationKey:
    """A key of the issuer's."""

    kid: str | None
    algorithms: frozenset[str]
    """Those that fit the key's type, or the only one that the issuer uses it for."""
    key: Key


class KeySource(Protocol):
    """Where the issuer's JWK set is found."""

    def fetch(self) -> bytes:
        """The set as it is at this moment.

        Raises:
            Interrupted: The issuer does not answer as it should.
        """
        ...


def read_key_set(document: bytes) -> Sequence[VerificationKey]:
    """The keys of a JWK set (RFC 7517) that can verify; what else is in it is passed over.

    Raises:
        KeySetUnreadable: There is none.
    """
    try:
        listed: Any = json.loads(document)["keys"]
    except (ValueError, TypeError, KeyError):
        raise KeySetUnreadable from None
    entries = listed[:KEYS_LIMIT] if isinstance(listed, list) else []
    keys = [key for entry in entries if (key := _key(entry)) is not None]
    if not keys:
        raise KeySetUnreadable
    return keys


class KeyRing:
    """The issuer's keys by their id, as fresh as they need be."""

    def __init__(self, *, source: KeySource, clock: Callable[[], datetime]) -> None:
        self._source = source
        self._clock = clock
        self._keys: Sequence[VerificationKey] = ()
        self._fetched: datetime | None = None
        self._tried: datetime | None = None

    def find(self, kid: str | None) -> Sequence[VerificationKey]:
        """The keys of an id; the sole key if no id is asked for; else none.

        Raises:
            Interrupted: The issuer does not answer, and what is known does not decide.
        """
        if not self._within(self._fetched, FRESH):
            self._fetch()
        if not self._within(self._fetched, STALE):
            raise Interrupted("The token issuer")
        found = self._named(kid)
        if not found and self._fetch():
            found = self._named(kid)
        # The issuer was asked and is silent: the id may be of a key that is newer than ours.
        if not found and self._fetched != self._tried:
            raise Interrupted("The token issuer")
        return found

    def _named(self, kid: str | None) -> Sequence[VerificationKey]:
        if kid is None:
            return self._keys if len(self._keys) == 1 else ()
        return [key for key in self._keys if key.kid == kid]

    def _fetch(self) -> bool:
        """Fetch the set, unless it is too early; whether it came."""
        if self._within(self._tried, PAUSE):
            return False
        self._tried = now = self._clock()
        try:
            self._keys = read_key_set(self._source.fetch())
        except (Interrupted, KeySetUnreadable) as silent:
            logger.warning("The issuer's keys could not be fetched: %s", silent)
            return False
        self._fetched = now
        return True

    def _within(self, moment: datetime | None, time: timedelta) -> bool:
        return moment is not None and abs(self._clock() - moment) <= time


def _key(entry: object) -> VerificationKey | None:
    """The key of an entry, or None if it is not one to verify with."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    kid, algorithms = entry.get("kid"), _algorithms(entry)
    if not algorithms or not (kid is None or isinstance(kid, str)):
        return None
    try:
        key = PyJWK(entry, algorithm=min(algorithms)).key
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAPublicKey) and key.key_size < RSA_MINIMUM_BITS:
        return None
    # Not of a private key: one that is published proves nothing.
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey):
        return None
    return VerificationKey(kid=kid, algorithms=algorithms, key=key)


def _algorithms(entry: dict[str, Any]) -> frozenset[str]:
    """The algorithms that a key's type allows, narrowed to the one that it declares."""
    match entry.get("kty"), entry.get("crv"):
        case "RSA", _:
            fitting = RSA
        case (("EC" | "OKP"), str(curve)) if curve in CURVES:
            fitting = frozenset({CURVES[curve]})
        case _:
            return frozenset()
    declared = entry.get("alg")
    return fitting if declared is None else fitting & {str(declared)}
