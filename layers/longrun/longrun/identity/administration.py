"""Administration: the commands that create, rotate and revoke tenants and users.

Every command is safe to repeat: where the directory already says what it asks for, it changes
nothing and says so. How commands arrive and answer is `commands`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from longrun.identity.directory import Directory, Page, Tenant, User, UserEntry, canonical
from longrun.identity.passwords import Passwords, generate
from longrun.identity.rules import (
    Conflict,
    NotFound,
    checked_password,
    checked_roles,
    checked_tenant_id,
    checked_tenant_name,
    checked_user_name,
    noticing,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantOutcome:
    """A tenant after a command."""

    tenant: Tenant
    changed: bool
    """False: it was so already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserOutcome:
    """A user after a command."""

    user: UserEntry
    changed: bool
    """False: it was so already."""
    password: str | None = field(default=None, repr=False)
    """The password, where the command generated one: this is the only time that it is seen."""


class Administration:
    """The commands, over a directory."""

    def __init__(
        self,
        *,
        directory: Directory,
        clock: Callable[[], datetime],
        passwords: Passwords | None = None,
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._passwords = passwords or Passwords()

    def create_tenant(self, tenant_id: str, *, name: str | None = None) -> TenantOutcome:
        """A new tenant.

        Args:
            tenant_id: Lower-case letters and digits, with single hyphens between; at most 40.
            name: For people; the id if left out.

        Raises:
            InvalidArgument: The id or the name breaks its rule.
            Conflict: There is one with this id and another name.
            ChangedMeanwhile: Another command came in between.
        """
        tenant = Tenant(
            id=checked_tenant_id(tenant_id),
            name=checked_tenant_name(tenant_id if name is None else name),
            created=self._clock(),
        )
        with noticing("tenant"):
            if self._directory.add_tenant(tenant):
                return TenantOutcome(tenant=tenant, changed=True)
        existing = self._tenant(tenant_id)
        if name is not None and existing.name != tenant.name:
            raise Conflict(
                f"Tenant {tenant_id!r} exists with the name {existing.name!r};"
                " the rename command changes it.",
                target="name",
            )
        return TenantOutcome(tenant=existing, changed=False)

    def rename_tenant(self, tenant_id: str, *, name: str) -> TenantOutcome:
        """Another name for people; the id stays.

        Raises:
            InvalidArgument: The name breaks its rule.
            NotFound: There is no such tenant.
            ChangedMeanwhile: Another command came in between.
        """
        name, tenant = checked_tenant_name(name), self._tenant(tenant_id)
        return self._write_tenant(tenant, replace(tenant, name=name))

    def revoke_tenant(self, tenant_id: str) -> TenantOutcome:
        """Keep every user of the tenant out, from the next call on. What is stored stays.

        Raises:
            NotFound: There is no such tenant.
            ChangedMeanwhile: Another command came in between.
        """
        tenant = self._tenant(tenant_id)
        return self._write_tenant(tenant, replace(tenant, active=False))

    def restore_tenant(self, tenant_id: str) -> TenantOutcome:
        """Let a revoked tenant's users in again; sessions that have not expired live on.

        Raises:
            NotFound: There is no such tenant.
            ChangedMeanwhile: Another command came in between.
        """
        tenant = self._tenant(tenant_id)
        return self._write_tenant(tenant, replace(tenant, active=True))

    def tenants(self, *, after: str | None = None, limit: int = 100) -> Page[Tenant]:
        """The tenants, by id, behind the id `after`."""
        return self._directory.tenants(after=after, limit=limit)

    def create_user(
        self, name: str, *, tenant_id: str, roles: Iterable[str], password: str | None = None
    ) -> UserOutcome:
        """A new user of a tenant.

        Args:
            name: Unique over all tenants; printable, no colon (Basic credentials end it there).
            tenant_id: The tenant.
            roles: At least one of `roles.ROLES`.
            password: If left out, one is generated and stands in the outcome, once. Repeating
                the command does not show it again; `rotate_password` makes another.

        Raises:
            InvalidArgument: The name, a role or the password breaks its rule.
            NotFound: There is no such tenant.
            Conflict: The name is taken, with another tenant, other roles or another password.
            ChangedMeanwhile: Another command came in between.
        """
        name, wanted = checked_user_name(name), checked_roles(roles)
        secret = generate() if password is None else checked_password(password)
        tenant = self._tenant(tenant_id)
        existing = self._directory.user(name)
        if existing is None:
            user = User(
                name=name,
                tenant=tenant.id,
                roles=wanted,
                created=self._clock(),
                password_hash=self._passwords.hash(secret),
            )
            with noticing("user"):
                if self._directory.add_user(user):
                    shown = secret if password is None else None
                    return UserOutcome(user=user, changed=True, password=shown)
            existing = self._user(name)
        self._check_same(existing, tenant_id=tenant.id, roles=wanted, password=password)
        return UserOutcome(user=existing, changed=False)

    def rotate_password(self, name: str, *, password: str | None = None) -> UserOutcome:
        """Another password; the old one and every session are dead from the next call on.

        Args:
            name: The user.
            password: If left out, one is generated and stands in the outcome, once. If it is the
                present one, nothing changes.

        Raises:
            InvalidArgument: The password breaks its rule.
            NotFound: There is no such user.
            ChangedMeanwhile: Another command came in between.
        """
        secret = generate() if password is None else checked_password(password)
        user = self._user(name)
        if password is not None and self._passwords.matches(secret, user.password_hash):
            return UserOutcome(user=user, changed=False)
        changed = replace(
            user, password_hash=self._passwords.hash(secret), generation=user.generation + 1
        )
        return self._write_user(user, changed, shown=secret if password is None else None)

    def set_roles(self, name: str, roles: Iterable[str]) -> UserOutcome:
        """Exactly these roles, from the next call on, for open sessions too.

        Raises:
            InvalidArgument: A role is unknown, or there is none.
            NotFound: There is no such user.
            ChangedMeanwhile: Another command came in between.
        """
        wanted, user = checked_roles(roles), self._user(name)
        return self._write_user(user, replace(user, roles=wanted))

    def revoke_user(self, name: str) -> UserOutcome:
        """Keep the user out, from the next call on, and end every session for good.

        Raises:
            NotFound: There is no such user.
            ChangedMeanwhile: Another command came in between.
        """
        user = self._user(name)
        if not user.active:
            return UserOutcome(user=user, changed=False)
        return self._write_user(user, replace(user, active=False, generation=user.generation + 1))

    def restore_user(self, name: str) -> UserOutcome:
        """Let a revoked user in again, with the password as it was.

        Raises:
            NotFound: There is no such user.
            ChangedMeanwhile: Another command came in between.
        """
        user = self._user(name)
        return self._write_user(user, replace(user, active=True))

    def end_sessions(self, name: str) -> UserOutcome:
        """End every session of the user; the password stays.

        Raises:
            NotFound: There is no such user.
            ChangedMeanwhile: Another command came in between.
        """
        user = self._user(name)
        return self._write_user(user, replace(user, generation=user.generation + 1))

    def users(
        self, tenant_id: str, *, after: str | None = None, limit: int = 100
    ) -> Page[UserEntry]:
        """The users of a tenant, by name, behind the name `after`.

        Raises:
            NotFound: There is no such tenant.
        """
        return self._directory.users(self._tenant(tenant_id).id, after=after, limit=limit)

    def _tenant(self, tenant_id: str) -> Tenant:
        tenant = self._directory.tenant(tenant_id)
        if tenant is None:
            raise NotFound(f"There is no tenant {tenant_id!r}.", target="tenant")
        return tenant

    def _user(self, name: str) -> User:
        user = self._directory.user(canonical(name))
        if user is None:
            raise NotFound(f"There is no user {name!r}.", target="user")
        return user

    def _check_same(
        self, user: User, *, tenant_id: str, roles: frozenset[str], password: str | None
    ) -> None:
        """Raise `Conflict` unless the user is what the create command asks for."""
        if user.tenant != tenant_id:
            raise Conflict(
                f"The name {user.name!r} is taken by a user of tenant {user.tenant!r};"
                " names are unique over all tenants.",
                target="user",
            )
        if user.roles != roles:
            raise Conflict(
                f"User {user.name!r} exists with the roles {', '.join(sorted(user.roles))};"
                " the roles command changes them.",
                target="roles",
            )
        if password is not None and not self._passwords.matches(password, user.password_hash):
            raise Conflict(
                f"User {user.name!r} exists with another password; the rotate command changes it.",
                target="password",
            )

    def _write_tenant(self, before: Tenant, after: Tenant) -> TenantOutcome:
        if after == before:
            return TenantOutcome(tenant=before, changed=False)
        with noticing("tenant"):
            self._directory.replace_tenant(after)
        return TenantOutcome(tenant=after, changed=True)

    def _write_user(self, before: User, after: User, *, shown: str | None = None) -> UserOutcome:
        if after == before:
            return UserOutcome(user=before, changed=False)
        with noticing("user"):
            self._directory.replace_user(after)
        return UserOutcome(user=after, changed=True, password=shown)
