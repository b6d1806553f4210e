"""The export of a workbook is the All-In-One's own course, run under a name of its own."""

import json
from typing import Any

Resources = dict[str, dict[str, Any]]


def statements(resources: Resources, role: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        statement
        for policy in resources[role]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    return found


def test_it_runs_the_all_in_ones_steps_and_no_others(resources: Resources) -> None:
    export = resources["WorkbookExport"]["Properties"]
    all_in_one = resources["PrintAllInOne"]["Properties"]
    assert export["DefinitionSubstitutions"] == all_in_one["DefinitionSubstitutions"]
    assert export["StateMachineName"] == {"Fn::Sub": "${AWS::StackName}-workbook-export"}
    (invoke,) = [
        statement
        for statement in statements(resources, "WorkbookExportRole")
        if "lambda:InvokeFunction" in statement["Action"]
    ]
    steps = [step for step in export["DefinitionSubstitutions"].values() if "Fn::GetAtt" in step]
    assert invoke["Resource"] == steps


def test_it_starts_and_stops_children_of_its_own_maps_only(resources: Resources) -> None:
    for statement in statements(resources, "WorkbookExportRole"):
        if any(action.startswith("states:") for action in statement["Action"]):
            assert "${AWS::StackName}-workbook-export" in json.dumps(statement["Resource"])
            assert "print-all-in-one" not in json.dumps(statement["Resource"])


def test_the_named_data_sets_are_read_by_one_step_which_can_change_none(
    resources: Resources,
) -> None:
    (items,) = [
        statement
        for statement in statements(resources, "PrintReadDataSetRole")
        if "DATASET#*" in json.dumps(statement.get("Condition", {}))
    ]
    assert items["Action"] == ["dynamodb:GetItem"]
    (states,) = [
        statement
        for statement in statements(resources, "PrintReadDataSetRole")
        if "/datasets/*" in json.dumps(statement["Resource"])
    ]
    assert set(states["Action"]) == {"s3:GetObject", "s3:GetObjectVersion"}
