"""Writes the generated parts of the documentation: `python docs/generate.py` (`--check`: compares).

Needs `longrun` on the path. A document is made from its committed text, so that what is written by
hand around a generated part stays.
"""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from longrun.operations.states import TRANSITIONS, Status

DOCS = Path(__file__).parent


class PartMissing(Exception):
    """A document has lost the marks around its generated part."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The document has no part between <!-- begin {name} --> and <!-- end {name} -->."
        )
        self.name = name


def lifecycle(document: str) -> str:
    """docs/lifecycle.md with the diagram and the table of `states.TRANSITIONS`."""
    document = _with_part(document, "state diagram", _state_diagram())
    return _with_part(document, "state table", _state_table())


DOCUMENTS: Mapping[str, Callable[[str], str]] = {"lifecycle.md": lifecycle}
"""Below docs/: each document, and what makes its fresh text of the committed one."""


def _state_diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {Status.ACCEPTED}"]
    for source in Status:
        targets = (target for target in Status if target in TRANSITIONS[source])
        lines += [f"    {source} --> {target}" for target in targets]
        if source.terminal:
            lines.append(f"    {source} --> [*]")
    return "\n".join([*lines, "```"])


def _state_table() -> str:
    heads = ["from \\ to", *Status]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for source in Status:
        cells = ["yes" if target in TRANSITIONS[source] else "" for target in Status]
        lines.append("| " + " | ".join([source, *cells]) + " |")
    return "\n".join(lines)


def _with_part(document: str, name: str, part: str) -> str:
    pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    fresh, count = pattern.subn(lambda marks: f"{marks[1]}{part}\n{marks[2]}", document)
    if count != 1:
        raise PartMissing(name)
    return fresh


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` only name it; returns the exit status."""
    stale = 0
    for name, fresh in DOCUMENTS.items():
        path = DOCS / name
        committed = path.read_text(encoding="utf-8")
        if fresh(committed) == committed:
            continue
        stale += 1
        if "--check" in arguments:
            print(f"docs/{name} is stale: run docs/generate.py", file=sys.stderr)
        else:
            path.write_text(fresh(committed), encoding="utf-8")
            print(f"docs/{name} written")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
