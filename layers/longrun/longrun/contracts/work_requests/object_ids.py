"""Object ids: the Base64URL of an object's name, which is how the Analytics face writes names."""

import base64
import binascii
from typing import Final

from longrun.gateway.errors import RequestMalformed

LONGEST_NAME: Final = 255
"""Characters of an object's name."""


def object_id(name: str) -> str:
    """The id of the object with that name, not padded."""
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def object_name(segment: str, what: str = "The object id") -> str:
    """The name that an id in a path stands for.

    Args:
        segment: Base64URL of the name's UTF-8, padded or not.
        what: Begins the message.

    Raises:
        RequestMalformed: It is no such thing, or its name is none.
    """
    bare = segment.rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    try:
        name = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (UnicodeError, binascii.Error):
        raise RequestMalformed(f"{what} {segment!r:.80} is not the Base64URL of a name.") from None
    if object_id(name) != bare or not _is_name(name):
        raise RequestMalformed(
            f"{what} {segment!r:.80} must be the Base64URL of 1 to {LONGEST_NAME} printable "
            "characters, without spaces around them."
        )
    return name


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()
