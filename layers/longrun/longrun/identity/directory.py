"""The directory: tenants, users, sessions, clients, keys; the protocol of what keeps them.

The DynamoDB implementation is `aws.directory`. The rules for names and passwords are in `rules`.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One tenant."""

    id: str
    name: str
    created: datetime
    active: bool = True
    """False: revoked; none of its users gets in."""
    version: int = 1
    """Counts the writes; the store refuses to replace another version than the one read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEntry:
    """What a list says of a user: nothing that opens a door."""

    name: str
    tenant: str
    roles: frozenset[str]
    created: datetime
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class User(UserEntry):
    """One user, who signs in by name and password."""

    password_hash: str = field(repr=False)
    generation: int = 1
    """Sessions of an earlier generation are over: raised by rotating, revoking, ending sessions."""
    version: int = 1
    """Counts the writes, as a tenant's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is kept of a session token: never the token."""

    digest: str
    """SHA-256 of the token, lower-case hex."""
    user: str
    generation: int
    expires: datetime
    """In whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program that calls with tokens of the OIDC issuer; its secret is the issuer's to keep."""

    id: str
    """The issuer's `client_id`; unique over all tenants."""
    name: str
    """Unique in the tenant; stays when the client is rotated and its id changes."""
    tenant: str
    scopes: frozenset[str]
    """Roles and permissions: at most these count, whatever a token says."""
    created: datetime
    active: bool = True
    """False: revoked."""
    managed: bool = False
    """Whether the issuer's side was made by us, in the stack's own user pool."""
    version: int = 1
    """Counts the writes, as a tenant's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A public key with which a user signs requests."""

    tenant: str
    user: str
    """Of the directory; the user's roles are the key's."""
    fingerprint: str
    public_key: str
    """PEM."""
    created: datetime
    active: bool = True
    """False: revoked, for good."""
    version: int = 1
    """Counts the writes, as a tenant's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSecret:
    """What is kept of a secret that programs send as `api-key`: never the secret itself."""

    digest: str
    """SHA-256 of the secret, lower-case hex."""
    name: str
    """Unique in the tenant, for people."""
    tenant: str
    created: datetime
    active: bool = True
    """False: revoked, for good."""
    version: int = 1
    """Counts the writes, as a tenant's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page[T]:
    """A part of a list, in the order of its names."""

    entries: Sequence[T]
    after: str | None
    """Where the next part begins (behind this name); None: the list is at its end."""


class Stale(Exception):
    """Somebody else wrote the entry between our reading and our writing; nothing was written."""

    def __init__(self, entry: str) -> None:
        super().__init__(f"{entry} was changed by somebody else at the same moment.")
        self.entry = entry


class Directory(Protocol):
    """Where all of these are kept. Reading sees every write that was answered."""

    def tenant(self, tenant_id: str) -> Tenant | None:
        """The tenant, or None."""
        ...

    def user(self, name: str) -> User | None:
        """The user of this name, of whichever tenant, or None."""
        ...

    def session(self, digest: str) -> Session | None:
        """The session whose token has this digest, or None; perhaps one that has expired."""
        ...

    def client(self, client_id: str) -> Client | None:
        """The client whose id at the issuer this is, or None."""
        ...

    def client_named(self, tenant_id: str, name: str) -> Client | None:
        """The tenant's client of this name, or None."""
        ...

    def api_key(self, key_id: str) -> ApiKey | None:
        """The key that `tenancy OCID/user OCID/fingerprint` names, or None."""
        ...

    def api_secret(self, digest: str) -> ApiSecret | None:
        """The API secret of this digest, or None."""
        ...

    def api_secret_named(self, tenant_id: str, name: str) -> ApiSecret | None:
        """The tenant's API secret of this name, or None."""
        ...

    def add_tenant(self, tenant: Tenant) -> bool:
        """Keep a new tenant; False (and nothing written) if its id is taken."""
        ...

    def add_user(self, user: User) -> bool:
        """Keep a new user; False (and nothing written) if the name is taken, in any tenant."""
        ...

    def add_session(self, session: Session) -> None:
        """Keep a new session until it expires."""
        ...

    def add_client(self, client: Client) -> bool:
        """Keep a new client; False (and nothing written) if its id or its name is taken."""
        ...

    def add_api_key(self, key: ApiKey) -> bool:
        """Keep a new key; False (and nothing written) if the user has it."""
        ...

    def add_api_secret(self, secret: ApiSecret) -> bool:
        """Keep a new API secret; False (and nothing written) if its name is taken."""
        ...

    def replace_client(self, before: Client, after: Client) -> None:
        """Write a client in place of another of the same tenant and name, whose id is then unknown.

        Raises:
            Stale: Another version is there, or the new id is taken.
        """
        ...

    def replace_api_key(self, key: ApiKey) -> None:
        """Write a key in place of the version that it carries; the version then counts on.

        Raises:
            Stale: Another version is there.
        """
        ...

    def replace_api_secret(self, secret: ApiSecret) -> None:
        """Write an API secret in place of the version that it carries; the version then counts on.

        Raises:
            Stale: Another version is there.
        """
        ...

    def replace_tenant(self, tenant: Tenant) -> None:
        """Write a tenant in place of the version that it carries; the version then counts on.

        Raises:
            Stale: Another version is there.
        """
        ...

    def replace_user(self, user: User) -> None:
        """Write a user in place of the version that it carries; the version then counts on.

        Raises:
            Stale: Another version is there.
        """
        ...

    def renew_hash(self, user: User, password_hash: str) -> None:
        """Store a new hash of the same password, unless the one in `user` is no longer stored."""
        ...

    def tenants(self, *, after: str | None, limit: int) -> Page[Tenant]:
        """At most `limit` tenants, by id, behind the id `after`."""
        ...

    def users(self, tenant_id: str, *, after: str | None, limit: int) -> Page[UserEntry]:
        """At most `limit` users of the tenant, by name, behind the name `after`."""
        ...

    def clients(self, tenant_id: str, *, after: str | None, limit: int) -> Page[Client]:
        """At most `limit` clients of the tenant, by name, behind the name `after`."""
        ...

    def api_keys(self, tenant_id: str, *, after: str | None, limit: int) -> Page[ApiKey]:
        """At most `limit` keys of the tenant's users, in an order of their own."""
        ...

    def api_secrets(self, tenant_id: str, *, after: str | None, limit: int) -> Page[ApiSecret]:
        """At most `limit` API secrets of the tenant, by name, behind the name `after`."""
        ...


def canonical(name: str) -> str:
    """A user's name in the one form in which it is kept: Unicode NFC, its case as it is."""
    return unicodedata.normalize("NFC", name)
