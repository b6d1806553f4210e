"""What is refused at once: in the envelope, with the status and the type that the contract has."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.integration.caller import Caller
from tests.integration.compositions.conftest import SCOPES
from tests.integration.compositions.doctor import BASE, Doctor, Engage, job_of
from tests.integration.compositions.papers import Patient, sickness
from tests.integration.compositions.ward import Ward
from tests.integration.letters import Letters

NOWHERE = str(uuid4())
JOB = f"{BASE}/job/{NOWHERE}"
SOMEBODYS = f"/patients/{NOWHERE}/composition/{NOWHERE}/episode/{NOWHERE}/encounter/{NOWHERE}"


def refusal(answer: httpx.Response, status: int, type: str) -> dict[str, Any]:
    """The error of an envelope; fails if the answer is none."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    told = answer.json()
    assert told.keys() == {"meta", "error"}
    assert told["meta"].keys() == {"code", "url", "type", "request_id"}
    assert told["meta"]["code"] == status
    assert told["meta"]["url"].startswith("http")
    assert told["meta"]["request_id"]
    error: dict[str, Any] = told["error"]
    assert error["type"] == type
    assert error["message"]
    return error


def broken(answer: httpx.Response) -> tuple[str, str, str]:
    """Entry type, entry and rule of a request that is malformed in one place."""
    [entry] = refusal(answer, 400, "request_malformed")["invalid"]
    [rule] = entry["rules"]
    assert rule["description"]
    assert isinstance(rule["params"], list)
    return entry["entry_type"], entry["entry"], rule["rule"]


@pytest.mark.parametrize(
    ("body", "entry", "rule"),
    [
        (b"", "$", "required"),
        (b"{", "$", "format"),
        (b"[]", "$", "type"),
        (b'{"type": 1, "type": 2}', "$", "format"),
        (b'{"type": NaN}', "$", "format"),
        (b"\xff\xfe", "$", "format"),
    ],
)
def test_a_composition_that_is_no_json_object_is_malformed(
    doctor: Doctor, body: bytes, entry: str, rule: str
) -> None:
    answer = doctor.http.post(BASE, content=body, headers={"Content-Type": "application/json"})

    assert broken(answer) == ("json_data_property", entry, rule)


@pytest.mark.parametrize("verb", ["sign", "cancel"])
@pytest.mark.parametrize(
    ("body", "entry", "rule"),
    [
        ({}, "$.data", "required"),
        ({"data": None}, "$.data", "required"),
        ({"data": 7}, "$.data", "type"),
        ({"data": "not base64!"}, "$.data", "format"),
        ({"data": ""}, "$.data", "format"),
    ],
)
def test_a_signed_message_that_is_no_base64_is_malformed(
    doctor: Doctor, verb: str, body: dict[str, Any], entry: str, rule: str
) -> None:
    answer = doctor.http.patch(f"{BASE}/{NOWHERE}/{verb}", json=body)

    assert broken(answer) == ("json_data_property", entry, rule)


@pytest.mark.parametrize(
    ("query", "entry"),
    [
        ({}, "$.subject"),
        ({"subject": NOWHERE, "limit": "0"}, "$.limit"),
        ({"subject": NOWHERE, "limit": "51"}, "$.limit"),
        ({"subject": NOWHERE, "offset": "-1"}, "$.offset"),
        ({"subject": "x"}, "$.subject"),
        ({"focus": NOWHERE, "status": "DONE"}, "$.status"),
        ({"focus": NOWHERE, "type": "X"}, "$.type"),
    ],
)
def test_a_broken_query_is_malformed(doctor: Doctor, query: dict[str, str], entry: str) -> None:
    kind, path, _ = broken(doctor.search(**query))

    assert (kind, path) == ("query_parameter", entry)


def test_another_media_type_is_refused(doctor: Doctor) -> None:
    answer = doctor.http.post(BASE, content=b"<a/>", headers={"Content-Type": "text/xml"})

    refusal(answer, 415, "content_type_invalid")


def test_a_body_that_is_too_large_is_refused(doctor: Doctor, patient: Patient) -> None:
    document = sickness(patient, doctor.employee) | {"title": "x" * 300_000}

    refusal(doctor.create(document), 413, "request_too_large")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", JOB, "composition:read"),
        ("GET", "/patients/searchComposition?subject=" + NOWHERE, "composition:search"),
        ("POST", BASE, "composition:create"),
        ("PATCH", f"{BASE}/{NOWHERE}/sign", "composition:sign"),
        ("PATCH", f"{BASE}/{NOWHERE}/cancel", "composition:cancel"),
    ],
)
def test_without_its_scope_a_call_is_401(
    engage: Engage, method: str, path: str, scope: str
) -> None:
    others = [each for each in SCOPES if each != scope]
    doctor = engage(*others, employed=False)

    error = refusal(doctor.http.request(method, path, json={}), 401, "access_denied")

    assert scope in error["message"]


