"""Secrets that work needs while it runs: sealed as soon as they arrive, erased as it ends.

The protocol of what seals; the implementation is `longrun.aws.sealing`. That a secret is kept,
handed to steps and erased is `lifecycle`'s doing.
"""

from typing import Final, Protocol

SECRET_BYTES: Final = 4096
"""So many bytes of UTF-8 are the most that a key of the platform's seals by itself."""


class SealBroken(Exception):
    """The sealed bytes are damaged, or were sealed for something else."""

    def __init__(self, context: str) -> None:
        super().__init__(f"What was sealed for {context!r} cannot be opened.")
        self.context = context


class Sealer(Protocol):
    """Encrypts secrets with a key that nobody holds, bound to what they are for."""

    def seal(self, plain: str, context: str) -> bytes:
        """The secret, encrypted.

        Args:
            plain: The secret, at most `SECRET_BYTES` long.
            context: What it is for, the operation's id; it opens with the same only.

        Raises:
            Interrupted: The key could not be used just now.
        """
        ...

    def open(self, sealed: bytes, context: str) -> str:
        """The secret that was sealed for the context.

        Raises:
            SealBroken: It was not, or is damaged.
            Interrupted: The key could not be used just now.
        """
        ...
