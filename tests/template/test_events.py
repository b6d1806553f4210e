"""What happens by itself: settling, sweeping, history; and the alarms when it does not."""

import json
from typing import Any

from longrun.aws.composition_items import PREFIX

Resources = dict[str, dict[str, Any]]


def test_the_end_of_every_workflow_is_settled(resources: Resources) -> None:
    rule = resources["SettleExecutionEnded"]["Properties"]
    detail = rule["EventPattern"]["detail"]
    assert set(detail["status"]) == {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
    workflows = [n for n, r in resources.items() if r["Type"] == "AWS::StepFunctions::StateMachine"]
    assert {settled["Ref"] for settled in detail["stateMachineArn"]} == set(workflows)
    (target,) = rule["Targets"]
    assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["UnhandledEvents", "Arn"]}


def test_the_sweep_runs_every_minute(resources: Resources) -> None:
    assert resources["SweepEveryMinute"]["Properties"]["ScheduleExpression"] == "rate(1 minute)"


def test_history_follows_operations_and_compositions_only_and_no_poison_blocks_it(
    resources: Resources,
) -> None:
    stream = resources["HistoryStream"]["Properties"]
    (given,) = stream["FilterCriteria"]["Filters"]
    pattern = json.loads(given["Pattern"])
    assert pattern["dynamodb"]["Keys"]["SK"]["S"] == ["OP", {"prefix": PREFIX}]
    assert "REMOVE" not in pattern["eventName"]
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["MaximumRetryAttempts"] > 0
    assert stream["MaximumRecordAgeInSeconds"] > 0
    assert stream["DestinationConfig"]["OnFailure"]["Destination"]


def test_whatever_nobody_could_handle_raises_an_alarm(resources: Resources) -> None:
    watched = {
        (str(r["Properties"]["Namespace"]), r["Properties"]["MetricName"])
        for r in resources.values()
        if r["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert watched >= {
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/Lambda", "IteratorAge"),
        ("AWS/States", "ExecutionsFailed"),
        ("AWS/States", "ExecutionsTimedOut"),
    }


def test_errors_that_nobody_but_us_is_to_blame_for_raise_an_alarm(resources: Resources) -> None:
    found = resources["PrintFaultsLogged"]["Properties"]
    (counted,) = found["MetricTransformations"]
    alarm = resources["PrintFaults"]["Properties"]
    assert (counted["MetricNamespace"], counted["MetricName"]) == (
        alarm["Namespace"],
        alarm["MetricName"],
    )
    # An authorizer says 401 by raising a bare Exception.
    for refusal in ("WorkRefused", "OperationStopped", "Exception"):
        for contract in ("Print", "WorkRequests", "Compositions"):
            counting = resources[f"{contract}FaultsLogged"]["Properties"]
            assert f'$.errorType != "{refusal}"' in counting["FilterPattern"]


def test_the_errors_of_the_kernels_functions_raise_alarms(resources: Resources) -> None:
    functions = {
        r["Properties"]["Dimensions"][0]["Value"]["Ref"]
        for r in resources.values()
        if r["Type"] == "AWS::CloudWatch::Alarm" and r["Properties"]["MetricName"] == "Errors"
    }
    assert functions == {"Lifecycle", "Settle", "Sweep", "History"}
