"""What the bench prints: a progress line while it works, then tables."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number, and what it should not exceed or fall below."""

    name: str
    measured: str
    """What was divided by what, in plain numbers."""
    value: float
    unit: str = "×"
    bound: float | None = None
    floor: bool = False
    """Whether the bound is the least that it should be."""

    @property
    def verdict(self) -> str:
        """Whether the bound is met; nothing for a figure without one."""
        if self.bound is None:
            return ""
        met = self.value >= self.bound if self.floor else self.value <= self.bound
        return "met" if met else "MISSED"

    @property
    def row(self) -> list[str]:
        """As a row of the final table."""
        sign = "≥" if self.floor else "≤"
        bound = "–" if self.bound is None else f"{sign} {_number(self.bound)} {self.unit}"
        return [self.name, self.measured, f"{_number(self.value)} {self.unit}", bound, self.verdict]


HEADS = ["what", "measured", "result", "bound", ""]


def progress(sentence: str) -> None:
    """Show what is being done; on a terminal each line replaces the one before."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{sentence}", end="", file=sys.stderr, flush=True)
    else:
        print(sentence, file=sys.stderr, flush=True)


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; every column but the first two is aligned to the right."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    widths = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    print(f"\n{title}")
    for row in [heads, ["-" * width for width in widths], *rows]:
        cells = [
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 20 or value == int(value) else f"{value:.2f}"
