"""The log of a work request: each event of the kernel's history as a sentence for people."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from longrun.operations.history import Event


def sentence(event: Event) -> str:
    """What happened, in words; nothing of the work's input or result is in an event."""
    say = _SENTENCES.get(event.type)
    return say(event) if say else f"The work request changed: {event.type}."


def _phase(event: Event) -> str:
    return str(event.detail.get("phase") or "The work")


def _done(event: Event) -> str:
    percent = float(event.detail.get("percentComplete", 0))
    return f"{percent:.1f}".removesuffix(".0") + " %"


def _failed(event: Event) -> str:
    codes = ", ".join(dict.fromkeys(str(code) for code in event.detail.get("errors", ())))
    where = f" in {event.detail['phase']}" if event.detail.get("phase") else ""
    return f"The work failed{where}" + (f": {codes}. See the errors." if codes else ".")


_SENTENCES: Final[Mapping[str, Callable[[Event], str]]] = MappingProxyType(
    {
        "accepted": lambda _: "The work request was accepted.",
        "started": lambda _: "The work began.",
        "phase": lambda event: f"{_phase(event)} began; {_done(event)} of the whole is done.",
        "progress": lambda event: f"{_phase(event)} goes on; {_done(event)} of the whole is done.",
        "produced": lambda event: f"{_phase(event)} noted what it made.",
        "canceling": lambda _: "The work request is being canceled; the work stops.",
        "canceled": lambda _: "The work request was canceled.",
        "succeeded": lambda _: "The work succeeded.",
        "failed": _failed,
    }
)
"""By the event's type; see `operations.history.Event`."""
