"""Runs `bench.bare` beside a job: a chunk each time the job has typeset one.

So both meet the machine in the same state, whatever else it does meanwhile.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from bench.build import Build, python
from bench.ground import TEMPLATE
from bench.workers import FunctionFailed
from local.places import ROOT

_PROGRAM = Path(__file__).with_name("bare.py")
# The sample's letters ask for their number of pages, which is 1 in all of them.
_LONGRUN = "#let page-total() = 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """What the bare loop came to."""

    cpu: float
    """CPU seconds of the process, its start included."""
    resident: int
    """The most memory that it held, in bytes."""


class BareLoop:
    """The process, as a context."""

    def __init__(self, build: Build) -> None:
        self._folder = TemporaryDirectory()
        template = Path(self._folder.name) / "template"
        shutil.copytree(TEMPLATE, template)
        (template / "longrun.typ").write_text(_LONGRUN, encoding="utf-8")
        self._process = Popen(
            python(_PROGRAM, template),
            env=build.functions["PrintCreateContent"].environment({})
            | {"PYTHONPATH": _path(build)},
            stdin=PIPE,
            stdout=PIPE,
            text=True,
        )

    def compile(self, records: bytes) -> None:
        """Typeset one chunk, and wait for it."""
        assert self._process.stdin is not None
        chunk = Path(self._folder.name) / "chunk.jsonl"
        chunk.write_bytes(records)
        self._process.stdin.write(f"{chunk}\n")
        self._process.stdin.flush()
        self._line()

    def end(self) -> Bare:
        """What it came to; it takes no more chunks."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        found: Any = json.loads(self._line())
        return Bare(cpu=found["cpu"], resident=found["resident"])

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise FunctionFailed("The bare loop", "its process ended")
        return line

    def __enter__(self) -> Self:
        """The loop itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process, however it is, and remove its folder."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()


def _path(build: Build) -> str:
    """Typst as it is deployed, and the bench."""
    return os.pathsep.join(map(str, (build.layers["TypesettingLayer"] / "python", ROOT)))
