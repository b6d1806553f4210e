"""Session tokens: opened for a password, stored only as a digest, over after their time.

A token is 32 random bytes, so a fast hash is enough: there is nothing to guess.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from longrun.identity.directory import Directory, Session

TOKEN_BYTES: Final = 32
DEFAULT_LIFETIME: Final = timedelta(hours=1)


class IssuedToken(NamedTuple):
    """A token as its caller gets it, once."""

    token: str
    expires_in: int
    """Seconds."""

    def __repr__(self) -> str:
        """Without the token, for whoever logs it."""
        return f"IssuedToken(expires_in={self.expires_in})"


class Sessions:
    """Opens sessions and finds them again by their token."""

    def __init__(
        self,
        *,
        directory: Directory,
        clock: Callable[[], datetime],
        lifetime: timedelta = DEFAULT_LIFETIME,
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._lifetime = lifetime

    def open(self, user: str, generation: int) -> IssuedToken:
        """A new session for a user whose password of that generation was just proved."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires = (self._clock() + self._lifetime).replace(microsecond=0)
        self._directory.add_session(
            Session(digest=_digest(token), user=user, generation=generation, expires=expires)
        )
        return IssuedToken(token, int(self._lifetime.total_seconds()))

    def find(self, token: str) -> Session | None:
        """The session of the token, or None; perhaps one that is over."""
        return self._directory.session(_digest(token))

    def expired(self, session: Session) -> bool:
        """Whether its time is over: checked here, for the store removes it only in its own time."""
        return self._clock() >= session.expires


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
