"""Every function may do what it does, and nothing else."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

Resources = dict[str, dict[str, Any]]

# Actions that AWS defines no resources for.
WITHOUT_RESOURCES = {
    "dynamodb:ListStreams",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
}
MANAGED = {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}
PREFIXES = {
    *("files", "inputs", "work", "sets", "results", "delivered", "datasets", "snapshots"),
    *("signed", "trust"),
}


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    return {n: r["Properties"] for n, r in resources.items() if r["Type"] == kind}


def statements(resources: Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement
    for name, policy in of_type(resources, "AWS::IAM::Policy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            yield name, statement


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def text(resource: object) -> str:
    return resource if isinstance(resource, str) else json.dumps(resource)


def test_no_action_is_a_wildcard(resources: Resources) -> None:
    for role, statement in statements(resources):
        for action in listed(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z]+", action), f"{role}: {action}"


def test_every_resource_is_named_but_for_object_prefixes_and_execution_names(
    resources: Resources,
) -> None:
    for role, statement in statements(resources):
        for resource in listed(statement["Resource"]):
            written = text(resource)
            if resource == "*":
                assert set(listed(statement["Action"])) <= WITHOUT_RESOURCES, role
            elif ":execution:" in written:
                assert written.count("*") == 1, f"{role}: {written}"
            elif "*" in written:
                prefix = re.fullmatch(
                    r'{"Fn::Sub": "\$\{(?:Signed)?Bucket\.Arn\}/([a-z]+)/\*(?:/errors\.jsonl)?"}',
                    written,
                )
                assert prefix, f"{role}: {written}"
                assert prefix[1] in PREFIXES, f"{role}: {written}"


def test_items_of_the_table_are_limited_by_their_keys(resources: Resources) -> None:
    for role, statement in statements(resources):
        if {"Fn::GetAtt": ["Table", "Arn"]} in listed(statement["Resource"]):
            keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            assert keys, role
            assert "*" not in keys, role


def test_lists_of_the_bucket_are_limited_to_prefixes(resources: Resources) -> None:
    for role, statement in statements(resources):
        if set(listed(statement["Action"])) & {"s3:ListBucket", "s3:ListBucketVersions"}:
            (condition,) = statement["Condition"].values()
            for prefix in condition["s3:prefix"]:
                assert prefix.removesuffix("/*") in PREFIXES, f"{role}: {prefix}"


def test_nobody_scans_or_reads_tables_in_another_way(resources: Resources) -> None:
    used = {a for _, s in statements(resources) for a in listed(s["Action"])}
    assert not used & {"dynamodb:Scan", "dynamodb:PartiQLSelect", "s3:PutBucketPolicy"}


def test_managed_policies_are_those_for_logs_and_traces_only(resources: Resources) -> None:
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        for arn in role.get("ManagedPolicyArns", []):
            assert arn.rsplit("/", 1)[-1] in MANAGED, name


def test_every_function_has_a_role_of_its_own(resources: Resources) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    roles = [json.dumps(function["Role"]) for function in functions.values()]
    assert len(roles) == len(set(roles))


@pytest.mark.parametrize("function", ["PrintDelivery", "PrintApi"])
def test_what_answers_clients_reads_no_work_in_progress(
    resources: Resources, function: str
) -> None:
    for role, statement in statements(resources):
        if role == f"{function}Role":
            assert "/work/" not in json.dumps(statement)


def test_download_urls_are_signed_by_a_role_that_may_read_results_and_files_only(
    resources: Resources,
) -> None:
    role = resources["ResultsReaderRole"]["Properties"]
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert set(statement["Action"]) == {"s3:GetObject", "s3:GetObjectVersion"}
    assert statement["Resource"] == [
        {"Fn::Sub": "${Bucket.Arn}/results/*"},
        {"Fn::Sub": "${Bucket.Arn}/files/*"},
    ]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Fn::GetAtt": ["PrintDeliveryRole", "Arn"]}}


def test_the_workflow_may_invoke_just_its_steps(resources: Resources) -> None:
    substituted = resources["PrintAllInOne"]["Properties"]["DefinitionSubstitutions"]
    steps = [v for v in substituted.values() if "Fn::GetAtt" in v]
    (invoke,) = [
        s
        for role, s in statements(resources)
        if role == "PrintAllInOneRole" and "lambda:InvokeFunction" in s["Action"]
    ]
    assert invoke["Resource"] == steps
