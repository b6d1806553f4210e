"""Jobs at the same time: one wins, the other says why, and what is left is what the rules allow."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from tests.integration.breakage import Breakage
from tests.integration.compositions.doctor import Doctor, job_of
from tests.integration.compositions.papers import Json, Patient, newborn, sickness
from tests.integration.compositions.signers import Signers, signed
from tests.integration.compositions.ward import Ward
from tests.integration.root import Root

ROUNDS = range(2)
"""Who comes first is chance."""

type Start = Callable[[], httpx.Response]


class Gate:
    """Lets jobs go on with their work all at once."""

    def __init__(self, doctor: Doctor, breakage: Breakage) -> None:
        self._doctor = doctor
        self._breakage = breakage

    def run(self, **starts: list[Start]) -> list[Json]:
        """The jobs that were started, by the function that does their work, when all have ended."""
        with ExitStack() as held:
            gates = {
                function: held.enter_context(self._breakage.told(function, "hold"))
                for function in starts
            }
            with ThreadPoolExecutor() as threads:
                asked = [threads.submit(start) for each in starts.values() for start in each]
            answers = [each.result() for each in asked]
            for function, each in starts.items():
                gates[function].wait(len(each))
        return [self._doctor.ended(answer) for answer in answers]


@pytest.fixture(scope="session")
def gate(doctor: Doctor, breakage: Breakage) -> Gate:
    return Gate(doctor, breakage)


def told(jobs: list[Json]) -> list[int | str]:
    """How each ended: DONE, or the code."""
    return [job["error"][0]["code"] if "error" in job else job["status"] for job in jobs]


def check_reasons(jobs: list[Json]) -> None:
    for job in jobs:
        for error in job.get("error", []):
            assert error["message"].endswith((".", "signer")), error


def check_rules(doctor: Doctor, patient: Patient) -> None:
    """AMENDED is what a FINAL one replaces, and nothing else is."""
    found = doctor.search(subject=patient.person, limit=50).json()["data"]
    replaced = {
        each["relatesTo"]["targetIdentifier"]["value"]
        for each in found
        if each["status"] == "FINAL"
        and each["relatesTo"] is not None
        and each["relatesTo"]["code"] == "replaces"
    }
    amended = {each["identifier"]["value"] for each in found if each["status"] == "AMENDED"}
    assert amended == replaced


@pytest.mark.parametrize("round", ROUNDS)
def test_of_two_signatures_at_once_one_counts(
    doctor: Doctor, patient: Patient, signers: Signers, gate: Gate, round: int
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)

    jobs = gate.run(
        CompositionsSign=[
            lambda: doctor.sign(composition, data, signers.rsa),
            lambda: doctor.sign(composition, data, signers.ec),
        ]
    )

    assert sorted(map(str, told(jobs))) in (["1006", "DONE"], ["9006", "DONE"])
    assert doctor.status(patient, composition) == "FINAL"
    check_reasons(jobs)


def test_of_many_signatures_at_once_one_counts(
    doctor: Doctor, patient: Patient, signers: Signers, gate: Gate
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)
    # No two messages of ECDSA are the same.
    blobs = [signed(data, signers.ec) for _ in range(6)]

    def hand_in(blob: bytes) -> Start:
        return lambda: doctor.hand_in(composition, "sign", blob)

    jobs = gate.run(CompositionsSign=[hand_in(blob) for blob in blobs])

    assert told(jobs).count("DONE") == 1
    assert set(told(jobs)) <= {"DONE", 1006, 9006}
    assert doctor.status(patient, composition) == "FINAL"


def test_the_same_request_twice_is_one_job_while_that_is_pending(
    doctor: Doctor, patient: Patient, breakage: Breakage
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)
    blob = signed(data, doctor.signer)

    with breakage.told("CompositionsSign", "hold") as held:
        with ThreadPoolExecutor() as threads:
            asked = [threads.submit(doctor.hand_in, composition, "sign", blob) for _ in range(4)]
        answers = [each.result() for each in asked]
        held.wait()
        answers.append(doctor.hand_in(composition, "sign", blob))

    [job] = {job_of(answer) for answer in answers}
    assert doctor.done(answers[0]) == composition
    # Once more, when it is over: another job, which says so.
    later = doctor.hand_in(composition, "sign", blob)
    assert job_of(later) != job
    assert doctor.refused(later)[0] == 9006


def test_the_same_draft_twice_at_once_is_one_composition(
    doctor: Doctor, patient: Patient, breakage: Breakage
) -> None:
    document = sickness(patient, doctor.employee)
    reordered = dict(reversed(document.items()))

    with breakage.told("CompositionsCreate", "hold") as held:
        started = [doctor.create(document), doctor.create(reordered)]
        held.wait()

    assert len({job_of(each) for each in started}) == 1
    composition = doctor.done(started[0])
    found = doctor.search(subject=patient.person).json()["data"]
    assert [each["identifier"]["value"] for each in found] == [composition]


@pytest.mark.parametrize("round", ROUNDS)
def test_a_cancellation_against_the_signature(
    doctor: Doctor, patient: Patient, gate: Gate, round: int
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)

    jobs = gate.run(
        CompositionsSign=[lambda: doctor.sign(composition, data)],
        CompositionsCancel=[lambda: doctor.cancel(composition)],
    )

    status = doctor.status(patient, composition)
    match told(jobs):
        case ["DONE", 1003 | 1006]:
            assert status == "FINAL"
        case ["DONE", "DONE"]:
            assert status == "ENTERED_IN_ERROR"
        case [1006, 1003]:
            # Each found the other at work, and the cancellation had nothing to cancel.
            assert status == "PRELIMINARY"
        case others:
            pytest.fail(f"{others}, {status}")
    check_reasons(jobs)


@pytest.mark.parametrize("round", ROUNDS)
def test_a_cancellation_against_the_signature_of_a_replacement(
    doctor: Doctor, patient: Patient, gate: Gate, round: int
) -> None:
    first = doctor.signed(patient, sickness(patient, doctor.employee))
    second = doctor.created(sickness(patient, doctor.employee, replaces=first))
    data = doctor.data(patient, second)

    jobs = gate.run(
        CompositionsSign=[lambda: doctor.sign(second, data)],
        CompositionsCancel=[lambda: doctor.cancel(first)],
    )

    statuses = [doctor.status(patient, each) for each in (first, second)]
    match told(jobs):
        case ["DONE", 1003]:
            assert statuses == ["AMENDED", "FINAL"]
        case [1184, "DONE"]:
            assert statuses == ["ENTERED_IN_ERROR", "PRELIMINARY"]
        case others:
            pytest.fail(f"{others}, {statuses}")
    check_rules(doctor, patient)
    check_reasons(jobs)


@pytest.mark.parametrize("round", ROUNDS)
def test_a_cancellation_of_what_was_replaced_against_that_of_its_successor(
    doctor: Doctor, patient: Patient, gate: Gate, round: int
) -> None:
    first = doctor.signed(patient, sickness(patient, doctor.employee))
    second = doctor.signed(patient, sickness(patient, doctor.employee, replaces=first))

    jobs = gate.run(
        CompositionsCancel=[lambda: doctor.cancel(first), lambda: doctor.cancel(second)]
    )

    statuses = [doctor.status(patient, each) for each in (first, second)]
    match told(jobs):
        case [1003, "DONE"]:
            assert statuses == ["FINAL", "ENTERED_IN_ERROR"]
        case ["DONE", "DONE"]:
            # The successor's came first, and gave the other something to cancel.
            assert statuses == ["ENTERED_IN_ERROR", "ENTERED_IN_ERROR"]
        case others:
            pytest.fail(f"{others}, {statuses}")
    check_rules(doctor, patient)
    check_reasons(jobs)


@pytest.mark.parametrize("round", ROUNDS)
def test_of_two_replacements_at_once_one_replaces(
    doctor: Doctor, patient: Patient, gate: Gate, round: int
) -> None:
    first = doctor.signed(patient, sickness(patient, doctor.employee))
    others = [
        doctor.created(sickness(patient, doctor.employee, end=end, replaces=first))
        for end in ("2026-11-18", "2026-11-19")
    ]

    def sign(composition: str) -> Start:
        data = doctor.data(patient, composition)
        return lambda: doctor.sign(composition, data)

    jobs = gate.run(CompositionsSign=[sign(each) for each in others])

    assert sorted(map(str, told(jobs))) == ["1000", "DONE"]
    statuses = [doctor.status(patient, each) for each in (first, *others)]
    assert sorted(statuses) == ["AMENDED", "FINAL", "PRELIMINARY"]
    assert statuses[0] == "AMENDED"
    check_rules(doctor, patient)
    check_reasons(jobs)


def test_of_two_births_signed_at_once_one_is_certified(
    doctor: Doctor, patient: Patient, gate: Gate
) -> None:
    document = newborn(patient, doctor.employee)
    twins = [doctor.created(document) for _ in range(2)]

    def sign(composition: str) -> Start:
        data = doctor.data(patient, composition)
        return lambda: doctor.sign(composition, data)

    jobs = gate.run(CompositionsSign=[sign(each) for each in twins])

    assert sorted(map(str, told(jobs))) == ["1002", "DONE"]
    statuses = [doctor.status(patient, each) for each in twins]
    assert sorted(statuses) == ["FINAL", "PRELIMINARY"]


def test_of_two_cancellations_at_once_one_counts(
    doctor: Doctor, patient: Patient, gate: Gate
) -> None:
    composition = doctor.signed(patient, sickness(patient, doctor.employee))

    jobs = gate.run(
        CompositionsCancel=[
            lambda: doctor.cancel(composition, reason="INCORRECT_PATIENT"),
            lambda: doctor.cancel(composition, reason="INCORRECT_OTHER"),
        ]
    )

    assert sorted(map(str, told(jobs))) in (["1003", "DONE"], ["1006", "DONE"])
    assert doctor.status(patient, composition) == "ENTERED_IN_ERROR"


def test_while_a_task_is_running_others_on_the_composition_are_refused(
    doctor: Doctor, patient: Patient, breakage: Breakage, root: Root
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)

    with breakage.told("CompositionsSign", "hold") as held:
        signing = doctor.sign(composition, data)
        held.wait()
        # As if it had gone so far, and were not yet done.
        key = {
            "PK": {"S": f"SUBJECT#acme#{patient.person}"},
            "SK": {"S": f"COMPOSITION#{composition}"},
        }
        root.update(key, task=job_of(signing))
        refused = doctor.refused(doctor.cancel(composition))

    assert refused == (1006, f"Another task on composition {composition} is running.")
    doctor.done(signing)


def test_compositions_of_two_people_do_not_wait_for_each_other(
    doctor: Doctor, patient: Patient, gate: Gate, ward: Ward
) -> None:
    patients = [patient, ward.admit()]

    def sign(patient: Patient) -> Start:
        composition = doctor.created(sickness(patient, doctor.employee))
        data = doctor.data(patient, composition)
        return lambda: doctor.sign(composition, data)

    jobs = gate.run(CompositionsSign=[sign(each) for each in patients])

    assert told(jobs) == ["DONE", "DONE"]
