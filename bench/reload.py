"""The reload of a data set of a million rows, by DuckDB called directly on the same file.

The function as it is deployed, in a process of its own, takes the file from the store of the local
stack, holds it to the schema of the last time, and puts the Parquet file back. CPU is compared with
the engine's that has the file at hand; time that passes with fetching it by boto3, converting it
and putting it back. Both have as many threads. In interleaved rounds, both processes warm.
"""

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import uuid4

from bench.build import Build, packages, python
from bench.ground import TENANT, Ground, engine_on
from bench.report import Figure, progress
from bench.workers import Cost, FunctionFailed, Workers
from local.places import ROOT
from longrun.datasets.data_sets import Definition
from longrun.filestore import FileType
from longrun.operations.operation import Operation
from longrun.operations.states import Status

ROWS = 1_000_000
ROUNDS = 7
RATIO_BOUND = 1.3
RESIDENT_BOUND = 1024
"""MB."""

_FUNCTION = "WorkRequestsReloadDataSet"
_NAME = "sales"
_FILE = "sales.csv"
_PROGRAM = Path(__file__).with_name("bare_reload.py")
_MB = 1024 * 1024
_NAMES = ("Anna Berg", "Jürgen Weiß", "Marie Dupont", "John Smith", "Li Wei", "Pedro Gómez")
_COUNTRIES = ("DE", "FR", "AT", "IT", "ES", "PL")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """Seconds of both ways."""

    elapsed: float
    bare: float
    """From and to the store."""
    at_hand: float
    """From a file to a file."""
    bare_cpu: float
    """The same."""
    bare_resident: int


def reload(build: Build, place: Ground) -> list[Figure]:
    """Measure reloads of a CSV file of a million rows.

    Raises:
        FunctionFailed: One did not come to its end.
    """
    with TemporaryDirectory() as folder:
        source = Path(folder) / _FILE
        progress("Reload: writing a million rows")
        _write(source)
        engine = engine_on(place)
        with source.open("rb") as content:
            file = engine.files.add(TENANT, FileType.DATA_FILE, _FILE, content)
        asked = {
            "source": str(source),
            "target": str(source.with_suffix(".parquet")),
            "threads": os.process_cpu_count() or 1,
            "bucket": place.bucket,
            "key": file.key,
        }
        _define(place)
        with Workers(build, place.variables) as workers, _bare(build, place) as bare:
            rounds = []
            for number in range(ROUNDS + 1):
                progress(f"Reload: round {number} of {ROUNDS}")
                one = _round(workers, bare, _begun(engine), asked)
                if number:  # the first loads the engine on both sides, and finds the schema on ours
                    rounds.append(one)
            [cost] = workers.end()
    return _figures(rounds, cost)


def _round(workers: Workers, bare: "Popen[str]", operation: str, asked: dict[str, Any]) -> _Round:
    begun = perf_counter()
    workers.call(_FUNCTION, {"operationId": operation})
    elapsed = perf_counter() - begun
    assert bare.stdin is not None
    assert bare.stdout is not None
    bare.stdin.write(json.dumps(asked) + "\n")
    bare.stdin.flush()
    line = bare.stdout.readline()
    if not line:
        raise FunctionFailed("The bare engine", "its process ended")
    taken: dict[str, Any] = json.loads(line)
    return _Round(
        elapsed=elapsed,
        bare=taken["stored"],
        at_hand=taken["elapsed"],
        bare_cpu=taken["cpu"],
        bare_resident=taken["resident"],
    )


def _figures(rounds: list[_Round], cost: Cost) -> list[Figure]:
    cpu = median(cost.each[1:])
    bare_cpu = median(each.bare_cpu for each in rounds)
    elapsed = median(each.elapsed for each in rounds)
    bare = median(each.bare for each in rounds)
    at_hand = median(each.at_hand for each in rounds)
    return [
        Figure(
            name=f"reload of {ROWS:,} rows: CPU, by DuckDB called directly",
            measured=f"{cpu:.2f} / {bare_cpu:.2f} s",
            value=cpu / bare_cpu,
            bound=RATIO_BOUND,
        ),
        Figure(
            name="the same, time that passes, by boto3 and DuckDB called directly",
            measured=f"{elapsed:.2f} / {bare:.2f} s",
            value=elapsed / bare,
            bound=RATIO_BOUND,
        ),
        Figure(
            name="the same, by DuckDB without fetching and storing (for comparison)",
            measured=f"{elapsed:.2f} / {at_hand:.2f} s",
            value=elapsed / at_hand,
        ),
        Figure(
            name=f"resident, {_FUNCTION}",
            measured="peak",
            value=cost.resident / _MB,
            unit="MB",
            bound=RESIDENT_BOUND,
        ),
        Figure(
            name="resident, DuckDB called directly (for comparison)",
            measured="peak",
            value=max(each.bare_resident for each in rounds) / _MB,
            unit="MB",
        ),
    ]


def _define(place: Ground) -> None:
    """Enter the data set into the bench's own catalogue."""
    from longrun.aws import clients
    from longrun.aws.data_sets import DynamoDataSets
    from longrun.datasets.data_sets import DataSets

    def none_removed() -> Any:
        raise AssertionError("Nothing is removed by defining a data set.")

    data_sets = DataSets(
        index=DynamoDataSets(clients.dynamodb(), place.table),
        artefacts=none_removed,
        now=lambda: datetime.now(UTC),
    )
    data_sets.define(TENANT, _NAME, Definition(source=_FILE), data_sets.find(TENANT, _NAME))


def _begun(engine: Any) -> str:
    """The id of a reload whose workflow has begun."""
    now = datetime.now(UTC)
    operation = Operation(
        id=str(uuid4()),
        kind="dataset.reload",
        tenant=TENANT,
        owner="bench",
        status=Status.ACCEPTED,
        accepted=now,
        subject=_NAME,
    )
    engine.operations.create(
        operation,
        {"dataset": _NAME},
        due=now + timedelta(hours=1),
        input_until=now + timedelta(days=1),
        idempotency=None,
    )
    engine.lifecycle.begin(operation.id)
    return operation.id


@contextmanager
def _bare(build: Build, place: Ground) -> "Iterator[Popen[str]]":
    """The baseline's process: DuckDB as it is deployed, boto3, and the bench."""
    parts = (build.layers["ColumnarLayer"] / "python", ROOT, packages())
    environment = build.functions[_FUNCTION].environment(place.variables)
    environment["PYTHONPATH"] = os.pathsep.join(map(str, parts))
    process = Popen(python(_PROGRAM), env=environment, stdin=PIPE, stdout=PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _write(source: Path) -> None:
    """Orders of six years: an id, two texts, a day, an amount, a count, a flag, a time."""
    chance = random.Random(1)  # noqa: S311  # the same rows each time
    first = date(2020, 1, 1)
    with source.open("w", encoding="utf-8") as target:
        target.write("id,customer,country,ordered,amount,quantity,paid,updated\n")
        for number in range(ROWS):
            day = first + timedelta(days=chance.randrange(2_000))
            name = f'"{chance.choice(_NAMES)} {chance.randrange(99_999)}"'
            clock = f"{chance.randrange(24):02d}:{chance.randrange(60):02d}:{number % 60:02d}"
            target.write(
                f"{number + 1},{name},{chance.choice(_COUNTRIES)},{day},"
                f"{chance.randrange(1, 10**6) / 100:.2f},{chance.randrange(1, 50)},"
                f"{'true' if chance.random() < 0.7 else 'false'},{day} {clock}\n"
            )
