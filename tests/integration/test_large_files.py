"""Results and uploads beyond what one call carries, by the project's own client."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.stack import Stack, User
from longrun_client.print import (
    FileKind,
    ManagedOutput,
    PrintClient,
    ResultType,
    SetResult,
    SpoolFile,
)
from tests.integration.caller import PRINT, Caller
from tests.integration.letters import CUSTOMERS, Letters, zipped
from tests.integration.pdf import page_count

SIDE = 1400
"""Pixels, three bytes each, of noise that nothing compresses: more than a response carries."""
TEMPLATE = f"""#let document(record, parameters) = {{
  set page(width: 100mm, height: 100mm)
  [#record.name]
  if record.id == 1 {{
    let pixels = (encoding: "rgb8", width: {SIDE}, height: {SIDE})
    image(read("noise", encoding: none), format: pixels, width: 50mm)
  }}
}}
"""


@pytest.fixture(scope="module")
def client(stack: Stack, seeded: dict[str, User]) -> Iterator[PrintClient]:
    user = seeded["acme-operator"]
    url = stack.contracts["print"]
    with PrintClient(url, user=user.name, password=user.password) as client:
        yield client


@pytest.fixture(scope="module")
def operation(client: PrintClient, letters: Letters) -> str:
    """Of a template that is itself too large for a call."""
    noise = random.Random(7).randbytes(SIDE * SIDE * 3)
    archive = zipped(template__typ=TEMPLATE, noise=noise)
    template = client.files.upload(FileKind.TEMPLATE, archive, name="noise.zip")
    submitted = client.submit(letters.configuration(contentcreation={"config": template}))
    client.wait(submitted.operation_id, timeout=60)
    return submitted.operation_id


def test_a_large_result_is_a_redirect_to_a_short_lived_url_of_its_own(
    acme: Caller, operation: str
) -> None:
    answers = [acme.result(operation) for _ in range(2)]

    for answer in answers:
        assert answer.status_code == 303
        assert answer.headers["X-Result-Type"] == "Output-Streamed"
        assert answer.content == b""
        query = httpx.URL(answer.headers["Location"]).params
        assert int(query["X-Amz-Expires"]) <= 300
        assert query["versionId"]
        # Which the local stack pays no heed to.
        assert query["response-content-disposition"] == 'attachment; filename="letters.pdf"'
    fetched = httpx.get(answers[0].headers["Location"])
    assert fetched.status_code == 200
    assert len(fetched.content) > 4_500_000


def test_a_url_is_good_for_its_one_object_only(acme: Caller, operation: str) -> None:
    url = httpx.URL(acme.result(operation).headers["Location"])

    elsewhere = url.copy_with(path=url.path.replace("/files/", "/work/"))
    longer = url.copy_set_param("X-Amz-Expires", "999999")

    assert httpx.get(elsewhere).status_code == 403
    assert httpx.get(longer).status_code in {400, 403}
    assert httpx.put(url, content=b"x").status_code == 403


def test_the_client_saves_a_large_result_without_noticing(
    client: PrintClient, operation: str, tmp_path: Path
) -> None:
    result = client.result(operation, tmp_path / "letters.pdf")

    assert isinstance(result, SpoolFile)
    assert result.type is ResultType.STREAMED
    assert result.file.redirected
    content = result.file.path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == result.file.sha256
    assert page_count(content) == 5


def test_the_managed_file_of_a_large_result_is_the_same(
    client: PrintClient, operation: str, tmp_path: Path
) -> None:
    managed = client.managed_result(operation)
    assert isinstance(managed, ManagedOutput)

    fetched = client.files.download(managed.identifier, tmp_path / "managed.pdf")

    result = client.result(operation, tmp_path / "letters.pdf")
    assert isinstance(result, SpoolFile)
    assert fetched.redirected
    assert fetched.sha256 == result.file.sha256


def test_a_large_data_file_is_uploaded_by_a_form_and_mapped(
    client: PrintClient, letters: Letters, tmp_path: Path
) -> None:
    rows = b"".join(b"%d,Nobody,UK,1,%s,\n" % (n, b"x" * 2000) for n in range(6, 2506))
    (tmp_path / "large.csv").write_bytes(CUSTOMERS + rows)
    data = client.files.upload_data(tmp_path / "large.csv")

    configuration = letters.configuration("datamining", datamining={"identifier": data})
    operation = client.submit(configuration).operation_id
    client.wait(operation, timeout=60)

    result = client.result_text(operation)
    assert isinstance(result, SetResult)
    assert len(client.entities.records(result.id)) == 2505


def test_a_body_that_no_call_carries_is_refused_with_the_way_out(acme: Caller) -> None:
    answer = acme.post(
        "/filestore/DataFile",
        content=bytes(4_600_000),
        headers={"Content-Type": "application/octet-stream"},
    )

    assert answer.status_code == 413
    assert "/filestore/uploads" in answer.json()["error"]["message"]
    assert acme.get(f"{PRINT}/version").status_code == 200
