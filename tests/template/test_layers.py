"""What a door imports is in the layers that its function has: the local stack would not notice."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.places import ROOT

Resources = dict[str, dict[str, Any]]

# Top-level modules of each layer's packages; boto3 and what it needs come with the runtime.
PACKAGES = {
    "RuntimeLayer": {"aws_lambda_powertools", "pydantic", "pydantic_core", "yaml"},
    "TypesettingLayer": {"lxml", "pikepdf", "PIL", "pypdfium2", "segno", "typst"},
    "ColumnarLayer": {"_duckdb", "duckdb", "et_xmlfile", "openpyxl"},
    "SignaturesLayer": {"asn1crypto", "cryptography", "jwt", "rfc8785"},
    "StreamingLayer": {"awslambdaric", "longrun_streaming", "simplejson"},
}
# Imported by many, for clients and tests; deployed nowhere.
ELSEWHERE = {"httpx", "jsonschema", "moto", "pytest", "requests", "rich"}

IMPORT_DOOR = """
import importlib.abc, sys

class Refusing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in REFUSED:
            raise ModuleNotFoundError(f"{name} is in none of the function's layers", name=name)

DOOR, REFUSED = sys.argv[1], set(sys.argv[2].split(","))
sys.meta_path.insert(0, Refusing())
importlib.import_module(DOOR)
"""

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "TABLE": "table",
    "BUCKET": "bucket",
    "BUS": "bus",
    "SIGNED_BUCKET": "signed",
    "TIME_ZONE": "Europe/Kyiv",
    "WORKFLOW_PREFIX": "arn:aws:states:us-east-1:000000000000:stateMachine:stack-",
    "RESULTS_ROLE": "arn:aws:iam::000000000000:role/results",
    "PUBLIC_BASE_URL": "http://127.0.0.1/rest/serverengine",
    "RETENTION_DAYS": "7",
    "TOKEN_MINUTES": "60",
    "USER_POOL": "us-east-1_pool",
    "TOKEN_URL": "http://127.0.0.1/oauth2/token",
    "OIDC_ISSUER": "https://issuer.example",
    "OIDC_JWKS_URL": "https://issuer.example/keys",
    "OIDC_AUDIENCE": "",
    "OIDC_TENANT_CLAIM": "",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def functions() -> list[tuple[str, str]]:
    """Each function's logical id and folder, from the template as it is written."""
    text = (ROOT / "template.yaml").read_text()
    template = yaml.load(text, Loader=_Loader)  # the loader is a SafeLoader
    return [
        (name, resource["Properties"]["CodeUri"])
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    ]


class _Loader(yaml.SafeLoader):
    """Reads intrinsic functions as their arguments' text."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: f"{suffix} {node.value}")


def layers(resources: Resources, function: str) -> set[str]:
    references = json.dumps(resources[function]["Properties"]["Layers"])
    return {layer for layer in PACKAGES if layer in references}


@pytest.mark.parametrize(("function", "folder"), functions())
def test_a_door_imports_only_what_its_layers_have(
    resources: Resources, function: str, folder: str
) -> None:
    missing = set(PACKAGES) - layers(resources, function)
    refused = ELSEWHERE.union(*(PACKAGES[layer] for layer in missing))
    door = ".".join(Path(folder, "app").parts)
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_DOOR, door, ",".join(refused)],
        cwd=ROOT,
        env=ENVIRONMENT | {"PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'longrun'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.strip().splitlines()[-1]


def test_every_door_belongs_to_a_function() -> None:
    doors = {str(path.parent.relative_to(ROOT)) for path in (ROOT / "functions").glob("*/*/app.py")}
    assert doors == {folder for _, folder in functions()}
