"""What the demo shows while it waits, and the times it takes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

WAITING = "Waiting"
"""From the submit until a first phase is seen."""

PLAIN_STEP = 10
"""Percent between two lines where there is no terminal."""


class PhaseClock:
    """Notes when each phase is first seen.

    What it tells is as exact as the polls are frequent; a phase that falls between two polls is not
    seen at all, and its time counts to the one before.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Args: `clock` gives seconds that never go back."""
        self._clock = clock
        self._seen: list[tuple[str, float]] = []
        self._ended: float | None = None

    def see(self, phase: str) -> None:
        """Note that the work is in this phase now."""
        if not self._seen or self._seen[-1][0] != phase:
            self._seen.append((phase, self._clock()))

    def end(self) -> None:
        """Note that the last phase is over."""
        self._ended = self._clock()

    def times(self) -> tuple[tuple[str, float], ...]:
        """Each phase with its seconds, in order."""
        ended = self._clock() if self._ended is None else self._ended
        ends = [at for _, at in self._seen[1:]] + [ended]
        return tuple(
            (phase, until - at) for (phase, at), until in zip(self._seen, ends, strict=True)
        )


class Display(Protocol):
    """Shows how far a piece of work is."""

    def show(self, phase: str, percent: int) -> None:
        """Show the phase, and how much of the whole is done."""


class Lines:
    """A line for each phase and each ten percent: for logs and pipes."""

    def __init__(self) -> None:
        self._last: tuple[str, int] | None = None

    def show(self, phase: str, percent: int) -> None:
        """Print a line if there is something new to say."""
        now = (phase, percent // PLAIN_STEP)
        if now != self._last:
            self._last = now
            print(f"  {percent:3d}%  {phase}", flush=True)


@contextmanager
def display() -> Iterator[Display]:
    """A progress bar on a terminal, lines elsewhere."""
    if not sys.stdout.isatty():
        yield Lines()
        return
    # Loaded only where there is a terminal to draw on.
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("  {task.description:<18}"),
        BarColumn(bar_width=40),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as bar:
        task = bar.add_task(WAITING, total=100)

        class _Bar:
            def show(self, phase: str, percent: int) -> None:
                bar.update(task, description=phase, completed=percent)

        yield _Bar()
