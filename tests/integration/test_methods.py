"""Every method of the contract once, on the good path: statuses, headers, bodies to the letter."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from local.stack import Stack, User
from tests.integration.caller import OCTETS, PRINT, CallAs, Caller
from tests.integration.letters import (
    BY_COUNTRY,
    CUSTOMERS,
    MAPPING,
    ONE_FILE,
    PAGES,
    TEMPLATE,
    Letters,
    zipped,
)
from tests.integration.pdf import page_count
from tests.integration.root import Root


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An operation of all four parts that has succeeded, and its sets."""

    id: str
    submitted: httpx.Response
    answer: httpx.Response
    data_set: int
    content_set: int
    job_set: int


@pytest.fixture(scope="module")
def finished(acme: Caller, letters: Letters) -> Finished:
    configuration = letters.configuration(returnIdInHeader=True)
    submitted = acme.post(f"{PRINT}/submit", json=configuration)
    operation = submitted.headers["operationId"]
    acme.wait(operation)
    answer = acme.result(operation)
    return Finished(
        id=operation,
        submitted=submitted,
        answer=answer,
        data_set=int(answer.headers["X-Data-Set-ID"]),
        content_set=int(answer.headers["X-Content-Set-ID"]),
        job_set=int(answer.headers["X-Job-Set-ID"]),
    )


def values(record: Mapping[str, Any]) -> dict[str, str]:
    return {field["name"]: field["value"] for field in record["fields"]}


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/workflow/print", "PrintRestService"),
        ("/authentication", "AuthenticationRestService"),
        ("/filestore", "FilestoreRestService"),
    ],
)
def test_each_service_shakes_hands_and_tells_its_version(
    acme: Caller, path: str, service: str
) -> None:
    answer, head = acme.get(path), acme.http.head(path)
    version = acme.get(f"{path}/version")

    assert (answer.status_code, head.status_code) == (200, 200)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text == f"Server Engine REST Service available: {service}"
    year, minor = map(int, version.text.split(".")[:2])
    assert (year, minor) >= (2024, 2)


def test_a_login_gives_a_token_that_serves_instead_of_the_password(
    call_as: CallAs, acme: Caller
) -> None:
    answer = acme.post("/authentication/login")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert int(answer.headers["Token-Expires-In"]) > 0
    bearer = call_as({"auth_token": answer.text})
    assert bearer.get("/workflow/print").status_code == 200


def test_submit_answers_202_with_everything_in_the_headers(
    stack: Stack, finished: Finished
) -> None:
    answer = finished.submitted

    assert answer.status_code == 202
    assert answer.content == b""
    assert answer.headers["Content-Type"] == "text/plain"
    assert str(UUID(finished.id)) == finished.id
    base = f"{stack.contracts['print']}/workflow/print"
    assert answer.headers.get_list("Link") == [
        f'<{base}/getProgress/{finished.id}>; rel="progress"',
        f'<{base}/getResult/{finished.id}>; rel="result"',
        f'<{base}/cancel/{finished.id}>; rel="cancel"',
    ]


def test_the_links_lead_where_they_say(acme: Caller, finished: Finished) -> None:
    targets = {link["rel"]: link["url"] for link in httpx_links(finished.submitted.headers["Link"])}

    assert acme.get(targets["progress"]).text == "done"
    assert acme.post(targets["result"]).content == finished.answer.content
    assert acme.post(targets["cancel"]).status_code == 204


def httpx_links(header: str) -> list[dict[str, str]]:
    return [dict(link) for link in httpx.Response(200, headers={"Link": header}).links.values()]


def test_a_finished_operation_is_done_and_no_longer_listed(
    acme: Caller, finished: Finished
) -> None:
    assert acme.progress(finished.id) == "done"
    assert finished.id not in acme.running()


def test_get_result_answers_the_bytes_of_the_only_spool_file(finished: Finished) -> None:
    answer = finished.answer

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Result-Type"] == "Output-Streamed"
    assert page_count(answer.content) == PAGES


def test_get_result_txt_answers_its_path(root: Root, acme: Caller, finished: Finished) -> None:
    answer = acme.result(finished.id, "getResultTxt")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["X-Result-Type"] == "Output-Local-Filepath"
    bucket, _, key = answer.text.removeprefix("s3://").partition("/")
    assert bucket == root.bucket
    assert root.read(key) == finished.answer.content


def test_get_managed_result_answers_json_in_plain_text(acme: Caller, finished: Finished) -> None:
    answer = acme.result(finished.id, "getManagedResult")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["X-Result-Type"] == "Output-Managed-Info"
    document = answer.json()
    assert document["files"] == ["letters.pdf"]
    file = acme.get(f"/filestore/file/{document['identifier']}")
    assert file.content == finished.answer.content


def test_the_same_result_is_fetched_as_often_as_it_is_asked_for(
    acme: Caller, finished: Finished
) -> None:
    again = acme.http.post(
        f"{PRINT}/getResult/{finished.id}", headers={"Content-Type": "application/json"}
    )

    assert again.content == finished.answer.content


