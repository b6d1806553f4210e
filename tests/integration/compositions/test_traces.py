"""What jobs leave behind: signed messages for good, events for all, and nobody's data elsewhere."""

import hashlib
import json
import re
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest

from local.deployment import client
from local.stack import Stack
from tests.integration.compositions.conftest import seeded
from tests.integration.compositions.doctor import Doctor, job_of
from tests.integration.compositions.papers import Patient, cancellation, newborn, sickness
from tests.integration.compositions.signers import Signers, signed
from tests.integration.compositions.ward import BIRTH_DATE, SURNAME, Ward
from tests.integration.root import Root
from tests.integration.waiting import eventually

VERBS = ("create", "sign", "cancel")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Bus:
    """Hears everything of ours that is on the bus."""

    def __init__(self, root: Root, queue: str) -> None:
        self._root = root
        self._queue = queue
        self.heard: list[dict[str, Any]] = []

    def of(self, composition: str, last: str) -> list[str]:
        """What happened to a composition, up to that, in order."""
        eventually(lambda: self._listen() and last in self._told(composition))
        return self._told(composition)

    def _told(self, composition: str) -> list[str]:
        told = [e for e in self.heard if e["detail"].get("compositionId") == composition]
        # An event may come twice.
        by_sequence = {int(each["detail"]["sequence"]): each["detail-type"] for each in told}
        return [by_sequence[sequence] for sequence in sorted(by_sequence)]

    def _listen(self) -> bool:
        while True:
            answer = self._root.sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
            messages = answer.get("Messages", [])
            for message in messages:
                self.heard.append(json.loads(message["Body"]))
                self._root.sqs.delete_message(
                    QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"]
                )
            if not messages:
                return True


@pytest.fixture(scope="module")
def bus(root: Root) -> Iterator[Bus]:
    name, bus = f"integration-{uuid4().hex[:8]}", root.stack.resources["BusName"]
    queue = root.sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = root.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    root.events.put_rule(Name=name, EventBusName=bus, EventPattern='{"source": ["longrun"]}')
    targets = [{"Id": "integration", "Arn": arn["Attributes"]["QueueArn"]}]
    root.events.put_targets(Rule=name, EventBusName=bus, Targets=targets)
    yield Bus(root, queue)
    root.events.remove_targets(Rule=name, EventBusName=bus, Ids=["integration"])
    root.events.delete_rule(Name=name, EventBusName=bus)
    root.sqs.delete_queue(QueueUrl=queue)


def item(root: Root, patient: Patient, composition: str) -> dict[str, Any]:
    [found] = root.partition(f"SUBJECT#acme#{patient.person}", f"COMPOSITION#{composition}")
    return found


def kept(root: Root, key: str) -> bytes:
    answer = root.s3.get_object(Bucket=root.stack.resources["SignedBucketName"], Key=key)
    with answer["Body"] as body:
        content: bytes = body.read()
    return content


