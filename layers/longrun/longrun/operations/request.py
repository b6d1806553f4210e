"""What is handed to the lifecycle to be accepted, and what comes back."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from longrun.operations.operation import Operation
from longrun.operations.secrets import SECRET_BYTES

CLAIM_BYTES: Final = 1024
"""So many bytes of UTF-8 are the longest name that can be claimed: it is a part of a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be accepted as an operation."""

    kind: str
    input: Mapping[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)
    subject: str | None = None
    key: str | None = None
    """The caller's idempotency key."""
    payload: bytes = b""
    """What the caller sent: with a key, decides whether a second request is the same.

    A fast hash of it is kept, so it must contain neither the secret nor a fast hash of that.
    """
    claim: str | None = None
    """What the operation has to itself among its tenant's until it ends (`dataset/sales`)."""
    secret: str | None = field(default=None, repr=False)
    """What the steps need and nobody else may ever see, such as a password. It is kept sealed,
    never as a part of the input, and erased when the operation ends."""

    def check(self) -> None:
        """Whether its claim and its secret can be kept.

        Raises:
            ValueError: One of them is empty, too long, or no text. The secret is not told.
        """
        for name, text, most in (
            ("claim", self.claim, CLAIM_BYTES),
            ("secret", self.secret, SECRET_BYTES),
        ):
            if text is not None and not 1 <= _size(text) <= most:
                raise ValueError(f"A {name} is text of 1 to {most} bytes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An accepted operation, and whether an idempotency key led to an earlier one."""

    operation: Operation
    replayed: bool


def digest_of(kind: str, payload: bytes) -> str:
    """The hex digest that tells, under one idempotency key, one request from another."""
    return hashlib.sha256(kind.encode() + b"\n" + payload).hexdigest()


def _size(text: str) -> int:
    """In bytes of UTF-8; 0 for what has half a surrogate pair: in JSON it may, in UTF-8 not."""
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        return 0
