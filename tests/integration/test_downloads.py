"""Downloads as a client of HTTP sees them: ranges, conditions, resuming, digests, archives."""

import base64
import hashlib
import io
import json
import subprocess
import zipfile
from email import message_from_bytes
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from local.stack import Stack, User
from tests.integration.caller import Caller, refusal
from tests.integration.letters import Letters

SIZE = 3_000_000
CONTENT = Random(5).randbytes(SIZE)
LARGE = Random(6).randbytes(6_000_000)
"""More than a response carries that is not streamed."""


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


@pytest.fixture(scope="module")
def path(acme: Caller) -> str:
    return f"/filestore/file/{acme.upload('DataFile', 'Prüfung.bin', CONTENT)}"


@pytest.fixture(scope="module")
def large(acme: Caller) -> str:
    return f"/filestore/file/{upload_by_form(acme, announce(acme), LARGE)}"


@pytest.fixture(scope="module")
def directory(acme: Caller, letters: Letters) -> str:
    """Of one file for each country."""
    configuration = letters.configuration(outputcreation={"config": letters.per_job})
    kept = json.loads(acme.run(configuration, "getManagedResult").text)
    return f"/filestore/file/{kept['identifier']}"


def announce(acme: Caller, **asked: Any) -> dict[str, Any]:
    answer = acme.post("/filestore/uploads", json={"type": "DATA_FILE", **asked})
    assert answer.status_code == 200, answer.text
    form: dict[str, Any] = answer.json()
    return form


def upload_by_form(acme: Caller, form: dict[str, Any], content: bytes) -> int:
    answer = httpx.post(form["url"], data=form["fields"], files={"file": content}, timeout=60)
    assert answer.is_success, answer.text
    file_id: int = form["fileId"]
    return file_id


def get(acme: Caller, path: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return acme.http.get(path, headers=named)


def test_a_file_tells_all_that_a_client_needs_to_resume_and_to_verify(
    acme: Caller, path: str
) -> None:
    got, head = get(acme, path), acme.http.head(path)

    assert got.content == CONTENT
    assert head.content == b""
    for answer in (got, head):
        assert answer.status_code == 200
        assert answer.headers["Content-Length"] == str(SIZE)
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
        assert answer.headers["Repr-Digest"] == digest(CONTENT)
        assert answer.headers["Last-Modified"].endswith(" GMT")
        assert "UTF-8''Pr%C3%BCfung.bin" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        pytest.param("bytes=0-0", 0, 1, id="the first byte"),
        pytest.param("bytes=100-199", 100, 200, id="from the middle"),
        pytest.param("bytes=2999000-", 2_999_000, SIZE, id="from a position on"),
        pytest.param("bytes=-1000", 2_999_000, SIZE, id="a suffix"),
        pytest.param("bytes=-9999999", 0, SIZE, id="a suffix longer than all"),
        pytest.param("bytes=2999999-9999999", 2_999_999, SIZE, id="to beyond the end"),
        pytest.param("bytes=0-", 0, SIZE, id="all"),
        pytest.param("bytes=0-99,50-149", 0, 150, id="two that overlap"),
        pytest.param("bytes=0-9,3000000-", 0, 10, id="two, one of them beyond the end"),
    ],
)
def test_a_range(acme: Caller, path: str, header: str, start: int, end: int) -> None:
    answer = get(acme, path, Range=header)

    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["Content-Length"] == str(end - start)
    assert answer.headers["Repr-Digest"] == digest(CONTENT)
    assert answer.content == CONTENT[start:end]


def test_several_ranges(acme: Caller, path: str) -> None:
    answer = get(acme, path, Range="bytes=1000-1004,0-4,-5")

    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    parts: Any = message_from_bytes(head + answer.content).get_payload()
    assert answer.status_code == 206
    assert [(part["Content-Range"], part.get_payload(decode=True)) for part in parts] == [
        (f"bytes 1000-1004/{SIZE}", CONTENT[1000:1005]),
        (f"bytes 0-4/{SIZE}", CONTENT[:5]),
        (f"bytes {SIZE - 5}-{SIZE - 1}/{SIZE}", CONTENT[-5:]),
    ]