def test_what_was_signed_is_kept_as_it_was_sent(
    doctor: Doctor, patient: Patient, root: Root, signers: Signers
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    blob = signed(doctor.data(patient, composition), signers.ec)
    signing = doctor.hand_in(composition, "sign", blob)
    doctor.done(signing)
    farewell = signed(cancellation(composition), signers.rsa)
    canceling = doctor.hand_in(composition, "cancel", farewell)
    doctor.done(canceling)

    stored = item(root, patient, composition)

    for name, started, sent in (
        ("signature", signing, blob),
        ("cancellation", canceling, farewell),
    ):
        key = f"signed/acme/{composition}/{job_of(started)}.p7s"
        assert stored[name]["key"] == key
        assert stored[name]["sha256"] == hashlib.sha256(sent).hexdigest()
        assert kept(root, key) == sent
    assert stored["signature"]["signer"] == "Maria Shevchenko"


def test_what_was_refused_is_not_kept(
    doctor: Doctor, patient: Patient, root: Root, signers: Signers
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)
    doctor.refused(doctor.sign(composition, data, signers.somebody("2890123456")))
    doctor.refused(doctor.sign(composition, data | {"title": "another"}))

    bucket = root.stack.resources["SignedBucketName"]
    listed = root.s3.list_objects_v2(Bucket=bucket, Prefix=f"signed/acme/{composition}/")

    assert listed["KeyCount"] == 0


def test_every_change_is_told_on_the_bus(doctor: Doctor, patient: Patient, bus: Bus) -> None:
    first = doctor.signed(patient, sickness(patient, doctor.employee))
    second = doctor.signed(patient, sickness(patient, doctor.employee, replaces=first))
    doctor.done(doctor.cancel(second))
    doctor.done(doctor.cancel(first))

    assert bus.of(first, "composition.entered-in-error") == [
        "composition.created",
        "composition.signed",
        "composition.amended",
        "composition.restored",
        "composition.entered-in-error",
    ]
    assert bus.of(second, "composition.entered-in-error") == [
        "composition.created",
        "composition.signed",
        "composition.entered-in-error",
    ]
    [amended] = [
        each["detail"] for each in bus.heard if each["detail-type"] == "composition.amended"
    ]
    assert amended == {
        "compositionId": first,
        "tenant": "acme",
        "sequence": 3,
        "status": "AMENDED",
        "type": "TEMP_DISABILITY",
        "amendedBy": second,
    }


def test_a_job_that_fails_tells_of_no_change(doctor: Doctor, patient: Patient, bus: Bus) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    doctor.refused(doctor.cancel(composition))
    doctor.done(doctor.sign(composition, doctor.data(patient, composition)))

    told = bus.of(composition, "composition.signed")

    assert told == ["composition.created", "composition.signed"]


class Traces:
    """Everything in which patients have no business."""

    def __init__(self, root: Root) -> None:
        self._root = root

    def executions(self) -> dict[str, str]:
        """The ARNs of all executions of jobs, by the job's id."""
        stack = self._root.stack
        found: dict[str, str] = {}
        for verb in VERBS:
            machine = f"{stack.stack}-composition-{verb}"
            arn = f"arn:aws:states:{stack.region}:000000000000:stateMachine:{machine}"
            pages = self._root.workflows.get_paginator("list_executions")
            for page in pages.paginate(stateMachineArn=arn):
                found |= {each["name"]: each["executionArn"] for each in page["executions"]}
        return found

    def history(self, execution: str) -> str:
        """All that an execution tells, its input first."""
        asked = self._root.workflows.describe_execution(executionArn=execution)
        pages = self._root.workflows.get_paginator("get_execution_history").paginate(
            executionArn=execution
        )
        events = [event for page in pages for event in page["events"]]
        return json.dumps([asked["input"], events], default=str)

    def logs(self, since: float) -> str:
        """What every function and every workflow has logged."""
        said = []
        with closing(client("logs", self._root.stack.endpoint)) as logs:
            for group in logs.describe_log_groups()["logGroups"]:
                pages = logs.get_paginator("filter_log_events").paginate(
                    logGroupName=group["logGroupName"], startTime=int(since * 1000)
                )
                said += [event["message"] for page in pages for event in page["events"]]
        return "\n".join(said)


def test_nobodys_data_is_in_histories_inputs_logs_or_events(
    doctor: Doctor, ward: Ward, root: Root, bus: Bus, signers: Signers, stack: Stack
) -> None:
    since = time.time()
    patient = ward.admit(born=BIRTH_DATE)
    jobs = []

    def run(started: Any) -> None:
        doctor.ended(started)
        jobs.append(job_of(started))

    # All that a job may come to, with names and numbers wherever a client may put them.
    note = {"valueCode": "TREATMENT_VIOLATION", "valueString": f"{SURNAME} left"}
    document = sickness(patient, doctor.employee) | {"extension": [note]}
    composition = doctor.created(document)
    data = doctor.data(patient, composition)
    run(doctor.create(document | {SURNAME: BIRTH_DATE}))
    run(doctor.create(document | {"type": SURNAME}))
    run(doctor.create(newborn(patient, doctor.employee) | {"extension": [note, note]}))
    run(doctor.sign(composition, data, signers.somebody("2890123456", SURNAME)))
    run(doctor.sign(composition, data | {"title": SURNAME}))
    run(doctor.hand_in(composition, "sign", SURNAME.encode()))
    run(doctor.sign(composition, data))
    run(doctor.cancel(composition, reason=SURNAME))
    run(doctor.cancel(composition))
    doctor.http.get(f"{patient.path(composition)}/printForm")
    doctor.search(subject=patient.person)
    doctor.get(patient, str(uuid4()))
    doctor.http.post("/patients/composition", content=json.dumps({"a": SURNAME})[:-1])
    bus.of(composition, "composition.entered-in-error")

    traces = Traces(root)
    executions = traces.executions()
    histories = [traces.history(executions[job]) for job in jobs]
    for job, history in zip(jobs, histories, strict=True):
        assert json.loads(json.loads(history)[0]) == {"operationId": job}
    secrets = [SURNAME, BIRTH_DATE, "2890123456", *ward.tax_numbers]
    secrets += [str(seeded(stack, "acme")[0].api_key), str(doctor.http.headers["Authorization"])]
    told = {
        "histories": "\n".join(histories),
        "logs": traces.logs(since),
        "events": json.dumps(bus.heard),
        "operations' events": json.dumps(
            [root.partition(f"OP#{job}", "EV#") for job in jobs], default=str
        ),
    }
    for place, text in told.items():
        assert text, place
        for secret in secrets:
            assert secret not in text, place


def test_events_hold_ids_and_codes_alone(doctor: Doctor, patient: Patient, bus: Bus) -> None:
    composition = doctor.signed(patient, sickness(patient, doctor.employee))
    bus.of(composition, "composition.signed")

    for each in bus.heard:
        if each["detail-type"].startswith("composition."):
            for name, value in each["detail"].items():
                if name in {"compositionId", "amendedBy"}:
                    assert UUID.fullmatch(value)
                else:
                    assert name in {"tenant", "sequence", "status", "type", "relatesTo", "amended"}
