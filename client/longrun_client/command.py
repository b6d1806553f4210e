"""The `longrun` command: its options, and how it ends. What it can do is in `*_commands`."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from enum import IntEnum

from longrun_client import (
    admin_answers,
    admin_commands,
    demo_commands,
    registry_commands,
    signing_commands,
)
from longrun_client.administration import AdminFunction, CommandRefused, StackSilent


class Exit(IntEnum):
    """The command's exit codes; 2, wrong usage, is argparse's."""

    DONE = 0
    REFUSED = 1
    STACK_SILENT = 3


def main(
    arguments: Sequence[str] | None = None,
    *,
    function: Callable[[str], AdminFunction] = lambda stack: AdminFunction(stack=stack),
) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; those of the process if left out.
        function: Makes the admin function of a stack; for tests.

    Returns:
        The exit code, one of `Exit`.

    Raises:
        SystemExit: The usage is wrong (code 2), or help was asked for.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.alone is not None:
        code: int = options.alone(options)
        return code
    if not options.stack:
        parser.error("name the stack by --stack or by the environment variable LONGRUN_STACK")
    try:
        answer = options.run(options, function(options.stack))
    except CommandRefused as refused:
        print(refused, file=sys.stderr)
        return Exit.REFUSED
    except StackSilent as silent:
        print(silent, file=sys.stderr)
        return Exit.STACK_SILENT
    print(admin_answers.as_json(answer) if options.json else admin_answers.show(answer))
    return Exit.DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="longrun",
        description="Longrun from the command line. The AWS region, credentials and endpoint come"
        " from the environment and the AWS configuration.",
    )
    parser.add_argument(
        "--stack",
        default=os.environ.get("LONGRUN_STACK"),
        help="the deployed stack's name; LONGRUN_STACK if left out",
    )
    # Commands that do not ask the admin function set it.
    parser.set_defaults(alone=None)
    groups = parser.add_subparsers(metavar="GROUP", required=True)
    admin_commands.register(groups)
    compositions = registry_commands.register(groups)
    signing_commands.register(compositions)
    demo_commands.register(groups)
    return parser
