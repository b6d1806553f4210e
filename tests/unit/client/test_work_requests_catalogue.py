"""The work requests client: data sets, workbooks and their exports, snapshots."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from longrun_client.work_requests import (
    ColumnRule,
    DataSetDefinition,
    DownloadDamaged,
    Export,
    ExportOrder,
    NotFound,
    ServiceUnreachable,
    StoreRefused,
    WorkbookDefinition,
    WorkRequestsClient,
    object_id,
)
from tests.unit.client.analytics import (
    API,
    ID,
    accepted,
    answer,
    data_set,
    refused,
    snapshot,
    workbook,
)
from tests.unit.client.service import STORE, Service, streamed, text

DATA_SET = f"{API}/catalog/datasets/YWNjb3VudHM"
WORKBOOK = f"{API}/catalog/workbooks/UmVtaW5kZXJz"
FILE = f"GET {WORKBOOK}/exports/{ID}"
EXPORT = Export(workbook="Reminders", work_request=ID, uri=f"{WORKBOOK}/exports/{ID}")
PDF = b"%PDF-1.7 reminders"


@pytest.fixture
def work(service: Service) -> Iterator[WorkRequestsClient]:
    with WorkRequestsClient(
        API,
        credentials="a-token",
        transport=service.transport(),
        sleep=service.sleep,
        clock=service.clock,
    ) as client:
        yield client


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


@pytest.mark.parametrize(
    ("name", "wanted"), [("accounts", "YWNjb3VudHM"), ("Größe 1/2?", "R3LDtsOfZSAxLzI_")]
)
def test_an_object_id_is_the_base64url_of_its_name(name: str, wanted: str) -> None:
    assert object_id(name) == wanted
    assert base64.urlsafe_b64decode(wanted + "=" * (-len(wanted) % 4)).decode() == name


def test_a_data_set_is_defined_by_no_more_than_was_said(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(f"PUT {DATA_SET}", answer(data_set(loaded=False), 201, {"ETag": '"1"'}))
    made = work.data_sets.put("accounts", DataSetDefinition(source="accounts.csv"))
    assert body(service.last) == {"source": "accounts.csv"}
    assert "If-Match" not in service.last.headers
    assert (made.name, made.contents, made.etag) == ("accounts", None, '"1"')


def test_a_data_sets_whole_definition_is_sent_in_the_services_words(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(f"PUT {DATA_SET}", answer(data_set()))
    columns = (
        ColumnRule(name="id", source="customer_id", required=True),
        ColumnRule(name="due", type="date", format="%d.%m.%Y"),
    )
    definition = DataSetDefinition(
        source=12,
        format="csv",
        columns=columns,
        delimiter=";",
        reject_limit=5,
        description="What is owed",
    )
    work.data_sets.put("accounts", definition, if_match='"7"')
    assert body(service.last) == {
        "source": 12,
        "format": "csv",
        "columns": [
            {"name": "id", "from": "customer_id", "required": True},
            {"name": "due", "type": "date", "format": "%d.%m.%Y"},
        ],
        "delimiter": ";",
        "rejectLimit": 5,
        "description": "What is owed",
    }
    assert service.last.headers["If-Match"] == '"7"'


def test_a_data_set_tells_what_it_holds(work: WorkRequestsClient, service: Service) -> None:
    service.on(f"GET {DATA_SET}", answer(data_set(), headers={"ETag": '"2"'}))
    found = work.data_sets.get("accounts")
    assert found.etag == '"2"'
    assert found.contents is not None
    assert (found.contents.rows, found.contents.rejected, found.contents.size) == (3, 0, 3613)
    assert list(found.contents.schema.items()) == [("name", "string"), ("total", "number")]


def test_lists_are_read_page_by_page_as_far_as_they_are_wanted(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(
        f"GET {API}/catalog/datasets",
        answer([data_set("a"), data_set("b")], headers={"opc-next-page": "Yg"}),
        answer([], headers={"opc-next-page": "Yw"}),
        answer([data_set("d")]),
    )
    listed = work.data_sets.all()
    assert service.requests == []
    assert [next(listed).name, next(listed).name] == ["a", "b"]
    assert len(service.requests) == 1
    assert [each.name for each in listed] == ["d"]
    assert [dict(each.url.params) for each in service.requests] == [
        {},
        {"page": "Yg"},
        {"page": "Yw"},
    ]


def test_a_put_is_repeated_without_a_condition_and_not_with_one(
    work: WorkRequestsClient, service: Service
) -> None:
    broken = httpx.ReadError("broken")
    service.on(f"PUT {DATA_SET}", broken, answer(data_set()), broken)
    definition = DataSetDefinition(source="accounts.csv")
    work.data_sets.put("accounts", definition)
    assert len(service.requests) == 2
    with pytest.raises(ServiceUnreachable):
        work.data_sets.put("accounts", definition, if_match='"7"')
    assert len(service.requests) == 3


def test_deleting_is_repeated_only_where_it_was_never_sent(
    work: WorkRequestsClient, service: Service
) -> None:
    gone = text("", 204)
    service.on(f"DELETE {DATA_SET}", httpx.ConnectError("refused"), gone)
    work.data_sets.delete("accounts", if_match='"7"')
    assert service.last.headers["If-Match"] == '"7"'
    deletions: dict[str, Callable[[], None]] = {
        DATA_SET: lambda: work.data_sets.delete("accounts"),
        WORKBOOK: lambda: work.workbooks.delete("Reminders"),
        f"{API}/snapshots/{ID}": lambda: work.snapshots.delete(ID),
    }
    for path, delete in deletions.items():
        service.replies[f"DELETE {path}"] = [httpx.ReadError("broken")]
        before = len(service.requests)
        with pytest.raises(ServiceUnreachable):
            delete()
        assert len(service.requests) == before + 1


def test_a_workbook_is_defined_shown_and_listed(work: WorkRequestsClient, service: Service) -> None:
    service.on(f"PUT {WORKBOOK}", answer(workbook(), 201, {"ETag": '"1"'}))
    service.on(f"GET {WORKBOOK}", answer(workbook(), headers={"ETag": '"1"'}))
    service.on(f"GET {API}/catalog/workbooks", answer([workbook()]))
    definition = WorkbookDefinition(
        template="reminder.zip", dataset="accounts", parameters={"title": "Last call"}
    )
    made = work.workbooks.put("Reminders", definition)
    assert body(service.last) == {
        "template": "reminder.zip",
        "dataset": "accounts",
        "parameters": {"title": "Last call"},
    }
    assert work.workbooks.get("Reminders") == made
    assert list(work.workbooks.all()) == [made]
    assert (made.dataset, made.parameters["title"]) == ("accounts", "Last call")


def test_an_export_is_started_in_the_services_words(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(f"POST {WORKBOOK}/exports", accepted(resourceUri=EXPORT.uri))
    order = ExportOrder(name="Reminders", format="png", canvases=(2, 1), width=800)
    assert work.workbooks.export("Reminders", order) == EXPORT
    assert body(service.last) == {
        "name": "Reminders",
        "type": "file",
        "format": "png",
        "canvasIds": ["2", "1"],
        "screenwidth": 800,
    }
    assert service.last.headers["opc-retry-token"]


def test_an_exports_file_is_saved_and_checked(
    work: WorkRequestsClient, service: Service, tmp_path: Path
) -> None:
    digest = base64.b64encode(hashlib.sha256(PDF).digest()).decode()
    headers = {"Repr-Digest": f"sha-256=:{digest}:"}
    service.on(FILE, streamed(PDF[:5], PDF[5:], headers=headers))
    saved = work.workbooks.save(EXPORT, tmp_path / "reminders.pdf")
    assert (tmp_path / "reminders.pdf").read_bytes() == PDF
    assert (saved.size, saved.redirected) == (len(PDF), False)
    assert service.last.headers["Authorization"] == "Bearer a-token"


def test_a_redirect_to_the_store_is_followed_without_the_token(
    work: WorkRequestsClient, service: Service, tmp_path: Path
) -> None:
    service.on(FILE, lambda _: httpx.Response(303, headers={"Location": f"{STORE}/a?sig=x"}))
    service.on(f"GET {STORE}/a", streamed(PDF), text("<Code>AccessDenied</Code>", 403))
    target = tmp_path / "reminders.pdf"
    assert work.workbooks.save(EXPORT, target).redirected
    assert "Authorization" not in service.last.headers
    with pytest.raises(StoreRefused, match="403") as refusal:
        work.workbooks.save(EXPORT, target)
    assert "sig=x" not in str(refusal.value)
    assert target.read_bytes() == PDF


def test_a_download_that_breaks_off_leaves_nothing(
    work: WorkRequestsClient, service: Service, tmp_path: Path
) -> None:
    service.on(FILE, streamed(PDF, httpx.ReadError("gone"), length=1000))
    with pytest.raises(DownloadDamaged, match=r"broke off after 18 of 1000 bytes"):
        work.workbooks.save(EXPORT, tmp_path / "reminders.pdf")
    assert list(tmp_path.iterdir()) == []


def test_the_file_of_an_export_that_failed_is_not_there(
    work: WorkRequestsClient, service: Service, tmp_path: Path
) -> None:
    service.on(FILE, refused(404, "PageMissing", "There is no page 4."))
    with pytest.raises(NotFound, match=r"PageMissing: There is no page 4\."):
        work.workbooks.save(EXPORT, tmp_path / "reminders.pdf")


def test_a_snapshot_is_taken_shown_listed_and_restored(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(f"POST {API}/snapshots", accepted())
    service.on(f"GET {API}/snapshots/{ID}", answer(snapshot("CREATING")), answer(snapshot()))
    service.on(f"GET {API}/snapshots", answer({"items": [snapshot()]}))
    service.on(f"POST {API}/system/actions/restoreSnapshot", accepted("another"))

    taken = work.snapshots.create("Friday", "correct horse", description="before")
    assert body(service.last) == {
        "type": "CREATE",
        "name": "Friday",
        "bar": {"password": "correct horse"},
        "description": "before",
    }
    first, then = work.snapshots.get(taken), work.snapshots.get(taken)
    assert (first.status, first.size, dict(first.contents)) == ("CREATING", None, {})
    assert (then.status, then.size, then.contents["workbooks"]) == ("AVAILABLE", 4711, 2)
    assert list(work.snapshots.all()) == [then]
    assert work.snapshots.restore(taken, "correct horse") == "another"
    assert body(service.last) == {"snapshot": {"id": ID, "password": "correct horse"}}
