import json
import subprocess
from typing import Any

import pytest
import yaml

from local.places import ROOT

STACK_PYTHON = ROOT / ".local" / "stack-venv" / "bin" / "python"

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml after the SAM transform."""
    printed = subprocess.run(
        [STACK_PYTHON, "-m", "local.transform", "template.yaml"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        env={"AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": str(ROOT)},
    ).stdout
    transformed: dict[str, Any] = json.loads(printed)
    return transformed


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> Resources:
    found: Resources = template["Resources"]
    return found


@pytest.fixture(scope="session")
def workflow() -> dict[str, Any]:
    path = ROOT / "functions" / "print" / "all_in_one.asl.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())
    return loaded
