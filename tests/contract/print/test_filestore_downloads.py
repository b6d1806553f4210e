"""The print contract: files over HTTP - ranges, conditions, digests, ways of delivery."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from longrun.contracts.print import delivery_routes
from longrun.contracts.print.api import FACE
from longrun.contracts.print.services import Services
from longrun.delivery.responses import StreamedResponse, resolved
from longrun.filestore import FileType
from longrun.gateway.api import build
from tests.contract.print.world import DATA, Reply, World, an_event

BIG = bytes(range(256)) * 20_000
"""Beyond the buffered limit."""


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()}"'


@pytest.fixture
def path(world: World) -> str:
    return f"/filestore/file/{world.upload('DataFile', DATA, 'customers.csv')}"


@pytest.fixture
def big(world: World) -> str:
    return f"/filestore/file/{world.services.files.add('acme', FileType.DATA_FILE, 'b', BIG).id}"


def get(world: World, path: str, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return world.call("GET", path, headers=named)


def test_a_file_tells_its_length_its_validators_and_its_digest(world: World, path: str) -> None:
    reply = get(world, path)

    assert reply.header("content-length") == str(len(DATA))
    assert reply.header("etag") == tag(DATA)
    assert reply.header("repr-digest") == digest(DATA)
    assert reply.header("accept-ranges") == "bytes"
    assert (reply.header("last-modified") or "").endswith(" GMT")


def test_a_range_comes_alone(world: World, path: str) -> None:
    reply = get(world, path, range="bytes=2-5")

    assert (reply.status, reply.body) == (206, DATA[2:6])
    assert reply.header("content-range") == f"bytes 2-5/{len(DATA)}"
    assert reply.header("content-length") == "4"
    assert reply.header("content-type") == "application/octet-stream"
    assert reply.header("repr-digest") == digest(DATA)
    assert reply.header("ol-original-filename") == "customers.csv"


def test_several_ranges_come_in_parts(world: World) -> None:
    content = b"a" * 500 + b"b" * 500
    file_id = world.upload("DataFile", content, "a.csv")

    reply = get(world, f"/filestore/file/{file_id}", Range="bytes=0-1,-2")

    assert reply.status == 206
    assert (reply.header("content-type") or "").startswith("multipart/byteranges; boundary=")
    assert reply.header("content-length") == str(len(reply.body))
    assert b"bytes 0-1/1000\r\n\r\naa\r\n" in reply.body
    assert b"bytes 998-999/1000\r\n\r\nbb\r\n" in reply.body


def test_a_range_beyond_the_end_is_a_json_error_that_says_where_the_end_is(
    world: World, path: str
) -> None:
    reply = get(world, path, Range=f"bytes={len(DATA)}-")

    assert (reply.status, reply.error["parameter"]) == (416, "Range")
    assert reply.header("content-range") == f"bytes */{len(DATA)}"


def test_a_malformed_range_is_ignored(world: World, path: str) -> None:
    assert get(world, path, Range="bytes=5-2").status == 200


def test_head_has_no_ranges(world: World, path: str) -> None:
    head = world.call("HEAD", path, headers={"Range": "bytes=0-1"})

    assert (head.status, head.header("content-length")) == (200, str(len(DATA)))


def test_a_range_of_another_version_is_the_whole(world: World, path: str) -> None:
    assert get(world, path, Range="bytes=1-", If_Range=tag(DATA)).status == 206
    assert get(world, path, Range="bytes=1-", If_Range='"x"').status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_client_has_is_not_modified(world: World, path: str, method: str) -> None:
    since = get(world, path).header("last-modified") or ""

    for headers in ({"If-None-Match": tag(DATA)}, {"if-modified-since": since}):
        reply = world.call(method, path, headers=headers)

        assert (reply.status, reply.body) == (304, b"")
        assert reply.header("etag") == tag(DATA)


def test_another_version_than_wanted_is_a_json_error(world: World, path: str) -> None:
    reply = get(world, path, If_Match='"x"')

    assert (reply.status, reply.error["parameter"]) == (412, "If-Match")
    assert get(world, path, If_Match=tag(DATA)).status == 200


def test_one_file_of_a_directory_has_ranges_too(world: World) -> None:
    output = world.output({"a/1.pdf": b"0123456789", "a/2.pdf": b"x"})
    path = f"/filestore/file/{output.values['identifier']}/a/1.pdf"

    reply = get(world, path, Range="bytes=-3")

    assert (reply.status, reply.body) == (206, b"789")
    assert reply.header("repr-digest") == digest(b"0123456789")


def test_a_directorys_archive_ends_with_the_manifest_of_its_files(world: World) -> None:
    output = world.output({"1.pdf": b"one", "2.pdf": b"two"})

    reply = get(world, f"/filestore/file/{output.values['identifier']}", Range="bytes=0-1")

    assert (reply.status, reply.header("accept-ranges")) == (200, "none")
    assert reply.header("content-length") == str(len(reply.body))
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        assert json.loads(archive.read("manifest.json"))["files"] == [
            {
                "path": name,
                "mediaType": "application/pdf",
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in (("1.pdf", b"one"), ("2.pdf", b"two"))
        ]


# --- Large files, where responses are buffered


def test_a_large_file_is_a_redirect_that_tells_its_digest(world: World, big: str) -> None:
    reply = get(world, big)

    assert (reply.status, reply.body) == (303, b"")
    assert reply.header("repr-digest") == digest(BIG)
    assert reply.header("expires")


def test_a_part_of_a_large_file_is_in_the_response(world: World, big: str) -> None:
    reply = get(world, big, Range="bytes=5000000-")

    assert (reply.status, reply.body) == (206, BIG[5_000_000:])


def test_head_of_a_large_file_tells_its_length(world: World, big: str) -> None:
    head = world.call("HEAD", big)

    assert (head.status, head.header("content-length")) == (200, str(len(BIG)))


def test_a_small_file_is_a_redirect_if_that_is_wanted(world: World, path: str) -> None:
    reply = get(world, f"{path}?delivery=presigned")

    assert reply.status == 303
    assert "X-Amz-Signature" in parse_qs(urlsplit(reply.header("location") or "").query)


def test_a_large_file_that_must_be_in_the_response_is_refused_with_what_to_do(
    world: World, big: str
) -> None:
    reply = get(world, f"{big}?delivery=stream")

    assert (reply.status, reply.error["parameter"]) == (400, "delivery")
    assert "Range" in reply.message


def test_another_way_of_delivery_is_refused(world: World, path: str) -> None:
    reply = get(world, f"{path}?delivery=pigeon")

    assert (reply.status, reply.error["parameter"]) == (400, "delivery")


# --- Where responses are streamed


def streamed(
    world: World, method: str, path: str, headers: Mapping[str, str] | None = None
) -> StreamedResponse:
    """The answer as the door hands it to a runtime that streams."""
    services = Services(world.platform, streaming=True)
    services.__dict__["lifecycle"] = world.lifecycle
    app = build(delivery_routes.ENDPOINTS, services, FACE)
    event = an_event(method, f"/serverengine{path}", "", b"", headers or {}, "anna")
    context: Any = type("Context", (), {"get_remaining_time_in_millis": lambda _: 29_000})()
    response = resolved(app.resolve(event, context), streaming=True)
    assert isinstance(response, StreamedResponse)
    return response


def test_where_responses_are_streamed_a_large_file_is_in_the_response_in_pieces(
    world: World, big: str
) -> None:
    response = streamed(world, "GET", big)
    pieces = list(response.body)

    assert response.status == 200
    assert response.headers["Content-Length"] == [str(len(BIG))]
    assert len(pieces) > 1
    assert b"".join(pieces) == BIG


def test_where_responses_are_streamed_a_result_is_never_a_redirect_while_one_carries_it(
    world: World,
) -> None:
    operation_id = world.submitted()
    world.succeed(operation_id, world.output({"letters.pdf": BIG}))

    response = streamed(world, "POST", f"/workflow/print/getResult/{operation_id}")

    assert response.status == 200
    assert response.headers["X-Result-Type"] == ["Output-Streamed"]
    assert b"".join(response.body) == BIG


def test_where_responses_are_streamed_errors_are_clean_statuses(world: World, big: str) -> None:
    missing = streamed(world, "GET", "/filestore/file/999999")
    beyond = streamed(world, "GET", big, {"Range": "bytes=9999999-"})
    world.platform.artefacts.delete("files/")
    gone = streamed(world, "GET", big)

    assert [missing.status, beyond.status, gone.status] == [404, 416, 404]
    assert json.loads(b"".join(gone.body))["error"]["status"] == 404


def test_where_responses_are_streamed_a_directory_of_any_size_is_made_on_the_way(
    world: World,
) -> None:
    output = world.output({"1.pdf": BIG, "2.pdf": BIG})
    file_id = output.values["identifier"]

    response = streamed(world, "GET", f"/filestore/file/{file_id}")
    content = b"".join(response.body)

    assert response.headers["Content-Length"] == [str(len(content))]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("2.pdf") == BIG
    listed = world.services.platform.artefacts
    with pytest.raises(Exception, match="no artefact"):
        listed.describe(f"files/transient/acme/{file_id}/archive.zip")


# --- What was uploaded by a form


def announced(world: World, **asked: Any) -> dict[str, Any]:
    form: dict[str, Any] = world.call("POST", "/filestore/uploads", asked).json
    return form


def arrive(world: World, form: dict[str, Any], content: bytes) -> None:
    """As a form brings it: without a digest."""
    from longrun.aws import clients

    clients.s3().put_object(
        Bucket=world.platform.bucket, Key=form["fields"]["key"], Body=content, ContentType="a/b"
    )


def test_what_came_by_a_form_has_a_digest(world: World) -> None:
    form = announced(world, type="DATA_FILE", filename="big.csv")
    arrive(world, form, DATA)

    reply = get(world, f"/filestore/file/{form['fileId']}")

    assert reply.header("repr-digest") == digest(DATA)
    assert reply.header("etag") == tag(DATA)


def test_a_form_that_is_used_again_after_the_check_changes_nothing(world: World) -> None:
    form = announced(world, type="DATA_FILE", filename="big.csv")
    arrive(world, form, DATA)
    before = get(world, f"/filestore/file/{form['fileId']}")
    arrive(world, form, b"something else")

    after = get(world, f"/filestore/file/{form['fileId']}")
    presigned = get(world, f"/filestore/file/{form['fileId']}?delivery=presigned")

    assert (after.body, after.headers) == (before.body, before.headers)
    assert presigned.header("repr-digest") == digest(DATA)
    version = parse_qs(urlsplit(presigned.header("location") or "").query)["versionId"]
    assert version == [world.services.files.get("acme", form["fileId"]).version]


def test_a_form_may_be_bound_to_a_digest(world: World) -> None:
    form = announced(world, type="DATA_FILE", sha256=hashlib.sha256(DATA).hexdigest().upper())

    told = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
    assert form["fields"]["x-amz-checksum-sha256"] == told


@pytest.mark.parametrize("sha256", ["", "x" * 64, "0" * 63, 1])
def test_a_digest_that_is_none_is_refused(world: World, sha256: object) -> None:
    reply = world.call("POST", "/filestore/uploads", {"type": "DATA_FILE", "sha256": sha256})

    assert (reply.status, reply.error["parameter"]) == (400, "sha256")
