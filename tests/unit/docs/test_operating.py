"""docs/operating.md names what the template has, and commands that there are."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from longrun_client.command import _parser

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "operating.md").read_text()
COMMANDS = sorted(
    {line.strip() for line in re.findall(r"^longrun .*", PAGE, re.MULTILINE)},
)


class _Template(yaml.SafeLoader):
    """Reads a template without looking at what its functions (`!Ref` and the like) stand for."""


_Template.add_multi_constructor("!", lambda *_: None)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Template)
    return loaded


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    below = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in below.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def word(cell: str) -> str:
    """What a cell says: `(empty)` is the empty text."""
    return "" if cell == "(empty)" else cell.strip("`")


def test_the_table_has_every_parameter_with_its_default(template: dict[str, Any]) -> None:
    said = {word(row[0]): word(row[1]) for row in rows("Parameters")}
    given = {name: str(each["Default"]) for name, each in template["Parameters"].items()}
    assert said == given


def test_the_table_has_the_values_that_a_parameter_may_take(template: dict[str, Any]) -> None:
    for name, _, values, _ in rows("Parameters"):
        parameter = template["Parameters"][word(name)]
        for value in parameter.get("AllowedValues", ()):
            assert re.search(rf"\b{re.escape(str(value))}\b", values), f"{name}: {value}"
        for bound in ("MinValue", "MaxValue"):
            if bound in parameter:
                assert re.search(rf"\b{parameter[bound]}\b", values), f"{name}: {bound}"


def test_the_table_has_every_alarm(template: dict[str, Any]) -> None:
    alarms = [n for n, r in template["Resources"].items() if r["Type"] == "AWS::CloudWatch::Alarm"]
    assert [word(row[0]) for row in rows("Alarms")] == alarms


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_page_is_one(line: str) -> None:
    _parser().parse_args(shlex.split(line)[1:])


def test_every_link_of_the_page_leads_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^##+ (.*)$", PAGE, re.MULTILINE)
    }
    for path, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", PAGE.replace("\n", " ")):
        assert not path or (ROOT / "docs" / path).exists(), path
        assert path or anchor in headings, anchor
