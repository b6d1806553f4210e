"""The rules that the arguments of administration's commands keep, and how a command is refused."""

import re
from collections.abc import Iterable
from typing import Final

from longrun.identity.credentials import NAME_LIMIT, PASSWORD_LIMIT
from longrun.identity.directory import canonical
from longrun.identity.roles import ROLES

PASSWORD_MINIMUM: Final = 12
"""In characters; generated ones have 24."""

TENANT_ID_LIMIT: Final = 40
TENANT_NAME_LIMIT: Final = 200

_TENANT_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""Stands in keys and paths, hence so narrow."""


class CommandRefused(Exception):
    """A command that cannot be done as it stands; the subclasses say why.

    InvalidArgument · NotFound · Conflict · ChangedMeanwhile
    """

    code = "refused"
    """Stable, for programs."""

    def __init__(self, message: str, *, target: str) -> None:
        super().__init__(message)
        self.target = target
        """The argument that it is about."""


class InvalidArgument(CommandRefused):
    """An argument breaks its rule."""

    code = "invalid"


class NotFound(CommandRefused):
    """The tenant or user that the command names does not exist."""

    code = "notFound"


class Conflict(CommandRefused):
    """Something of that name exists and differs from what was asked for."""

    code = "conflict"


class ChangedMeanwhile(CommandRefused):
    """Another command came in between; nothing was written."""

    code = "changedMeanwhile"


def checked_tenant_id(tenant_id: str) -> str:
    """The id of a new tenant.

    Raises:
        InvalidArgument: It is not of lower-case letters, digits and single hyphens between them.
    """
    if len(tenant_id) > TENANT_ID_LIMIT or not _TENANT_ID.fullmatch(tenant_id):
        raise InvalidArgument(
            f"The tenant id {tenant_id!r} must be of lower-case letters, digits and single hyphens"
            f" between them, at most {TENANT_ID_LIMIT} characters.",
            target="tenant",
        )
    return tenant_id


def checked_tenant_name(name: str) -> str:
    """The name of a tenant.

    Raises:
        InvalidArgument: It is empty, too long, or not all printable.
    """
    if not name.strip() or len(name) > TENANT_NAME_LIMIT or not name.isprintable():
        raise InvalidArgument(
            f"The tenant's name {name!r} must be 1 to {TENANT_NAME_LIMIT} printable characters.",
            target="name",
        )
    return name


def checked_user_name(name: str) -> str:
    """The name of a new user, in its canonical form.

    Raises:
        InvalidArgument: It could not be sent as a Basic credential, or would be mistaken.
    """
    name = canonical(name)
    if (
        not 0 < len(name) <= NAME_LIMIT
        or ":" in name
        or name != name.strip()
        or not name.isprintable()
    ):
        raise InvalidArgument(
            f"The user's name {name!r} must be 1 to {NAME_LIMIT} printable characters, without a"
            " colon, and without blanks around it.",
            target="user",
        )
    return name


def checked_password(password: str) -> str:
    """A password that somebody chose. The message never shows it.

    Raises:
        InvalidArgument: It is too short, too long, or holds control characters (RFC 7617
            forbids them in Basic credentials).
    """
    if not PASSWORD_MINIMUM <= len(password) <= PASSWORD_LIMIT or not password.isprintable():
        raise InvalidArgument(
            f"The password must be {PASSWORD_MINIMUM} to {PASSWORD_LIMIT} printable characters.",
            target="password",
        )
    return password


def checked_roles(roles: Iterable[str]) -> frozenset[str]:
    """The roles of a user.

    Raises:
        InvalidArgument: One is not in the table, or there is none.
    """
    wanted = frozenset(roles)
    known = ", ".join(ROLES)
    if not wanted:
        raise InvalidArgument(f"A user needs at least one role of {known}.", target="roles")
    for role in sorted(wanted):
        if role not in ROLES:
            raise InvalidArgument(f"There is no role {role!r}; there are {known}.", target="roles")
    return wanted
