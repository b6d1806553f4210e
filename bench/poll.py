"""The progress poll: the real handler, by a bare one that reads one item and answers JSON.

Each in a process as its function has it, in interleaved rounds, against the same fake database:
what is counted is the client process's CPU, the way through botocore included.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from typing import Any

from bench.build import Build, clean_environment, packages, python
from bench.job import request
from bench.report import Figure, progress
from bench.workers import FunctionFailed

ROUNDS = 15
CALLS = 300
"""Of each handler in a round."""
BOUND = 1.5

_HERE = Path(__file__).parent
_OPERATION = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
# As the table holds it halfway through content creation: with a data set, before any result.
_ITEM: Mapping[str, Any] = {
    "PK": {"S": f"OP#{_OPERATION}"},
    "SK": {"S": "OP"},
    "kind": {"S": "print.all-in-one"},
    "tenant": {"S": "bench"},
    "owner": {"S": "bench"},
    "status": {"S": "IN_PROGRESS"},
    "timeAccepted": {"S": "2026-11-21T20:00:00.000000Z"},
    "timeStarted": {"S": "2026-11-21T20:00:01.000000Z"},
    "activeIn": {"S": "bench"},
    "listedIn": {"S": "bench"},
    "dueIn": {"S": "DUE#3"},
    "dueAt": {"N": "1795291200"},
    "subject": {"S": "letters.zip"},
    "tags": {"M": {}},
    "version": {"N": "27"},
    "phase": {"S": "Content Creation"},
    "phaseStart": {"N": "10"},
    "phaseEnd": {"N": "80"},
    "done": {"N": "42"},
    "total": {"N": "100"},
    "resources": {
        "M": {
            "DATA_SET:1000001": {
                "M": {
                    "type": {"S": "DATA_SET"},
                    "id": {"S": "1000001"},
                    "action": {"S": "CREATED"},
                    "metadata": {"M": {"count": {"S": "10000"}}},
                }
            }
        }
    },
}


def poll(build: Build) -> list[Figure]:
    """Measure both handlers; says too how many requests a poll makes."""
    with TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        answer.write_text(json.dumps({"Item": _ITEM}), encoding="utf-8")
        event = Path(folder) / "event.json"
        path = f"/workflow/print/getProgress/{_OPERATION}"
        event.write_text(json.dumps(request("GET", path)), encoding="utf-8")
        database = _program(_HERE / "fake_table.py", answer, environment=clean_environment())
        try:
            return _measured(build, f"http://127.0.0.1:{_line(database)}", event)
        finally:
            _end(database)


def _measured(build: Build, endpoint: str, event: Path) -> list[Figure]:
    variables = {
        "AWS_ENDPOINT_URL": endpoint,
        "TABLE": "bench",
        "BUCKET": "bench",
        "RETENTION_DAYS": "7",
        "WORKFLOW_PREFIX": "arn:",
        "PUBLIC_BASE_URL": "http://127.0.0.1/rest/serverengine",
        "TOKEN_MINUTES": "60",
        "EVENT": str(event),
        "CALLS": str(CALLS),
    }
    real = _program(
        _HERE / "polled.py", "app", environment=build.functions["PrintApi"].environment(variables)
    )
    bare = _program(
        _HERE / "polled.py",
        "",
        environment=clean_environment() | {"PYTHONPATH": str(packages())} | variables,
    )
    taken: list[tuple[float, float]] = []
    requests = 0.0
    try:
        for number in range(ROUNDS + 1):
            progress(f"Progress poll: round {number} of {ROUNDS}")
            ours, theirs = _round(real), _round(bare)
            requests = ours["requests"]
            if number:  # the first round makes connections and fills caches
                taken.append((ours["cpu"], theirs["cpu"]))
    finally:
        _end(real)
        _end(bare)
    handler, plain = (median(times) / CALLS * 1e6 for times in zip(*taken, strict=True))
    ratio = median(ours / theirs for ours, theirs in taken)
    return [
        Figure(
            name="progress poll: CPU a call, by a bare GetItem's",
            measured=f"{handler:.0f} / {plain:.0f} µs",
            value=ratio,
            bound=BOUND,
        ),
        Figure(
            name="progress poll: requests to the database",
            measured=f"{requests / CALLS:.2f} a call",
            value=requests / CALLS,
            unit="",
            bound=1,
        ),
    ]


def _program(program: Path, *arguments: str | Path, environment: Mapping[str, str]) -> "Popen[str]":
    return Popen(
        python(program, *arguments), env=dict(environment), stdin=PIPE, stdout=PIPE, text=True
    )


def _line(process: "Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise FunctionFailed("The poll", "its process ended")
    return line


def _round(process: "Popen[str]") -> Any:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return json.loads(_line(process))


def _end(process: "Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=30)
