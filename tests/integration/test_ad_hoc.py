"""Data in the call: answered at once, in the same call, or in time by a 202."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from tests.integration.breakage import Breakage
from tests.integration.caller import OCTETS, PRINT, Caller, refusal
from tests.integration.letters import CUSTOMERS, PAGES, Letters
from tests.integration.pdf import page_count
from tests.integration.root import Root


def path(letters: Letters, *, job: int | str = 0, output: int | str | None = None) -> str:
    return f"{PRINT}/{letters.mapping}/{letters.template}/{job}/{output or letters.one_file}"


def test_a_synchronous_call_answers_the_spool_file_and_no_operation(
    acme: Caller, letters: Letters
) -> None:
    answer = acme.post(
        path(letters, job=letters.by_country),
        params={"async": "false", "filename": "x.csv", "createOnly": "true"},
        content=CUSTOMERS,
        headers=OCTETS,
    )

    assert answer.status_code == 200
    assert answer.headers["X-Result-Type"] == "Output-Streamed"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert page_count(answer.content) == PAGES
    assert "operationId" not in answer.headers
    assert "Link" not in answer.headers


def test_a_synchronous_call_answers_the_path_where_text_was_asked_for(
    root: Root, acme: Caller, letters: Letters
) -> None:
    answer = acme.post(
        path(letters),
        params={"async": "false", "resultAsTxt": "true", "createOnly": "true"},
        content=CUSTOMERS,
        headers=OCTETS,
    )

    assert answer.status_code == 200
    assert answer.headers["X-Result-Type"] == "Output-Local-Filepath"
    assert page_count(root.read(answer.text.removeprefix(f"s3://{root.bucket}/"))) == PAGES


def test_names_in_the_path_and_a_print_range_are_taken(acme: Caller, letters: Letters) -> None:
    name = letters.name.replace(" ", "%20")
    answer = acme.post(
        f"{PRINT}/{name}/{name}.zip/{name}.jobs/{name}.output.yaml",
        params={"async": "false", "printRange": "2,4-5", "createOnly": "true"},
        content=CUSTOMERS,
        headers=OCTETS,
    )

    assert answer.status_code == 200, answer.text
    assert page_count(answer.content) == 2 + 4 + 5


def test_without_create_only_the_output_is_delivered(
    root: Root, acme: Caller, letters: Letters
) -> None:
    answer = acme.post(
        path(letters),
        params={"async": "false", "resultAsTxt": "true"},
        content=CUSTOMERS,
        headers=OCTETS,
    )

    assert answer.text == f"s3://{root.bucket}/delivered/acme/letters/letters.pdf"


def test_a_synchronous_failure_is_told_in_the_one_answer(acme: Caller, letters: Letters) -> None:
    answer = acme.post(
        path(letters),
        params={"async": "false", "filename": "bad.csv"},
        content=b"id,name,country,pages,sku,quantity\nx,Ada,UK,1,,\n",
        headers=OCTETS,
    )

    assert answer.status_code == 500
    assert 'bad.csv, record 1, field "id"' in refusal(answer)


def test_an_empty_body_or_an_unknown_preset_is_refused(acme: Caller, letters: Letters) -> None:
    empty = acme.post(path(letters), content=b"", headers=OCTETS)
    unknown = acme.post(path(letters, output="nowhere"), content=CUSTOMERS, headers=OCTETS)

    assert (empty.status_code, unknown.status_code) == (400, 400)
    assert refusal(empty) == "Request contains no data for upload to File Store"
    assert "Output creation config" in refusal(unknown)


def test_with_the_same_key_the_same_data_is_one_operation(acme: Caller, letters: Letters) -> None:
    headers = {**OCTETS, "Idempotency-Key": str(uuid4())}

    answers = [acme.post(path(letters), content=CUSTOMERS, headers=headers) for _ in range(2)]
    other = acme.post(path(letters), content=CUSTOMERS + b"6,Fay,UK,1,,\n", headers=headers)

    assert [answer.status_code for answer in answers] == [202, 202]
    assert len({answer.headers["operationId"] for answer in answers}) == 1
    assert other.status_code == 400
    assert "Idempotency-Key" in refusal(other)
    acme.wait(answers[0].headers["operationId"])


@pytest.fixture(scope="module")
def patience(breakage: Breakage, acme: Caller, letters: Letters) -> dict[str, httpx.Response]:
    """A result call and a synchronous call, while no data file is mapped for half a minute."""
    with breakage.told("PrintMapData", "hold") as held, ThreadPoolExecutor() as threads:
        operation = acme.submit(letters.configuration())
        held.wait()
        result = threads.submit(acme.result, operation)
        synchronous = threads.submit(
            acme.post,
            path(letters),
            params={"async": "false"},
            content=CUSTOMERS,
            headers=OCTETS,
        )
        answers: dict[str, httpx.Response] = {
            "result": result.result(),
            "synchronous": synchronous.result(),
        }
        still_held = threads.submit(acme.result, operation)
        held.release()
        answers["held"] = still_held.result()
    return answers


def test_a_result_that_takes_longer_than_a_call_is_asked_for_again(
    patience: dict[str, httpx.Response],
) -> None:
    answer = patience["result"]
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "still running" in refusal(answer)


def test_a_result_call_is_held_until_the_operation_ends(
    patience: dict[str, httpx.Response],
) -> None:
    answer = patience["held"]
    assert answer.status_code == 200
    assert page_count(answer.content) == PAGES


def test_a_synchronous_call_that_takes_too_long_becomes_an_asynchronous_one(
    acme: Caller, patience: dict[str, httpx.Response]
) -> None:
    answer = patience["synchronous"]
    assert answer.status_code == 202
    operation = answer.headers["operationId"]
    assert len(answer.headers.get_list("Link")) == 3
    acme.wait(operation)
    assert page_count(acme.result(operation).content) == PAGES
