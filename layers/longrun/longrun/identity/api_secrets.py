"""API secrets: what a program sends as `api-key`, beside the token that says who it is.

Not the API keys of `api_keys`, which are public ones and sign. A secret is 32 random bytes: a fast
hash of it is enough, and all that is kept.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from longrun.identity.directory import ApiSecret, Directory, Page
from longrun.identity.rules import Conflict, NotFound, checked_secret_name, noticing

SECRET_BYTES: Final = 32

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 bytes in base64url."""


def find(directory: Directory, secret: str) -> ApiSecret | None:
    """What is kept of a secret, perhaps of one that was revoked; None: nobody was given it."""
    return directory.api_secret(_digest(secret)) if _SECRET.fullmatch(secret) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretOutcome:
    """An API secret after a command."""

    entry: ApiSecret
    changed: bool
    """False: it was so already."""
    secret: str | None = field(default=None, repr=False)
    """The secret, where one was made: this is the only time that it is seen."""


class SecretAdministration:
    """The commands over API secrets, over a directory. Each is safe to repeat."""

    def __init__(self, *, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._directory = directory
        self._clock = clock

    def create(self, name: str, *, tenant_id: str) -> SecretOutcome:
        """A new secret of a tenant. Repeating the command does not show it again.

        Args:
            name: Unique in the tenant; lower-case letters and digits, with single hyphens between.
            tenant_id: The tenant.

        Raises:
            InvalidArgument: The name breaks its rule.
            NotFound: There is no such tenant.
            Conflict: The name was that of a secret that is revoked.
            ChangedMeanwhile: Another command came in between.
        """
        name = checked_secret_name(name)
        self._check_tenant(tenant_id)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        entry = ApiSecret(
            digest=_digest(secret), name=name, tenant=tenant_id, created=self._clock()
        )
        with noticing("apikey"):
            if self._directory.add_api_secret(entry):
                return SecretOutcome(entry=entry, changed=True, secret=secret)
        existing = self._entry(tenant_id, name)
        if not existing.active:
            raise Conflict(
                f"The API key {name!r} was revoked; a new one needs another name.", target="apikey"
            )
        return SecretOutcome(entry=existing, changed=False)

    def revoke(self, name: str, *, tenant_id: str) -> SecretOutcome:
        """Refuse calls with the secret, from the next one on, for good.

        Raises:
            NotFound: There is no such secret.
            ChangedMeanwhile: Another command came in between.
        """
        entry = self._entry(tenant_id, name)
        if not entry.active:
            return SecretOutcome(entry=entry, changed=False)
        revoked = replace(entry, active=False)
        with noticing("apikey"):
            self._directory.replace_api_secret(revoked)
        return SecretOutcome(entry=revoked, changed=True)

    def listed(
        self, tenant_id: str, *, after: str | None = None, limit: int = 100
    ) -> Page[ApiSecret]:
        """The secrets of a tenant, by name, behind the name `after`.

        Raises:
            NotFound: There is no such tenant.
        """
        self._check_tenant(tenant_id)
        return self._directory.api_secrets(tenant_id, after=after, limit=limit)

    def _entry(self, tenant_id: str, name: str) -> ApiSecret:
        entry = self._directory.api_secret_named(tenant_id, name)
        if entry is None:
            raise NotFound(f"Tenant {tenant_id!r} has no API key {name!r}.", target="apikey")
        return entry

    def _check_tenant(self, tenant_id: str) -> None:
        if self._directory.tenant(tenant_id) is None:
            raise NotFound(f"There is no tenant {tenant_id!r}.", target="tenant")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
