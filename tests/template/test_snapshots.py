"""Snapshots: their workflow is bounded and silent, and their passwords are opened by two alone."""

import json
from typing import Any

import pytest
import yaml

from local.places import ROOT

Resources = dict[str, dict[str, Any]]

MACHINES = {
    "SnapshotCreate": "WorkRequestsCreateSnapshot",
    "SnapshotRestore": "WorkRequestsRestoreSnapshot",
}


@pytest.fixture(scope="module")
def states() -> dict[str, dict[str, Any]]:
    path = ROOT / "functions" / "work_requests" / "snapshot.asl.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())
    assert loaded["TimeoutSeconds"]
    found: dict[str, dict[str, Any]] = loaded["States"]
    return found


def roles_that(resources: Resources, action: str) -> set[str]:
    found = set()
    for name, role in resources.items():
        if role["Type"] == "AWS::IAM::Role":
            for policy in role["Properties"].get("Policies", []):
                if action in json.dumps(policy["PolicyDocument"]):
                    found.add(name)
    return found


@pytest.mark.parametrize(("machine", "work"), MACHINES.items())
def test_a_machine_calls_its_work_and_its_steps_outlive_their_functions(
    resources: Resources, states: dict[str, dict[str, Any]], machine: str, work: str
) -> None:
    properties = resources[machine]["Properties"]
    substituted = properties["DefinitionSubstitutions"]
    assert substituted["Work"] == {"Fn::GetAtt": [work, "Arn"]}
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False
    for name, state in states.items():
        if state["Type"] == "Task":
            function = substituted[state["Resource"].strip("${}")]["Fn::GetAtt"][0]
            assert state["TimeoutSeconds"] >= resources[function]["Properties"]["Timeout"], name


def test_a_state_carries_the_operations_id_only(states: dict[str, dict[str, Any]]) -> None:
    for name, state in states.items():
        if state["Type"] == "Task":
            told = set(state["Parameters"])
            assert told <= {"operationId.$", "transition", "error.$"}, name
    kept = {name: state.get("ResultPath", "$") for name, state in states.items()}
    assert kept["Work"] is kept["Tidy"] is kept["TidyAfterFailure"] is None


def test_whatever_fails_is_told_to_the_kernel_and_tidied_up(
    states: dict[str, dict[str, Any]],
) -> None:
    for name in ("Begin", "Work", "Succeed"):
        (catch,) = states[name]["Catch"]
        assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "Fail")
    assert states["Fail"]["Next"] == "TidyAfterFailure"
    assert states["Succeed"]["Next"] == "Tidy"


def test_only_the_two_that_work_with_passwords_open_them(resources: Resources) -> None:
    assert roles_that(resources, "kms:Decrypt") == {f"{work}Role" for work in MACHINES.values()}


def test_what_works_with_passwords_has_the_memory_that_scrypt_takes(resources: Resources) -> None:
    for work in MACHINES.values():
        assert resources[work]["Properties"]["MemorySize"] >= 2048 + 512
