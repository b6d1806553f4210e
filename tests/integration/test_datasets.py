"""Data sets on the deployed stack: reloaded, refused, killed half-way, canceled."""

import io
import os
import signal
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest

from local.stack import Stack
from tests.integration.breakage import Breakage
from tests.integration.caller import Caller
from tests.integration.root import Root
from tests.integration.waiting import eventually


class Author:
    """Has a data set of its own, and the role for it."""

    def __init__(self, stack: Stack, caller: Caller) -> None:
        [bearer] = [each.bearer for each in stack.tenants if each.id == "acme"]
        self.name = f"sales {uuid4().hex[:8]}"
        encoded = urlsafe_b64encode(self.name.encode()).decode().rstrip("=")
        self.path = f"/catalog/datasets/{encoded}"
        self.http = httpx.Client(
            base_url=stack.contracts["workRequests"],
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=60,
        )
        self._caller = caller

    def close(self) -> None:
        self.http.close()

    def upload(self, content: bytes, ending: str = "csv") -> None:
        self._caller.upload("DataFile", f"{self.name}.{ending}", content)

    def define(self, **more: Any) -> None:
        body = {"source": f"{self.name}.csv", **more}
        answer = self.http.put(self.path, json=body)
        assert answer.status_code in {200, 201}, answer.text

    def start(self) -> httpx.Response:
        return self.http.post(f"{self.path}/actions/reload")

    def started(self) -> str:
        """A reload that was just accepted; it can be polled at once."""
        answer = self.start()
        assert answer.status_code == 202, answer.text
        work_request = answer.headers["oa-work-request-id"]
        assert self.poll(work_request)["operationType"] == "RELOAD_DATASET"
        return work_request

    def poll(self, work_request: str) -> dict[str, Any]:
        answer = self.http.get(f"/workRequests/{work_request}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def ended(self, work_request: str) -> dict[str, Any]:
        return eventually(
            lambda: self.poll(work_request), until=lambda told: "timeFinished" in told
        )

    def reload(self) -> dict[str, Any]:
        return self.ended(self.started())

    @property
    def contents(self) -> dict[str, Any]:
        answer = self.http.get(self.path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["contents"]
        return found


@pytest.fixture
def author(stack: Stack, acme: Caller) -> Iterator[Author]:
    with closing(Author(stack, acme)) as author:
        author.define()
        yield author
        author.http.delete(author.path)


def long_sheet() -> bytes:
    """A spreadsheet that takes seconds to read and is small all the same."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["id", "amount"])
    for number in range(60_000):
        sheet.append([number, 5])
    content = io.BytesIO()
    with warnings.catch_warnings(action="ignore"):  # it asks the time in an old way
        book.save(content)
    return content.getvalue()


def test_a_reload_reads_every_row_and_tells_what_it_did(author: Author) -> None:
    author.upload(b"id,amount\n1,5\n2,6.5\n")
    told = author.reload()
    assert (told["status"], told["percentComplete"]) == ("SUCCEEDED", 100)
    (resource,) = told["resources"]
    assert resource["actionResult"] == "RELOADED"
    assert resource["metadata"]["rowsRead"] == "2"
    assert author.contents["rows"] == 2
    assert author.contents["bytes"] == int(resource["metadata"]["bytes"])
    assert author.contents["schema"] == [
        {"name": "id", "type": "integer"},
        {"name": "amount", "type": "number"},
    ]


def test_bad_rows_are_named_and_the_old_data_stays(author: Author) -> None:
    author.upload(b"id,amount\n1,5\n2,6\n")
    author.reload()
    author.upload(b"id,amount\n1,5\n2,6\n3,7\n4,n/a\n")
    told = author.reload()
    assert told["status"] == "FAILED"
    summary, row = told["Errors"]
    assert summary["code"] == "RowsRejected"
    assert row["message"] == (
        f"{author.name}.csv, line 5, column \"amount\": 'n/a' is not an integer."
    )
    assert author.contents["rows"] == 2


def test_a_changed_schema_is_told_column_by_column(author: Author) -> None:
    author.upload(b"id,amount,day\n1,5,2024-01-05\n")
    author.reload()
    author.upload(b"id,amount\n1,much\n")
    told = author.reload()
    assert told["status"] == "FAILED"
    first, second = (each["message"] for each in told["Errors"])
    file = f"{author.name}.csv"
    assert first.startswith(f'Column "day" was date; {file} has none of that name.')
    assert second.startswith(
        f"Column \"amount\" was integer; in {file} it is text, first in line 2: 'much'."
    )


def test_a_source_that_is_gone_is_told(author: Author) -> None:
    (fault,) = author.reload()["Errors"]
    assert fault["code"] == "SourceMissing"
    assert author.name in fault["message"]


def test_many_faults_are_listed_in_a_file(author: Author, root: Root) -> None:
    author.define(columns=[{"name": "id", "type": "integer"}])
    author.upload(b"id\n" + b"x\n" * 150)
    work_request = author.started()
    told = author.ended(work_request)
    assert len(told["Errors"]) == 100
    lines = root.read(f"results/acme/{work_request}/errors.jsonl").splitlines()
    assert len(lines) == 151


def test_states_that_no_reader_can_be_at_are_removed(author: Author, root: Root) -> None:
    made = []
    for number in range(3):
        author.upload(b"id\n%d\n" % number)
        made.append(author.reload()["id"])
    there = set(root.keys("datasets/acme/"))
    assert {f"datasets/acme/{each}.parquet" for each in made[1:]} <= there
    assert f"datasets/acme/{made[0]}.parquet" not in there
    author.http.delete(author.path)
    assert not {f"datasets/acme/{each}.parquet" for each in made} & set(root.keys("datasets/"))


def test_one_reload_of_a_data_set_runs_at_a_time(author: Author, breakage: Breakage) -> None:
    author.upload(b"id\n1\n")
    with breakage.told("WorkRequestsReloadDataSet", "hold") as held:
        first = author.started()
        held.wait()
        refused = author.start()
        assert (refused.status_code, refused.json()["code"]) == (409, "Conflict")
        assert first in refused.json()["message"]
    assert author.ended(first)["status"] == "SUCCEEDED"
    assert author.reload()["status"] == "SUCCEEDED"


def test_a_reload_that_is_killed_half_way_leaves_the_old_data(
    author: Author, root: Root, breakage: Breakage
) -> None:
    author.upload(b"id,amount\n1,5\n2,6\n")
    author.reload()
    author.upload(long_sheet(), "xlsx")
    author.define(source=f"{author.name}.xlsx")
    with breakage.told("WorkRequestsReloadDataSet", "hold") as held:
        work_request = author.started()
        held.wait()
        [process] = held.processes()
        held.release()
        eventually(lambda: root.operation(work_request).phase == "Reading")
        os.kill(process, signal.SIGKILL)
        assert author.contents["rows"] == 2
        assert f"datasets/acme/{work_request}.parquet" not in root.keys("datasets/acme/")
        told = author.ended(work_request)
    assert told["status"] == "FAILED"
    assert [each["code"] for each in told["Errors"]] == ["Crashed"]
    assert author.contents["rows"] == 2
    # Nothing of it is in the way of the next.
    assert author.reload()["status"] == "SUCCEEDED"
    assert author.contents["rows"] == 60_000


def test_a_step_repeated_after_its_exchange_does_no_harm(
    author: Author, breakage: Breakage
) -> None:
    author.upload(b"id,amount\n1,5\n2,6\n")
    with (
        breakage.limited("WorkRequestsReloadDataSet", seconds=4),
        breakage.told("WorkRequestsReloadDataSet", "hang", once=True, after=True),
    ):
        told = author.reload()
    assert told["status"] == "SUCCEEDED", told
    assert told["resources"][0]["metadata"]["rowsRead"] == "2"
    assert author.contents["rows"] == 2
