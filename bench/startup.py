"""Start-up: a door imported with its clients made, by what importing boto3 and one client takes."""

import subprocess
from collections.abc import Mapping
from statistics import median

from bench.build import Build, clean_environment, packages, python
from bench.report import Figure, progress

ROUNDS = 9
API_BOUND = 1.6
TASK_BOUND = 1.3

_API = ("PrintApi", "PrintDelivery")
# Process CPU until the function could take its first call; what a process does at its end is left
# out, for Lambda never ends one.
_READY = "; import os, time; print(time.process_time(), flush=True); os._exit(0)"
_BARE = 'import boto3; boto3.client("dynamodb")' + _READY
_DOOR = "import app" + _READY


def startup(build: Build, variables: Mapping[str, str]) -> list[Figure]:
    """Measure every function, in interleaved rounds.

    Args:
        build: What is deployed.
        variables: What the template sets in the functions' environment.
    """
    bare = clean_environment() | {"PYTHONPATH": str(packages())}
    commands = {"": (_BARE, bare)} | {
        name: (_DOOR, function.environment(variables)) for name, function in build.functions.items()
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(ROUNDS + 1):
        progress(f"Start-up: round {number} of {ROUNDS}")
        for name, (code, environment) in commands.items():
            seconds = _once(code, environment)
            if number:  # the first round fills the page cache
                taken[name].append(seconds)
    base = median(taken.pop(""))
    return [_figure(name, median(times), base) for name, times in sorted(taken.items())]


def _figure(name: str, seconds: float, base: float) -> Figure:
    bound = API_BOUND if name in _API else TASK_BOUND
    return Figure(
        name=f"start-up of {name}",
        measured=f"{seconds * 1000:.0f} / {base * 1000:.0f} ms",
        value=seconds / base,
        bound=None if name == "IdentityAdmin" else bound,
    )


def _once(code: str, environment: Mapping[str, str]) -> float:
    ended = subprocess.run(
        python("-c", code), env=dict(environment), check=True, capture_output=True, text=True
    )
    return float(ended.stdout.splitlines()[-1])
