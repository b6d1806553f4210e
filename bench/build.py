"""The built stack, as SAM would deploy it: functions, their layers and the workflow."""

import os
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import yaml

from local.places import BUILD, CREDENTIALS, REGION, ROOT

WORKFLOW = ROOT / "functions" / "print" / "all_in_one.asl.yaml"


class NotBuilt(Exception):
    """There is no build to measure."""

    def __init__(self, place: Path) -> None:
        super().__init__(f"There is no {place}: run `make up` first.")
        self.place = place


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function as it is built."""

    name: str
    """Its logical id in the template."""
    folder: Path
    layers: tuple[Path, ...]
    memory: int
    """In MB."""

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        """A process's environment that finds just what the function would find on Lambda.

        boto3 comes last, from the bench's own environment: Lambda's runtime brings it. Nothing is
        compiled into bytecode that was not deployed as such, because a function's folders are
        read-only there.
        """
        folders = [self.folder, *(layer / "python" for layer in self.layers), packages()]
        found: dict[str, str] = clean_environment()
        return found | {"PYTHONPATH": os.pathsep.join(map(str, folders))} | dict(extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What `sam build` made of the template."""

    functions: dict[str, Function]
    layers: dict[str, Path]
    table: dict[str, Any]
    """The state table's properties."""
    workflow: dict[str, Any]
    """The All-In-One, in Amazon States Language."""
    substitutions: dict[str, str]
    """The workflow's placeholders of functions, by their logical ids."""

    @classmethod
    def read(cls) -> "Build":
        """The build in its usual place.

        Raises:
            NotBuilt: There is none.
        """
        template = BUILD / "template.yaml"
        if not template.exists():
            raise NotBuilt(BUILD)
        document = yaml.safe_load(template.read_text(encoding="utf-8"))
        resources = document["Resources"]
        common = document["Globals"]["Function"]
        layers = {
            name: BUILD / resource["Properties"]["ContentUri"]
            for name, resource in resources.items()
            if resource["Type"] == "AWS::Serverless::LayerVersion"
        }
        functions = {}
        for name, resource in resources.items():
            if resource["Type"] != "AWS::Serverless::Function":
                continue
            properties = resource["Properties"]
            attached = [*common["Layers"], *properties.get("Layers", [])]
            functions[name] = Function(
                name=name,
                folder=BUILD / properties["CodeUri"],
                layers=tuple(layers[_reference(layer)] for layer in attached),
                memory=properties.get("MemorySize", common["MemorySize"]),
            )
        placeholders = resources["PrintAllInOne"]["Properties"]["DefinitionSubstitutions"]
        return cls(
            functions=functions,
            layers=layers,
            table=resources["Table"]["Properties"],
            workflow=yaml.safe_load(WORKFLOW.read_text(encoding="utf-8")),
            substitutions={
                name: value["Fn::GetAtt"][0]
                for name, value in placeholders.items()
                if "Fn::GetAtt" in value
            },
        )


def _reference(layer: Mapping[str, Any]) -> str:
    """A layer's logical id; of one that is attached under a condition, as on AWS."""
    choice = layer["Fn::If"][1] if "Fn::If" in layer else layer
    name: str = choice["Ref"]
    return name


def packages() -> Path:
    """Where the bench's own environment keeps boto3."""
    return Path(boto3.__file__).parent.parent


def python(*arguments: str | Path) -> list[str]:
    """A command that runs Python as Lambda does: without the site's additions to the path."""
    return [sys.executable, "-S", "-P", *map(str, arguments)]


def clean_environment() -> dict[str, str]:
    """An environment without anything of the caller's that Python or AWS would look at."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PYTHON", "POWERTOOLS_"))
    }
    return (
        kept
        | CREDENTIALS
        | {
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
            "POWERTOOLS_SERVICE_NAME": "longrun",
        }
    )


def sizes(build: Build) -> Iterator[tuple[str, int, int]]:
    """Each function and layer with its bytes, unpacked and zipped."""
    places = {name: function.folder for name, function in build.functions.items()} | build.layers
    for name, place in sorted(places.items()):
        packed = BytesIO()
        unpacked = 0
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(place.rglob("*")):
                if path.is_file():
                    unpacked += path.stat().st_size
                    archive.write(path, path.relative_to(place))
        yield name, unpacked, len(packed.getvalue())
