"""Compositions: what was signed is kept, and each step may do no more than its part."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from local.places import ROOT

Resources = dict[str, dict[str, Any]]

JOBS = {"Create": "create", "Sign": "sign", "Cancel": "cancel"}


@pytest.fixture(scope="module")
def job() -> dict[str, Any]:
    path = ROOT / "functions" / "compositions" / "job.asl.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())
    return loaded


def statements(resources: Resources, role: str) -> Iterator[dict[str, Any]]:
    for policy in resources[role]["Properties"]["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def actions_on(resources: Resources, function: str, what: str) -> set[str]:
    """What the function may do with resources or keys whose names hold a text."""
    return {
        action
        for statement in statements(resources, f"{function}Role")
        if what in json.dumps([statement["Resource"], statement.get("Condition")])
        for action in statement["Action"]
    }


class TestWhatWasSigned:
    def test_it_is_kept_private_encrypted_and_in_all_versions(self, resources: Resources) -> None:
        bucket = resources["SignedBucket"]["Properties"]
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        rules = bucket["LifecycleConfiguration"]["Rules"]
        assert all("xpiration" not in key for rule in rules for key in rule)

    def test_it_can_be_locked_at_any_time_for_the_days_of_the_parameter(
        self, resources: Resources, template: dict[str, Any]
    ) -> None:
        bucket = resources["SignedBucket"]["Properties"]
        # Lock is a property of the bucket from its creation on; without a rule it holds nothing.
        assert bucket["ObjectLockEnabled"] is True
        condition, lock, none = bucket["ObjectLockConfiguration"]["Fn::If"]
        assert (condition, none) == ("HasSignedLock", {"Ref": "AWS::NoValue"})
        assert lock["Rule"]["DefaultRetention"] == {
            "Mode": "GOVERNANCE",
            "Days": {"Ref": "SignedLockDays"},
        }
        assert template["Parameters"]["SignedLockDays"]["Default"] == 0

    def test_nobody_of_ours_can_delete_read_or_unlock_it(self, resources: Resources) -> None:
        for name, resource in resources.items():
            if resource["Type"] != "AWS::IAM::Role":
                continue
            for policy in resource["Properties"].get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    if "SignedBucket" in json.dumps(statement["Resource"]):
                        allowed = {"s3:PutObject", "s3:AbortMultipartUpload"}
                        assert set(statement["Action"]) <= allowed, name

    def test_it_is_written_by_those_who_verify_signatures(self, resources: Resources) -> None:
        writers = {
            name
            for name, resource in resources.items()
            if resource["Type"] == "AWS::IAM::Role"
            and "SignedBucket.Arn" in json.dumps(resource["Properties"].get("Policies", []))
        }
        assert writers == {"CompositionsSignRole", "CompositionsCancelRole"}

    def test_it_refuses_unencrypted_transport_on_aws(self, resources: Resources) -> None:
        policy = resources["SignedBucketPolicy"]
        assert policy["Condition"] == "IsAws"
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


class TestTheJobs:
    @pytest.mark.parametrize(("name", "verb"), JOBS.items())
    def test_each_is_one_step_of_its_own_in_one_definition(
        self, resources: Resources, name: str, verb: str
    ) -> None:
        machine = resources[f"Composition{name}"]["Properties"]
        assert machine["StateMachineName"] == {"Fn::Sub": f"${{AWS::StackName}}-composition-{verb}"}
        substituted = machine["DefinitionSubstitutions"]
        assert substituted["Work"] == {"Fn::GetAtt": [f"Compositions{name}", "Arn"]}
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
        (invoke,) = [
            statement
            for statement in statements(resources, f"Composition{name}Role")
            if "lambda:InvokeFunction" in statement["Action"]
        ]
        assert invoke["Resource"] == [substituted["Lifecycle"], substituted["Work"]]

    def test_states_carry_the_operations_id_and_whose_fault_it_was(
        self, job: dict[str, Any]
    ) -> None:
        tasks = {name: state for name, state in job["States"].items() if state["Type"] == "Task"}
        for name, state in tasks.items():
            assert set(state["Parameters"]) <= {"operationId.$", "transition", "error.$"}, name
        kept = {name: task["ResultPath"] for name, task in tasks.items() if task.get("ResultPath")}
        assert kept == {"Fail": "$.end"}
        assert tasks["Begin"]["ResultSelector"] == {"operationId.$": "$.operationId"}
        assert tasks["Fail"]["ResultSelector"] == {"fault.$": "$.fault"}

    def test_whatever_fails_is_told_to_the_kernel_and_what_may_pass_is_retried(
        self, job: dict[str, Any]
    ) -> None:
        for name in ("Begin", "WorkAgain"):
            (catch,) = job["States"][name]["Catch"]
            assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "Fail")
        for name in ("Begin", "Work", "WorkAgain", "Succeed"):
            assert "Interrupted" in job["States"][name]["Retry"][0]["ErrorEquals"]
        assert "Catch" not in job["States"]["Fail"]

    def test_a_refusal_ends_the_job_and_whatever_else_breaks_off_is_repeated(
        self, job: dict[str, Any]
    ) -> None:
        refused, broken = job["States"]["Work"]["Catch"]
        assert (refused["ErrorEquals"], refused["Next"]) == (
            ["WorkRefused", "OperationStopped"],
            "Fail",
        )
        assert (broken["ErrorEquals"], broken["Next"]) == (["States.ALL"], "WorkAgain")
        assert job["States"]["WorkAgain"]["Resource"] == job["States"]["Work"]["Resource"]

    def test_once_the_change_is_made_nothing_fails_the_job(self, job: dict[str, Any]) -> None:
        (catch,) = job["States"]["Succeed"]["Catch"]
        assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "Done")

    def test_a_step_outlives_its_function_and_the_workflow_its_steps(
        self, resources: Resources, job: dict[str, Any]
    ) -> None:
        work = job["States"]["Work"]["TimeoutSeconds"]
        for name in JOBS:
            assert resources[f"Compositions{name}"]["Properties"]["Timeout"] <= work
        assert job["TimeoutSeconds"] > 2 * work

    def test_creating_needs_no_roots_and_archives_nothing(self, resources: Resources) -> None:
        assert actions_on(resources, "CompositionsCreate", "trust/") == set()
        assert actions_on(resources, "CompositionsSign", "Bucket.Arn}/trust/") == {"s3:GetObject"}

    @pytest.mark.parametrize("name", JOBS)
    def test_a_job_reads_the_registry_and_cannot_write_it(
        self, resources: Resources, name: str
    ) -> None:
        registry = actions_on(resources, f"Compositions{name}", "REGISTRY#*")
        assert registry == {"dynamodb:GetItem"}

    def test_a_signature_makes_no_composition_anew(self, resources: Resources) -> None:
        for name in ("Sign", "Cancel"):
            index = actions_on(resources, f"Compositions{name}", '"COMPOSITION#*"')
            assert index == {"dynamodb:GetItem"}

    def test_executions_that_fail_raise_an_alarm(self, resources: Resources) -> None:
        watched = {
            resource["Properties"]["Dimensions"][0]["Value"]["Ref"]
            for resource in resources.values()
            if resource["Type"] == "AWS::CloudWatch::Alarm"
            and resource["Properties"]["MetricName"] == "ExecutionsFailed"
        }
        assert {f"Composition{name}" for name in JOBS} <= watched


def test_registries_and_roots_are_loaded_by_a_function_behind_no_api(resources: Resources) -> None:
    registry = "CompositionsRegistry"
    name = resources[registry]["Properties"]["FunctionName"]
    assert name == {"Fn::Sub": "${AWS::StackName}-compositions-registry"}
    assert actions_on(resources, registry, "TENANT#*") == {"dynamodb:GetItem"}
    assert actions_on(resources, registry, "trust/") == {"s3:PutObject"}
    assert not any(
        registry in json.dumps(resource)
        for resource in resources.values()
        if resource["Type"] in ("AWS::Lambda::Permission", "AWS::ApiGateway::RestApi")
    )


def test_history_learns_how_long_operations_take_and_changes_nothing_else(
    resources: Resources,
) -> None:
    learns = actions_on(resources, "History", "ESTIMATE#*")
    assert learns == {"dynamodb:GetItem", "dynamodb:PutItem"}
