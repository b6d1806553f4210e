"""A directory in memory, and a clock that is set by hand."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from longrun.identity.directory import Page, Session, Stale, Tenant, User, UserEntry
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

    def tenant(self, tenant_id: str) -> Tenant | None:
        return self.tenants_by_id.get(tenant_id)

    def user(self, name: str) -> User | None:
        return self.users_by_name.get(name)

    def session(self, digest: str) -> Session | None:
        return self.sessions.get(digest)

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
