"""Administration's commands as JSON documents: what comes in, what goes out.

The document names the command and its arguments; the answer is the outcome or `{"error": …}`.
What the commands do is `administration`.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from longrun.identity.administration import Administration, TenantOutcome, UserOutcome
from longrun.identity.directory import Tenant, UserEntry
from longrun.identity.rules import CommandRefused

type Json = dict[str, Any]


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class CreateTenant(_Command):
    """Create a tenant."""

    command: Literal["tenants.create"]
    tenant: str
    name: str | None = None

    def run(self, administration: Administration) -> Json:
        """The tenant, and whether it is new."""
        return _tenant_outcome(administration.create_tenant(self.tenant, name=self.name))


class RenameTenant(_Command):
    """Give a tenant another name."""

    command: Literal["tenants.rename"]
    tenant: str
    name: str

    def run(self, administration: Administration) -> Json:
        """The tenant, and whether it changed."""
        return _tenant_outcome(administration.rename_tenant(self.tenant, name=self.name))


class RevokeTenant(_Command):
    """Keep a tenant's users out."""

    command: Literal["tenants.revoke"]
    tenant: str

    def run(self, administration: Administration) -> Json:
        """The tenant, and whether it changed."""
        return _tenant_outcome(administration.revoke_tenant(self.tenant))


class RestoreTenant(_Command):
    """Let a revoked tenant's users in again."""

    command: Literal["tenants.restore"]
    tenant: str

    def run(self, administration: Administration) -> Json:
        """The tenant, and whether it changed."""
        return _tenant_outcome(administration.restore_tenant(self.tenant))


class _List(_Command):
    after: str | None = Field(default=None, min_length=1)
    limit: int = Field(default=100, ge=1, le=1000)


class ListTenants(_List):
    """List the tenants."""

    command: Literal["tenants.list"]

    def run(self, administration: Administration) -> Json:
        """One page of tenants."""
        page = administration.tenants(after=self.after, limit=self.limit)
        return {"tenants": [_tenant(tenant) for tenant in page.entries], "after": page.after}


class CreateUser(_Command):
    """Create a user."""

    command: Literal["users.create"]
    user: str
    tenant: str
    roles: list[str]
    password: SecretStr | None = None

    def run(self, administration: Administration) -> Json:
        """The user, whether it is new, and its password if that was generated."""
        return _user_outcome(
            administration.create_user(
                self.user,
                tenant_id=self.tenant,
                roles=self.roles,
                password=_revealed(self.password),
            )
        )


class RotatePassword(_Command):
    """Give a user another password."""

    command: Literal["users.rotate"]
    user: str
    password: SecretStr | None = None

    def run(self, administration: Administration) -> Json:
        """The user, whether it changed, and the password if it was generated."""
        password = _revealed(self.password)
        return _user_outcome(administration.rotate_password(self.user, password=password))


class SetRoles(_Command):
    """Give a user exactly these roles."""

    command: Literal["users.roles"]
    user: str
    roles: list[str]

    def run(self, administration: Administration) -> Json:
        """The user, and whether it changed."""
        return _user_outcome(administration.set_roles(self.user, self.roles))


class RevokeUser(_Command):
    """Keep a user out."""

    command: Literal["users.revoke"]
    user: str

    def run(self, administration: Administration) -> Json:
        """The user, and whether it changed."""
        return _user_outcome(administration.revoke_user(self.user))


class RestoreUser(_Command):
    """Let a revoked user in again."""

    command: Literal["users.restore"]
    user: str

    def run(self, administration: Administration) -> Json:
        """The user, and whether it changed."""
        return _user_outcome(administration.restore_user(self.user))


class EndSessions(_Command):
    """End a user's sessions."""

    command: Literal["users.endSessions"]
    user: str

    def run(self, administration: Administration) -> Json:
        """The user."""
        return _user_outcome(administration.end_sessions(self.user))


class ListUsers(_List):
    """List a tenant's users."""

    command: Literal["users.list"]
    tenant: str

    def run(self, administration: Administration) -> Json:
        """One page of users."""
        page = administration.users(self.tenant, after=self.after, limit=self.limit)
        return {"users": [_user(user) for user in page.entries], "after": page.after}


type Command = Annotated[
    CreateTenant
    | RenameTenant
    | RevokeTenant
    | RestoreTenant
    | ListTenants
    | CreateUser
    | RotatePassword
    | SetRoles
    | RevokeUser
    | RestoreUser
    | EndSessions
    | ListUsers,
    Field(discriminator="command"),
]

_COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)


def answer(document: object, administration: Administration) -> Json:
    """Run the command that a document names.

    Returns:
        The outcome, or an `error` with `code` (stable), `message` (a sentence) and `target`
        (the argument that it is about).
    """
    try:
        return _COMMANDS.validate_python(document).run(administration)
    except ValidationError as invalid:
        return _malformed(invalid)
    except CommandRefused as refused:
        return error(refused.code, str(refused), target=refused.target)


def error(code: str, message: str, *, target: str | None = None) -> Json:
    """An answer that is an error."""
    return {"error": {"code": code, "message": message, "target": target}}


def _malformed(invalid: ValidationError) -> Json:
    """The first fault of the document; without its input, which may hold a password."""
    fault = invalid.errors(include_input=False, include_url=False, include_context=False)[0]
    # The first part of the place is the command, by which pydantic chose the model.
    target = ".".join(str(part) for part in fault["loc"][1:]) or "command"
    return error("malformed", f"The command's {target} is wrong: {fault['msg']}.", target=target)


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
        "timeCreated": _time(tenant.created),
    }


def _user(user: UserEntry) -> Json:
    return {
        "name": user.name,
        "tenant": user.tenant,
        "roles": sorted(user.roles),
        "active": user.active,
        "timeCreated": _time(user.created),
    }


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
