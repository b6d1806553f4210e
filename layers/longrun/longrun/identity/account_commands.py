"""The commands over tenants and users as JSON documents; what they do is `administration`."""

from typing import Literal

from pydantic import SecretStr

from longrun.identity.administration import TenantOutcome, UserOutcome
from longrun.identity.command_models import Command, Json, ListCommand, Offices, time_text
from longrun.identity.directory import Tenant, UserEntry


class CreateTenant(Command):
    """Create a tenant."""

    command: Literal["tenants.create"]
    tenant: str
    name: str | None = None

    def run(self, offices: Offices) -> Json:
        """The tenant, and whether it is new."""
        return _tenant_outcome(offices.accounts.create_tenant(self.tenant, name=self.name))


class RenameTenant(Command):
    """Give a tenant another name."""

    command: Literal["tenants.rename"]
    tenant: str
    name: str

    def run(self, offices: Offices) -> Json:
        """The tenant, and whether it changed."""
        return _tenant_outcome(offices.accounts.rename_tenant(self.tenant, name=self.name))


class RevokeTenant(Command):
    """Keep a tenant's users out."""

    command: Literal["tenants.revoke"]
    tenant: str

    def run(self, offices: Offices) -> Json:
        """The tenant, and whether it changed."""
        return _tenant_outcome(offices.accounts.revoke_tenant(self.tenant))


class RestoreTenant(Command):
    """Let a revoked tenant's users in again."""

    command: Literal["tenants.restore"]
    tenant: str

    def run(self, offices: Offices) -> Json:
        """The tenant, and whether it changed."""
        return _tenant_outcome(offices.accounts.restore_tenant(self.tenant))


class ListTenants(ListCommand):
    """List the tenants."""

    command: Literal["tenants.list"]

    def run(self, offices: Offices) -> Json:
        """One page of tenants."""
        page = offices.accounts.tenants(after=self.after, limit=self.limit)
        return {"tenants": [_tenant(tenant) for tenant in page.entries], "after": page.after}


class CreateUser(Command):
    """Create a user."""

    command: Literal["users.create"]
    user: str
    tenant: str
    roles: list[str]
    password: SecretStr | None = None

    def run(self, offices: Offices) -> Json:
        """The user, whether it is new, and its password if that was generated."""
        return _user_outcome(
            offices.accounts.create_user(
                self.user,
                tenant_id=self.tenant,
                roles=self.roles,
                password=_revealed(self.password),
            )
        )


class RotatePassword(Command):
    """Give a user another password."""

    command: Literal["users.rotate"]
    user: str
    password: SecretStr | None = None

    def run(self, offices: Offices) -> Json:
        """The user, whether it changed, and the password if it was generated."""
        password = _revealed(self.password)
        return _user_outcome(offices.accounts.rotate_password(self.user, password=password))


class SetRoles(Command):
    """Give a user exactly these roles."""

    command: Literal["users.roles"]
    user: str
    roles: list[str]

    def run(self, offices: Offices) -> Json:
        """The user, and whether it changed."""
        return _user_outcome(offices.accounts.set_roles(self.user, self.roles))


class RevokeUser(Command):
    """Keep a user out."""

    command: Literal["users.revoke"]
    user: str

    def run(self, offices: Offices) -> Json:
        """The user, and whether it changed."""
        return _user_outcome(offices.accounts.revoke_user(self.user))


class RestoreUser(Command):
    """Let a revoked user in again."""

    command: Literal["users.restore"]
    user: str

    def run(self, offices: Offices) -> Json:
        """The user, and whether it changed."""
        return _user_outcome(offices.accounts.restore_user(self.user))


class EndSessions(Command):
    """End a user's sessions."""

    command: Literal["users.endSessions"]
    user: str

    def run(self, offices: Offices) -> Json:
        """The user."""
        return _user_outcome(offices.accounts.end_sessions(self.user))


class ListUsers(ListCommand):
    """List a tenant's users."""

    command: Literal["users.list"]
    tenant: str

    def run(self, offices: Offices) -> Json:
        """One page of users."""
        page = offices.accounts.users(self.tenant, after=self.after, limit=self.limit)
        return {"users": [_user(user) for user in page.entries], "after": page.after}


def _revealed(password: SecretStr | None) -> str | None:
    return None if password is None else password.get_secret_value()


def _tenant_outcome(outcome: TenantOutcome) -> Json:
    return {"tenant": _tenant(outcome.tenant), "changed": outcome.changed}


def _user_outcome(outcome: UserOutcome) -> Json:
    document = {"user": _user(outcome.user), "changed": outcome.changed}
    return document if outcome.password is None else document | {"password": outcome.password}


def _tenant(tenant: Tenant) -> Json:
    return {
        "id": tenant.id,
        "name": tenant.name,
        "active": tenant.active,
        "timeCreated": time_text(tenant.created),
    }


def _user(user: UserEntry) -> Json:
    return {
        "name": user.name,
        "tenant": user.tenant,
        "roles": sorted(user.roles),
        "active": user.active,
        "timeCreated": time_text(user.created),
    }
