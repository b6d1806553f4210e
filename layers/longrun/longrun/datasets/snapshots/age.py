"""The encryption of archives: age (https://age-encryption.org/v1), by pyrage.

The content is encrypted to a key made for it alone, the key with the password: age's scrypt, which
takes a second and up to 1 GiB for each guess. Whoever has the age tool opens both.
"""

import re
from collections.abc import Iterator
from io import RawIOBase
from typing import TYPE_CHECKING, Final

from longrun.datasets.snapshots.errors import ArchiveDamaged, WrongPassword
from longrun.datasets.snapshots.pump import PieceReader, pumped

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

LONGEST_KEY: Final = 4096
"""Bytes of an encrypted key; age writes some 260."""
_WORK: Final = re.compile(rb"age-encryption\.org/v1\n-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]?)\n")
_MOST_WORK: Final = 21
"""log2 of scrypt's N: 2 GiB, which is what the functions have; age itself chooses 18 to 20."""
_WRONG: Final = "Decryption failed"
"""What age says where the file is sound and the password another."""


def new_key(password: str) -> tuple["Identity", bytes]:
    """A key, and the key encrypted with a password: the text `AGE-SECRET-KEY-1…` in an age file."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    return identity, pyrage.passphrase.encrypt(f"{identity}\n".encode(), password)


def unlocked(key: bytes, password: str) -> "Identity":
    """The key that `new_key` encrypted.

    Raises:
        WrongPassword: Not with this password.
        ArchiveDamaged: It is no encrypted key.
    """
    import pyrage

    work = _WORK.match(key)
    # Checked here, for too much work would end the process before age could refuse it.
    if work is None or int(work[1]) > _MOST_WORK:
        raise ArchiveDamaged("its key is not encrypted with a password")
    try:
        text = pyrage.passphrase.decrypt(key, password)
        return pyrage.x25519.Identity.from_str(text.decode().strip())
    except pyrage.DecryptError as error:
        if str(error) == _WRONG:
            raise WrongPassword from None
        raise ArchiveDamaged("its key cannot be decrypted") from None
    except (pyrage.IdentityError, UnicodeDecodeError):
        raise ArchiveDamaged("its key is none") from None


def encrypted(pieces: Iterator[bytes], identity: "Identity") -> Iterator[bytes]:
    """A content, encrypted to a key, in pieces."""
    import pyrage

    reader = PieceReader(pieces)

    def push(writer: RawIOBase) -> None:
        try:
            pyrage.encrypt_io(reader, writer, [identity.to_public()])
        except pyrage.EncryptError:
            raise reader.failure or AssertionError from None

    return pumped(push)


def decrypted(pieces: Iterator[bytes], identity: "Identity") -> Iterator[bytes]:
    """What `encrypted` made of a content, decrypted; each piece is verified before it is given.

    Raises:
        ArchiveDamaged: By the iterator: it is not what was encrypted, or not all of it.
    """
    import pyrage

    reader = PieceReader(pieces)

    def push(writer: RawIOBase) -> None:
        try:
            pyrage.decrypt_io(reader, writer, [identity])
        except (pyrage.DecryptError, OSError):
            raise reader.failure or ArchiveDamaged("its content cannot be decrypted") from None

    return pumped(push)
