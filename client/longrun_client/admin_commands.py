"""`longrun tenants …` and `longrun users …`: their arguments, and their answers for people."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from longrun_client.administration import AdminFunction, Json

type Subparsers = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - unnamed
type Run = Callable[[argparse.Namespace, AdminFunction], Json]

ROLES = ("ROLE_DATA", "ROLE_RESOURCE", "ROLE_MONITOR")


def register(groups: Subparsers) -> None:
    """Add both groups to the command line; each sets `run`, which does it, and `show`."""
    _register_tenants(_group(groups, "tenants", "create, rename, revoke and list tenants"))
    _register_users(_group(groups, "users", "create, rotate, revoke and list users"))


def _register_tenants(verbs: Subparsers) -> None:
    create = _verb(verbs, "create", "create a tenant", _by_tenant("create"))
    create.add_argument("tenant", metavar="ID")
    create.add_argument("--name", help="for people; the id if left out")
    rename = _verb(verbs, "rename", "change a tenant's name", _by_tenant("rename"))
    rename.add_argument("tenant", metavar="ID")
    rename.add_argument("--name", required=True)
    revoke = _verb(verbs, "revoke", "keep all of a tenant's users out", _by_tenant("revoke"))
    revoke.add_argument("tenant", metavar="ID")
    restore = _verb(verbs, "restore", "let a revoked tenant's users in", _by_tenant("restore"))
    restore.add_argument("tenant", metavar="ID")
    _verb(verbs, "list", "list the tenants", _list_tenants)


def _register_users(verbs: Subparsers) -> None:
    create = _verb(verbs, "create", "create a user; its password is shown once", _create_user)
    create.add_argument("user", metavar="NAME")
    create.add_argument("--tenant", metavar="ID", required=True)
    _add_roles(create)
    _add_password(create)
    rotate = _verb(verbs, "rotate", "change a user's password, end the sessions", _rotate)
    rotate.add_argument("user", metavar="NAME")
    _add_password(rotate)
    roles = _verb(verbs, "roles", "give a user exactly these roles", _set_roles)
    roles.add_argument("user", metavar="NAME")
    _add_roles(roles)
    revoke = _verb(verbs, "revoke", "keep a user out, end the sessions", _by_user("revoke"))
    revoke.add_argument("user", metavar="NAME")
    restore = _verb(verbs, "restore", "let a revoked user in again", _by_user("restore"))
    restore.add_argument("user", metavar="NAME")
    end = _verb(verbs, "end-sessions", "end a user's sessions", _by_user("endSessions"))
    end.add_argument("user", metavar="NAME")
    users = _verb(verbs, "list", "list a tenant's users", _list_users)
    users.add_argument("--tenant", metavar="ID", required=True)


def show(answer: Json) -> str:
    """An answer of the admin function as lines for people."""
    if "tenants" in answer:
        rows = [(t["id"], t["name"], _state(t), t["timeCreated"]) for t in answer["tenants"]]
        return _table(("TENANT", "NAME", "STATE", "CREATED"), rows)
    if "users" in answer:
        rows = [
            (u["name"], " ".join(u["roles"]), _state(u), u["timeCreated"]) for u in answer["users"]
        ]
        return _table(("USER", "ROLES", "STATE", "CREATED"), rows)
    if "tenant" in answer:
        tenant = answer["tenant"]
        who = f"Tenant {tenant['id']} ({tenant['name']}) is {_state(tenant)}"
    else:
        user = answer["user"]
        roles = ", ".join(user["roles"])
        who = f"User {user['name']} of tenant {user['tenant']} is {_state(user)}: {roles}"
    lines = [f"{who}." if answer["changed"] else f"{who}. It was so already; nothing changed."]
    if "password" in answer:
        lines.append(f"Password (shown this once): {answer['password']}")
    return "\n".join(lines)


def _group(groups: Subparsers, name: str, help_text: str) -> Subparsers:
    group = groups.add_parser(name, help=help_text)
    return group.add_subparsers(metavar="COMMAND", required=True)


def _verb(verbs: Subparsers, name: str, help_text: str, run: Run) -> argparse.ArgumentParser:
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


def _state(entry: Json) -> str:
    return "active" if entry["active"] else "revoked"


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    )
    return "\n".join(lines)


def as_json(answer: Json) -> str:
    """An answer as it came, indented."""
    return json.dumps(answer, indent=2, ensure_ascii=False)
