"""The commands over API keys: the public keys by which users sign requests of the OCI face.

The private key never comes here. Every command is safe to repeat.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from longrun.identity.directory import ApiKey, Directory, Page, User, canonical
from longrun.identity.ocids import key_id
from longrun.identity.public_keys import KeyRefused, PublicKey
from longrun.identity.rules import Conflict, InvalidArgument, NotFound, noticing


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOutcome:
    """A key after a command."""

    key: ApiKey
    changed: bool
    """False: it was so already."""


class KeyAdministration:
    """The commands, over a directory."""

    def __init__(self, *, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._directory = directory
        self._clock = clock

    def add(self, user_name: str, *, public_key: str) -> KeyOutcome:
        """Let a user sign with a key; the user's roles are what it may do.

        Args:
            user_name: The user.
            public_key: RSA, 2048 bits or more, PEM.

        Raises:
            InvalidArgument: It is no such key.
            NotFound: There is no such user.
            Conflict: The user had the key, and it was revoked.
            ChangedMeanwhile: Another command came in between.
        """
        try:
            public = PublicKey(public_key)
        except KeyRefused as refused:
            raise InvalidArgument(str(refused), target="publicKey") from None
        user = self._user(user_name)
        key = ApiKey(
            tenant=user.tenant,
            user=user.name,
            fingerprint=public.fingerprint,
            public_key=public.pem,
            created=self._clock(),
        )
        with noticing("publicKey"):
            if self._directory.add_api_key(key):
                return KeyOutcome(key=key, changed=True)
        existing = self._key(user, key.fingerprint)
        if not existing.active:
            raise Conflict(
                f"Key {key.fingerprint} of user {user.name!r} was revoked; a new one is needed.",
                target="publicKey",
            )
        return KeyOutcome(key=existing, changed=False)

    def revoke(self, user_name: str, *, fingerprint: str) -> KeyOutcome:
        """Refuse what is signed with the key, from the next call on, for good.

        Raises:
            NotFound: There is no such user, or none such key of the user's.
            ChangedMeanwhile: Another command came in between.
        """
        key = self._key(self._user(user_name), fingerprint.lower())
        if not key.active:
            return KeyOutcome(key=key, changed=False)
        revoked = replace(key, active=False)
        with noticing("fingerprint"):
            self._directory.replace_api_key(revoked)
        return KeyOutcome(key=revoked, changed=True)

    def keys(self, tenant_id: str, *, after: str | None = None, limit: int = 100) -> Page[ApiKey]:
        """The keys of a tenant's users; `after` is where the part before said that it ended.

        Raises:
            NotFound: There is no such tenant.
        """
        if self._directory.tenant(tenant_id) is None:
            raise NotFound(f"There is no tenant {tenant_id!r}.", target="tenant")
        return self._directory.api_keys(tenant_id, after=after, limit=limit)

    def _user(self, name: str) -> User:
        user = self._directory.user(canonical(name))
        if user is None:
            raise NotFound(f"There is no user {name!r}.", target="user")
        return user

    def _key(self, user: User, fingerprint: str) -> ApiKey:
        key = self._directory.api_key(key_id(user.tenant, user.name, fingerprint))
        if key is None:
            raise NotFound(f"User {user.name!r} has no key {fingerprint!r}.", target="fingerprint")
        return key
