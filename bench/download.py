"""A result of 200 MB through the streaming path, by reading the same object with boto3.

The door of print/delivery on the streaming runtime, in a process of its own as Lambda starts it;
this process is its Runtime API and the bare reader. Time that passes, in interleaved rounds.
"""

import json
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.build import Build
from bench.ground import TENANT, Ground, engine_on
from bench.job import request
from bench.report import Figure, progress
from bench.workers import FunctionFailed
from local.deployment import client
from local.runtime_api import Invocation, RuntimeApi
from longrun.operations.artefacts import Artefact
from longrun.operations.operation import Operation, Result, ResultFile
from longrun.operations.states import Status

SIZE = 200_000_000
"""The most that a streamed response carries."""
CHUNK = 1024 * 1024
ROUNDS = 11
THROUGHPUT_BOUND = 0.8
FIRST_BYTE_BOUND = 1
GROWTH_BOUND = 32

_FUNCTION = "PrintDelivery"
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """Seconds, by both ways."""

    first: float
    """From the event to the first byte of the body."""
    whole: float
    chunk: float
    """From the bare request to the end of the first chunk."""
    pieces: float
    """All chunks of it, one after another, thrown away."""
    bare: float
    """The object read in one."""
    looked: float
    """The bare reads of the operation and of its order, which come before the object's."""


def download(build: Build, place: Ground) -> list[Figure]:
    """Measure a result of 200 MB.

    Raises:
        FunctionFailed: It did not come as it should.
    """
    progress("Download: storing 200 MB")
    operation, artefact = _finished(place)
    reader = _Reader(place, operation, artefact)
    with RuntimeApi() as api, _runtime(build, place, api) as process:
        # Both ways make their clients and connections; the digest proves the path once.
        _call(api, "getResultTxt", operation)
        reader.pieces()
        reader.look()
        before = _memory(process, reset=True)
        proved = _call(api, "getResult", operation, hashed=True)
        if (proved.size, proved.digest) != (SIZE, artefact.sha256):
            raise FunctionFailed(_FUNCTION, f"it sent {proved.size} bytes, or others")
        rounds = []
        for number in range(ROUNDS):
            progress(f"Download: round {number + 1} of {ROUNDS}")
            rounds.append(_round(api, reader, operation, back=bool(number % 2)))
        growth = None if before is None else (_memory(process) or 0) - before
    return [*_figures(rounds), *_growth(growth)]


def _round(api: RuntimeApi, reader: "_Reader", operation: str, *, back: bool) -> _Round:
    """One of each, in turn or back: what follows another always then precedes it once as well."""
    ways: list[Callable[[], dict[str, float]]] = [
        reader.look,
        reader.whole,
        reader.pieces,
        lambda: _times(_call(api, "getResult", operation)),
    ]
    taken: dict[str, float] = {}
    for way in reversed(ways) if back else ways:
        taken |= way()
    return _Round(**taken)


def _times(ours: Invocation) -> dict[str, float]:
    return {"first": ours.begun - ours.handed, "whole": ours.ready - ours.handed}


def _figures(rounds: list[_Round]) -> list[Figure]:
    def rate(seconds: Callable[[_Round], float]) -> str:
        return f"{SIZE / 1e6 / median(map(seconds, rounds)):.0f}"

    def milliseconds(seconds: Callable[[_Round], float]) -> str:
        return f"{median(map(seconds, rounds)) * 1000:.1f}"

    ours, first = rate(lambda each: each.whole), milliseconds(lambda each: each.first)
    return [
        Figure(
            name="200 MB streamed: throughput, by boto3 reading it in one",
            measured=f"{ours} / {rate(lambda each: each.bare)} MB/s",
            value=median(each.bare / each.whole for each in rounds),
            bound=THROUGHPUT_BOUND,
            floor=True,
        ),
        Figure(
            name="200 MB streamed: throughput, by boto3 reading 1 MiB at a time",
            measured=f"{ours} / {rate(lambda each: each.pieces)} MB/s",
            value=median(each.pieces / each.whole for each in rounds),
            bound=THROUGHPUT_BOUND,
            floor=True,
        ),
        Figure(
            name="the same, both from the first byte on (for comparison)",
            measured=f"{rate(lambda each: each.whole - each.first)}"
            f" / {rate(lambda each: each.pieces - each.chunk)} MB/s",
            value=median((each.pieces - each.chunk) / (each.whole - each.first) for each in rounds),
        ),
        Figure(
            name="time to first byte, by one chunk's read",
            measured=f"{first} / {milliseconds(lambda each: each.chunk)} ms",
            value=median(each.first / each.chunk for each in rounds),
            bound=FIRST_BYTE_BOUND,
        ),
        Figure(
            name="the same, by the two reads of the table and that (for comparison)",
            measured=f"{first} / {milliseconds(lambda each: each.looked + each.chunk)} ms",
            value=median(each.first / (each.looked + each.chunk) for each in rounds),
        ),
    ]


