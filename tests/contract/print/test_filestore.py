"""The print contract: the file store."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from longrun.contracts.print.files import TOO_LARGE
from longrun.filestore import FileType
from longrun.operations.errors import OperationUnknown
from longrun.operations.request import Request
from tests.contract.print.world import BUCKET, CALLERS, DATA, MAPPING, World, a_template

UPLOADS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "DataFile": ("customers.csv", lambda: DATA),
    "DataMiningConfig": ("customers.yaml", lambda: MAPPING),
    "template": ("letter.zip", a_template),
    "JobCreationConfig": ("by-name.yaml", lambda: b"sort: [{field: name}]"),
    "OutputCreationConfig": ("one.yaml", lambda: b"separation: none"),
}


@pytest.mark.parametrize("method", UPLOADS)
def test_each_type_is_uploaded_and_fetched_again(world: World, method: str) -> None:
    name, content = UPLOADS[method]

    uploaded = world.call(
        "POST",
        f"/filestore/{method}?filename={name}",
        content(),
        headers={"Content-Type": "application/octet-stream"},
    )

    assert uploaded.status == 200
    assert uploaded.header("content-type") == "text/plain"
    assert uploaded.text == str(int(uploaded.text))
    fetched = world.call("GET", f"/filestore/file/{uploaded.text}")
    assert fetched.status == 200
    assert fetched.body == content()
    assert fetched.header("content-disposition") == f'attachment; filename="{name}"'
    assert fetched.header("ol-original-filename") == name


@pytest.mark.parametrize(
    ("query", "persistent"), [("", False), ("&persistent=false", False), ("&persistent=true", True)]
)
def test_a_file_is_persistent_if_that_is_wanted(world: World, query: str, persistent: bool) -> None:
    file_id = int(world.call("POST", f"/filestore/DataFile?filename=a.csv{query}", DATA).text)

    file = world.services.files.get("acme", file_id)
    assert file.persistent is persistent
    assert (file.expires is None) is persistent


def test_a_file_may_come_without_a_name(world: World) -> None:
    file_id = world.call("POST", "/filestore/DataFile", DATA).text

    fetched = world.call("GET", f"/filestore/file/{file_id}")
    assert fetched.header("content-disposition") == f'attachment; filename="data-file-{file_id}"'


def test_a_wrong_boolean_is_refused(world: World) -> None:
    reply = world.call("POST", "/filestore/DataFile?persistent=maybe", DATA)

    assert reply.status == 400
    assert reply.error["parameter"] == "persistent"


@pytest.mark.parametrize("method", UPLOADS)
def test_an_empty_upload_is_refused(world: World, method: str) -> None:
    reply = world.call("POST", f"/filestore/{method}?filename=a", b"")

    assert reply.status == 400
    assert reply.message == "Request contains no data for upload to File Store"


def test_an_upload_that_no_function_is_ever_sent_is_refused_with_what_to_do(world: World) -> None:
    reply = world.call("POST", "/filestore/DataFile", b"x" * 4_500_001)

    assert reply.status == 413
    assert "POST /filestore/uploads" in reply.message


@pytest.mark.parametrize(
    ("method", "name", "content", "words"),
    [
        ("template", "a.zip", b"no zip", "not a zip archive"),
        ("DataMiningConfig", "a.yaml", b"fields: []", "a.yaml, $"),
        ("DataMiningConfig", "a.OL-datamapper", b"PK\x03\x04", "closed"),
        ("JobCreationConfig", "a.OL-jobpreset", b"<?xml version='1.0'?><a/>", "closed"),
        ("OutputCreationConfig", "a.json", b'{"separation": "by magic"}', "by magic"),
    ],
)
def test_a_resource_is_checked_when_it_is_uploaded(
    world: World, method: str, name: str, content: bytes, words: str
) -> None:
    reply = world.call("POST", f"/filestore/{method}?filename={name}", content)

    assert reply.status == 400
    assert words in reply.message
    assert name in reply.message
    assert world.call("GET", "/filestore/resources").json == []


def test_a_vendors_template_is_refused_by_its_content_and_ours_taken_by_any_name(
    world: World,
) -> None:
    closed = io.BytesIO()
    with zipfile.ZipFile(closed, "w") as archive:
        archive.writestr("index.xml", "<package/>")
        archive.writestr("public/document/index.html", "")

    refused = world.call(
        "POST", "/filestore/template?filename=letter.OL-template", closed.getvalue()
    )
    taken = world.call("POST", "/filestore/template?filename=letter.OL-template", a_template())

    assert refused.status == 400
    assert "OL Connect's own formats are closed" in refused.message
    assert taken.status == 200


def test_head_says_all_but_the_bytes(world: World) -> None:
    file_id = world.upload("DataFile", DATA, "customers.csv")

    head = world.call("HEAD", f"/filestore/file/{file_id}")
    got = world.call("GET", f"/filestore/file/{file_id}")

    assert (head.status, head.body) == (200, b"")
    assert head.headers == got.headers


def test_a_name_that_is_not_ascii_is_told_by_rfc_8187(world: World) -> None:
    name = 'Rechnungen "März".csv'
    file_id = int(world.call("POST", f"/filestore/DataFile?filename={quote(name)}", DATA).text)

    reply = world.call("GET", f"/filestore/file/{file_id}")

    assert reply.header("content-disposition") == (
        'attachment; filename="Rechnungen _M_rz_.csv"; '
        "filename*=UTF-8''Rechnungen%20%22M%C3%A4rz%22.csv"
    )
    assert reply.header("ol-original-filename") == "Rechnungen %22M%C3%A4rz%22.csv"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("file_id", ["999999", "abc", "0", "-1", str(2**60), "1" * 400])
def test_an_unknown_file_is_not_found(world: World, method: str, file_id: str) -> None:
    reply = world.call(method, f"/filestore/file/{file_id}")

    assert reply.status == 404
    if method == "GET":
        assert "There is no file" in reply.message


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/filestore/file/{}"),
        ("HEAD", "/filestore/file/{}"),
        ("GET", "/filestore/file/{}/a.pdf"),
        ("GET", "/filestore/delete/{}"),
        ("POST", "/filestore/delete/{}"),
    ],
)
def test_another_tenants_file_is_not_found(world: World, method: str, path: str) -> None:
    file_id = world.upload("DataFile", DATA, "a.csv", who="gina")

    assert world.call(method, path.format(file_id)).status == 404
    assert world.services.files.get("globex", file_id).name == "a.csv"


def test_a_file_beyond_the_buffered_limit_is_a_redirect(world: World) -> None:
    file = world.services.files.add("acme", FileType.DATA_FILE, "big.csv", b"x" * 4_500_001)

    reply = world.call("GET", f"/filestore/file/{file.id}")

    assert reply.status == 303
    assert reply.header("ol-original-filename") == "big.csv"
    signed = parse_qs(urlsplit(reply.header("location") or "").query)
    assert signed["versionId"] == [file.version]


def directory(world: World) -> str:
    output = world.output({"a/1.pdf": b"1" * 100, "a/2 ä.pdf": b"2" * 100})
    return output.values["identifier"]


def test_a_directory_is_a_zip_archive(world: World) -> None:
    reply = world.call("GET", f"/filestore/file/{directory(world)}")

    assert reply.status == 200
    assert reply.header("content-type") == "application/zip"
    assert reply.header("content-disposition") == 'attachment; filename="output.zip"'
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        assert archive.namelist() == ["a/1.pdf", "a/2 ä.pdf", "manifest.json"]
        assert archive.read("a/1.pdf") == b"1" * 100


def test_head_of_a_directory_says_the_same(world: World) -> None:
    file_id = directory(world)

    head = world.call("HEAD", f"/filestore/file/{file_id}")

    assert head.headers == world.call("GET", f"/filestore/file/{file_id}").headers


def test_a_large_directory_is_archived_once_beside_its_files_and_redirected_to(
    world: World,
) -> None:
    noise = Random(1)
    output = world.output({f"{n}.pdf": noise.randbytes(3_000_000) for n in range(2)})
    file_id = output.values["identifier"]

    replies = [world.call("GET", f"/filestore/file/{file_id}") for _ in range(2)]

    assert [reply.status for reply in replies] == [303, 303]
    versions = [
        parse_qs(urlsplit(reply.header("location") or "").query)["versionId"] for reply in replies
    ]
    assert versions[0] == versions[1]
    archive = world.platform.artefacts.read(f"files/transient/acme/{file_id}/archive.zip")
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        assert len(opened.namelist()) == 3


def test_one_file_of_a_directory_is_fetched_by_its_path(world: World) -> None:
    file_id = directory(world)

    reply = world.call("GET", f"/filestore/file/{file_id}/a/2%20%C3%A4.pdf")

    assert reply.body == b"2" * 100
    assert reply.header("content-type") == "application/pdf"
    assert "2%20%C3%A4.pdf" in (reply.header("content-disposition") or "")


@pytest.mark.parametrize("path", ["b.pdf", "a", "../1.pdf", "a//1.pdf", "a/../a/1.pdf"])
def test_other_paths_of_a_directory_are_not_found(world: World, path: str) -> None:
    assert world.call("GET", f"/filestore/file/{directory(world)}/{path}").status == 404


def test_a_path_below_a_file_is_not_found(world: World) -> None:
    file_id = world.upload("DataFile", DATA, "a.csv")

    assert world.call("GET", f"/filestore/file/{file_id}/a.csv").status == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_file_is_deleted_by_either_verb(world: World, method: str) -> None:
    file_id = world.upload("DataFile", DATA, "a.csv")

    reply = world.call(method, f"/filestore/delete/{file_id}")

    assert (reply.status, reply.text) == (200, "true")
    assert reply.header("content-type") == "text/plain"
    assert world.call("GET", f"/filestore/file/{file_id}").status == 404
    assert world.call(method, f"/filestore/delete/{file_id}").status == 404


def test_deleting_what_somebody_else_just_deleted_is_false(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = world.upload("DataFile", DATA, "a.csv")
    monkeypatch.setattr(world.platform.file_index, "remove", lambda _: False)

    assert world.call("POST", f"/filestore/delete/{file_id}").text == "false"


@pytest.mark.parametrize("name", ["data", "mapping", "template", "jobs", "output"])
def test_a_file_that_a_running_operation_needs_is_not_deleted(world: World, name: str) -> None:
    ids = world.resources()
    operation_id = world.submitted(
        {
            "datamining": {"identifier": ids["data"], "config": ids["mapping"]},
            "contentcreation": {"config": ids["template"]},
            "jobcreation": {"config": ids["jobs"]},
            "outputcreation": {"config": ids["output"], "createOnly": True},
        }
    )

    running = world.call("POST", f"/filestore/delete/{ids[name]}")
    world.fail(operation_id, "No.")
    ended = world.call("POST", f"/filestore/delete/{ids[name]}")

    assert running.status == 400
    assert "file is still required by OL Connect" in running.message
    assert ended.text == "true"


def test_the_template_of_a_running_export_of_a_workbook_is_in_use(world: World) -> None:
    template = world.resources()["template"]
    author = replace(CALLERS["anna"], permissions=frozenset({"datasets:author"}))
    order = {
        "datamining": {"dataset": "sales", "persistDataset": False},
        "contentcreation": {"config": template, "parameters": {}},
        "jobcreation": {},
        "outputcreation": {"createOnly": True},
        "export": {"name": "Sales", "format": "pdf", "width": 1280, "height": 3600},
    }
    world.lifecycle.accept(Request(kind="workbook.export", input=order), author)

    running = world.call("POST", f"/filestore/delete/{template}")

    assert running.status == 400
    assert "file is still required by OL Connect" in running.message


def test_an_operation_that_goes_while_it_is_looked_at_needs_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = world.configuration()
    world.submitted(configuration)

    def gone(operation_id: str) -> Any:
        raise OperationUnknown(operation_id)

    monkeypatch.setattr(world.platform.operations, "input", gone)

    reply = world.call("POST", f"/filestore/delete/{configuration['contentcreation']['config']}")
    assert reply.text == "true"


RESOURCES = [
    "TEMPLATE",
    "DATA_MAPPING_CONFIG",
    "JOB_CREATION_CONFIG",
    "OUTPUT_CREATION_CONFIG",
]


def test_resources_are_listed(world: World) -> None:
    ids = world.resources()
    world.resources(who="gina")

    rows = world.call("GET", f"/filestore/resources?type={','.join(RESOURCES)}").json

    assert {row["id"]: row["type"] for row in rows} == {
        ids["template"]: "TEMPLATE",
        ids["mapping"]: "DATA_MAPPING_CONFIG",
        ids["jobs"]: "JOB_CREATION_CONFIG",
        ids["output"]: "OUTPUT_CREATION_CONFIG",
    }
    [template] = [row for row in rows if row["type"] == "TEMPLATE"]
    assert template == {
        "id": ids["template"],
        "name": "letter.zip",
        "path": f"s3://{BUCKET}/files/transient/acme/{ids['template']}/letter.zip",
        "type": "TEMPLATE",
        "size": len(a_template()),
    }


def test_resources_of_one_type_are_listed_and_without_a_type_all(world: World) -> None:
    ids = world.resources()

    one = world.call("GET", "/filestore/resources?type=JOB_CREATION_CONFIG").json
    every = world.call("GET", "/filestore/resources").json

    assert [row["id"] for row in one] == [ids["jobs"]]
    assert len(every) == 4


@pytest.mark.parametrize("kind", ["DATA_FILE", "OUTPUT", "template", "X"])
def test_other_types_are_not_listed(world: World, kind: str) -> None:
    reply = world.call("GET", f"/filestore/resources?type=TEMPLATE,{kind}")

    assert reply.status == 400
    assert reply.error["parameter"] == "type"


def announce(world: World, **asked: Any) -> dict[str, Any]:
    reply = world.call("POST", "/filestore/uploads", asked)
    assert reply.status == 200, reply.text
    form: dict[str, Any] = reply.json
    return form


def test_a_large_file_is_uploaded_by_a_form_under_the_id_that_was_given(world: World) -> None:
    form = announce(world, type="DATA_FILE", filename="big.csv", persistent=True)
    assert set(form) == {"fileId", "url", "fields", "expiresAt"}
    assert form["expiresAt"].endswith("Z")
    assert world.call("GET", f"/filestore/file/{form['fileId']}").status == 404

    world.platform.artefacts.write(
        form["fields"]["key"], DATA, media_type=form["fields"]["Content-Type"]
    )

    reply = world.call("GET", f"/filestore/file/{form['fileId']}")
    assert reply.body == DATA
    assert world.services.files.get("acme", form["fileId"]).persistent


def test_a_form_takes_one_key_one_type_and_a_bounded_size(world: World) -> None:
    form = announce(world, type="template", filename="a.zip")

    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    assert {"key": form["fields"]["key"]} in policy["conditions"]
    assert {"Content-Type": "application/zip"} in policy["conditions"]
    assert ["content-length-range", 1, 64 * 1024 * 1024] in policy["conditions"]
    assert f"/acme/{form['fileId']}/" in form["fields"]["key"]


@pytest.mark.parametrize("kind", FileType)
def test_every_type_but_outputs_can_be_announced(world: World, kind: FileType) -> None:
    reply = world.call("POST", "/filestore/uploads", {"type": kind.value, "filename": "a"})

    assert reply.status == (400 if kind is FileType.OUTPUT else 200)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({}, "type"),
        ({"type": 1}, "type"),
        ({"type": "X"}, "type"),
        ({"type": "DATA_FILE", "filename": 1}, "filename"),
        ({"type": "DATA_FILE", "persistent": "yes"}, "persistent"),
    ],
)
def test_an_announcement_that_is_wrong_is_refused_by_its_place(
    world: World, asked: dict[str, Any], parameter: str
) -> None:
    reply = world.call("POST", "/filestore/uploads", asked)

    assert reply.status == 400
    assert reply.error["parameter"] == parameter


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_an_announcement_that_is_no_object_is_refused(world: World, body: bytes) -> None:
    assert world.call("POST", "/filestore/uploads", body).status == 400


def test_the_gateways_own_413_says_the_same() -> None:
    template = (Path(__file__).parents[3] / "template.yaml").read_text(encoding="utf-8")

    assert TOO_LARGE in " ".join(template.split())
