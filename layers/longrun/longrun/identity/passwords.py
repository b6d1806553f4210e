"""Passwords: a slow hash, its verification, and the short memory that spares repeating it.

Scrypt from the standard library, its parameters stored with the hash
(`$scrypt$ln=14,r=8,p=5$salt$hash`, base64). Which passwords are good enough is `administration`'s.
"""

import base64
import hashlib
import hmac
import secrets
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
REMEMBERED_SECONDS: Final = 60.0
REMEMBERED_AT_MOST: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Scrypt's parameters.

    The default is one of the equivalent settings that the OWASP Password Storage Cheat Sheet
    names; this one because it needs 16 MiB, so that a small function can pay for it (about 0.15 s
    of a full core).
    """

    log2_n: int = 14
    r: int = 8
    p: int = 5

    def derive(self, password: str, salt: bytes) -> bytes:
        """The hash of a password, in `HASH_BYTES` bytes; equal for canonically equal Unicode.

        It is the same for a password with NULs behind it (HMAC pads its key with them); what
        reads passwords refuses control characters.
        """
        n = 1 << self.log2_n
        return hashlib.scrypt(
            unicodedata.normalize("NFC", password).encode(),
            salt=salt,
            n=n,
            r=self.r,
            p=self.p,
            # OpenSSL refuses to use more than it is allowed, and its default leaves no slack.
            maxmem=128 * self.r * (n + self.p + 2) + (1 << 20),
            dklen=HASH_BYTES,
        )


class HashUnreadable(Exception):
    """What is stored as a password hash is none."""

    def __init__(self) -> None:
        super().__init__(
            "A stored password hash is not in the form $scrypt$ln=…,r=…,p=…$salt$hash."
        )


class Passwords:
    """Hashes and verifies passwords.

    A successful verification is remembered in this process for a minute, under a digest with a
    key that never leaves it: a caller that sends Basic credentials with every poll pays once.
    The digest covers the stored hash, so a rotated password is forgotten at once.
    """

    def __init__(
        self, *, cost: Cost | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._cost = cost or Cost()
        self._monotonic = monotonic
        self._key = secrets.token_bytes(32)
        self._verified: OrderedDict[bytes, float] = OrderedDict()

    def hash(self, password: str) -> str:
        """A new hash of the password, with a salt of its own."""
        salt = secrets.token_bytes(SALT_BYTES)
        return _encode(self._cost, salt, self._cost.derive(password, salt))

    def matches(self, password: str, encoded: str) -> bool:
        """Whether the hash is of this password, compared in constant time.

        Raises:
            HashUnreadable: The second argument is not a hash of ours.
        """
        memory = self._digest(password, encoded)
        if self._verified.get(memory, 0.0) > self._monotonic():
            return True
        cost, salt, expected = _decode(encoded)
        if not hmac.compare_digest(cost.derive(password, salt), expected):
            return False
        self._remember(memory)
        return True

    def verify_none(self, password: str) -> None:
        """The work of a failed verification, for a user who does not exist.

        Without it, the time that a refusal takes would tell which names are users.
        """
        self._cost.derive(password, bytes(SALT_BYTES))

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made at another cost than today's."""
        return _decode(encoded)[0] != self._cost

    def _digest(self, password: str, encoded: str) -> bytes:
        message = f"{encoded}\0{password}".encode()
        return hashlib.blake2b(message, key=self._key, digest_size=32).digest()

    def _remember(self, memory: bytes) -> None:
        self._verified[memory] = self._monotonic() + REMEMBERED_SECONDS
        self._verified.move_to_end(memory)
        while len(self._verified) > REMEMBERED_AT_MOST:
            self._verified.popitem(last=False)


def generate() -> str:
    """A new random password of 24 characters (144 bits) that survives every header and shell."""
    return secrets.token_urlsafe(18)


def _encode(cost: Cost, salt: bytes, derived: bytes) -> str:
    parameters = f"ln={cost.log2_n},r={cost.r},p={cost.p}"
    return f"$scrypt${parameters}${_base64(salt)}${_base64(derived)}"


def _decode(encoded: str) -> tuple[Cost, bytes, bytes]:
    try:
        nothing, scheme, parameters, salt, derived = encoded.split("$")
        values = dict(part.split("=") for part in parameters.split(","))
        if nothing or scheme != "scrypt" or set(values) != {"ln", "r", "p"}:
            raise HashUnreadable
        cost = Cost(log2_n=int(values["ln"]), r=int(values["r"]), p=int(values["p"]))
        return cost, base64.b64decode(salt, validate=True), base64.b64decode(derived, validate=True)
    except ValueError:
        raise HashUnreadable from None


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
