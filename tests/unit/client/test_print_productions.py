"""Submit, progress, waiting, ad-hoc data and cancel, by the print client."""

import json
import uuid
from pathlib import Path

import httpx
import pytest

from longrun_client.print import (
    AdHoc,
    AllInOne,
    Busy,
    ContentCreation,
    DataMining,
    DataReading,
    InvalidCall,
    JobCreation,
    NotFound,
    OutputCreation,
    Pace,
    PrintClient,
    Progress,
    SetIds,
    SetResult,
    SpoolFile,
    Submitted,
    UnexpectedAnswer,
    WaitedTooLong,
)
from longrun_client.print_results import ResultType
from tests.unit.client.service import URL, Handler, Service, error, streamed, text

ID = "0192f4a6-9c1e-7cc0-8d0a-3f1b2a4c5d6e"
LETTERS = AdHoc(mapping=11, template="letters", output="one file", name="customers.csv")
CALL = "/workflow/print/11/letters/0/one%20file"


def accepted() -> Handler:
    links = [
        ("Link", f'<{URL}/workflow/print/getProgress/{ID}>; rel="progress"'),
        ("Link", f'<{URL}/workflow/print/getResult/{ID}>; rel="result"'),
        ("Link", f'<{URL}/workflow/print/cancel/{ID}>; rel="cancel"'),
    ]
    headers = [("Content-Type", "text/plain"), ("operationId", ID), *links]
    return lambda _: httpx.Response(202, headers=headers)


def test_submit_sends_the_configuration_and_reads_id_and_links(
    client: PrintClient, service: Service
) -> None:
    service.on("POST /workflow/print/submit", accepted())
    submitted = client.submit(
        AllInOne(
            datamining=DataMining(identifier=1, config="customers", persist_dataset=False),
            contentcreation=ContentCreation(config="3", parameters={"greeting": "Hello"}),
            jobcreation=JobCreation(),
            outputcreation=OutputCreation(config=4, job_output_folder="out"),
            print_range="1-3, 7",
        )
    )
    assert submitted.operation_id == ID
    assert submitted.links == {
        "progress": f"{URL}/workflow/print/getProgress/{ID}",
        "result": f"{URL}/workflow/print/getResult/{ID}",
        "cancel": f"{URL}/workflow/print/cancel/{ID}",
    }
    assert service.last.headers["Content-Type"] == "application/json"
    assert json.loads(service.last.content) == {
        "datamining": {"identifier": 1, "config": "customers", "persistDataset": False},
        "contentcreation": {"config": "3", "parameters": {"greeting": "Hello"}},
        "jobcreation": {},
        "outputcreation": {"config": 4, "createOnly": True, "jobOutputFolder": "out"},
        "printRange": {"printRange": "1-3, 7"},
        "returnIdInHeader": True,
    }


def test_a_data_set_of_the_catalogue_stands_in_the_place_of_a_data_file() -> None:
    reading = DataReading(dataset="accounts", persist_dataset=False)
    assert AllInOne(datamining=reading).document() == {
        "datamining": {"dataset": "accounts", "persistDataset": False},
        "returnIdInHeader": True,
    }


def test_submit_takes_ids_of_earlier_operations() -> None:
    configuration = AllInOne(
        contentcreation=ContentCreation(config=3, identifiers=(7, 8)), return_id_in_header=False
    )
    assert configuration.document() == {
        "contentcreation": {"identifiers": [7, 8], "config": 3},
        "returnIdInHeader": False,
    }


def test_submit_is_repeated_under_one_idempotency_key(
    client: PrintClient, service: Service
) -> None:
    service.on("POST /workflow/print/submit", httpx.ReadError("reset"), accepted())
    assert client.submit({"datamining": {}}).operation_id == ID
    first, second = (each.headers["Idempotency-Key"] for each in service.requests)
    assert first == second
    assert str(uuid.UUID(first)) == first


def test_two_submits_have_two_idempotency_keys_unless_the_caller_gives_one(
    client: PrintClient, service: Service
) -> None:
    service.on("POST /workflow/print/submit", accepted())
    client.submit({})
    client.submit({})
    client.submit({}, idempotency_key="mine")
    keys = [each.headers["Idempotency-Key"] for each in service.requests]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


@pytest.mark.parametrize("key", ["", "schlüssel", "a\nb"])
def test_an_idempotency_key_that_no_header_takes_is_refused(key: str, client: PrintClient) -> None:
    with pytest.raises(ValueError, match="idempotency key"):
        client.submit({}, idempotency_key=key)


def test_a_submit_without_an_operation_id_is_unexpected(
    client: PrintClient, service: Service
) -> None:
    service.on("POST /workflow/print/submit", text("", 202))
    with pytest.raises(UnexpectedAnswer, match="operationId"):
        client.submit({})


def test_a_missing_resource_is_told_in_the_services_words(
    client: PrintClient, service: Service
) -> None:
    message = "Required Input resource/file not found in File Store: Datamapper config 'x'"
    service.on("POST /workflow/print/submit", error(400, message, parameter="config"))
    with pytest.raises(InvalidCall) as refused:
        client.submit({})
    assert (refused.value.message, refused.value.parameter) == (message, "config")


def test_wait_polls_until_done_and_reports_each_poll(client: PrintClient, service: Service) -> None:
    polls = [text("0"), text("40"), text("99"), text("done")]
    service.on(f"GET /workflow/print/getProgress/{ID}", *polls)
    seen: list[Progress] = []
    client.wait(ID, seen.append)
    assert [each.percent for each in seen] == [0, 40, 99, 100]
    assert [each.done for each in seen] == [False, False, False, True]
    assert service.pauses == [0.25, 0.375, 0.5625]


