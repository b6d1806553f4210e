"""Drafts that no composition comes of: each with its code, and where it is wrong."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.compositions.doctor import Doctor, Engage
from tests.integration.compositions.papers import Json, Patient, newborn, sickness
from tests.integration.compositions.ward import Ward

NOWHERE = str(uuid4())


def changed(document: Json, path: str, value: Any) -> Json:
    """The document with another value at `a/0/b`."""
    *way, last = [int(part) if part.isdecimal() else part for part in path.split("/")]
    place: Any = document
    for part in way:
        place = place[part]
    place[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "code", "said"),
    [
        ("type/coding/0/system", "TYPES", 1073, "$.type"),
        ("type/coding/0/code", "UNKNOWN", 1073, "$.type"),
        ("category/coding/0/system", "CATEGORIES", 1085, "$.category"),
        ("category/coding/0/code", "LIVE_BIRTH", 1161, "$.category"),
        ("subject/value", NOWHERE, 1000, f"There is no person {NOWHERE}."),
        ("author/value", NOWHERE, 1000, f"There is no employee {NOWHERE}."),
        ("encounter/value", NOWHERE, 1000, f"There is no encounter {NOWHERE}."),
        ("event/0/period/end", "2026-11-15", 9001, "$.event[0].period.end"),
        ("event/0/period/start", "tomorrow", 9001, "$.event[0].period.start"),
        ("section", {}, 9001, "$.section.focus"),
    ],
)
def test_a_draft_that_is_wrong_says_where(
    doctor: Doctor, patient: Patient, path: str, value: Any, code: int, said: str
) -> None:
    document = changed(sickness(patient, doctor.employee), path, value)

    told = doctor.refused(doctor.create(document))

    assert told[0] == code
    assert told[1].startswith(said)
    assert doctor.search(subject=patient.person).json()["data"] == []


def test_a_birth_has_categories_of_its_own(doctor: Doctor, patient: Patient) -> None:
    document = newborn(patient, doctor.employee)
    document["category"]["coding"][0]["system"] = "CATEGORIES"

    assert doctor.refused(doctor.create(document))[0] == 1081


def test_a_position_that_may_not_sign_is_refused(
    doctor: Doctor, patient: Patient, engage: Engage
) -> None:
    nurse = engage(position="P33")
    code, message = nurse.refused(nurse.create(sickness(patient, nurse.employee)))
    assert code == 1167
    assert message.endswith("may not sign TEMP_DISABILITY.")

    surgeon = engage(position="P7")
    assert surgeon.refused(surgeon.create(newborn(patient, surgeon.employee)))[0] == 1167
    surgeon.created(sickness(patient, surgeon.employee))


@pytest.mark.parametrize("day", ["2026-11-15", "2099-01-01"])
def test_a_violation_of_the_treatment_has_a_day_within_it(
    doctor: Doctor, patient: Patient, day: str
) -> None:
    document = sickness(patient, doctor.employee)
    document["extension"] = [{"valueCode": "TREATMENT_VIOLATION_DATE", "valueDate": day}]

    assert doctor.refused(doctor.create(document))[0] == 1172


def test_a_replacement_keeps_type_and_subject_and_replaces_what_is_final(
    doctor: Doctor, patient: Patient, ward: Ward
) -> None:
    final = doctor.signed(patient, sickness(patient, doctor.employee))

    birth = newborn(patient, doctor.employee)
    birth["relatesTo"] = sickness(patient, doctor.employee, replaces=final)["relatesTo"]
    assert doctor.refused(doctor.create(birth))[0] == 1146
    other = sickness(ward.admit(), doctor.employee, replaces=final)
    assert doctor.refused(doctor.create(other))[0] == 1001
    missing = sickness(patient, doctor.employee, replaces=NOWHERE)
    assert doctor.refused(doctor.create(missing))[0] == 1000
    draft = doctor.created(sickness(patient, doctor.employee, "2026-12-01", "2026-12-02"))
    of_draft = sickness(patient, doctor.employee, replaces=draft)
    code, message = doctor.refused(doctor.create(of_draft))
    assert (code, message.rpartition(" ")[2]) == (1000, "PRELIMINARY.")
    doctor.done(doctor.cancel(final))
    canceled = sickness(patient, doctor.employee, replaces=final)
    assert doctor.refused(doctor.create(canceled))[0] == 1184


def test_nothing_starts_before_what_it_goes_on_from(doctor: Doctor, patient: Patient) -> None:
    doctor.signed(patient, sickness(patient, doctor.employee))
    earlier = sickness(patient, doctor.employee, "2026-11-10", "2026-11-17")

    code, message = doctor.refused(doctor.create(earlier))

    assert code == 1143
    assert "previous" in message
