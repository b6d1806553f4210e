"""README.md and docs/tour.md keep their word: their commands are run, and answer what is shown."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from local.places import ROOT
from local.stack import Stack

SECTIONS = ("Five minutes with curl", "Work requests", "Compositions")
TOUR = ROOT / "docs" / "tour.md"
"""Goes on in the README's shell."""
WITH_OCI = "\n## With the OCI SDK and CLI\n"
OCI = ROOT / ".local" / "oci-venv" / "bin" / "oci"
"""What `make oci` installs; where it is not there, its part of the tour is left out."""
SECONDS = 240
"""The tour takes less than a minute."""

_BLOCK = re.compile(r"^```bash\n(.*?)^```$\n(?:^```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
_VARIES = re.compile(
    r"(?P<gap>…)|(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?P<number>\b\d{4,}\b)"
)
_END_OF_BLOCK = "==== end of block"


def tour() -> list[tuple[str, str]]:
    """The commands of the tour, block by block, each with what it is said to print."""
    readme = (ROOT / "README.md").read_text()
    told = [readme.split(f"\n## {section}\n")[1].split("\n## ")[0] for section in SECTIONS]
    continued, with_oci = TOUR.read_text().split(WITH_OCI)
    told += [continued, *([with_oci] if OCI.exists() else [])]
    return [(found[1], found[2] or "") for part in told for found in _BLOCK.finditer(part)]


def shown(line: str) -> re.Pattern[str]:
    """Lines that one of the tour stands for: ids and the port may be others, … is anything."""
    pattern, end = "", 0
    for found in _VARIES.finditer(line):
        pattern += re.escape(line[end : found.start()])
        pattern += {"gap": ".*", "uuid": "[0-9a-f-]{36}", "number": r"\d{4,}"}[str(found.lastgroup)]
        end = found.end()
    return re.compile(pattern + re.escape(line[end:]))


@pytest.fixture(scope="module")
def printed(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block printed, run one after another in one shell."""
    place = tmp_path_factory.mktemp("tour")
    stack.write(place / "stack.json")
    commands = "".join(f"{block}\necho '{_END_OF_BLOCK}'\n" for block, _ in tour())
    script = commands.replace(".local/stack.json", str(place / "stack.json"))
    script = script.replace("out/tour", str(place / "tour"))
    ran = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "NO_PROXY": "*",
            # Nothing of the person's own OCI configuration gets through.
            "HOME": str(place),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    assert not ran.stderr
    assert (place / "tour" / "letters.pdf").read_bytes().startswith(b"%PDF")
    return ran.stdout.split(f"{_END_OF_BLOCK}\n")[:-1]


@pytest.mark.parametrize("number", range(len(tour())))
def test_a_block_of_the_tour_prints_what_the_readme_shows(number: int, printed: list[str]) -> None:
    block, said = tour()[number]
    lines = [line.rstrip() for line in printed[number].splitlines()]
    assert lines or not said, block
    for line in said.splitlines():
        assert any(shown(line).fullmatch(each) for each in lines), f"{line}\n not in {lines}"


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name
)
def test_every_local_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"(?:\]\(|src=\"|href=\")([^)\"#:]*)(#[^)\"]*)?[)\"]", page.read_text())
    missing = [
        f"{link}{anchor}"
        for link, anchor in links
        if not (page.parent / link).exists() or anchor.strip("#") not in anchors(page, link)
    ]
    assert not missing


def anchors(page: Path, link: str) -> set[str]:
    """The headings of a linked page, as links name them; and none."""
    target = page.parent / link if link else page
    if target.suffix != ".md":
        return {""}
    headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
    return {"", *(re.sub(r"[^\w\- ]", "", each).replace(" ", "-").lower() for each in headings)}
