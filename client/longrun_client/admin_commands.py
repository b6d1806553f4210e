"""`longrun tenants|users|clients|keys|apikeys …`: their arguments, and what they ask for."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from longrun_client.administration import AdminFunction, CommandRefused, Json

type Subparsers = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - unnamed
type Run = Callable[[argparse.Namespace, AdminFunction], Json]

ROLES = (
    "ROLE_DATA",
    "ROLE_RESOURCE",
    "ROLE_MONITOR",
    "DV Content Author",
    "BI Service Administrator",
)


def register(groups: Subparsers) -> None:
    """Add the groups to the command line; each command sets `run`, which does it."""
    _register_tenants(add_group(groups, "tenants", "create, rename, revoke and list tenants"))
    _register_users(add_group(groups, "users", "create, rotate, revoke and list users"))
    _register_clients(add_group(groups, "clients", "create, rotate, revoke and list OIDC clients"))
    _register_keys(add_group(groups, "keys", "add, revoke and list users' API keys"))
    _register_secrets(add_group(groups, "apikeys", "create, revoke and list secrets for `api-key`"))


def _register_tenants(verbs: Subparsers) -> None:
    create = add_verb(verbs, "create", "create a tenant", _by_tenant("create"))
    create.add_argument("tenant", metavar="ID")
    create.add_argument("--name", help="for people; the id if left out")
    rename = add_verb(verbs, "rename", "change a tenant's name", _by_tenant("rename"))
    rename.add_argument("tenant", metavar="ID")
    rename.add_argument("--name", required=True)
    revoke = add_verb(verbs, "revoke", "keep all of a tenant's users out", _by_tenant("revoke"))
    revoke.add_argument("tenant", metavar="ID")
    restore = add_verb(verbs, "restore", "let a revoked tenant's users in", _by_tenant("restore"))
    restore.add_argument("tenant", metavar="ID")
    add_verb(verbs, "list", "list the tenants", _list_tenants)


def _register_users(verbs: Subparsers) -> None:
    create = add_verb(verbs, "create", "create a user; its password is shown once", _create_user)
    create.add_argument("user", metavar="NAME")
    create.add_argument("--tenant", metavar="ID", required=True)
    _add_roles(create)
    _add_password(create)
    rotate = add_verb(verbs, "rotate", "change a user's password, end the sessions", _rotate)
    rotate.add_argument("user", metavar="NAME")
    _add_password(rotate)
    roles = add_verb(verbs, "roles", "give a user exactly these roles", _set_roles)
    roles.add_argument("user", metavar="NAME")
    _add_roles(roles)
    revoke = add_verb(verbs, "revoke", "keep a user out, end the sessions", _by_user("revoke"))
    revoke.add_argument("user", metavar="NAME")
    restore = add_verb(verbs, "restore", "let a revoked user in again", _by_user("restore"))
    restore.add_argument("user", metavar="NAME")
    end = add_verb(verbs, "end-sessions", "end a user's sessions", _by_user("endSessions"))
    end.add_argument("user", metavar="NAME")
    users = add_verb(verbs, "list", "list a tenant's users", _list_users)
    users.add_argument("--tenant", metavar="ID", required=True)


def _register_clients(verbs: Subparsers) -> None:
    create = add_verb(verbs, "create", "create a client; its secret is shown once", _create_client)
    create.add_argument("client", metavar="NAME")
    create.add_argument(
        "--scope",
        dest="scopes",
        action="append",
        required=True,
        metavar="SCOPE",
        help="a role or a permission; once for each",
    )
    create.add_argument(
        "--client-id",
        metavar="ID",
        help="register a client that the issuer has already, by the id that it gave",
    )
    rotate = add_verb(verbs, "rotate", "give a client another id and secret", _by_client("rotate"))
    rotate.add_argument("client", metavar="NAME")
    revoke = add_verb(verbs, "revoke", "keep a client and its tokens out", _by_client("revoke"))
    revoke.add_argument("client", metavar="NAME")
    restore = add_verb(verbs, "restore", "let a revoked client in again", _by_client("restore"))
    restore.add_argument("client", metavar="NAME")
    clients = add_verb(verbs, "list", "list a tenant's clients", _list_clients)
    for verb in (create, rotate, revoke, restore, clients):
        verb.add_argument("--tenant", metavar="ID", required=True)


def _register_keys(verbs: Subparsers) -> None:
    add = add_verb(verbs, "add", "let a user sign requests with a key", _add_key)
    add.add_argument(
        "--public-key",
        type=Path,
        required=True,
        metavar="FILE",
        help="RSA, 2048 bits or more, PEM; the private key stays where it is",
    )
    revoke = add_verb(verbs, "revoke", "refuse what is signed with a key", _revoke_key)
    revoke.add_argument("--fingerprint", required=True)
    for verb in (add, revoke):
        verb.add_argument("--user", metavar="NAME", required=True)
    keys = add_verb(verbs, "list", "list the keys of a tenant's users", _list_keys)
    keys.add_argument("--tenant", metavar="ID", required=True)


def _register_secrets(verbs: Subparsers) -> None:
    create = add_verb(
        verbs, "create", "create a secret for the header api-key; shown once", _by_secret("create")
    )
    create.add_argument("apikey", metavar="NAME")
    revoke = add_verb(verbs, "revoke", "refuse calls with a secret", _by_secret("revoke"))
    revoke.add_argument("apikey", metavar="NAME")
    listed = add_verb(verbs, "list", "list a tenant's secrets by name", _list_secrets)
    for verb in (create, revoke, listed):
        verb.add_argument("--tenant", metavar="ID", required=True)


def add_group(groups: Subparsers, name: str, help_text: str) -> Subparsers:
    """A group of commands of the command line; returns where its commands are added."""
    group = groups.add_parser(name, help=help_text)
    return group.add_subparsers(metavar="COMMAND", required=True)


def add_verb(verbs: Subparsers, name: str, help_text: str, run: Run) -> argparse.ArgumentParser:
    """A command that asks the stack, by `run`."""
    parser = verbs.add_parser(name, help=help_text, description=f"{help_text.capitalize()}.")
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    # Also here, so that it may follow the command; absent, the one before the command holds.
    parser.add_argument("--stack", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def _add_roles(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role",
        dest="roles",
        action="append",
        required=True,
        metavar="ROLE",
        help=f"once for each of {', '.join(ROLES)}",
    )


def _add_password(parser: argparse.ArgumentParser) -> None:
    # Not as an argument: those are seen in process lists and kept in shell histories.
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="take the password from standard input instead of generating one",
    )


def _password(options: argparse.Namespace) -> str | None:
    return sys.stdin.readline().rstrip("\r\n") if options.password_stdin else None


def _by_tenant(verb: str) -> Run:
    def run(options: argparse.Namespace, function: AdminFunction) -> Json:
        name = getattr(options, "name", None)
        return function.run(f"tenants.{verb}", tenant=options.tenant, name=name)

    return run


def _by_user(verb: str) -> Run:
    def run(options: argparse.Namespace, function: AdminFunction) -> Json:
        return function.run(f"users.{verb}", user=options.user)

    return run


def _create_user(options: argparse.Namespace, function: AdminFunction) -> Json:
    return function.run(
        "users.create",
        user=options.user,
        tenant=options.tenant,
        roles=options.roles,
        password=_password(options),
    )


def _rotate(options: argparse.Namespace, function: AdminFunction) -> Json:
    return function.run("users.rotate", user=options.user, password=_password(options))


def _set_roles(options: argparse.Namespace, function: AdminFunction) -> Json:
    return function.run("users.roles", user=options.user, roles=options.roles)


def _list_tenants(_: argparse.Namespace, function: AdminFunction) -> Json:
    return _whole(function, "tenants")


def _list_users(options: argparse.Namespace, function: AdminFunction) -> Json:
    return _whole(function, "users", tenant=options.tenant)


def _by_client(verb: str) -> Run:
    def run(options: argparse.Namespace, function: AdminFunction) -> Json:
        return function.run(f"clients.{verb}", client=options.client, tenant=options.tenant)

    return run


def _create_client(options: argparse.Namespace, function: AdminFunction) -> Json:
    return function.run(
        "clients.create",
        client=options.client,
        tenant=options.tenant,
        scopes=options.scopes,
        clientId=options.client_id,
    )


def _list_clients(options: argparse.Namespace, function: AdminFunction) -> Json:
    return _whole(function, "clients", tenant=options.tenant)


def _add_key(options: argparse.Namespace, function: AdminFunction) -> Json:
    try:
        public_key = options.public_key.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandRefused(
            "unreadable", f"The file {options.public_key} cannot be read: {error}"
        ) from None
    return function.run("keys.add", user=options.user, publicKey=public_key)


def _revoke_key(options: argparse.Namespace, function: AdminFunction) -> Json:
    return function.run("keys.revoke", user=options.user, fingerprint=options.fingerprint)


def _list_keys(options: argparse.Namespace, function: AdminFunction) -> Json:
    return _whole(function, "keys", tenant=options.tenant)


def _by_secret(verb: str) -> Run:
    def run(options: argparse.Namespace, function: AdminFunction) -> Json:
        return function.run(f"apikeys.{verb}", apikey=options.apikey, tenant=options.tenant)

    return run


def _list_secrets(options: argparse.Namespace, function: AdminFunction) -> Json:
    return _whole(function, "apikeys", tenant=options.tenant)


def _whole(function: AdminFunction, what: str, **arguments: object) -> Json:
    """All pages of a list as one answer."""
    entries: list[Json] = []
    after: str | None = None
    while True:
        answer = function.run(f"{what}.list", after=after, **arguments)
        entries += answer[what]
        after = answer["after"]
        if after is None:
            return {what: entries}
