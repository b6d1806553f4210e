import json
import re
from itertools import chain

import pytest

from longrun.contracts.work_requests.control_plane import details
from longrun.contracts.work_requests.control_plane.sentences import sentence
from longrun.operations.history import Event
from tests.contract.work_requests_control_plane.world import World, forged

RFC3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def every(world: World, path: str, query: str = "") -> list[list[dict[str, str]]]:
    """The entries of every page."""
    pages = []
    following = query
    while True:
        reply = world.call("GET", f"{path}?{following}" if following else path)
        assert reply.status == 200, reply.body
        pages.append(reply.json)
        if reply.next_page is None:
            return pages
        assert re.fullmatch(r"[A-Za-z0-9._~-]+", reply.next_page)
        following = f"{query}&page={reply.next_page}".lstrip("&")


def messages(pages: list[list[dict[str, str]]]) -> list[list[str]]:
    return [[entry["message"] for entry in page] for page in pages]


def test_errors_are_a_bare_array_of_code_message_and_timestamp(world: World) -> None:
    operation = world.failed("Record 3 has no name.", "Record 7 has no name.")

    (page,) = every(world, f"/workRequests/{operation}/errors")

    assert [set(entry) for entry in page] == [{"code", "message", "timestamp"}] * 2
    assert page[0]["code"] == "RecordInvalid"
    assert page[0]["message"] == "Record 3 has no name."
    assert re.fullmatch(RFC3339, page[0]["timestamp"])


def test_errors_come_in_pages(world: World) -> None:
    operation = world.failed(*"abcde")

    pages = every(world, f"/workRequests/{operation}/errors", "limit=2")

    assert messages(pages) == [["a", "b"], ["c", "d"], ["e"]]


def test_what_has_not_failed_has_no_errors(world: World) -> None:
    for operation in (world.accepted(), world.succeeded()):
        assert every(world, f"/workRequests/{operation}/errors") == [[]]


@pytest.mark.parametrize("limit", [1, 2, 5, 1000])
@pytest.mark.parametrize("end", ["\n", ""])
def test_the_whole_list_of_errors_is_told_where_it_is_longer_than_the_operation_holds(
    world: World, limit: int, end: str
) -> None:
    said = [f"Record {number} has no näme." for number in range(5)]
    operation = failed_with_a_list(world, said, end)

    pages = every(world, f"/workRequests/{operation}/errors", f"limit={limit}")

    assert list(chain(*messages(pages))) == said
    assert all(0 < len(page) <= limit for page in pages)
    assert re.fullmatch(RFC3339, pages[-1][-1]["timestamp"])


def test_a_page_of_long_errors_ends_early(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(details, "BYTES", 1000)
    said = ["x" * 300 for _ in range(7)]
    operation = failed_with_a_list(world, said)

    pages = every(world, f"/workRequests/{operation}/errors")

    assert list(chain(*messages(pages))) == said
    assert max(len(page) for page in pages) < 5


def failed_with_a_list(world: World, said: list[str], end: str = "\n") -> str:
    """The id of an operation that holds but the first two of its errors."""
    operation = world.failed(*said[:2], count=len(said))
    lines = [json.dumps({"code": "RecordInvalid", "message": each}) for each in said]
    world.platform.artefacts.write(
        f"results/acme/{operation}/errors.jsonl",
        ("\n".join(lines) + end).encode(),
        media_type="application/jsonl",
    )
    return operation


@pytest.mark.parametrize(
    "said",
    [b"{}", b'{"N": "5"}', b'{"N": -1}', b'{"N": true}', b'{"N": 1.5}', b'{"N": 99999999999}'],
)
def test_a_token_that_was_made_up_is_refused_whatever_it_says(world: World, said: bytes) -> None:
    operation = failed_with_a_list(world, ["a", "b", "c"])
    for part, name in (("errors", b"offset"), ("logs", b"sequence")):
        token = forged(said.replace(b"N", name), part, operation)
        reply = world.call("GET", f"/workRequests/{operation}/{part}?page={token}")
        assert reply.error == (400, "InvalidParameter")


def test_a_token_that_begins_within_an_error_is_refused(world: World) -> None:
    operation = failed_with_a_list(world, ["a", "b", "c"])
    token = forged(b'{"offset": 3}', "errors", operation)
    reply = world.call("GET", f"/workRequests/{operation}/errors?page={token}")
    assert reply.error == (400, "InvalidParameter")


def test_where_nobody_kept_the_whole_list_those_in_the_operation_are_told(world: World) -> None:
    operation = world.failed("a", "b", count=500)

    assert messages(every(world, f"/workRequests/{operation}/errors")) == [["a", "b"]]


def test_the_log_tells_in_sentences_what_happened(world: World) -> None:
    operation = world.failed("Record 3 has no name.")

    (page,) = every(world, f"/workRequests/{operation}/logs")

    assert [set(entry) for entry in page] == [{"message", "timestamp"}] * len(page)
    assert [entry["message"] for entry in page] == [
        "The work request was accepted.",
        "The work began.",
        "Data Mapping began; 0 % of the whole is done.",
        "Data Mapping goes on; 10 % of the whole is done.",
        "The work failed in Data Mapping: RecordInvalid. See the errors.",
    ]
    times = [entry["timestamp"] for entry in page]
    assert times == sorted(times)


def test_the_log_comes_in_pages(world: World) -> None:
    operation = world.succeeded()

    pages = every(world, f"/workRequests/{operation}/logs", "limit=2")
    (whole,) = every(world, f"/workRequests/{operation}/logs")

    assert [len(page) for page in pages] == [2, 2, 1]
    assert list(chain(*pages)) == whole


def test_the_log_of_one_is_not_gone_on_with_in_another(world: World) -> None:
    first, second = world.succeeded(), world.succeeded()
    token = world.call("GET", f"/workRequests/{first}/logs?limit=1").next_page

    for path in (f"{second}/logs", f"{first}/errors"):
        reply = world.call("GET", f"/workRequests/{path}?page={token}")
        assert reply.error == (400, "InvalidParameter")


@pytest.mark.parametrize(
    "type",
    [
        "accepted",
        "started",
        "phase",
        "progress",
        "produced",
        "canceling",
        "canceled",
        "succeeded",
        "failed",
        "something new",
    ],
)
def test_there_is_a_sentence_for_every_event(world: World, type: str) -> None:
    event = Event(
        operation_id="x", tenant="acme", sequence=1, type=type, time=world.platform.clock()
    )

    assert re.fullmatch(r"[A-Z].*\.", sentence(event))