def _growth(growth: int | None) -> list[Figure]:
    if growth is None:
        return []
    return [
        Figure(
            name="200 MB streamed: growth of resident memory",
            measured=f"{ROUNDS + 1} results",
            value=growth / _MIB,
            unit="MB",
            bound=GROWTH_BOUND,
        )
    ]


def _finished(place: Ground) -> tuple[str, Artefact]:
    """An operation of the bench's tenant whose result is one large file; no workflow made it."""
    engine = engine_on(place)
    chance = random.Random(3)  # noqa: S311 - bytes that do not compress, the same in every run
    pieces = (chance.randbytes(min(CHUNK, SIZE - at)) for at in range(0, SIZE, CHUNK))
    identity, now = str(uuid.uuid4()), engine.clock()
    artefact = engine.artefacts.write(
        f"results/{TENANT}/{identity}/letters.pdf", pieces, media_type="application/pdf"
    )
    operation = Operation(
        id=identity,
        kind="print.all-in-one",
        tenant=TENANT,
        owner="bench",
        status=Status.ACCEPTED,
        accepted=now,
    )
    until = now + timedelta(hours=1)
    engine.operations.create(
        operation, {"returnIdInHeader": True}, due=until, input_until=until, idempotency=None
    )
    engine.lifecycle.begin(identity)
    file = ResultFile(name="letters.pdf", artefact=artefact)
    engine.lifecycle.produce(identity, result=Result(type="Output", files=(file,), count=1))
    engine.lifecycle.succeed(identity)
    return identity, artefact


class _Reader:
    """boto3 and nothing else, in this process; each way tells its seconds."""

    def __init__(self, place: Ground, operation: str, artefact: Artefact) -> None:
        self._place = place
        self._operation = operation
        self._artefact = artefact
        self._store: Any = client("s3", place.endpoint)
        self._database: Any = client("dynamodb", place.endpoint)

    def whole(self) -> dict[str, float]:
        """Read the object in one."""
        begun = time.perf_counter()
        size = len(self._body().read())
        ended = time.perf_counter()
        assert size == SIZE
        return {"bare": ended - begun}

    def pieces(self) -> dict[str, float]:
        """Read it chunk by chunk; tells how long the first took too."""
        begun = time.perf_counter()
        chunks = self._body().iter_chunks(CHUNK)
        size = len(next(chunks))
        first = time.perf_counter()
        size += sum(len(chunk) for chunk in chunks)
        ended = time.perf_counter()
        assert size == SIZE
        return {"chunk": first - begun, "pieces": ended - begun}

    def look(self) -> dict[str, float]:
        """Read the operation and its order."""
        begun = time.perf_counter()
        for sort_key in ("OP", "INPUT"):
            self._database.get_item(
                TableName=self._place.table,
                Key={"PK": {"S": f"OP#{self._operation}"}, "SK": {"S": sort_key}},
                ConsistentRead=True,
            )
        return {"looked": time.perf_counter() - begun}

    def _body(self) -> Any:
        return self._store.get_object(
            Bucket=self._place.bucket, Key=self._artefact.key, VersionId=self._artefact.version
        )["Body"]


def _call(api: RuntimeApi, method: str, operation: str, *, hashed: bool = False) -> Invocation:
    event = request("POST", f"/workflow/print/{method}/{operation}")
    answered = api.invoke(Invocation(event=event, kept=False, hashed=hashed)).end()
    if not answered.whole or answered.trailers:
        raise FunctionFailed(_FUNCTION, json.dumps(answered.error or answered.trailers))
    return answered


@contextmanager
def _runtime(build: Build, place: Ground, api: RuntimeApi) -> "Iterator[subprocess.Popen[bytes]]":
    """The function's process, started by its exec wrapper."""
    function = build.functions[_FUNCTION]
    process = subprocess.Popen(
        [build.layers["StreamingLayer"] / "python" / "bootstrap", sys.executable, "bootstrap.py"],
        env=function.environment(place.variables)
        | {
            "AWS_LAMBDA_RUNTIME_API": api.address,
            "LAMBDA_TASK_ROOT": str(function.folder),
            "_HANDLER": "app.handler",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _memory(process: "subprocess.Popen[bytes]", *, reset: bool = False) -> int | None:
    """The most memory that the process held since the last reset, in bytes; None if unknown."""
    place = Path(f"/proc/{process.pid}")
    try:
        if reset:
            (place / "clear_refs").write_text("5", encoding="ascii")
        lines = (place / "status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    [peak] = [line for line in lines if line.startswith("VmHWM")]
    return int(peak.split()[1]) * 1024
