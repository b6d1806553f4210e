"""The file store and the entities, by the print client."""

import io
import json
import zipfile
from pathlib import Path

import httpx
import pytest

from longrun_client.print import (
    ContentItem,
    FileHead,
    FileKind,
    InvalidCall,
    Pages,
    PrintClient,
    Resource,
    ServiceUnreachable,
    StoreRefused,
    UnexpectedAnswer,
)
from longrun_client.print_files import UPLOAD_LIMIT, zip_folder
from tests.unit.client.service import STORE, Handler, Service, error, streamed, text


def answer(document: object) -> Handler:
    return lambda _: httpx.Response(200, json=document)


def form() -> Handler:
    fields = {"key": "files/1/data.csv", "policy": "p0licy", "Content-Type": "application/x"}
    return answer({"fileId": 9, "url": f"{STORE}/", "fields": fields, "expiresAt": "2026-11-21"})


@pytest.mark.parametrize(
    ("kind", "segment", "media_type"),
    [
        (FileKind.DATA_FILE, "DataFile", "application/octet-stream"),
        (FileKind.DATA_MAPPING_CONFIG, "DataMiningConfig", "application/octet-stream"),
        (FileKind.TEMPLATE, "template", "application/zip"),
        (FileKind.JOB_CREATION_CONFIG, "JobCreationConfig", "application/octet-stream"),
        (FileKind.OUTPUT_CREATION_CONFIG, "OutputCreationConfig", "application/octet-stream"),
    ],
)
def test_each_kind_is_uploaded_by_its_own_call(
    kind: FileKind,
    segment: str,
    media_type: str,
    client: PrintClient,
    service: Service,
    tmp_path: Path,
) -> None:
    file = tmp_path / "größe & maß.bin"
    file.write_bytes(b"content")
    service.on(f"POST /filestore/{segment}", text("123"))
    assert client.files.upload(kind, file, persistent=True) == 123
    assert dict(service.last.url.params) == {"filename": "größe & maß.bin", "persistent": "true"}
    assert service.last.headers["Content-Type"] == media_type
    assert service.last.headers["Content-Length"] == "7"
    assert "Transfer-Encoding" not in service.last.headers
    assert service.last.content == b"content"


def test_an_upload_is_made_again_only_where_it_was_never_sent(
    client: PrintClient, service: Service
) -> None:
    service.on("POST /filestore/DataFile", httpx.ConnectTimeout("slow"), text("5"))
    assert client.files.upload_data(b"a,b\n", name="a.csv") == 5
    assert service.last.content == b"a,b\n"
    service.on("POST /filestore/template", httpx.WriteError("reset"))
    with pytest.raises(ServiceUnreachable):
        client.files.upload_template(b"PK")


def test_an_empty_upload_is_refused_in_the_services_words(
    client: PrintClient, service: Service
) -> None:
    message = "Request contains no data for upload to File Store"
    service.on("POST /filestore/DataFile", error(400, message))
    with pytest.raises(InvalidCall, match=message):
        client.files.upload_data(b"")
    assert dict(service.last.url.params) == {"persistent": "false"}


def test_a_large_file_goes_by_a_presigned_form_without_credentials(
    client: PrintClient, service: Service, tmp_path: Path
) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * (UPLOAD_LIMIT + 1))
    service.on("POST /filestore/uploads", form())
    service.on(f"POST {STORE}/", lambda _: httpx.Response(204))
    assert client.files.upload_data(large) == 9
    wish, sent = service.requests
    assert json.loads(wish.content) == {
        "type": "DATA_FILE",
        "filename": "large.csv",
        "persistent": False,
    }
    assert not {"authorization", "auth_token"} & set(sent.headers)
    assert sent.headers["Content-Type"].startswith("multipart/form-data")
    body = sent.content
    assert body.index(b'name="policy"') < body.index(b'name="file"')
    assert int(sent.headers["Content-Length"]) == len(body) > UPLOAD_LIMIT


def test_the_largest_file_of_one_call_goes_by_one_call(
    client: PrintClient, service: Service
) -> None:
    service.on("POST /filestore/DataFile", text("1"))
    client.files.upload_data(b"x" * UPLOAD_LIMIT, name="a.csv")
    assert len(service.requests) == 1


def test_a_form_that_the_store_refuses_is_told(client: PrintClient, service: Service) -> None:
    service.on("POST /filestore/uploads", form())
    body = "<Error><Code>EntityTooLarge</Code><Message>Too large</Message></Error>"
    service.on(f"POST {STORE}/", text(body, 400))
    with pytest.raises(StoreRefused, match=r"answered 400: EntityTooLarge: Too large$"):
        client.files.upload_data(b"x" * (UPLOAD_LIMIT + 1))


def test_a_template_folder_is_zipped_on_the_way(
    client: PrintClient, service: Service, tmp_path: Path
) -> None:
    folder = tmp_path / "letters"
    (folder / "fonts").mkdir(parents=True)
    (folder / "template.typ").write_text("#lorem(3)")
    (folder / "fonts" / "a.ttf").write_bytes(b"\x00")
    (folder / ".DS_Store").write_bytes(b"junk")
    service.on("POST /filestore/template", text("7"))
    client.files.upload_template(folder)
    assert service.last.url.params["filename"] == "letters.zip"
    with zipfile.ZipFile(io.BytesIO(service.last.content)) as archive:
        assert archive.namelist() == ["fonts/a.ttf", "template.typ"]
    assert zip_folder(folder) == service.last.content


