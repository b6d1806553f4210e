"""Functions that die over a composition: the job ends, and nothing is left half done."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.breakage import Breakage
from tests.integration.compositions.doctor import Doctor, job_of
from tests.integration.compositions.papers import Json, Patient, sickness
from tests.integration.root import Root
from tests.integration.waiting import eventually

CRASHED = "a fault of the service, not of your data"


@contextmanager
def denied(root: Root, function: str, *actions: str) -> Iterator[None]:
    """Have a function's role lack actions."""
    role = root.role_of(function).rpartition("/")[2]
    statement = {"Effect": "Deny", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    root.iam.put_role_policy(RoleName=role, PolicyName="denied", PolicyDocument=document)
    try:
        yield
    finally:
        root.iam.delete_role_policy(RoleName=role, PolicyName="denied")


def stored(root: Root, patient: Patient, composition: str) -> Json:
    """A composition's item."""
    [item] = root.partition(f"SUBJECT#acme#{patient.person}", f"COMPOSITION#{composition}")
    return item


def archived(root: Root, composition: str) -> list[str]:
    """The keys under which signed messages about a composition are kept."""
    bucket = root.stack.resources["SignedBucketName"]
    listed = root.s3.list_objects_v2(Bucket=bucket, Prefix=f"signed/acme/{composition}/")
    return [each["Key"] for each in listed.get("Contents", [])]


def check_crashed(doctor: Doctor, job: str) -> None:
    told = eventually(lambda: doctor.job(job), until=lambda seen: seen["status"] == "FAILED")
    [error] = told["error"]
    assert error["code"] == 9100
    assert CRASHED in error["message"]


@contextmanager
def late(breakage: Breakage, function: str, *, after: bool) -> Iterator[None]:
    """Have a function run out of time once, before or after its work."""
    with (
        breakage.limited(function, seconds=6),
        breakage.told(function, "hang", once=True, after=after),
    ):
        yield


@pytest.mark.parametrize("after", [False, True], ids=["before its work", "after its work"])
@pytest.mark.parametrize("verb", ["sign", "cancel"])
def test_a_job_that_runs_out_of_time_once_is_repeated_to_the_same_end(
    doctor: Doctor, patient: Patient, breakage: Breakage, root: Root, verb: str, after: bool
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)
    if verb == "cancel":
        doctor.done(doctor.sign(composition, data))
    version = int(stored(root, patient, composition)["version"])

    with late(breakage, f"Compositions{verb.capitalize()}", after=after):
        started = doctor.sign(composition, data) if verb == "sign" else doctor.cancel(composition)
        assert doctor.done(started) == composition

    item = stored(root, patient, composition)
    assert item["status"] == ("FINAL" if verb == "sign" else "ENTERED_IN_ERROR")
    assert int(item["version"]) == version + 1
    assert item.get("task") is None
    assert len([key for key in archived(root, composition) if job_of(started) in key]) == 1


def test_a_creation_that_is_repeated_creates_one_composition(
    doctor: Doctor, patient: Patient, breakage: Breakage
) -> None:
    with late(breakage, "CompositionsCreate", after=True):
        composition = doctor.created(sickness(patient, doctor.employee))

    found = doctor.search(subject=patient.person).json()["data"]
    assert [each["identifier"]["value"] for each in found] == [composition]


def test_a_job_that_crashes_fails_and_leaves_nothing_of_itself(
    doctor: Doctor, patient: Patient, breakage: Breakage, root: Root
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)

    with breakage.told("CompositionsSign", "die"):
        check_crashed(doctor, job_of(doctor.sign(composition, data)))

    assert doctor.data(patient, composition) == data
    assert archived(root, composition) == []
    doctor.done(doctor.sign(composition, data))


def test_a_job_whose_process_is_killed_is_repeated(
    doctor: Doctor, patient: Patient, breakage: Breakage
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)

    with breakage.told("CompositionsSign", "hold") as held:
        killed = doctor.sign(composition, data)
        held.wait()
        held.kill()
        held.wait(calls=2)

    assert doctor.done(killed) == composition
    assert doctor.status(patient, composition) == "FINAL"


def test_a_job_that_dies_once_its_change_is_made_is_done(
    doctor: Doctor, patient: Patient, breakage: Breakage, root: Root
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)
    version = int(stored(root, patient, composition)["version"])

    with breakage.told("CompositionsSign", "die", once=True, after=True):
        assert doctor.done(doctor.sign(composition, data)) == composition

    assert int(stored(root, patient, composition)["version"]) == version + 1


def test_a_job_whose_success_cannot_be_told_is_done_all_the_same(
    doctor: Doctor, patient: Patient, breakage: Breakage
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)

    with breakage.told("Lifecycle", "die", when={"transition": "succeed"}):
        assert doctor.done(doctor.sign(composition, data)) == composition

    assert doctor.status(patient, composition) == "FINAL"


def test_what_breaks_off_between_archive_and_commit_changes_nothing_and_can_be_repeated(
    doctor: Doctor, patient: Patient, root: Root
) -> None:
    first = doctor.signed(patient, sickness(patient, doctor.employee))
    second = doctor.created(sickness(patient, doctor.employee, replaces=first))
    data = doctor.data(patient, second)

    with denied(root, "CompositionsSign", "dynamodb:PutItem"):
        broken = job_of(doctor.sign(second, data))
        check_crashed(doctor, broken)

    # The message is kept, and the mark of the dead job is there, but neither counts.
    assert archived(root, second) == [f"signed/acme/{second}/{broken}.p7s"]
    assert stored(root, patient, second)["task"] == broken
    assert [doctor.status(patient, each) for each in (first, second)] == ["FINAL", "PRELIMINARY"]

    started = doctor.sign(second, data)

    assert doctor.done(started) == second
    assert [doctor.status(patient, each) for each in (first, second)] == ["AMENDED", "FINAL"]
    assert f"signed/acme/{second}/{job_of(started)}.p7s" in archived(root, second)
    item = stored(root, patient, second)
    assert item.get("task") is None
    assert item["signature"]["operation"] == job_of(started)


def test_a_cancellation_that_breaks_off_cancels_and_restores_nothing(
    doctor: Doctor, patient: Patient, root: Root
) -> None:
    first = doctor.signed(patient, sickness(patient, doctor.employee))
    second = doctor.signed(patient, sickness(patient, doctor.employee, replaces=first))

    with denied(root, "CompositionsCancel", "dynamodb:PutItem"):
        check_crashed(doctor, job_of(doctor.cancel(second)))

    assert [doctor.status(patient, each) for each in (first, second)] == ["AMENDED", "FINAL"]
    doctor.done(doctor.cancel(second))
    assert [doctor.status(patient, each) for each in (first, second)] == [
        "FINAL",
        "ENTERED_IN_ERROR",
    ]
