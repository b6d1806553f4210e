"""Workbooks: exported as a PDF and as pictures, and fetched; an All-In-One on a data set."""

import io
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from local.stack import Stack
from tests.integration.breakage import Breakage
from tests.integration.caller import Caller
from tests.integration.letters import zipped
from tests.integration.pdf import page_count
from tests.integration.waiting import eventually

SALES = b"region,amount,colour\nNorth,12.5,#ff0000\nSouth,7,#00ff00\nWest,3.25,#0000ff\n"
TEMPLATE = """#let document(record, parameters) = {
  set page(width: 100mm, height: 50mm, fill: rgb(record.colour))
  [#parameters.at("title", default: "Sales") #record.region: #record.amount]
}
"""


def object_id(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode().rstrip("=")


class Author:
    """Calls the Analytics API with a tenant's bearer token."""

    def __init__(self, stack: Stack, tenant: str) -> None:
        [bearer] = [each.bearer for each in stack.tenants if each.id == tenant]
        self.http = httpx.Client(
            base_url=stack.contracts["workRequests"],
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=60,
        )

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.put(path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    def start(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Start work; what the 202 says, the work request readable at once."""
        answer = self.http.post(path, json=body)
        assert answer.status_code == 202, answer.text
        work_request = answer.headers["oa-work-request-id"]
        assert self.http.get(f"/workRequests/{work_request}").status_code == 200
        told: dict[str, Any] = answer.json() if answer.content else {}
        return {"workRequestId": work_request, **told}

    def ended(self, work_request: str) -> dict[str, Any]:
        """The work request as soon as it has ended."""
        return eventually(
            lambda: self.http.get(f"/workRequests/{work_request}").json(),
            until=lambda told: "timeFinished" in told,
        )

    def succeeded(self, work_request: str) -> dict[str, Any]:
        told = self.ended(work_request)
        assert told["status"] == "SUCCEEDED", told
        assert told["percentComplete"] == 100
        return told


@pytest.fixture(scope="module")
def author(stack: Stack) -> Iterator[Author]:
    author = Author(stack, "acme")
    yield author
    author.http.close()


@pytest.fixture(scope="module")
def sales(acme: Caller, author: Author) -> str:
    """A data set with three records; its name."""
    name = f"sales {uuid4().hex[:8]}"
    acme.upload("DataFile", f"{name}.csv", SALES)
    author.put(f"/catalog/datasets/{object_id(name)}", {"source": f"{name}.csv"})
    reload = author.start(f"/catalog/datasets/{object_id(name)}/actions/reload")
    author.succeeded(reload["workRequestId"])
    return name


@pytest.fixture(scope="module")
def workbook(acme: Caller, author: Author, sales: str) -> str:
    """A workbook over the data set; its path."""
    acme.upload("template", f"{sales}.zip", zipped(template__typ=TEMPLATE))
    path = f"/catalog/workbooks/{object_id(f'Sales/{sales}')}"
    author.put(path, {"template": sales, "dataset": sales, "parameters": {"title": "Q3"}})
    return path


def exported(author: Author, workbook: str, **more: Any) -> httpx.Response:
    """Export the workbook, and fetch the file from where the 202 said it would be."""
    body = {"name": "Sales", "type": "file", "format": "pdf", **more}
    told = author.start(f"{workbook}/exports", body)
    assert told["resourceUri"].endswith(f"/exports/{told['workRequestId']}")
    early = author.http.get(told["resourceUri"])
    if early.status_code != 200:
        assert early.status_code == 409, early.text
        assert early.headers["Retry-After"].isdigit()
    work_request = author.succeeded(told["workRequestId"])
    assert work_request["operationType"] == "CREATE_WORKBOOK_EXPORT"
    [resource] = work_request["resources"]
    assert resource["resourceType"] == "WORKBOOK_EXPORT"
    assert resource["actionResult"] == "EXPORTED"
    assert resource["resourceUri"] == told["resourceUri"]
    answer = author.http.get(resource["resourceUri"])
    assert answer.status_code == 200, answer.text
    return answer


def test_a_workbook_is_exported_as_a_pdf_and_fetched_in_parts(
    author: Author, workbook: str
) -> None:
    answer = exported(author, workbook)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert 'filename="Sales.pdf"' in answer.headers["Content-Disposition"]
    assert page_count(answer.content) == 3
    url = str(answer.request.url)
    part = author.http.get(url, headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, answer.content[:8])
    head = author.http.head(url)
    assert head.headers["Content-Length"] == str(len(answer.content))


def test_a_page_is_exported_as_a_picture(author: Author, workbook: str) -> None:
    answer = exported(author, workbook, format="png", canvasIds=["2"], screenwidth=400)
    assert answer.headers["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (400, 200)
        assert picture.getpixel((395, 195)) == (0, 255, 0)


def test_several_pages_are_exported_as_a_zip_of_pictures(author: Author, workbook: str) -> None:
    answer = exported(author, workbook, format="png")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["Sales-1.png", "Sales-2.png", "Sales-3.png"]


def test_an_export_of_a_page_that_does_not_exist_fails_by_its_number(
    author: Author, workbook: str
) -> None:
    body = {"name": "Sales", "type": "file", "format": "pdf", "canvasIds": ["4"]}
    told = author.start(f"{workbook}/exports", body)
    work_request = author.ended(told["workRequestId"])
    assert work_request["status"] == "FAILED"
    [error] = work_request["Errors"]
    assert error["code"] == "PageMissing"
    assert error["message"] == "There is no page 4: the document has 3 pages."
    answer = author.http.get(told["resourceUri"])
    assert (answer.status_code, answer.json()["code"]) == (404, "PageMissing")


def test_an_export_that_is_killed_at_work_fails_and_leaves_no_file(
    author: Author, workbook: str, breakage: Breakage
) -> None:
    body = {"name": "Sales", "type": "file", "format": "png"}
    with breakage.told("PrintExportPages", "hold") as held:
        told = author.start(f"{workbook}/exports", body)
        held.wait()
        held.kill()
        work_request = author.ended(told["workRequestId"])
    assert work_request["status"] == "FAILED"
    assert [each["code"] for each in work_request["Errors"]] == ["Crashed"]
    answer = author.http.get(told["resourceUri"])
    assert (answer.status_code, answer.json()["code"]) == (404, "Crashed")
    # Nothing of it is in the way of the next.
    assert exported(author, workbook).status_code == 200


def test_an_all_in_one_takes_a_data_set_by_its_name(
    acme: Caller, author: Author, workbook: str, sales: str
) -> None:
    output = acme.upload("OutputCreationConfig", f"{sales}.output.yaml", b"{}")
    operation = acme.submit(
        {
            "datamining": {"dataset": sales},
            "contentcreation": {"config": sales},
            "jobcreation": {},
            "outputcreation": {"config": output, "createOnly": True},
        }
    )
    acme.wait(operation)
    answer = acme.result(operation)
    assert answer.status_code == 200, answer.text
    assert page_count(answer.content) == 3
    told = author.http.get(f"/workRequests/{operation}").json()
    assert told["operationType"] == "CREATE_PRINT_OUTPUT"


def test_nobody_fetches_the_export_of_another_tenant(
    stack: Stack, author: Author, workbook: str
) -> None:
    answer = exported(author, workbook)
    stranger = Author(stack, "globex")
    try:
        assert stranger.http.get(str(answer.request.url)).status_code == 404
        assert stranger.http.get(workbook).status_code == 404
    finally:
        stranger.http.close()