def test_cancel_answers_204_after_the_end_and_changes_nothing(
    acme: Caller, finished: Finished
) -> None:
    assert acme.cancel(finished.id).status_code == 204
    assert acme.result(finished.id).status_code == 200


def test_data_sets_lead_to_their_records(acme: Caller, finished: Finished) -> None:
    records = acme.ids(f"datasets/{finished.data_set}")

    assert finished.data_set in acme.ids("datasets")
    assert len(records) == 5
    first = acme.get(f"/entity/datarecords/{records[0]}/values").json()
    assert (first["id"], first["datasetid"]) == (records[0], finished.data_set)
    assert values(first) | {"id": "1", "name": "Ada", "country": "UK"} == values(first)
    assert [values(row) for row in first["records"]] == [
        {"sku": "A-1", "quantity": "2"},
        {"sku": "A-2", "quantity": "1"},
    ]
    assert {row["parentrecordid"] for row in first["records"]} == {records[0]}
    assert {row["table"] for row in first["records"]} == {"orders"}


def test_the_values_of_several_records_come_in_the_order_asked_for(
    acme: Caller, finished: Finished
) -> None:
    records = acme.ids(f"datasets/{finished.data_set}")
    wanted = [records[4], str(records[1])]

    by_post = acme.post("/entity/datarecords/values", json={"identifiers": wanted})
    by_get = acme.get("/entity/datarecords/values", identifiers=f"{records[4]},{records[1]}")

    assert [values(each)["name"] for each in by_post.json()] == ["Emil", "Blaise"]
    assert by_get.json() == by_post.json()


def test_content_sets_lead_to_items_records_and_pages(acme: Caller, finished: Finished) -> None:
    items = acme.ids(f"contentsets/{finished.content_set}")
    path = f"/entity/contentsets/{finished.content_set}/pages"

    assert finished.content_set in acme.ids("contentsets")
    assert [each["record"] for each in items] == acme.ids(f"datasets/{finished.data_set}")
    for each in items:
        record = acme.get(f"/entity/contentitems/{each['item']}/datarecord")
        assert record.json() == each["record"]
    summary = acme.get(path).json()["pages"]
    assert summary == [{"count": PAGES, "media": {"name": "Custom", "size": "100mm x 80mm"}}]
    detail = acme.get(path, detail="true").json()["pages"]
    assert [(page["item"], page["count"]) for page in detail] == [
        (each["item"], number) for number, each in enumerate(items, 1)
    ]


def test_job_sets_lead_to_jobs_and_their_contents(acme: Caller, finished: Finished) -> None:
    jobs = acme.ids(f"jobsets/{finished.job_set}")
    items = [each["item"] for each in acme.ids(f"contentsets/{finished.content_set}")]

    assert finished.job_set in acme.ids("jobsets")
    contents = [acme.ids(f"jobs/{job}/contents") for job in jobs]
    assert contents == [[items[2]], [items[1], items[3]], [items[0], items[4]]]


def test_ids_are_unique_over_everything_and_safe_for_clients_that_count_in_doubles(
    acme: Caller, finished: Finished
) -> None:
    sets = [finished.data_set, finished.content_set, finished.job_set]
    items = acme.ids(f"contentsets/{finished.content_set}")
    ids = [
        *sets,
        *acme.ids(f"datasets/{finished.data_set}"),
        *(each["item"] for each in items),
        *acme.ids(f"jobsets/{finished.job_set}"),
    ]

    assert len(set(ids)) == len(ids)
    assert all(0 < each < 2**53 for each in ids)


@pytest.mark.parametrize("kind", ["datasets", "contentsets", "jobsets"])
def test_a_deleted_set_is_gone_with_its_members(
    root: Root, acme: Caller, letters: Letters, kind: str
) -> None:
    parts = ["datamining", "contentcreation", "jobcreation"]
    configuration = letters.configuration(*parts, returnIdInHeader=True)
    headers = acme.run(configuration).headers
    names = {"datasets": "Data", "contentsets": "Content", "jobsets": "Job"}
    found = headers[f"X-{names[kind]}-Set-ID"]

    answer = acme.post(f"/entity/{kind}/{found}/delete")

    assert (answer.status_code, answer.text) == (200, "true")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert acme.get(f"/entity/{kind}/{found}").status_code == 404
    assert int(found) not in acme.ids(kind)
    assert acme.post(f"/entity/{kind}/{found}/delete").status_code == 404


