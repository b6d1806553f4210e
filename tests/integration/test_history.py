"""What follows from changes: history items, events on the bus, and when all of it goes."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from longrun.aws.operation_items import stamp
from tests.integration.caller import PRINT, Caller, refusal
from tests.integration.letters import Letters
from tests.integration.root import Root
from tests.integration.waiting import eventually

ENDS = {"succeeded", "failed", "canceled"}


class Listener:
    """Somebody who wants to know of everything on the bus."""

    def __init__(self, root: Root, queue: str) -> None:
        self._root = root
        self._queue = queue
        self._heard: list[dict[str, Any]] = []

    def of(self, operation: str) -> list[dict[str, Any]]:
        """What was heard of an operation up to its end, in the order of the events."""
        eventually(lambda: self._listen(operation))
        told = [each for each in self._heard if each["detail"]["operationId"] == operation]
        return sorted(told, key=lambda each: int(each["detail"]["sequence"]))

    def _listen(self, operation: str) -> bool:
        answer = self._root.sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            self._heard.append(json.loads(message["Body"]))
            self._root.sqs.delete_message(
                QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"]
            )
        return any(
            each["detail"]["operationId"] == operation
            and each["detail-type"].removeprefix("Operation ").lower() in ENDS
            for each in self._heard
        ) and not answer.get("Messages")


@pytest.fixture(scope="module")
def listener(root: Root) -> Iterator[Listener]:
    name, bus = f"listener-{uuid4().hex[:8]}", root.stack.resources["BusName"]
    queue = root.sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = root.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    root.events.put_rule(Name=name, EventBusName=bus, EventPattern='{"source": ["longrun"]}')
    root.events.put_targets(
        Rule=name,
        EventBusName=bus,
        Targets=[{"Id": "listener", "Arn": arn["Attributes"]["QueueArn"]}],
    )
    yield Listener(root, queue)
    root.events.remove_targets(Rule=name, EventBusName=bus, Ids=["listener"])
    root.events.delete_rule(Name=name, EventBusName=bus)
    root.sqs.delete_queue(QueueUrl=queue)


@pytest.fixture(scope="module")
def succeeded(acme: Caller, letters: Letters, listener: Listener) -> str:
    operation = acme.submit(letters.configuration())
    acme.wait(operation)
    return operation


def history(root: Root, operation: str) -> list[dict[str, Any]]:
    """The events of an ended operation, in order, when all are there."""
    return eventually(
        lambda: root.partition(f"OP#{operation}", "EV#"),
        until=lambda events: events and events[-1]["type"] in ENDS,
    )


def test_the_history_tells_a_success_from_accepted_to_the_end(root: Root, succeeded: str) -> None:
    events = history(root, succeeded)

    types = [event["type"] for event in events]
    assert types[:2] == ["accepted", "started"]
    assert types[-1] == "succeeded"
    phases = [json.loads(e["detail"])["phase"] for e in events if e["type"] == "phase"]
    assert phases == ["Data Mapping", "Content Creation", "Job Creation", "Output Creation"]
    assert types.count("produced") == 4
    for single in ("accepted", "started", "succeeded"):
        assert types.count(single) == 1


def test_the_history_has_each_change_once_and_never_falls_back(root: Root, succeeded: str) -> None:
    events = history(root, succeeded)

    sequences = [int(event["SK"].removeprefix("EV#")) for event in events]
    assert sequences == sorted(set(sequences))
    assert sequences[0] == 1
    assert sequences[-1] == root.operation(succeeded).version
    percents = [json.loads(event["detail"])["percentComplete"] for event in events]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    times = [event["time"] for event in events]
    assert times == sorted(times)


def test_the_bus_tells_what_the_history_tells_once_each(
    root: Root, listener: Listener, succeeded: str
) -> None:
    told = listener.of(succeeded)

    events = history(root, succeeded)
    assert [each["detail-type"] for each in told] == [
        f"Operation {event['type'].capitalize()}" for event in events
    ]
    assert [each["detail"]["sequence"] for each in told] == [
        int(event["SK"].removeprefix("EV#")) for event in events
    ]
    assert {each["detail"]["tenant"] for each in told} == {"acme"}
    assert {each["source"] for each in told} == {"longrun"}


def test_a_failure_is_told_with_its_codes_and_none_of_the_data(
    root: Root, acme: Caller, letters: Letters, listener: Listener
) -> None:
    data = acme.upload("DataFile", "secret.csv", b"id,name,country,pages,sku,quantity\nAda,,,,,\n")
    operation = acme.submit(letters.configuration(datamining={"identifier": data}))
    acme.wait(operation)

    last = listener.of(operation)[-1]

    assert last["detail-type"] == "Operation Failed"
    assert last["detail"]["errors"] == ["RecordInvalid"] * 2
    assert "Ada" not in json.dumps(last)
    assert history(root, operation)[-1]["type"] == "failed"


def test_a_cancellation_is_told_in_its_two_steps(
    root: Root, acme: Caller, letters: Letters, listener: Listener
) -> None:
    operation = acme.submit(letters.configuration())
    acme.cancel(operation)
    acme.wait(operation)

    types = [event["type"] for event in history(root, operation)]

    assert types[-2:] == ["canceling", "canceled"]
    assert [each["detail-type"] for each in listener.of(operation)][-2:] == [
        "Operation Canceling",
        "Operation Canceled",
    ]


def test_no_execution_history_holds_more_than_the_operations_id(root: Root, succeeded: str) -> None:
    execution = root.workflows.describe_execution(executionArn=root.execution(succeeded))

    assert json.loads(execution["input"]) == {"operationId": succeeded}


def test_everything_of_an_ended_operation_goes_in_its_time(
    root: Root, acme: Caller, letters: Letters
) -> None:
    key = f"ttl {letters.name}"
    operation = acme.submit(letters.configuration(), **{"Idempotency-Key": key})
    acme.wait(operation)
    history(root, operation)

    ended = root.operation(operation)
    assert ended.finished is not None
    assert ended.expires == ended.finished + timedelta(days=7)
    stored = root.partition(f"OP#{operation}")
    assert {item["SK"][:2] for item in stored} == {"OP", "IN", "EV"}
    assert all(item["ttl"] > time.time() + 86400 for item in stored)
    of_sets = [
        item
        for kind in ("DATA_SET", "CONTENT_SET", "JOB_SET")
        for item in root.partition(f"{kind}#acme")
        if item["operation"] == operation
    ]
    assert len(of_sets) == 3
    assert all(item["ttl"] > time.time() for item in of_sets)
    [answer] = [root.attributes(operation)]
    assert {"activeIn", "dueIn", "dueAt"}.isdisjoint(answer)


def test_an_expired_operation_is_not_found(root: Root, acme: Caller, letters: Letters) -> None:
    operation = acme.submit(letters.configuration())
    acme.wait(operation)

    root.change(operation, expiresAt=stamp(datetime.now(UTC) - timedelta(seconds=1)))

    answers = [
        acme.get(f"{PRINT}/getProgress/{operation}"),
        acme.result(operation),
        acme.result(operation, "getResultTxt"),
        acme.result(operation, "getManagedResult"),
        acme.cancel(operation),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {refusal(answer) for answer in answers} == {"Operation not found in Server"}


def test_an_expired_set_and_its_members_are_not_found(
    root: Root, acme: Caller, letters: Letters
) -> None:
    data_set = int(acme.run(letters.configuration("datamining")).text)
    [record, *_] = acme.ids(f"datasets/{data_set}")

    root.update(
        {"PK": {"S": "DATA_SET#acme"}, "SK": {"S": f"{data_set:016d}"}},
        expires=stamp(datetime.now(UTC) - timedelta(seconds=1)),
    )

    assert acme.get(f"/entity/datasets/{data_set}").status_code == 404
    assert acme.get(f"/entity/datarecords/{record}/values").status_code == 404
    assert data_set not in acme.ids("datasets")
    again = letters.configuration("contentcreation", contentcreation={"identifiers": [record]})
    assert acme.post(f"{PRINT}/submit", json=again).status_code == 400
