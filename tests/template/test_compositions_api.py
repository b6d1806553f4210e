"""The compositions' gateway, in what the local stack does otherwise than AWS and cannot prove."""

import json
from typing import Any

import pytest

from local.deployment import CALLED_URL
from longrun.contracts.compositions.errors import STATUSES, ErrorType

Resources = dict[str, dict[str, Any]]

METHODS = {"get", "head", "post", "put", "patch", "delete"}
FUNCTIONS = ["CompositionsApi", "CompositionsPrintForm", "CompositionsAuthorizer"]
PRINT_FORM = (
    "/patients/{patientId}/composition/{id}/episode/{episodeId}/encounter/{encounterId}/printForm"
)


@pytest.fixture(scope="module")
def api(resources: Resources) -> dict[str, Any]:
    properties: dict[str, Any] = resources["CompositionsRestApi"]["Properties"]
    return properties


@pytest.fixture(scope="module")
def responses(api: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api["Body"]["x-amazon-apigateway-gateway-responses"]
    return found


def body(response: dict[str, Any]) -> dict[str, Any]:
    """As it reaches a client on AWS."""
    written: str = response["responseTemplates"]["application/json"]
    assert CALLED_URL in written
    filled = (
        written.replace("$context.error.messageString", '"words"')
        .replace("$context.requestId", "request-1")
        .replace("$context.domainName", "longrun.example")
        .replace("$context.path", "/api/patients/composition")
    )
    assert "$" not in filled
    error: dict[str, Any] = json.loads(filled)
    return error


def statements(resources: Resources, function: str) -> list[dict[str, Any]]:
    return [
        statement
        for policy in resources[f"{function}Role"]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_every_media_type_is_binary(api: dict[str, Any]) -> None:
    assert api["BinaryMediaTypes"] == ["*/*"]


def test_the_proxy_names_its_methods(api: dict[str, Any]) -> None:
    assert set(api["Body"]["paths"]["/{proxy+}"]) == METHODS | {"options"}
    assert set(api["Body"]["paths"]) == {"/{proxy+}", PRINT_FORM}
    assert set(api["Body"]["paths"][PRINT_FORM]) == {"get", "options"}


def test_a_preflight_needs_no_credentials_and_all_else_does(api: dict[str, Any]) -> None:
    for path, operations in api["Body"]["paths"].items():
        for method, operation in operations.items():
            scheme = "NONE" if method == "options" else "BearerAndKey"
            assert operation["security"] == [{scheme: []}], f"{method} {path}"


def test_both_credentials_are_looked_at_each_time(api: dict[str, Any]) -> None:
    scheme = api["Body"]["components"]["securitySchemes"]["BearerAndKey"]
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "request"
    assert authorizer["authorizerResultTtlInSeconds"] == 0
    sources = set(authorizer["identitySource"].split(", "))
    assert sources == {f"method.request.header.{each}" for each in ("Authorization", "api-key")}
    assert "CompositionsAuthorizerAliaslive" in json.dumps(authorizer["authorizerUri"])


def test_print_forms_are_made_by_the_function_that_typesets(api: dict[str, Any]) -> None:
    uri = api["Body"]["paths"][PRINT_FORM]["get"]["x-amazon-apigateway-integration"]["uri"]
    assert "CompositionsPrintForm" in uri["Fn::Sub"]


def test_every_gateway_error_is_in_the_envelope(responses: dict[str, Any]) -> None:
    for kind, response in responses.items():
        told = body(response)
        assert set(told) == {"meta", "error"}, kind
        assert told["meta"] == {
            "code": int(response["statusCode"]),
            "url": "https://longrun.example/api/patients/composition",
            "type": "object",
            "request_id": "request-1",
        }
        kind_of_error, status = ErrorType(told["error"]["type"]), int(response["statusCode"])
        late = (kind_of_error, status) == (ErrorType.INTERNAL_ERROR, 504)
        assert STATUSES[kind_of_error] == status or late
        malformed = kind_of_error is ErrorType.REQUEST_MALFORMED
        expected = {"type", "message"} | ({"invalid"} if malformed else set())
        assert set(told["error"]) == expected, kind
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(responses)


@pytest.mark.parametrize(
    ("kind", "status", "type"),
    [
        ("UNAUTHORIZED", "401", "access_denied"),
        ("ACCESS_DENIED", "401", "access_denied"),
        ("MISSING_AUTHENTICATION_TOKEN", "404", "not_found"),
        ("RESOURCE_NOT_FOUND", "404", "not_found"),
        ("REQUEST_TOO_LARGE", "413", "request_too_large"),
        ("UNSUPPORTED_MEDIA_TYPE", "415", "content_type_invalid"),
        ("THROTTLED", "429", "too_many_requests"),
        ("DEFAULT_4XX", "400", "request_malformed"),
        ("DEFAULT_5XX", "500", "internal_error"),
    ],
)
def test_what_the_gateway_refuses_has_status_and_type(
    responses: dict[str, Any], kind: str, status: str, type: str
) -> None:
    assert responses[kind]["statusCode"] == status
    assert body(responses[kind])["error"]["type"] == type


def test_a_refused_caller_is_challenged_and_a_throttled_one_told_when(
    responses: dict[str, Any],
) -> None:
    refused = responses["UNAUTHORIZED"]["responseParameters"]
    assert refused["gatewayresponse.header.WWW-Authenticate"].startswith("'Bearer")
    throttled = responses["THROTTLED"]["responseParameters"]
    assert throttled["gatewayresponse.header.Retry-After"].strip("'").isdigit()


def test_the_published_path_is_a_mapping_beside_the_analytics_apis(resources: Resources) -> None:
    mapping = resources["CompositionsMapping"]
    assert mapping["Condition"] == "HasDomain"
    assert mapping["Properties"]["ApiMappingKey"] == "api"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_clients_wait_for_starts_from_a_snapshot(resources: Resources, function: str) -> None:
    assert resources[function]["Properties"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    calls = json.dumps(resources["CompositionsRestApi"]["Properties"]["Body"])
    assert f"{function}Aliaslive" in calls
    assert f"${{{function}.Arn}}" not in calls


def test_the_authorizer_reads_principals_and_nothing_else(resources: Resources) -> None:
    (statement,) = statements(resources, "CompositionsAuthorizer")
    assert statement["Action"] == ["dynamodb:GetItem"]
    keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert keys == ["TENANT#*", "CLIENT#*", "APIKEY#*"]


@pytest.mark.parametrize("function", ["CompositionsApi", "CompositionsPrintForm"])
def test_what_answers_clients_changes_no_composition_and_reads_no_signature(
    resources: Resources, function: str
) -> None:
    for statement in statements(resources, function):
        written = json.dumps(statement)
        assert "SignedBucket" not in written
        if any(key in written for key in ("SUBJECT#*", "COMPOSITION#*", "FOCUS#*")):
            reading = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
            assert set(statement["Action"]) <= reading


def test_the_api_starts_the_jobs_on_compositions_alone(resources: Resources) -> None:
    (start,) = [
        each
        for each in statements(resources, "CompositionsApi")
        if "states:StartExecution" in each["Action"]
    ]
    started = {each["Fn::Sub"].rpartition("${AWS::StackName}-")[2] for each in start["Resource"]}
    assert started == {f"composition-{each}" for each in ("create", "sign", "cancel")}


def test_faults_in_the_log_raise_an_alarm(resources: Resources) -> None:
    found = resources["CompositionsFaultsLogged"]["Properties"]
    (counted,) = found["MetricTransformations"]
    alarm = resources["CompositionsFaults"]["Properties"]
    assert found["LogGroupName"] == {"Ref": "CompositionsLogs"}
    assert (counted["MetricNamespace"], counted["MetricName"]) == (
        alarm["Namespace"],
        alarm["MetricName"],
    )
    for function in FUNCTIONS:
        logging = resources[function]["Properties"]["LoggingConfig"]
        assert logging["LogGroup"] == {"Ref": "CompositionsLogs"}
