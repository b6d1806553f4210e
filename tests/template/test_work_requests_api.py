"""The Analytics API's gateway, in what the local stack does otherwise than AWS and cannot prove."""

import json
from typing import Any

import pytest

Resources = dict[str, dict[str, Any]]

METHODS = {"get", "head", "post", "put", "patch", "delete"}
EXPORT = "/catalog/workbooks/{workbookId}/exports/{exportId}"


@pytest.fixture(scope="module")
def api(resources: Resources) -> dict[str, Any]:
    properties: dict[str, Any] = resources["WorkRequestsRestApi"]["Properties"]
    return properties


@pytest.fixture(scope="module")
def responses(api: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api["Body"]["x-amazon-apigateway-gateway-responses"]
    return found


def body(response: dict[str, Any]) -> dict[str, Any]:
    written = response["responseTemplates"]["application/json"]
    error: dict[str, Any] = json.loads(
        written.replace("$context.error.messageString", '"words"').replace("$context.", "")
    )
    return error


def test_every_media_type_is_binary(api: dict[str, Any]) -> None:
    assert api["BinaryMediaTypes"] == ["*/*"]


def test_the_proxy_names_its_methods(api: dict[str, Any]) -> None:
    assert set(api["Body"]["paths"]["/{proxy+}"]) == METHODS | {"options"}


def test_a_preflight_needs_no_token_and_all_else_does(api: dict[str, Any]) -> None:
    for path, operations in api["Body"]["paths"].items():
        assert "options" in operations, path
        for method, operation in operations.items():
            scheme = "NONE" if method == "options" else "Bearer"
            assert operation["security"] == [{scheme: []}], f"{method} {path}"


def test_a_token_is_looked_at_each_time(api: dict[str, Any]) -> None:
    scheme = api["Body"]["components"]["securitySchemes"]["Bearer"]
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "request"
    assert authorizer["authorizerResultTtlInSeconds"] == 0
    assert authorizer["identitySource"] == "method.request.header.Authorization"
    assert "WorkRequestsAuthorizerAliaslive" in json.dumps(authorizer["authorizerUri"])


def test_exports_stream_and_nothing_else(api: dict[str, Any]) -> None:
    for path, operations in api["Body"]["paths"].items():
        for method, operation in operations.items():
            integration = operation["x-amazon-apigateway-integration"]
            streams = path == EXPORT and method in ("get", "head")
            uri = integration["uri"]["Fn::Sub"]
            place = f"{method} {path}"
            assert ("WorkRequestsDelivery" in uri) is streams, place
            assert (integration.get("responseTransferMode") == "STREAM") is streams, place
            # Without one of its own, the gateway would cut a stream at 29 s.
            assert integration.get("timeoutInMillis") == (180_000 if streams else None), place
            assert uri.endswith("/response-streaming-invocations") is streams, place


def test_what_streams_runs_on_the_runtime_that_streams(resources: Resources) -> None:
    delivery = resources["WorkRequestsDelivery"]["Properties"]
    wrapper = delivery["Environment"]["Variables"]["AWS_LAMBDA_EXEC_WRAPPER"]
    assert wrapper == {"Fn::If": ["IsAws", "/opt/python/bootstrap", {"Ref": "AWS::NoValue"}]}
    assert any("StreamingLayer" in json.dumps(layer) for layer in delivery["Layers"])


def test_every_gateway_error_has_the_contracts_shape(responses: dict[str, Any]) -> None:
    for kind, response in responses.items():
        error = body(response)
        assert set(error) == {"code", "message"}, kind
        assert error["code"].isalpha() and error["message"], kind
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(responses)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("UNAUTHORIZED", "401", "NotAuthenticated"),
        ("ACCESS_DENIED", "403", "NotAuthorized"),
        ("MISSING_AUTHENTICATION_TOKEN", "404", "NotFound"),
        ("RESOURCE_NOT_FOUND", "404", "NotFound"),
        ("THROTTLED", "429", "TooManyRequests"),
        ("DEFAULT_4XX", "400", "InvalidParameter"),
        ("DEFAULT_5XX", "500", "InternalServerError"),
    ],
)
def test_what_the_gateway_refuses_has_status_and_code(
    responses: dict[str, Any], kind: str, status: str, code: str
) -> None:
    assert responses[kind]["statusCode"] == status
    assert body(responses[kind])["code"] == code


def test_a_missing_or_wrong_token_is_challenged(responses: dict[str, Any]) -> None:
    headers = responses["UNAUTHORIZED"]["responseParameters"]
    challenge = headers["gatewayresponse.header.WWW-Authenticate"]
    assert challenge.startswith("'Bearer")


def test_the_published_path_is_a_mapping_of_the_custom_domain(resources: Resources) -> None:
    mapping = resources["WorkRequestsMapping"]
    assert mapping["Condition"] == "HasDomain"
    assert mapping["Properties"]["ApiMappingKey"] == "api/20210901"


@pytest.mark.parametrize(
    "function", ["WorkRequestsApi", "WorkRequestsDelivery", "WorkRequestsAuthorizer"]
)
def test_what_clients_wait_for_starts_from_a_snapshot(resources: Resources, function: str) -> None:
    assert resources[function]["Properties"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert resources[f"{function}Aliaslive"]["Type"] == "AWS::Lambda::Alias"
    calls = json.dumps(resources["WorkRequestsRestApi"]["Properties"]["Body"])
    assert f"{function}Aliaslive" in calls
    assert f"${{{function}.Arn}}" not in calls


def test_exports_are_signed_by_a_role_that_may_read_results_only(resources: Resources) -> None:
    role = resources["ExportsReaderRole"]["Properties"]
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert set(statement["Action"]) == {"s3:GetObject", "s3:GetObjectVersion"}
    assert statement["Resource"] == {"Fn::Sub": "${Bucket.Arn}/results/*"}
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Fn::GetAtt": ["WorkRequestsDeliveryRole", "Arn"]}}


def test_the_api_seals_secrets_and_cannot_open_one(resources: Resources) -> None:
    statements = [
        statement
        for policy in resources["WorkRequestsApiRole"]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    with_key = [each for each in statements if "SecretsKey" in json.dumps(each["Resource"])]
    assert [each["Action"] for each in with_key] == [["kms:Encrypt"]]
    variables = resources["WorkRequestsApi"]["Properties"]["Environment"]["Variables"]
    assert variables["SECRETS_KEY"] == {"Fn::GetAtt": ["SecretsKey", "Arn"]}
    delivery = json.dumps(resources["WorkRequestsDeliveryRole"]["Properties"])
    assert "SecretsKey" not in delivery