def test_wait_backs_off_to_the_longest_pause_and_no_further(
    client: PrintClient, service: Service
) -> None:
    service.on(f"GET /workflow/print/getProgress/{ID}", *[text("1")] * 5, text("done"))
    client.wait(ID, pace=Pace(first=1, factor=3, longest=4))
    assert service.pauses == [1, 3, 4, 4, 4]


def test_wait_ends_when_its_time_is_over(client: PrintClient, service: Service) -> None:
    service.on(f"GET /workflow/print/getProgress/{ID}", text("12"))
    with pytest.raises(WaitedTooLong, match=f"{ID} is at 12% after 10 s; it runs on") as waited:
        client.wait(ID, timeout=10)
    assert waited.value.percent == 12
    assert service.now == pytest.approx(10)


def test_wait_for_an_unknown_operation_says_so(client: PrintClient, service: Service) -> None:
    service.on(f"GET /workflow/print/getProgress/{ID}", error(404, "Operation not found in Server"))
    with pytest.raises(NotFound, match="Operation not found in Server"):
        client.wait(ID)


def test_running_operations_are_read_with_their_phase(
    client: PrintClient, service: Service
) -> None:
    entry = {
        "id": ID,
        "type": "PrintRestService",
        "subTask": "Content Creation 25%",
        "startTime": 1_795_000_000_500,
        "progress": 31,
    }
    bare = entry | {"subTask": "", "template": "letters.zip"}
    service.on(
        "GET /workflow/print/getOperations", lambda _: httpx.Response(200, json=[entry, bare])
    )
    first, second = client.operations()
    assert (first.phase, first.percent, first.template) == ("Content Creation", 31, None)
    assert first.started.isoformat() == "2026-11-18T11:06:40.500000+00:00"
    assert (second.phase, second.template) == ("", "letters.zip")


def test_cancel_asks_once(client: PrintClient, service: Service) -> None:
    service.on(f"POST /workflow/print/cancel/{ID}", lambda _: httpx.Response(204))
    client.cancel(ID)
    assert service.calls() == [f"POST /workflow/print/cancel/{ID}"]


def test_ad_hoc_data_is_submitted_with_its_file_name(
    client: PrintClient, service: Service, tmp_path: Path
) -> None:
    data = tmp_path / "kunden & co.csv"
    data.write_bytes(b"a,b\n1,2\n")
    service.on(f"POST {CALL}", accepted())
    unnamed = AdHoc(mapping=11, template="letters", output="one file", print_range="1-3")
    assert client.submit_data(data, unnamed).operation_id == ID
    assert dict(service.last.url.params) == {
        "filename": "kunden & co.csv",
        "printRange": "1-3",
        "createOnly": "false",
        "async": "true",
    }
    assert service.last.content == b"a,b\n1,2\n"
    assert service.last.headers["Content-Type"] == "application/octet-stream"
    assert service.last.headers["Content-Length"] == "8"


def test_ad_hoc_data_is_sent_again_whole_under_one_idempotency_key(
    client: PrintClient, service: Service
) -> None:
    service.on(f"POST {CALL}", httpx.ReadTimeout("slow"), error(503, "busy"), accepted())
    assert client.submit_data(b"a,b\n", LETTERS).operation_id == ID
    assert [each.content for each in service.requests] == [b"a,b\n"] * 3
    assert len({each.headers["Idempotency-Key"] for each in service.requests}) == 1


def test_a_service_that_stays_busy_is_left_alone(client: PrintClient, service: Service) -> None:
    service.on(f"POST {CALL}", error(503, "busy"))
    with pytest.raises(Busy):
        client.submit_data(b"a,b\n", LETTERS, idempotency_key="mine")
    assert len(service.requests) == 4


def test_synchronous_ad_hoc_data_gives_the_spool_file(
    client: PrintClient, service: Service, tmp_path: Path
) -> None:
    pdf = streamed(b"%PDF-", b"1.7", headers={"X-Result-Type": "Output-Streamed"})
    service.on(f"POST {CALL}", pdf)
    result = client.process_data(b"a,b\n", LETTERS, tmp_path / "letters.pdf")
    assert isinstance(result, SpoolFile)
    assert result.file.path.read_bytes() == b"%PDF-1.7"
    params = service.last.url.params
    assert (params["async"], params["resultAsTxt"]) == ("false", "false")
    assert params["filename"] == "customers.csv"


def test_synchronous_ad_hoc_data_that_takes_long_gives_the_operation(
    client: PrintClient, service: Service, tmp_path: Path
) -> None:
    service.on(f"POST {CALL}", accepted())
    result = client.process_data(b"a,b\n", LETTERS, tmp_path / "letters.pdf", as_text=True)
    assert isinstance(result, Submitted)
    assert result.operation_id == ID
    assert service.last.url.params["resultAsTxt"] == "true"


def test_results_that_are_sets_tell_their_ids(client: PrintClient, service: Service) -> None:
    headers = {"X-Result-Type": "Content-Set-ID", "X-Data-Set-ID": "5", "X-Content-Set-ID": "77"}
    service.on(f"POST /workflow/print/getResultTxt/{ID}", text("77", headers=headers))
    result = client.result_text(ID)
    sets = SetIds(data_set=5, content_set=77, job_set=None)
    assert result == SetResult(type=ResultType.CONTENT_SET, id=77, sets=sets)
