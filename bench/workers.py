"""The functions of a job, each in a process of its own: started with its first event."""

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.build import Build, Function, python

_PROGRAM = Path(__file__).with_name("worker.py")


class FunctionFailed(Exception):
    """A function raised; a job that is measured must not."""

    def __init__(self, name: str, error: str) -> None:
        super().__init__(f"{name} failed: {error}")
        self.name = name
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a function's process came to."""

    name: str
    memory: int
    """What the template gives it, in MB."""
    calls: int
    startup: float
    """CPU seconds until it could take its first event."""
    cpu: float
    """CPU seconds of the whole process, its start included."""
    resident: int
    """The most memory that it held, in bytes."""
    requests: Counter[str]
    reads: float
    """Read units of the database."""
    writes: float
    """Write units of the table, without its indexes."""
    changes: int
    """Writes of operations' items, each of which is followed up from the stream."""
    each: tuple[float, ...]
    """CPU seconds of each call, in their order."""

    @property
    def handling(self) -> float:
        """CPU seconds spent on events."""
        return self.cpu - self.startup


@dataclass(slots=True)
class _Worker:
    function: Function
    process: subprocess.Popen[str]
    calls: int = 0
    each: list[float] = field(default_factory=list)

    def call(self, event: Any) -> Any:
        self.calls += 1
        answer = self._exchange(json.dumps(event) + "\n")
        self.each.append(answer["cpu"])
        if "error" in answer:
            raise FunctionFailed(self.function.name, answer["error"])
        return answer["value"]

    def end(self) -> Cost:
        assert self.process.stdin is not None
        self.process.stdin.close()
        summary = self._read()
        self.process.wait(timeout=30)
        return Cost(
            name=self.function.name,
            memory=self.function.memory,
            calls=self.calls,
            startup=summary["startup"],
            cpu=summary["cpu"],
            resident=summary["resident"],
            requests=Counter(summary["requests"]),
            reads=summary["reads"],
            writes=summary["writes"],
            changes=summary["changes"],
            each=tuple(self.each),
        )

    def _exchange(self, line: str) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise FunctionFailed(self.function.name, "its process ended")
        return json.loads(line)


@dataclass(slots=True)
class Workers:
    """Takes events to functions by their logical ids; used as a context, it ends them all."""

    build: Build
    variables: Mapping[str, str]
    _running: dict[str, _Worker] = field(default_factory=dict)

    def call(self, name: str, event: Any) -> Any:
        """What the function answers.

        Raises:
            FunctionFailed: It raised, or its process ended.
        """
        if name not in self._running:
            function = self.build.functions[name]
            process = subprocess.Popen(
                python(_PROGRAM),
                env=function.environment(self.variables),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            self._running[name] = _Worker(function, process)
        return self._running[name].call(event)

    def end(self) -> list[Cost]:
        """End the processes; what each came to, in the order in which they were first called."""
        costs = [worker.end() for worker in self._running.values()]
        self._running.clear()
        return costs

    def __enter__(self) -> Self:
        """The workers themselves."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill what still runs."""
        for worker in self._running.values():
            worker.process.kill()
            worker.process.wait()