@pytest.mark.parametrize("header", ["bytes=3000000-", "bytes=-0", "bytes=9999999-99999999"])
def test_a_range_beyond_the_end(acme: Caller, path: str, header: str) -> None:
    answer = get(acme, path, Range=header)

    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
    assert "3000000 bytes" in refusal(answer)


@pytest.mark.parametrize(
    "header",
    ["bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "lines=0-9", "0-9", "bytes=" + "0-1," * 20],
)
def test_a_malformed_range_is_ignored(acme: Caller, path: str, header: str) -> None:
    answer = get(acme, path, Range=header)

    assert (answer.status_code, answer.content) == (200, CONTENT)


def test_head_has_no_ranges(acme: Caller, path: str) -> None:
    head = acme.http.head(path, headers={"Range": "bytes=0-9"})

    assert (head.status_code, head.headers["Content-Length"]) == (200, str(SIZE))


def test_conditions(acme: Caller, path: str) -> None:
    seen = acme.http.head(path).headers
    tag, date = seen["ETag"], seen["Last-Modified"]

    def status(**headers: str) -> int:
        return get(acme, path, **headers).status_code

    assert status(If_None_Match=tag) == 304
    assert status(If_None_Match=f'"x", W/{tag}') == 304
    assert status(If_None_Match="*") == 304
    assert status(If_None_Match='"x"') == 200
    assert status(If_Modified_Since=date) == 304
    assert status(If_Modified_Since="Thu, 01 Jan 2026 00:00:00 GMT") == 200
    assert status(If_Match=tag) == 200
    assert status(If_Match='"x"') == 412
    assert status(If_Unmodified_Since="Thu, 01 Jan 2026 00:00:00 GMT") == 412
    assert status(Range="bytes=0-9", If_Range=tag) == 206
    assert status(Range="bytes=0-9", If_Range=date) == 206
    assert status(Range="bytes=0-9", If_Range='"x"') == 200
    assert status(Range="bytes=0-9", If_None_Match=tag) == 304
    assert get(acme, path, If_None_Match=tag).content == b""


def interrupted(acme: Caller, method: str, path: str, target: Path, size: int) -> httpx.Headers:
    """Begin a download, and hang up after so many bytes; what was told of it."""
    with acme.http.stream(method, path) as answer, target.open("wb") as file:
        assert answer.status_code in {200, 206}
        for piece in answer.iter_raw(100_000):
            file.write(piece[: size - file.tell()])
            if file.tell() == size:
                break
        return answer.headers


def resume(stack: Stack, seeded: dict[str, User], path: str, target: Path) -> None:
    """As anybody would."""
    user = seeded["acme-operator"]
    url = path if path.startswith("http") else f"{stack.contracts['print']}{path}"
    subprocess.run(
        [
            *("curl", "--fail", "--silent", "--show-error", "--location", "--continue-at", "-"),
            *("--user", f"{user.name}:{user.password}", "--output", target, url),
        ],
        check=True,
    )


def test_an_interrupted_download_is_resumed_by_curl(
    stack: Stack, seeded: dict[str, User], acme: Caller, path: str, tmp_path: Path
) -> None:
    target = tmp_path / "resumed.bin"
    told = interrupted(acme, "GET", path, target, 1_234_567)

    resume(stack, seeded, path, target)

    assert digest(target.read_bytes()) == told["Repr-Digest"] == digest(CONTENT)


def test_an_interrupted_result_is_resumed_where_the_same_bytes_are_got(
    stack: Stack, seeded: dict[str, User], acme: Caller, letters: Letters, tmp_path: Path
) -> None:
    operation = acme.submit(letters.configuration())
    acme.wait(operation)
    target = tmp_path / "letters.pdf"
    told = interrupted(acme, "POST", f"/workflow/print/getResult/{operation}", target, 1000)

    resume(stack, seeded, told["Content-Location"], target)

    assert digest(target.read_bytes()) == told["Repr-Digest"]


# --- Beyond what a buffered response carries


def test_a_large_file_is_a_redirect_that_tells_its_digest(acme: Caller, large: str) -> None:
    answer = get(acme, large)
    fetched = httpx.get(answer.headers["Location"], timeout=60)

    assert answer.status_code == 303
    assert answer.headers["Repr-Digest"] == digest(LARGE) == digest(fetched.content)
    assert acme.http.head(large).headers["Content-Length"] == str(len(LARGE))


def test_the_rest_of_a_large_file_is_in_the_response(
    stack: Stack, seeded: dict[str, User], large: str, tmp_path: Path
) -> None:
    target = tmp_path / "large.bin"
    target.write_bytes(LARGE[:4_000_000])

    resume(stack, seeded, large, target)

    assert digest(target.read_bytes()) == digest(LARGE)


def test_the_way_of_delivery_may_be_asked_for(acme: Caller, path: str, large: str) -> None:
    presigned = get(acme, f"{path}?delivery=presigned")

    assert presigned.status_code == 303
    assert httpx.get(presigned.headers["Location"]).content == CONTENT
    assert get(acme, f"{path}?delivery=stream").content == CONTENT
    assert "Range" in refusal(get(acme, f"{large}?delivery=stream"))
    assert "pigeon" in refusal(get(acme, f"{path}?delivery=pigeon"))


# --- Directories


def test_a_directory_is_an_archive_with_a_manifest(acme: Caller, directory: str) -> None:
    answer = get(acme, directory, Range="bytes=0-9")

    assert (answer.status_code, answer.headers["Accept-Ranges"]) == (200, "none")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert acme.http.head(directory).headers["Content-Length"] == str(len(answer.content))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        *names, manifest = archive.namelist()
        rows = json.loads(archive.read(manifest))["files"]
        assert [row["path"] for row in rows] == names
        for row in rows:
            content = archive.read(row["path"])
            assert row["size"] == len(content)
            assert row["sha256"] == hashlib.sha256(content).hexdigest()
            alone = get(acme, f"{directory}/{row['path']}")
            assert alone.headers["Repr-Digest"] == digest(content)
    assert get(acme, directory, If_None_Match=answer.headers["ETag"]).status_code == 304


# --- Forms


def test_a_form_that_is_used_again_after_the_first_use_changes_nothing(acme: Caller) -> None:
    form = announce(acme, filename="data.csv")
    path = f"/filestore/file/{upload_by_form(acme, form, b'first')}"
    before = get(acme, path)
    upload_by_form(acme, form, b"second")

    after = get(acme, path)
    presigned = get(acme, f"{path}?delivery=presigned").headers["Location"]

    assert before.content == after.content == httpx.get(presigned).content == b"first"
    assert before.headers["ETag"] == after.headers["ETag"]
    assert before.headers["Repr-Digest"] == digest(b"first")


def test_a_form_takes_no_empty_and_no_other_file(acme: Caller) -> None:
    form = announce(acme, filename="data.csv")
    elsewhere = {**form["fields"], "key": form["fields"]["key"].replace("/acme/", "/globex/")}

    assert httpx.post(form["url"], data=elsewhere, files={"file": b"x"}).status_code == 403
    other = {**form["fields"], "Content-Type": "text/html"}
    assert httpx.post(form["url"], data=other, files={"file": b"x"}).status_code == 403
    assert get(acme, f"/filestore/file/{form['fileId']}").status_code == 404


def test_a_form_may_be_bound_to_a_digest(acme: Caller) -> None:
    form = announce(acme, sha256=hashlib.sha256(b"content").hexdigest())

    path = f"/filestore/file/{upload_by_form(acme, form, b'content')}"

    assert get(acme, path).headers["Repr-Digest"] == digest(b"content")