@pytest.mark.parametrize(
    ("method", "name", "content", "media_type"),
    [
        ("DataFile", "a.csv", CUSTOMERS, "application/octet-stream"),
        ("DataMiningConfig", "a.OL-datamapper", MAPPING, "application/octet-stream"),
        ("template", "a.OL-template", zipped(template__typ=TEMPLATE), "application/zip"),
        ("JobCreationConfig", "a.OL-jobpreset", BY_COUNTRY, "application/xml"),
        ("OutputCreationConfig", "a.OL-outputpreset", ONE_FILE, "application/xml"),
    ],
)
def test_what_is_uploaded_comes_back_as_it_was_until_it_is_deleted(
    acme: Caller, method: str, name: str, content: bytes, media_type: str
) -> None:
    uploaded = acme.http.post(
        f"/filestore/{method}",
        params={"filename": name, "persistent": "false"},
        content=content,
        headers={"Content-Type": media_type},
    )
    path = f"/filestore/file/{uploaded.text}"

    assert uploaded.status_code == 200
    assert uploaded.headers["Content-Type"].startswith("text/plain")
    fetched, head = acme.get(path), acme.http.head(path)
    assert fetched.content == content
    assert fetched.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert fetched.headers["OL-Original-Filename"] == name
    assert head.status_code == 200
    assert head.headers["Content-Disposition"] == fetched.headers["Content-Disposition"]
    deleted = acme.get(f"/filestore/delete/{uploaded.text}")
    assert (deleted.status_code, deleted.text) == (200, "true")
    assert acme.get(path).status_code == 404
    assert acme.http.head(path).status_code == 404
    assert acme.post(f"/filestore/delete/{uploaded.text}").status_code == 404


def test_resources_are_listed_by_type(root: Root, acme: Caller, letters: Letters) -> None:
    listed = acme.get("/filestore/resources", type="TEMPLATE,DATA_MAPPING_CONFIG")

    assert listed.status_code == 200
    rows = {row["id"]: row for row in listed.json()}
    assert rows[letters.template]["name"] == f"{letters.name}.zip"
    assert rows[letters.template]["type"] == "TEMPLATE"
    assert rows[letters.mapping]["size"] == len(MAPPING)
    assert rows[letters.mapping]["path"].startswith(f"s3://{root.bucket}/files/transient/acme/")
    assert letters.by_country not in rows
    assert letters.data not in {row["id"] for row in acme.get("/filestore/resources").json()}


def test_persistent_files_never_expire_and_others_do(root: Root, acme: Caller) -> None:
    kept = acme.upload("DataFile", "kept.csv", CUSTOMERS, persistent="true")
    passing = acme.upload("DataFile", "passing.csv", CUSTOMERS)

    stored = {int(item["SK"]): item for item in root.partition("FILE#acme")}
    assert "ttl" not in stored[kept]
    assert stored[passing]["ttl"] > 0
    assert len(root.keys(f"files/persistent/acme/{kept}/")) == 1
    assert acme.post(f"/filestore/delete/{kept}").text == "true"
    assert root.keys(f"files/persistent/acme/{kept}/") == []


def test_a_file_of_a_managed_directory_is_fetched_alone_or_with_all_as_a_zip(
    acme: Caller, letters: Letters
) -> None:
    configuration = letters.configuration(outputcreation={"config": letters.per_letter})
    managed = acme.run(configuration, "getManagedResult").json()
    path = f"/filestore/file/{managed['identifier']}"

    assert len(managed["files"]) == 5
    archive = acme.get(path)
    assert archive.headers["Content-Type"] == "application/zip"
    assert archive.content.startswith(b"PK")
    entry = acme.get(f"{path}/4.pdf")
    assert page_count(entry.content) == 4
    assert entry.headers["Content-Disposition"] == 'attachment; filename="4.pdf"'
    assert acme.get(f"{path}/6.pdf").status_code == 404


def test_a_data_file_is_uploaded_by_a_presigned_form(root: Root, acme: Caller) -> None:
    announced = acme.post(
        "/filestore/uploads", json={"type": "DATA_FILE", "filename": "big.csv"}
    ).json()

    assert acme.get(f"/filestore/file/{announced['fileId']}").status_code == 404
    sent = httpx.post(
        announced["url"], data=announced["fields"], files={"file": ("big.csv", CUSTOMERS)}
    )
    assert sent.status_code in {200, 201, 204}
    fetched = acme.get(f"/filestore/file/{announced['fileId']}")
    assert hashlib.sha256(fetched.content).digest() == hashlib.sha256(CUSTOMERS).digest()
    assert announced["expiresAt"].endswith("Z")


def test_the_ad_hoc_call_takes_its_data_along(acme: Caller, letters: Letters) -> None:
    path = f"{PRINT}/{letters.mapping}/{letters.template}/{letters.by_country}/{letters.one_file}"

    answer = acme.post(path, params={"filename": "x.csv"}, content=CUSTOMERS, headers=OCTETS)

    assert answer.status_code == 202
    operation = answer.headers["operationId"]
    acme.wait(operation)
    assert page_count(acme.result(operation).content) == PAGES


def test_users_of_the_tenant_who_only_monitor_see_progress(
    call_as: CallAs, seeded: dict[str, User], finished: Finished
) -> None:
    monitor = call_as(seeded["acme-monitor"])

    assert monitor.progress(finished.id) == "done"
    assert monitor.get(f"{PRINT}/getOperations").status_code == 200
