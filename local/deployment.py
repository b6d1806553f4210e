"""From the sources to the deployed stack: `sam build`, `sam deploy`, and what MiniStack lacks.

MiniStack reads no YAML workflows, drops the gateway responses of an imported API, and knows no
response streaming: all made good here, from the very files that AWS gets.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import yaml

from local.commands import run
from local.places import CREDENTIALS, REGION, ROOT, STACK_NAME, Places, architecture

SOURCES = ("template.yaml", "samconfig.toml", "functions", "layers")
BUILD = ROOT / ".aws-sam" / "build"
NUMBERS = re.compile(
    r'"(MaxConcurrency|TimeoutSeconds|IntervalSeconds|MaxAttempts)": "(\$\{\w+\})"'
)


def deploy(places: Places) -> None:
    """Build and deploy, unless just that is deployed.

    Raises:
        Failed: SAM refused.
    """
    wanted = {"sources": _digest(), "origin": places.origin}
    if places.deployed.exists() and json.loads(places.deployed.read_text()) == wanted:
        print("Nothing to deploy: the sources have not changed.")
        return
    machine = f"Architecture={architecture()}"
    run(
        "Building",
        [
            places.programs / "sam",
            "build",
            "--config-env",
            "local",
            "--parameter-overrides",
            machine,
        ],
        log=places.home / "build.log",
        environment=places.environment(),
    )
    # Lambda's folders are read-only: what is not compiled here is compiled at every cold start.
    run(
        "Compiling",
        [
            sys.executable,
            *("-m", "compileall", "-q", "-f", "-j", "0", "--invalidation-mode", "unchecked-hash"),
            BUILD.relative_to(ROOT),
        ],
        log=places.home / "compile.log",
        environment=places.environment(),
    )
    _render_workflows()
    _buffer_responses()
    run(
        "Deploying",
        [
            places.programs / "sam",
            "deploy",
            "--config-env",
            "local",
            "--parameter-overrides",
            machine,
            "Environment=local",
            "DomainName=127.0.0.1",
            f"PublicBaseUrl={places.origin}",
            # As many as there are cores to serve them.
            f"MapConcurrency={os.cpu_count() or 2}",
            "RetrySeconds=1",
        ],
        log=places.home / "deploy.log",
        environment=places.environment(),
    )
    _put_gateway_responses(places)
    places.deployed.write_text(json.dumps(wanted))


def client(service: str, endpoint: str) -> Any:
    """A boto3 client of the local stack's root."""
    return boto3.client(  # type: ignore[call-overload]  # the name is not a literal here
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


def _digest() -> str:
    digest = hashlib.sha256()
    for path in _files():
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in SOURCES:
        source = ROOT / name
        found = [source] if source.is_file() else sorted(source.rglob("*"))
        yield from (p for p in found if p.is_file() and "__pycache__" not in p.parts)


def _render_workflows() -> None:
    """Make JSON of the built template's workflows; placeholders of numbers lose their quotes."""
    template = BUILD / "template.yaml"

    def render(found: re.Match[str]) -> str:
        source = (BUILD / found["path"]).resolve()
        text = json.dumps(yaml.safe_load(source.read_text()), indent=1)
        target = BUILD / source.with_suffix(".json").name
        target.write_text(NUMBERS.sub(r'"\1": \2', text))
        return f"DefinitionUri: {target.name}"

    template.write_text(
        re.sub(r"DefinitionUri: (?P<path>\S+\.asl\.yaml)", render, template.read_text())
    )


def _buffer_responses() -> None:
    """Take streaming out of the built template."""
    template = BUILD / "template.yaml"
    template.write_text(
        re.sub(r"^ *ResponseTransferMode: RESPONSE_STREAM\n", "", template.read_text(), flags=re.M)
    )


def _put_gateway_responses(places: Places) -> None:
    """Give each API the gateway responses of its definition; publish it anew.

    A header that is no literal is left out: the only such is CORS, which is off here.
    """
    formation = client("cloudformation", places.endpoint)
    gateway = client("apigateway", places.endpoint)
    template = formation.get_template(StackName=STACK_NAME, TemplateStage="Processed")[
        "TemplateBody"
    ]
    resources = (json.loads(template) if isinstance(template, str) else template)["Resources"]
    listed = formation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    ids = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in listed}
    for logical, resource in resources.items():
        if resource["Type"] != "AWS::ApiGateway::RestApi":
            continue
        api = ids[logical]
        responses = resource["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
        for kind, response in responses.items():
            parameters = response.get("responseParameters", {})
            gateway.put_gateway_response(
                restApiId=api,
                responseType=kind,
                statusCode=str(response["statusCode"]),
                responseParameters={n: v for n, v in parameters.items() if isinstance(v, str)},
                responseTemplates=response["responseTemplates"],
            )
        for stage in gateway.get_stages(restApiId=api)["item"]:
            gateway.create_deployment(restApiId=api, stageName=stage["stageName"])
