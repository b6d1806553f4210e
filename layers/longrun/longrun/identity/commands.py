"""The admin commands as JSON documents: which there are, and how one is run and answered.

A document names its command and the arguments; the answer is the outcome or `{"error": …}`. The
commands themselves are in `account_commands`, `client_commands` and `secret_commands`.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from longrun.identity.account_commands import (
    CreateTenant,
    CreateUser,
    EndSessions,
    ListTenants,
    ListUsers,
    RenameTenant,
    RestoreTenant,
    RestoreUser,
    RevokeTenant,
    RevokeUser,
    RotatePassword,
    SetRoles,
)
from longrun.identity.client_commands import (
    AddKey,
    CreateClient,
    ListClients,
    ListKeys,
    RestoreClient,
    RevokeClient,
    RevokeKey,
    RotateClient,
)
from longrun.identity.command_models import Json, Offices
from longrun.identity.rules import CommandRefused
from longrun.identity.secret_commands import CreateSecret, ListSecrets, RevokeSecret

type AnyCommand = Annotated[
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
    | ListUsers
    | CreateClient
    | RotateClient
    | RevokeClient
    | RestoreClient
    | ListClients
    | AddKey
    | RevokeKey
    | ListKeys
    | CreateSecret
    | RevokeSecret
    | ListSecrets,
    Field(discriminator="command"),
]

_COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)


def answer(document: object, offices: Offices) -> Json:
    """Run the command that a document names.

    Returns:
        The outcome, or an `error` with `code` (stable), `message` (a sentence) and `target`
        (the argument that it is about).
    """
    try:
        return _COMMANDS.validate_python(document).run(offices)
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
