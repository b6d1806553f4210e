"""Authentication: from a request's headers to its principal, and from a principal to a session.

The form of credentials is `credentials`'; what the principal may do is read from `roles` each time,
so that a change of roles, a revocation or a rotation holds from the next call on.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from longrun.identity.credentials import (
    PasswordCredentials,
    Reason,
    TokenCredentials,
    Unauthenticated,
    read_credentials,
)
from longrun.identity.directory import Directory, User
from longrun.identity.passwords import Passwords
from longrun.identity.principal import Principal
from longrun.identity.roles import permissions_of
from longrun.identity.tokens import DEFAULT_LIFETIME, IssuedToken, Sessions


class Authenticator:
    """Proves callers against the directory."""

    def __init__(
        self,
        *,
        directory: Directory,
        clock: Callable[[], datetime],
        passwords: Passwords | None = None,
        session_lifetime: timedelta = DEFAULT_LIFETIME,
    ) -> None:
        self._directory = directory
        self._passwords = passwords or Passwords()
        self._sessions = Sessions(directory=directory, clock=clock, lifetime=session_lifetime)

    def authenticate(self, headers: Mapping[str, str], *, password_only: bool = False) -> Principal:
        """The principal whose credentials the headers carry.

        Args:
            headers: Name → value; the names' case does not matter.
            password_only: Refuse a session token: for the login, or a stolen token could be
                renewed for ever.

        Raises:
            Unauthenticated: Whatever is wrong with them; the reason is for the log only.
        """
        credentials = read_credentials(headers)
        if isinstance(credentials, PasswordCredentials):
            return self._by_password(credentials)
        if password_only:
            raise Unauthenticated(Reason.PASSWORD_NEEDED)
        return self._by_token(credentials)

    def login(self, principal: Principal) -> IssuedToken:
        """A new session token, and the seconds until it expires.

        It is bound to the generation of the password that the principal was proved by, so a
        rotation between proof and login leaves it dead.

        Raises:
            Unauthenticated: The principal was not proved by a password.
        """
        if principal.password_generation is None:
            raise Unauthenticated(Reason.PASSWORD_NEEDED)
        return self._sessions.open(principal.id, principal.password_generation)

    def _by_password(self, credentials: PasswordCredentials) -> Principal:
        user = self._directory.user(credentials.name)
        if user is None:
            self._passwords.verify_none(credentials.password)
            raise Unauthenticated(Reason.UNKNOWN_USER)
        # The slow part comes before every other check: nothing is to be told by the time taken.
        if not self._passwords.matches(credentials.password, user.password_hash):
            raise Unauthenticated(Reason.WRONG_PASSWORD)
        self._check_active(user)
        if self._passwords.outdated(user.password_hash):
            self._directory.renew_hash(user, self._passwords.hash(credentials.password))
        return _principal(user, password_generation=user.generation)

    def _by_token(self, credentials: TokenCredentials) -> Principal:
        session = self._sessions.find(credentials.token)
        if session is None:
            raise Unauthenticated(Reason.UNKNOWN_TOKEN)
        if self._sessions.expired(session):
            raise Unauthenticated(Reason.EXPIRED_TOKEN)
        user = self._directory.user(session.user)
        if user is None:
            raise Unauthenticated(Reason.UNKNOWN_USER)
        if user.generation != session.generation:
            raise Unauthenticated(Reason.ENDED_SESSION)
        self._check_active(user)
        return _principal(user)

    def _check_active(self, user: User) -> None:
        if not user.active:
            raise Unauthenticated(Reason.USER_REVOKED)
        tenant = self._directory.tenant(user.tenant)
        if tenant is None or not tenant.active:
            raise Unauthenticated(Reason.TENANT_REVOKED)


def _principal(user: User, *, password_generation: int | None = None) -> Principal:
    return Principal(
        tenant=user.tenant,
        id=user.name,
        permissions=permissions_of(user.roles),
        name=user.name,
        password_generation=password_generation,
    )
