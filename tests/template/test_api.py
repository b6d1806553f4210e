"""The gateway, in what the local stack does otherwise than AWS and so cannot prove."""

import json
import os
from typing import Any

import pytest

from local.places import ROOT

Resources = dict[str, dict[str, Any]]

METHODS = {"get", "head", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def api(resources: Resources) -> dict[str, Any]:
    properties: dict[str, Any] = resources["PrintRestApi"]["Properties"]
    return properties


@pytest.fixture(scope="module")
def responses(api: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api["Body"]["x-amazon-apigateway-gateway-responses"]
    return found


def body(response: dict[str, Any]) -> dict[str, Any]:
    written = response["responseTemplates"]["application/json"]
    error: dict[str, Any] = json.loads(
        written.replace("$context.error.messageString", '"words"').replace("$context.", "")
    )["error"]
    return error


def test_every_media_type_is_binary(api: dict[str, Any]) -> None:
    assert api["BinaryMediaTypes"] == ["*/*"]


def test_the_proxy_names_its_methods(api: dict[str, Any]) -> None:
    assert set(api["Body"]["paths"]["/{proxy+}"]) == METHODS | {"options"}


def test_a_preflight_needs_no_credentials_and_all_else_does(api: dict[str, Any]) -> None:
    for path, operations in api["Body"]["paths"].items():
        for method, operation in operations.items():
            scheme = "NONE" if method == "options" else "Credentials"
            assert operation["security"] == [{scheme: []}], f"{method} {path}"


def test_every_path_has_a_preflight_for_a_named_path_takes_none_from_the_greedy_one(
    api: dict[str, Any],
) -> None:
    for path, operations in api["Body"]["paths"].items():
        integration = operations["options"]["x-amazon-apigateway-integration"]
        assert "${PrintApiAliaslive}" in integration["uri"]["Fn::Sub"], path


def test_the_authorizer_is_asked_each_time_because_either_of_two_headers_will_do(
    api: dict[str, Any],
) -> None:
    scheme = api["Body"]["components"]["securitySchemes"]["Credentials"]
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "request"
    assert authorizer["authorizerResultTtlInSeconds"] == 0
    assert "identitySource" not in authorizer


def test_everything_that_delivers_streams_and_nothing_else(api: dict[str, Any]) -> None:
    for path, operations in api["Body"]["paths"].items():
        for method, operation in operations.items():
            integration = operation["x-amazon-apigateway-integration"]
            streams = "PrintDelivery" in json.dumps(integration)
            uri = integration["uri"]["Fn::Sub"]
            place = f"{method} {path}"
            assert (integration.get("responseTransferMode") == "STREAM") is streams, place
            # Without one of its own, the gateway would cut a stream at 29 s.
            assert integration.get("timeoutInMillis") == (180_000 if streams else None), place
            assert ("/2021-11-15/functions/" in uri) is streams, place
            assert uri.endswith("/response-streaming-invocations") is streams, place


def test_what_streams_runs_on_the_runtime_that_streams(resources: Resources) -> None:
    delivery = resources["PrintDelivery"]["Properties"]
    wrapper = delivery["Environment"]["Variables"]["AWS_LAMBDA_EXEC_WRAPPER"]
    assert wrapper == {"Fn::If": ["IsAws", "/opt/python/bootstrap", {"Ref": "AWS::NoValue"}]}
    assert any("StreamingLayer" in json.dumps(layer) for layer in delivery["Layers"])
    assert os.access(ROOT / "layers" / "streaming" / "bootstrap", os.X_OK)


def test_what_delivers_answers_at_the_paths_of_results_and_files(api: dict[str, Any]) -> None:
    delivering = {
        path
        for path, operations in api["Body"]["paths"].items()
        if "PrintDelivery" in json.dumps(operations)
    }
    assert delivering == {
        "/workflow/print/getResult/{operationId}",
        "/workflow/print/getResultTxt/{operationId}",
        "/workflow/print/getManagedResult/{operationId}",
        "/workflow/print/{dmConfigId}/{templateId}/{jcConfigId}/{ocConfigId}",
        "/filestore/file/{proxy+}",
    }


def test_every_gateway_error_has_the_contracts_shape(responses: dict[str, Any]) -> None:
    for kind, response in responses.items():
        assert body(response)["status"] == int(response["statusCode"]), kind
        assert body(response)["message"], kind
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(responses)


def test_missing_or_wrong_credentials_are_answered_401_with_a_basic_challenge(
    responses: dict[str, Any],
) -> None:
    unauthorized = responses["UNAUTHORIZED"]
    assert unauthorized["statusCode"] == "401"
    challenge = unauthorized["responseParameters"]["gatewayresponse.header.WWW-Authenticate"]
    assert challenge.startswith("'Basic realm=")


def test_an_unknown_path_is_answered_404(responses: dict[str, Any]) -> None:
    assert responses["MISSING_AUTHENTICATION_TOKEN"]["statusCode"] == "404"
    assert responses["RESOURCE_NOT_FOUND"]["statusCode"] == "404"


def test_too_large_a_body_is_told_of_the_presigned_upload(responses: dict[str, Any]) -> None:
    too_large = responses["REQUEST_TOO_LARGE"]
    assert too_large["statusCode"] == "413"
    assert "POST /filestore/uploads" in body(too_large)["message"]


def test_the_published_path_is_a_mapping_of_the_custom_domain(resources: Resources) -> None:
    mapping = resources["PrintMapping"]
    assert mapping["Condition"] == "HasDomain"
    assert mapping["Properties"]["ApiMappingKey"] == "rest/serverengine"


@pytest.mark.parametrize("function", ["PrintApi", "PrintDelivery", "PrintAuthorizer"])
def test_what_clients_wait_for_starts_from_a_snapshot(resources: Resources, function: str) -> None:
    assert resources[function]["Properties"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert resources[f"{function}Aliaslive"]["Type"] == "AWS::Lambda::Alias"
    calls = json.dumps(resources["PrintRestApi"]["Properties"]["Body"])
    assert f"{function}Aliaslive" in calls
    assert f"${{{function}.Arn}}" not in calls
