"""From a draft to its cancellation over HTTP, and what the rules make of several compositions."""

import io
import re
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import pikepdf
import pypdfium2
import pytest

from local.stack import Stack
from tests.integration.compositions.conftest import demo, seeded
from tests.integration.compositions.doctor import Doctor, target_of, to
from tests.integration.compositions.papers import Patient, newborn, sickness
from tests.integration.compositions.signers import Signers, read_signers, signed
from tests.integration.compositions.ward import SURNAME, Ward

DATA = [
    *("identifier", "status", "type", "category", "date", "title", "event", "subject"),
    *("encounter", "author", "custodian", "section", "extension", "relatesTo"),
]


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


@pytest.mark.parametrize(("tenant", "key"), [("acme", "rsa"), ("globex", "ec")])
def test_the_seeded_ids_go_the_whole_way(stack: Stack, tenant: str, key: str) -> None:
    ids = seeded(stack, tenant)[1]
    patient = Patient(
        person=ids.person, preperson=ids.preperson, encounter=ids.encounter, episode=ids.episode
    )
    with closing(demo(stack, tenant)) as doctor:
        doctor.signer = getattr(read_signers(ids), key)
        go_the_whole_way(doctor, patient)


def go_the_whole_way(doctor: Doctor, patient: Patient) -> None:
    # Created: the job is told at once, and pending, whatever comes of it.
    answer = doctor.create(sickness(patient, doctor.employee))
    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "PENDING"
    composition = doctor.done(answer)
    data = doctor.data(patient, composition)
    assert list(data) == DATA
    assert data["status"] == "PRELIMINARY"
    assert data["identifier"]["value"] == composition

    # Signed: what get gives, by whoever is its author.
    assert doctor.done(doctor.sign(composition, data)) == composition
    final = doctor.data(patient, composition)
    assert final == data | {"status": "FINAL"}

    # Found.
    found = doctor.search(subject=patient.person, status="FINAL", limit=50).json()
    assert composition in [each["identifier"]["value"] for each in found["data"]]
    assert found["paging"]["total_entries"] >= 1

    # Printed.
    printed = doctor.http.get(f"{patient.path(composition)}/printForm")
    assert printed.status_code == 200
    assert printed.headers["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(printed.content)) as pdf, pdf.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "2"
    said = text_of(printed.content)
    assert composition in said
    assert data["title"] in said

    # Canceled.
    assert doctor.done(doctor.cancel(composition)) == composition
    assert doctor.data(patient, composition) == data | {"status": "ENTERED_IN_ERROR"}
    printed = doctor.http.get(f"{patient.path(composition)}/printForm")
    assert "ENTERED IN ERROR" in text_of(printed.content)


def test_a_poll_tells_the_job_in_the_envelope(doctor: Doctor, patient: Patient) -> None:
    name = f"request-{uuid4()}"
    before = datetime.now(UTC)
    started = doctor.create(sickness(patient, doctor.employee)).json()["data"]

    answer = doctor.http.get(
        f"/patients/composition/job/{started['id']}", headers={"X-Request-ID": name}
    )

    told = answer.json()
    assert told["meta"] == {
        "code": 200,
        "url": str(answer.request.url),
        "type": "object",
        "request_id": name,
    }
    assert told["data"]["id"] == started["id"]
    eta = told["data"]["eta"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", eta)
    assert datetime.fromisoformat(eta) > before
    ended = doctor.ended(doctor.http.get(answer.request.url))
    assert ended["eta"] == ended["doneAt"]


def test_any_encoding_of_the_same_json_may_be_signed(
    doctor: Doctor, patient: Patient, signers: Signers
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))
    data = doctor.data(patient, composition)

    shuffled = dict(sorted(data.items(), reverse=True))
    blob = signed(shuffled, signers.ec)
    doctor.done(doctor.hand_in(composition, "sign", blob))

    assert doctor.status(patient, composition) == "FINAL"


def test_a_birth_is_certified_once(doctor: Doctor, ward: Ward) -> None:
    patient = ward.admit(born="2026-11-02")
    document = newborn(patient, doctor.employee)
    twin = doctor.created(document)

    composition = doctor.signed(patient, document)

    data = doctor.data(patient, composition)
    assert data["event"][0]["period"]["end"] is None
    found = doctor.search(focus=patient.person, type="NEWBORN").json()["data"]
    assert {each["identifier"]["value"] for each in found} == {composition, twin}
    code, message = doctor.refused(doctor.create(document))
    assert code == 1002
    assert composition in message
    code, _ = doctor.refused(doctor.sign(twin, doctor.data(patient, twin)))
    assert code == 1002
    doctor.done(doctor.cancel(composition, reason="TYPO", type="NEWBORN"))
    doctor.done(doctor.sign(twin, doctor.data(patient, twin)))


def test_what_follows_is_related_by_the_system(doctor: Doctor, patient: Patient) -> None:
    first = doctor.signed(patient, sickness(patient, doctor.employee, "2026-10-01", "2026-10-05"))
    relations = {}
    for start, end in (
        ("2026-10-03", "2026-10-15"),
        ("2026-10-03", "2026-10-03"),
        ("2026-10-06", "2026-10-10"),
        ("2026-10-07", "2026-10-10"),
    ):
        created = doctor.created(sickness(patient, doctor.employee, start, end))
        relations[start, end] = target_of(doctor.data(patient, created))

    assert relations == {
        ("2026-10-03", "2026-10-15"): to("appends", first),
        ("2026-10-03", "2026-10-03"): to("transforms", first),
        ("2026-10-06", "2026-10-10"): to("appends", first),
        ("2026-10-07", "2026-10-10"): None,
    }


def test_a_replacement_amends_and_its_cancellation_restores(
    doctor: Doctor, patient: Patient
) -> None:
    first = doctor.signed(patient, sickness(patient, doctor.employee))
    second = doctor.created(sickness(patient, doctor.employee, end="2026-11-18", replaces=first))
    assert doctor.status(patient, first) == "FINAL"

    job = doctor.ended(doctor.sign(second, doctor.data(patient, second)))

    assert [link["href"] for link in job["links"]] == [
        f"composition/{second}",
        f"composition/{first}",
    ]
    assert doctor.status(patient, first) == "AMENDED"
    assert "AMENDED" in text_of(doctor.http.get(f"{patient.path(first)}/printForm").content)
    found = doctor.search(subject=patient.person, status="AMENDED").json()["data"]
    assert [each["identifier"]["value"] for each in found] == [first]

    doctor.done(doctor.cancel(second))

    assert doctor.status(patient, first) == "FINAL"
    assert doctor.status(patient, second) == "ENTERED_IN_ERROR"


def test_a_chain_of_somebody_unknown_is_refined_and_restored_as_a_whole(
    doctor: Doctor, patient: Patient
) -> None:
    chain = [
        doctor.signed(patient, sickness(patient, doctor.employee, start, end, kind="preperson"))
        for start, end in (("2026-10-01", "2026-10-05"), ("2026-10-06", "2026-10-10"))
    ]
    of_first = sickness(patient, doctor.employee, "2026-10-01", "2026-10-10", replaces=chain[0])
    code, _ = doctor.refused(doctor.create(of_first))
    assert code == 1001

    refined = doctor.signed(
        patient,
        sickness(patient, doctor.employee, "2026-10-01", "2026-10-10", replaces=chain[1]),
    )

    assert [doctor.status(patient, each) for each in chain] == ["AMENDED", "AMENDED"]
    doctor.done(doctor.cancel(refined))
    assert [doctor.status(patient, each) for each in chain] == ["FINAL", "FINAL"]


def test_a_search_is_in_pages(doctor: Doctor, patient: Patient) -> None:
    made = {
        doctor.created(sickness(patient, doctor.employee, day, day))
        for day in ("2026-09-01", "2026-09-10", "2026-09-20")
    }

    pages = [
        doctor.search(subject=patient.person, encounter=patient.encounter, limit=2, offset=offset)
        for offset in (0, 2)
    ]

    told = [page.json() for page in pages]
    assert [page["paging"] for page in told] == [
        {"page_number": number, "page_size": 2, "total_entries": 3, "total_pages": 2}
        for number in (1, 2)
    ]
    assert [page["meta"]["type"] for page in told] == ["list", "list"]
    found = [each["identifier"]["value"] for page in told for each in page["data"]]
    assert len(found) == 3
    assert set(found) == made


def test_the_print_form_names_patient_and_signer(doctor: Doctor, patient: Patient) -> None:
    composition = doctor.signed(patient, sickness(patient, doctor.employee))

    said = text_of(doctor.http.get(f"{patient.path(composition)}/printForm").content)

    assert SURNAME in said
    assert "Maria Shevchenko" in said
    assert "FINAL" in said
