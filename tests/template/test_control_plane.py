"""The HTTP API of the OCI control plane: nothing between the client and the verifier."""

import json
from typing import Any

Resources = dict[str, dict[str, Any]]


def of_the_api(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == f"AWS::ApiGatewayV2::{kind}"
        and resource["Properties"].get("ApiId") == {"Ref": "ControlPlaneHttpApi"}
    }


def test_it_is_an_http_api_whose_payload_carries_the_raw_query(resources: Resources) -> None:
    assert resources["ControlPlaneHttpApi"]["Properties"]["ProtocolType"] == "HTTP"
    (integration,) = of_the_api(resources, "Integration").values()
    assert integration["PayloadFormatVersion"] == "2.0"
    assert integration["IntegrationType"] == "AWS_PROXY"
    assert integration["IntegrationUri"] == {"Ref": "ControlPlaneApiAliaslive"}


def test_every_request_reaches_the_function_as_it_was_signed(resources: Resources) -> None:
    (route,) = of_the_api(resources, "Route").values()
    assert route["RouteKey"] == "$default"
    assert route["AuthorizationType"] == "NONE"
    assert route["Target"] == {"Fn::Sub": "integrations/${ControlPlaneIntegration}"}
    (stage,) = of_the_api(resources, "Stage").values()
    # Any other stage's name would be a part of the path.
    assert stage["StageName"] == "$default"
    assert stage["AutoDeploy"] is True
    assert not of_the_api(resources, "Authorizer")


def test_the_sdks_base_path_is_the_mapping_of_the_custom_domain(resources: Resources) -> None:
    mapping = resources["ControlPlaneMapping"]
    assert mapping["Condition"] == "HasDomain"
    assert mapping["Properties"]["ApiMappingKey"] == "20190331"
    assert mapping["Properties"]["ApiId"] == {"Ref": "ControlPlaneHttpApi"}
    assert mapping["Properties"]["Stage"] == {"Ref": "ControlPlaneStage"}


def test_the_service_endpoint_is_an_output_without_the_base_path(template: dict[str, Any]) -> None:
    url = json.dumps(template["Outputs"]["ControlPlaneUrl"]["Value"])
    assert "20190331" not in url


def test_only_this_api_may_invoke_the_function(resources: Resources) -> None:
    permissions = [
        resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::Permission"
        and "ControlPlaneApi" in json.dumps(resource["Properties"]["FunctionName"])
    ]
    (permission,) = permissions
    assert permission["FunctionName"] == {"Ref": "ControlPlaneApiAliaslive"}
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert "${ControlPlaneHttpApi}/*/$default" in permission["SourceArn"]["Fn::Sub"]


def test_what_the_sdk_waits_for_starts_from_a_snapshot(resources: Resources) -> None:
    function = resources["ControlPlaneApi"]["Properties"]
    assert function["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    layers = json.dumps(function["Layers"])
    assert "SignaturesLayer" in layers
    assert "RuntimeLayer" in layers


def test_it_reads_and_cancels_and_can_do_nothing_else(resources: Resources) -> None:
    (policy,) = resources["ControlPlaneApiRole"]["Properties"]["Policies"]
    statements = policy["PolicyDocument"]["Statement"]
    actions = {action for statement in statements for action in statement["Action"]}
    assert actions == {
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:UpdateItem",
        "dynamodb:Query",
        "s3:GetObject",
        "s3:ListBucket",
        "states:StopExecution",
    }
    (read,) = [each for each in statements if "s3:GetObject" in each["Action"]]
    assert read["Resource"] == {"Fn::Sub": "${Bucket.Arn}/results/*/errors.jsonl"}
    (written,) = [each for each in statements if "dynamodb:UpdateItem" in each["Action"]]
    keys = written["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert keys == ["OP#*"]


def test_whatever_is_a_work_request_can_be_canceled(resources: Resources) -> None:
    (policy,) = resources["ControlPlaneApiRole"]["Properties"]["Policies"]
    (cancel,) = [
        each
        for each in policy["PolicyDocument"]["Statement"]
        if each["Action"] == ["states:StopExecution"]
    ]
    executions = {each["Fn::Sub"].rsplit("}", 1)[1] for each in cancel["Resource"]}
    workflows = {
        resource["Properties"]["StateMachineName"]["Fn::Sub"].rsplit("}", 1)[1]
        for resource in resources.values()
        if resource["Type"] == "AWS::StepFunctions::StateMachine"
    }
    assert executions == {f"{workflow}:*" for workflow in workflows}