def test_a_managed_file_is_described_and_downloaded(
    client: PrintClient, service: Service, tmp_path: Path
) -> None:
    disposition = {
        "Content-Disposition": "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%A4.pdf"
    }
    service.on("HEAD /filestore/file/4", streamed(length=9, headers=disposition))
    service.on("GET /filestore/file/4", streamed(b"%PDF", headers=disposition))
    service.on("GET /filestore/file/5/de/a%20b.pdf", streamed(b"part"))
    head = client.files.describe(4)
    assert head == FileHead(name="ä.pdf", media_type="application/octet-stream")
    assert client.files.download(4, tmp_path / "whole").size == 4
    assert client.files.download_part(5, "de/a b.pdf", tmp_path / "part").path.read_text() == "part"


def test_deleting_tells_whether_it_was_there(client: PrintClient, service: Service) -> None:
    service.on("POST /filestore/delete/4", text("true"), text("false"))
    assert client.files.delete(4) is True
    assert client.files.delete(4) is False


def test_deleting_a_file_in_use_is_refused(client: PrintClient, service: Service) -> None:
    service.on("POST /filestore/delete/4", error(400, "file is still required by OL Connect"))
    with pytest.raises(InvalidCall, match="still required"):
        client.files.delete(4)


def test_resources_are_listed_by_kind(client: PrintClient, service: Service) -> None:
    entry = {"id": 3, "name": "a.zip", "path": "/a.zip", "type": "TEMPLATE", "size": 12}
    service.on("GET /filestore/resources", answer([entry]))
    kinds = (FileKind.TEMPLATE, FileKind.JOB_CREATION_CONFIG)
    assert client.files.resources(kinds) == (
        Resource(id=3, name="a.zip", path="/a.zip", type="TEMPLATE", size=12),
    )
    assert service.last.url.params["type"] == "TEMPLATE,JOB_CREATION_CONFIG"
    client.files.resources()
    assert not service.last.url.params


def test_entities_lead_from_sets_to_their_members(client: PrintClient, service: Service) -> None:
    service.on("GET /entity/datasets", answer({"identifiers": [10]}))
    service.on("GET /entity/contentsets", answer({"identifiers": [20]}))
    service.on("GET /entity/jobsets", answer({"identifiers": []}))
    service.on("GET /entity/datasets/10", answer({"identifiers": [11, 12]}))
    service.on("GET /entity/contentsets/20", answer({"identifiers": [{"item": 21, "record": 11}]}))
    service.on("GET /entity/contentitems/21/datarecord", text("11"))
    service.on("GET /entity/jobsets/30", answer({"identifiers": [31]}))
    service.on("GET /entity/jobs/31/contents", answer({"identifiers": [21]}))
    entities = client.entities
    assert (entities.data_sets(), entities.content_sets()) == ((10,), (20,))
    assert entities.job_sets() == ()
    assert entities.records(10) == (11, 12)
    assert entities.content_items(20) == (ContentItem(item=21, record=11),)
    assert entities.record_of(21) == 11
    assert (entities.jobs(30), entities.job_contents(31)) == ((31,), (21,))


def test_records_come_with_their_detail_rows(client: PrintClient, service: Service) -> None:
    row = {
        "id": 12,
        "table": "lines",
        "parentrecordid": 11,
        "fields": [{"name": "q", "value": "3"}],
    }
    record = {
        "id": 11,
        "table": "record",
        "datasetid": 10,
        "fields": [{"name": "name", "value": "Åsa"}],
        "records": [row],
    }
    service.on("GET /entity/datarecords/11/values", answer(record))
    service.on("POST /entity/datarecords/values", answer([record]))
    found = client.entities.record(11)
    assert (found.data_set, found.parent, dict(found.fields)) == (10, None, {"name": "Åsa"})
    assert (found.records[0].parent, dict(found.records[0].fields)) == (11, {"q": "3"})
    assert client.entities.record_values([11]) == (found,)
    assert json.loads(service.last.content) == {"identifiers": [11]}


def test_page_counts_are_read(client: PrintClient, service: Service) -> None:
    media = {"name": "A4", "size": "210mm x 297mm"}
    service.on(
        "GET /entity/contentsets/20/pages",
        answer({"pages": [{"count": 3, "media": media}, {"count": 1}]}),
    )
    assert client.entities.pages(20) == (
        Pages(count=3, medium="A4", medium_size="210mm x 297mm"),
        Pages(count=1, medium=None, medium_size=None),
    )
    assert service.last.url.params["detail"] == "false"
    service.on("GET /entity/contentsets/30/pages", answer({"pages": [{"item": 31, "count": 2}]}))
    (item,) = client.entities.pages(30, detail=True)
    assert (item.item, item.count) == (31, 2)
    assert service.last.url.params["detail"] == "true"


def test_many_records_are_asked_for_a_thousand_at_a_time(
    client: PrintClient, service: Service
) -> None:
    service.on("POST /entity/datarecords/values", answer([]))
    assert client.entities.record_values(range(1, 2002)) == ()
    asked = [json.loads(each.content)["identifiers"] for each in service.requests]
    assert [len(each) for each in asked] == [1000, 1000, 1]


def test_sets_are_deleted_each_by_its_own_call(client: PrintClient, service: Service) -> None:
    for sets in ("datasets", "contentsets", "jobsets"):
        service.on(f"POST /entity/{sets}/1/delete", text("true"))
    entities = client.entities
    assert entities.delete_data_set(1)
    assert entities.delete_content_set(1)
    assert entities.delete_job_set(1)


@pytest.mark.parametrize("document", [[], {}, {"identifiers": ["x"]}, {"identifiers": None}])
def test_a_list_of_ids_that_is_none_is_unexpected(
    document: object, client: PrintClient, service: Service
) -> None:
    service.on("GET /entity/datasets", answer(document))
    with pytest.raises(UnexpectedAnswer, match="/entity/datasets"):
        client.entities.data_sets()
