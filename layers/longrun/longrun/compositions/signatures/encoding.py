"""A signed message as requests carry it: base64 in a JSON string."""

import binascii
from typing import Final

from longrun.compositions.signatures.refusal import Reason, SignatureInvalid

LIMIT: Final = 20 * 1024 * 1024
"""In bytes, of a message. The gateway has a limit of its own for what arrives by HTTP."""


def decode(text: str, *, limit: int = LIMIT) -> bytes:
    """The bytes that a base64 text stands for, and that it alone stands for.

    Args:
        text: RFC 4648 section 4: the standard alphabet, padded, without line breaks.
        limit: In bytes, of what it decodes to.

    Raises:
        SignatureInvalid: NOT_BASE64 or TOO_LARGE.
    """
    if len(text) > 4 * (limit // 3 + 1):
        raise too_large(limit)
    try:
        encoded = text.encode("ascii")
        decoded = binascii.a2b_base64(encoded, strict_mode=True)
    except ValueError:
        raise _not_base64() from None
    # The strict mode lets some pass that decode to the same: stray bits before the padding.
    if not decoded or binascii.b2a_base64(decoded, newline=False) != encoded:
        raise _not_base64()
    if len(decoded) > limit:
        raise too_large(limit)
    return decoded


def too_large(limit: int) -> SignatureInvalid:
    """The refusal of a message beyond a limit in bytes."""
    return SignatureInvalid(Reason.TOO_LARGE, f"The signed message is larger than {limit} bytes.")


def _not_base64() -> SignatureInvalid:
    return SignatureInvalid(
        Reason.NOT_BASE64,
        "The signed data is not base64 (standard alphabet, padded, no line breaks).",
    )
