"""The doors: sample events are answered, and what a poll does not need is not loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.compositions.world import World, a_context

EVENTS = Path(__file__).parents[3] / "events"


@pytest.mark.parametrize(
    ("door", "name", "status"),
    [("api", "compositions-api-job", 404), ("print_form", "compositions-print-form", 404)],
)
def test_a_sample_event_is_answered(world: World, door: str, name: str, status: int) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))

    answer = world.doors[door].handler(event, a_context())

    assert answer["statusCode"] == status, answer["body"]


def test_what_is_heavy_is_not_loaded_before_it_is_needed() -> None:
    """It would be paid for at the start of the function that is polled."""
    script = (
        "import sys, functions.compositions.api.app\n"
        "heavy = {'pydantic', 'yaml', 'typst', 'pikepdf', 'jwt', 'cryptography', 'asn1crypto',\n"
        "         'rfc8785', 'segno', 'longrun.compositions.document'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "AWS_DEFAULT_REGION": "eu-central-1",
        "TABLE": "longrun-test",
    }

    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
