"""The workflow: bounded, retried for passing troubles only, and silent about what it carries."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import built
from local.places import ROOT

Resources = dict[str, dict[str, Any]]
State = dict[str, Any]

STATUSES = ("ACCEPTED", "RUNNING", "CANCELING", "CANCELED", "SUCCEEDED", "FAILED")
PASSING = {
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Interrupted",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
}


def states(machine: dict[str, Any]) -> Iterator[tuple[str, State]]:
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


@pytest.fixture(scope="module")
def every_state(workflow: dict[str, Any]) -> dict[str, State]:
    return dict(states(workflow))


@pytest.fixture(scope="module")
def working(every_state: dict[str, State]) -> dict[str, State]:
    """States that call something."""
    return {n: s for n, s in every_state.items() if s["Type"] in {"Task", "Map"}}


def test_the_workflow_and_every_step_have_a_time_limit(
    workflow: dict[str, Any], working: dict[str, State]
) -> None:
    assert workflow["TimeoutSeconds"]
    assert [name for name, state in working.items() if "TimeoutSeconds" not in state] == []


def test_only_passing_troubles_are_retried(working: dict[str, State]) -> None:
    for name, state in working.items():
        retried = {error for retry in state.get("Retry", []) for error in retry["ErrorEquals"]}
        assert retried <= PASSING, name
        assert all(retry["MaxAttempts"] <= 4 for retry in state.get("Retry", [])), name


def test_whatever_fails_is_told_to_the_kernel(working: dict[str, State]) -> None:
    for name, state in working.items():
        if name in {"Fail", "FailItem", "Tidy", "TidyAfterFailure"}:
            continue
        (catch,) = state["Catch"]
        assert catch["ErrorEquals"] == ["States.ALL"], name
        assert catch["Next"] in {"Fail", "FailItem"}, name
        assert catch["ResultPath"] == "$.error", name


def test_work_that_cannot_be_tidied_up_fails_no_operation(working: dict[str, State]) -> None:
    for name, end in {"Tidy": "Done", "TidyAfterFailure": "WhoseFault"}.items():
        (catch,) = working[name]["Catch"]
        assert catch["Next"] == working[name]["Next"] == end


def test_an_execution_fails_where_the_service_is_to_blame(every_state: dict[str, State]) -> None:
    (choice,) = every_state["WhoseFault"]["Choices"]
    assert choice == {"Variable": "$.end.fault", "BooleanEquals": True, "Next": "Failed"}
    assert every_state["WhoseFault"]["Default"] == "Done"


def test_a_step_is_told_the_operations_id_only(working: dict[str, State]) -> None:
    for name, state in working.items():
        if state["Type"] == "Task" and "Parameters" in state:
            told = set(state["Parameters"])
            assert told <= {"operationId.$", "transition", "error.$"}, name


def test_of_what_steps_answer_only_flags_travel_on(working: dict[str, State]) -> None:
    kept = {
        name: state.get("ResultPath", "$")
        for name, state in working.items()
        if state.get("ResultPath", "$") is not None and state.get("ResultSelector") != {}
    }
    assert kept == {"Begin": "$", "PlanWork": "$.parts", "Fail": "$.end"}
    assert working["Begin"]["ResultSelector"] == {"operationId.$": "$.operationId"}
    assert working["Fail"]["ResultSelector"] == {"fault.$": "$.fault"}


def test_chunks_run_in_distributed_maps_of_bounded_width(working: dict[str, State]) -> None:
    maps = {n: s for n, s in working.items() if s["Type"] == "Map"}
    assert set(maps) == {"CreateContents", "CreateOutputs"}
    for name, state in maps.items():
        assert state["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED", name
        assert state["MaxConcurrency"] == "${MapConcurrency}", name
        assert state["ItemReader"]["Parameters"]["Key.$"].startswith("States.Format('work/{}/"), (
            name
        )


def test_an_iteration_of_a_map_returns_nothing(working: dict[str, State]) -> None:
    for state in working.values():
        inner = state.get("ItemProcessor", {}).get("States", {})
        ends = [each for each in inner.values() if each.get("End")]
        assert all(each["ResultSelector"] == {} for each in ends)


def test_an_express_child_with_its_retry_fits_into_five_minutes(
    every_state: dict[str, State],
) -> None:
    for state in every_state.values():
        processor = state.get("ItemProcessor", {})
        if processor.get("ProcessorConfig", {}).get("ExecutionType") == "EXPRESS":
            first = processor["States"][processor["StartAt"]]
            assert 2 * first["TimeoutSeconds"] + 30 <= 300


def test_a_step_outlives_its_function(resources: Resources, every_state: dict[str, State]) -> None:
    substituted = resources["PrintAllInOne"]["Properties"]["DefinitionSubstitutions"]
    for name, state in every_state.items():
        if state["Type"] != "Task":
            continue
        function = substituted[state["Resource"].strip("${}")]["Fn::GetAtt"][0]
        timeout = resources[function]["Properties"]["Timeout"]
        assert state["TimeoutSeconds"] >= timeout, name


def test_every_placeholder_is_substituted(resources: Resources, workflow: dict[str, Any]) -> None:
    substituted = resources["PrintAllInOne"]["Properties"]["DefinitionSubstitutions"]
    written = json.dumps(workflow)
    for name in substituted:
        assert f"${{{name}}}" in written
        written = written.replace(f"${{{name}}}", "")
    assert "${" not in written


def test_the_workflow_knows_no_status_of_an_operation(workflow: dict[str, Any]) -> None:
    written = json.dumps(workflow)
    assert [status for status in STATUSES if status in written] == []


def test_execution_data_stays_out_of_the_logs(resources: Resources) -> None:
    machine = resources["PrintAllInOne"]["Properties"]
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert machine["StateMachineType"] == "STANDARD"


def test_what_is_deployed_is_json_whose_numbers_are_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(built, "BUILD", tmp_path)
    source = ROOT / "functions" / "print" / "all_in_one.asl.yaml"
    (tmp_path / "template.yaml").write_text(f"DefinitionUri: {source}\n")
    built.finish_build()
    assert (tmp_path / "template.yaml").read_text() == "DefinitionUri: all_in_one.asl.json\n"
    rendered = (tmp_path / "all_in_one.asl.json").read_text()
    substituted = json.loads(re.sub(r"\$\{(MapConcurrency|RetrySeconds)\}", "7", rendered))
    states = substituted["States"]
    assert states["CreateContents"]["MaxConcurrency"] == 7
    assert {retry["IntervalSeconds"] for retry in states["MapData"]["Retry"]} == {7}


def test_functions_with_an_alias_are_published_anew_when_a_layer_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(built, "BUILD", tmp_path)
    (tmp_path / "template.yaml").write_text("    Properties:\n      AutoPublishAlias: live\n")
    built.finish_build()
    assert (tmp_path / "template.yaml").read_text() == (
        "    Properties:\n      AutoPublishAlias: live\n"
        f"      AutoPublishCodeSha256: {built.source_digest()}\n"
    )
