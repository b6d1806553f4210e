"""From the sources to the deployed stack: `sam build`, `sam deploy`, and what MiniStack lacks.

MiniStack drops the gateway responses of an imported API, and knows no
response streaming: all made good here, from the very files that AWS gets.
"""

import json
import os
import re
import sys
from typing import Any

import boto3

from local.built import finish_build, source_digest
from local.commands import run
from local.places import BUILD, CREDENTIALS, REGION, ROOT, STACK_NAME, Places, architecture

CALLED_URL = "https://$context.domainName$context.path"
"""How the templates of gateway responses write it."""


def deploy(places: Places) -> None:
    """Build and deploy, unless just that is deployed.

    Raises:
        Failed: SAM refused.
    """
    wanted = {"sources": source_digest(), "origin": places.origin}
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
    finish_build()
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
            f"UserPoolEndpoint={places.endpoint}",
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


def _buffer_responses() -> None:
    """Take streaming out of the built template."""
    template = BUILD / "template.yaml"
    streaming = re.compile(
        r"^ *(ResponseTransferMode: RESPONSE_STREAM|TimeoutInMillis: \d+)\n", re.MULTILINE
    )
    template.write_text(streaming.sub("", template.read_text()))


def _put_gateway_responses(places: Places) -> None:
    """Give each API the gateway responses of its definition; publish it anew.

    A header that is no literal is left out: the only such is CORS, which is off here. In a
    template, where the API is stands for where it was called, which MiniStack does not tell.
    """
    formation = client("cloudformation", places.endpoint)
    gateway = client("apigateway", places.endpoint)
    template = formation.get_template(StackName=STACK_NAME, TemplateStage="Processed")[
        "TemplateBody"
    ]
    resources = (json.loads(template) if isinstance(template, str) else template)["Resources"]
    listed = formation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    ids = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in listed}
    keys = {
        r["Properties"]["ApiId"]["Ref"]: r["Properties"]["ApiMappingKey"]
        for r in resources.values()
        if r["Type"] == "AWS::ApiGatewayV2::ApiMapping"
    }
    for logical, resource in resources.items():
        if resource["Type"] != "AWS::ApiGateway::RestApi":
            continue
        base = f"{places.origin}/{keys[logical]}"
        api = ids[logical]
        responses = resource["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
        for kind, response in responses.items():
            parameters = response.get("responseParameters", {})
            gateway.put_gateway_response(
                restApiId=api,
                responseType=kind,
                statusCode=str(response["statusCode"]),
                responseParameters={n: v for n, v in parameters.items() if isinstance(v, str)},
                responseTemplates={
                    media_type: written.replace(CALLED_URL, base)
                    for media_type, written in response["responseTemplates"].items()
                },
            )
        for stage in gateway.get_stages(restApiId=api)["item"]:
            gateway.create_deployment(restApiId=api, stageName=stage["stageName"])
