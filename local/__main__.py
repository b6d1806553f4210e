"""The command `python -m local`: up, down, status, invoke, why."""

import argparse
import json
import shutil
import sys
from pathlib import Path

from local.commands import Failed
from local.deployment import deploy
from local.diagnosis import reasons
from local.places import ROOT, Places
from local.server import Server
from local.stack import Stack, describe_stack
from local.tenants import seed


def up(places: Places) -> None:
    """Start, deploy and seed whatever of it is not already so."""
    server = Server(places)
    if server.start():
        places.deployed.unlink(missing_ok=True)
        places.stack.unlink(missing_ok=True)
    deploy(places)
    stack = seed(describe_stack(places), places)
    stack.write(places.stack)
    _say(f"The stack is up: {stack.contracts['print']} (accounts are in {_short(places.stack)})")


def down(places: Places) -> None:
    """End the server that this home started; its state is gone with it."""
    stopped = Server(places).stop()
    places.stack.unlink(missing_ok=True)
    places.deployed.unlink(missing_ok=True)
    shutil.rmtree(places.keys, ignore_errors=True)
    shutil.rmtree(places.signers, ignore_errors=True)
    _say("The stack is down." if stopped else "There was no stack to stop.")


def status(places: Places) -> int:
    """Say whether the stack runs; the exit status says it too."""
    server = Server(places)
    running = server.running()
    deployed = places.stack.exists()
    _say(
        f"{'Running' if running else 'Not running'} on port {places.port}"
        f"{', deployed' if running and deployed else ''}; log: {_short(places.log)}"
    )
    return 0 if running and deployed else 1


def invoke(places: Places, function: str, event: Path) -> int:
    """Run one function on an event file, and print its answer and the end of its log."""
    stack = Stack.read(places.stack)
    answer = stack.invoke(function, json.loads(event.read_text()))
    print(answer.log, file=sys.stderr)
    print(json.dumps(answer.payload, indent=2, ensure_ascii=False))
    return 1 if answer.failed else 0


def why(places: Places, operation_id: str) -> None:
    """Print what the steps of a failed workflow broke off with."""
    for reason in reasons(Stack.read(places.stack), operation_id):
        _say(reason)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / ".local", help="where its files are")
    parser.add_argument("--port", type=int, default=4566, help="on 127.0.0.1")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "down", "status"):
        commands.add_parser(name)
    invoking = commands.add_parser("invoke")
    invoking.add_argument("function", help="its logical id in template.yaml, e.g. PrintApi")
    invoking.add_argument("event", type=Path)
    commands.add_parser("why").add_argument("operation", help="the id of one that failed")
    chosen = parser.parse_args(arguments)
    places = Places(home=chosen.home.resolve(), port=chosen.port)
    try:
        match chosen.command:
            case "up":
                up(places)
            case "down":
                down(places)
            case "status":
                return status(places)
            case "why":
                why(places, chosen.operation)
            case _:
                return invoke(places, chosen.function, chosen.event)
    except Failed as problem:
        _say(str(problem))
        return 1
    return 0


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    raise SystemExit(main())
