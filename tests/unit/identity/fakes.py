"""A directory in memory, and a clock that is set by hand."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from longrun.identity.clients import IssuedClient
from longrun.identity.directory import (
    ApiKey,
    ApiSecret,
    Client,
    Page,
    Session,
    Stale,
    Tenant,
    User,
    UserEntry,
)
from longrun.identity.ocids import key_id
from longrun.identity.passwords import Cost

CHEAP = Cost(log2_n=2, r=1, p=1)
"""A hash that takes no time."""


class Clock:
    """A time of day, and the process's own time, which pass when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.now.timestamp()

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass
class MemoryDirectory:
    """`Directory` over dicts, with the same rules."""

    tenants_by_id: dict[str, Tenant] = field(default_factory=dict)
    users_by_name: dict[str, User] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)

    clients_by_id: dict[str, Client] = field(default_factory=dict)
    keys_by_id: dict[str, ApiKey] = field(default_factory=dict)
    secrets_by_digest: dict[str, ApiSecret] = field(default_factory=dict)

    def tenant(self, tenant_id: str) -> Tenant | None:
        return self.tenants_by_id.get(tenant_id)

    def user(self, name: str) -> User | None:
        return self.users_by_name.get(name)

    def session(self, digest: str) -> Session | None:
        return self.sessions.get(digest)

    def client(self, client_id: str) -> Client | None:
        return self.clients_by_id.get(client_id)

    def client_named(self, tenant_id: str, name: str) -> Client | None:
        found = (c for c in self.clients_by_id.values() if (c.tenant, c.name) == (tenant_id, name))
        return next(found, None)

    def api_key(self, key_id: str) -> ApiKey | None:
        return self.keys_by_id.get(key_id)

    def api_secret(self, digest: str) -> ApiSecret | None:
        return self.secrets_by_digest.get(digest)

    def api_secret_named(self, tenant_id: str, name: str) -> ApiSecret | None:
        all_of_them = self.secrets_by_digest.values()
        return next((s for s in all_of_them if (s.tenant, s.name) == (tenant_id, name)), None)

    def add_api_secret(self, secret: ApiSecret) -> bool:
        if self.api_secret_named(secret.tenant, secret.name):
            return False
        self.secrets_by_digest[secret.digest] = secret
        return True

    def replace_api_secret(self, secret: ApiSecret) -> None:
        if self.secrets_by_digest[secret.digest].version != secret.version:
            raise Stale(secret.name)
        self.secrets_by_digest[secret.digest] = replace(secret, version=secret.version + 1)

    def api_secrets(self, tenant_id: str, *, after: str | None, limit: int) -> Page[ApiSecret]:
        found = self.secrets_by_digest.values()
        listed = sorted((s.name, s) for s in found if s.tenant == tenant_id)
        return _page(listed, after=after, limit=limit)

    def add_client(self, client: Client) -> bool:
        if client.id in self.clients_by_id or self.client_named(client.tenant, client.name):
            return False
        self.clients_by_id[client.id] = client
        return True

    def replace_client(self, before: Client, after: Client) -> None:
        present = self.clients_by_id.get(before.id)
        if present is None or present.version != before.version:
            raise Stale(before.name)
        del self.clients_by_id[before.id]
        self.clients_by_id[after.id] = replace(after, version=before.version + 1)

    def add_api_key(self, key: ApiKey) -> bool:
        return self.keys_by_id.setdefault(_key_id(key), key) is key

    def replace_api_key(self, key: ApiKey) -> None:
        if self.keys_by_id[_key_id(key)].version != key.version:
            raise Stale(key.fingerprint)
        self.keys_by_id[_key_id(key)] = replace(key, version=key.version + 1)

    def add_tenant(self, tenant: Tenant) -> bool:
        return self.tenants_by_id.setdefault(tenant.id, tenant) is tenant

    def add_user(self, user: User) -> bool:
        return self.users_by_name.setdefault(user.name, user) is user

    def add_session(self, session: Session) -> None:
        self.sessions[session.digest] = session

    def replace_tenant(self, tenant: Tenant) -> None:
        if self.tenants_by_id[tenant.id].version != tenant.version:
            raise Stale(tenant.id)
        self.tenants_by_id[tenant.id] = replace(tenant, version=tenant.version + 1)

    def replace_user(self, user: User) -> None:
        if self.users_by_name[user.name].version != user.version:
            raise Stale(user.name)
        self.users_by_name[user.name] = replace(user, version=user.version + 1)

    def renew_hash(self, user: User, password_hash: str) -> None:
        if self.users_by_name[user.name].password_hash == user.password_hash:
            self.users_by_name[user.name] = replace(user, password_hash=password_hash)

    def tenants(self, *, after: str | None, limit: int) -> Page[Tenant]:
        ids = sorted(name for name in self.tenants_by_id if after is None or name > after)
        more = ids[limit - 1] if len(ids) > limit else None
        return Page(entries=[self.tenants_by_id[name] for name in ids[:limit]], after=more)

    def users(self, tenant_id: str, *, after: str | None, limit: int) -> Page[UserEntry]:
        names = sorted(
            user.name
            for user in self.users_by_name.values()
            if user.tenant == tenant_id and (after is None or user.name > after)
        )
        more = names[limit - 1] if len(names) > limit else None
        return Page(entries=[self.users_by_name[name] for name in names[:limit]], after=more)

    def clients(self, tenant_id: str, *, after: str | None, limit: int) -> Page[Client]:
        listed = sorted(
            (c for c in self.clients_by_id.values() if c.tenant == tenant_id),
            key=lambda client: client.name,
        )
        return _page([(c.name, c) for c in listed], after=after, limit=limit)

    def api_keys(self, tenant_id: str, *, after: str | None, limit: int) -> Page[ApiKey]:
        listed = sorted((i, k) for i, k in self.keys_by_id.items() if k.tenant == tenant_id)
        return _page(listed, after=after, limit=limit)


@dataclass
class MemoryPool:
    """`ClientPool` over a dict."""

    token_url: str = "https://pool.example/oauth2/token"
    labels: dict[str, str] = field(default_factory=dict)
    scopes: dict[str, frozenset[str]] = field(default_factory=dict)
    made: int = 0

    def create(self, label: str, scopes: frozenset[str]) -> IssuedClient:
        self.made += 1
        issued = IssuedClient(f"id-{self.made}", f"secret-{self.made}")
        self.labels[issued.id], self.scopes[issued.id] = label, scopes
        return issued

    def delete(self, client_id: str) -> None:
        self.labels.pop(client_id, None)


def _key_id(key: ApiKey) -> str:
    return key_id(key.tenant, key.user, key.fingerprint)


def _page[T](listed: list[tuple[str, T]], *, after: str | None, limit: int) -> Page[T]:
    rest = [(name, entry) for name, entry in listed if after is None or name > after]
    more = rest[limit - 1][0] if len(rest) > limit else None
    return Page(entries=[entry for _, entry in rest[:limit]], after=more)
