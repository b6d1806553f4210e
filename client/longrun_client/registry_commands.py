"""`longrun registry load`, `longrun compositions trust`: their arguments, and what they ask for."""

import argparse
import base64
from pathlib import Path

from longrun_client.admin_commands import Subparsers, add_group, add_verb
from longrun_client.administration import AdminFunction, CommandRefused, Json

LARGEST = 4 * 1024 * 1024
"""In bytes, of a registry's file: what one invocation takes, in base64."""


def register(groups: Subparsers) -> Subparsers:
    """Add the groups to the command line; each command sets `run`, which does it.

    Returns:
        The commands of the group `compositions`, for those that others add.
    """
    registry = add_group(groups, "registry", "load who compositions are about and by")
    load = add_verb(registry, "load", "enter persons, employees, encounters of a file", _load)
    load.add_argument("file", type=Path, metavar="FILE", help="JSON; see docs/registry.md")
    compositions = add_group(
        groups, "compositions", "sign compositions; say whose roots are trusted"
    )
    trust = add_verb(
        compositions, "trust", "believe signatures behind these roots, and no others", _trust
    )
    trust.add_argument("file", type=Path, metavar="FILE", help="certificates of authorities, PEM")
    for verb in (load, trust):
        verb.add_argument("--tenant", metavar="ID", required=True)
    return compositions


def _load(options: argparse.Namespace, function: AdminFunction) -> Json:
    content = _read(options.file)
    if len(content) > LARGEST:
        raise CommandRefused(
            "too-large",
            f"The file {options.file} has {len(content)} bytes; {LARGEST} can be loaded at once. "
            "Load it in parts, each with all that its entries refer to.",
        )
    return function.run(
        "registry.load",
        tenant=options.tenant,
        file=options.file.name,
        content=base64.b64encode(content).decode(),
    )


def _trust(options: argparse.Namespace, function: AdminFunction) -> Json:
    try:
        roots = _read(options.file).decode("ascii")
    except UnicodeDecodeError:
        raise CommandRefused("unreadable", f"The file {options.file} is not PEM.") from None
    return function.run("compositions.trust", tenant=options.tenant, roots=roots)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandRefused("unreadable", f"The file {file} cannot be read: {error}") from None
