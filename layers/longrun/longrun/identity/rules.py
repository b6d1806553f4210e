"""The rules that the arguments of administration's commands keep, and how a command is refused."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from longrun.identity.credentials import NAME_LIMIT, PASSWORD_LIMIT
from longrun.identity.directory import Stale, canonical
from longrun.identity.roles import ROLES, SCOPES, scope_of

PASSWORD_MINIMUM: Final = 12
"""In characters; generated ones have 24."""

TENANT_ID_LIMIT: Final = 40
TENANT_NAME_LIMIT: Final = 200
CLIENT_NAME_LIMIT: Final = 60
CLIENT_ID_LIMIT: Final = 255
SECRET_NAME_LIMIT: Final = 60

_NARROW = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""Of what stands in keys and paths."""
_CLIENT_ID = re.compile(r"[!-~]+")
"""RFC 6749, A.1, without blanks."""


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
    """The tenant, user, client or key that the command names does not exist."""

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
    if len(tenant_id) > TENANT_ID_LIMIT or not _NARROW.fullmatch(tenant_id):
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
    """The roles of a user; blanks in their names do not count.

    Raises:
        InvalidArgument: One is not in the table, or there is none.
    """
    by_scope = {scope_of(role): role for role in ROLES}
    wanted, known = list(roles), ", ".join(ROLES)
    if not wanted:
        raise InvalidArgument(f"A user needs at least one role of {known}.", target="roles")
    for role in sorted(wanted):
        if scope_of(role) not in by_scope:
            raise InvalidArgument(f"There is no role {role!r}; there are {known}.", target="roles")
    return frozenset(by_scope[scope_of(role)] for role in wanted)


def checked_client_name(name: str) -> str:
    """The name of a new client.

    Raises:
        InvalidArgument: It is not of lower-case letters, digits and single hyphens between them.
    """
    if len(name) > CLIENT_NAME_LIMIT or not _NARROW.fullmatch(name):
        raise InvalidArgument(
            f"The client's name {name!r} must be of lower-case letters, digits and single hyphens"
            f" between them, at most {CLIENT_NAME_LIMIT} characters.",
            target="client",
        )
    return name


def checked_secret_name(name: str) -> str:
    """The name of a new API secret.

    Raises:
        InvalidArgument: It is not of lower-case letters, digits and single hyphens between them.
    """
    if len(name) > SECRET_NAME_LIMIT or not _NARROW.fullmatch(name):
        raise InvalidArgument(
            f"The API key's name {name!r} must be of lower-case letters, digits and single hyphens"
            f" between them, at most {SECRET_NAME_LIMIT} characters.",
            target="apikey",
        )
    return name


def checked_client_id(client_id: str) -> str:
    """The id that an issuer gave to a client.

    Raises:
        InvalidArgument: No issuer gives such a one.
    """
    if len(client_id) > CLIENT_ID_LIMIT or not _CLIENT_ID.fullmatch(client_id):
        raise InvalidArgument(
            f"The client id must be 1 to {CLIENT_ID_LIMIT} visible ASCII characters.",
            target="clientId",
        )
    return client_id


def checked_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes of a client, without blanks.

    Raises:
        InvalidArgument: One grants nothing, or there is none.
    """
    wanted = frozenset(scope_of(scope) for scope in scopes)
    known = ", ".join(SCOPES)
    if not wanted:
        raise InvalidArgument(f"A client needs at least one scope of {known}.", target="scopes")
    for scope in sorted(wanted.difference(SCOPES)):
        raise InvalidArgument(f"There is no scope {scope!r}; there are {known}.", target="scopes")
    return wanted


@contextmanager
def noticing(target: str) -> Iterator[None]:
    """Refuse the command where somebody else's came in between.

    Raises:
        ChangedMeanwhile: The directory was written between the command's reading and writing.
    """
    try:
        yield
    except Stale as stale:
        message = f"{stale} Nothing was written; repeat the command."
        raise ChangedMeanwhile(message, target=target) from None