@pytest.mark.parametrize(
    "without",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Basic YTpi"},
        {"api-key": ""},
        {"api-key": "wrong"},
    ],
)
def test_without_a_token_or_a_key_every_call_is_401(
    doctor: Doctor, without: dict[str, str]
) -> None:
    headers = {**doctor.http.headers, **without}
    for method, path in (("GET", JOB), ("POST", BASE), ("PATCH", f"{BASE}/{NOWHERE}/sign")):
        answer = httpx.request(
            method, f"{doctor.http.base_url}{path.lstrip('/')}", headers=headers, timeout=60
        )
        refusal(answer, 401, "access_denied")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_other_tenants_key_or_token_does_not_go_with_ours(
    stack: Stack, doctor: Doctor, neighbour: Doctor
) -> None:
    for swapped in ("api-key", "Authorization"):
        headers = {**doctor.http.headers, swapped: neighbour.http.headers[swapped]}
        answer = httpx.get(f"{stack.contracts['compositions']}{JOB}", headers=headers, timeout=60)
        refusal(answer, 401, "access_denied")


def test_a_revoked_key_is_refused_at_once(doctor: Doctor, stack: Stack) -> None:
    name = f"test-{uuid4().hex[:8]}"
    asked = {"tenant": "acme", "apikey": name}
    made = stack.invoke("IdentityAdmin", {"command": "apikeys.create", **asked}).payload
    headers = {**doctor.http.headers, "api-key": made["apiKey"]}
    url = f"{stack.contracts['compositions']}{JOB}"
    assert httpx.get(url, headers=headers, timeout=60).status_code == 404

    stack.invoke("IdentityAdmin", {"command": "apikeys.revoke", **asked})

    refusal(httpx.get(url, headers=headers, timeout=60), 401, "access_denied")


@pytest.mark.parametrize("job", [NOWHERE, "1", "not-a-job", "%20", NOWHERE[:-1]])
def test_an_unknown_or_malformed_job_is_404(doctor: Doctor, job: str) -> None:
    refusal(doctor.http.get(f"{BASE}/job/{job}"), 404, "not_found")


def test_another_tenants_job_is_404(doctor: Doctor, neighbour: Doctor, patient: Patient) -> None:
    job = job_of(doctor.create(sickness(patient, doctor.employee)))

    refusal(neighbour.http.get(f"{BASE}/job/{job}"), 404, "not_found")


def test_an_operation_of_another_contract_is_no_job(
    doctor: Doctor, acme: Caller, letters: Letters
) -> None:
    operation = acme.submit(letters.configuration("datamining"))

    refusal(doctor.http.get(f"{BASE}/job/{operation}"), 404, "not_found")


def test_a_composition_is_closed_to_who_does_not_treat_the_patient(
    doctor: Doctor, patient: Patient, engage: Engage
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))

    for somebody in (engage(), engage(employed=False)):
        for path in (patient.path(composition), f"{patient.path(composition)}/printForm"):
            error = refusal(somebody.http.get(path), 403, "forbidden")
            assert patient.person not in json.dumps(error)
        found = somebody.search(subject=patient.person).json()
        assert found["data"] == []
        assert found["paging"]["total_entries"] == 0


def test_another_tenants_composition_is_404(
    doctor: Doctor, neighbour: Doctor, patient: Patient
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))

    refusal(neighbour.get(patient, composition), 404, "not_found")
    assert neighbour.search(subject=patient.person).json()["data"] == []
    code, _ = neighbour.refused(neighbour.sign(composition, doctor.data(patient, composition)))
    assert code == 1000


def test_a_path_that_leads_through_another_patient_is_404(
    doctor: Doctor, patient: Patient, ward: Ward
) -> None:
    composition = doctor.created(sickness(patient, doctor.employee))

    refusal(doctor.get(ward.admit(), composition), 404, "not_found")


def test_a_wrong_method_or_path_is_404(doctor: Doctor) -> None:
    answer = doctor.http.put(f"{BASE}/{NOWHERE}/sign", json={})
    refusal(answer, 404, "not_found")
    assert answer.headers["Allow"] == "PATCH"
    refusal(doctor.http.get("/patients/nothing"), 404, "not_found")


@pytest.mark.parametrize("path", [JOB, f"{SOMEBODYS}/printForm"])
def test_a_preflight_needs_no_credentials(stack: Stack, path: str) -> None:
    answer = httpx.options(f"{stack.contracts['compositions']}{path}", timeout=60)

    # Scripts of other origins are not let in here: CORS is off.
    assert "OPTIONS" in refusal(answer, 404, "not_found")["message"]
