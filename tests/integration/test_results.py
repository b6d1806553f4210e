"""The six result types by real configurations, every legal sequence, and what changes them."""

import hashlib
from typing import Any

import httpx
import pytest

from tests.integration.caller import PRINT, Caller, refusal
from tests.integration.letters import PAGES, Letters, customers
from tests.integration.pdf import page_count
from tests.integration.root import Root

WAYS = ("getResult", "getResultTxt", "getManagedResult")
SETS = ("Data", "Content", "Job")


def set_ids(answer: httpx.Response) -> dict[str, int]:
    """The sets that the headers name."""
    named = {name: answer.headers.get(f"X-{name}-Set-ID") for name in SETS}
    return {name: int(number) for name, number in named.items() if number is not None}


@pytest.fixture(scope="module")
def made(acme: Caller, letters: Letters) -> dict[str, int]:
    """The sets of one operation, for others to begin with."""
    parts = ("datamining", "contentcreation", "jobcreation")
    return set_ids(acme.run(letters.configuration(*parts, returnIdInHeader=True)))


@pytest.mark.parametrize(
    ("parts", "result_type", "produced"),
    [
        (("datamining",), "Data-Set-ID", ["Data"]),
        (("datamining", "contentcreation"), "Content-Set-ID", ["Data", "Content"]),
        (
            ("datamining", "contentcreation", "jobcreation"),
            "Job-Set-ID",
            ["Data", "Content", "Job"],
        ),
    ],
    ids=["datamining", "contentcreation", "jobcreation"],
)
def test_a_sequence_without_output_results_in_the_id_of_its_last_set(
    acme: Caller, letters: Letters, parts: tuple[str, ...], result_type: str, produced: list[str]
) -> None:
    operation = acme.submit(letters.configuration(*parts, returnIdInHeader=True))
    acme.wait(operation)

    for way in WAYS:
        answer = acme.result(operation, way)
        assert answer.status_code == 200
        assert answer.headers["X-Result-Type"] == result_type
        assert list(set_ids(answer)) == produced
        assert int(answer.text) == set_ids(answer)[produced[-1]]
        media_type = "application/octet-stream" if way == "getResult" else "text/plain"
        assert answer.headers["Content-Type"] == media_type


def test_the_six_result_types_need_no_ids_in_their_headers(acme: Caller, letters: Letters) -> None:
    operation = acme.submit(letters.configuration())
    acme.wait(operation)

    answers = [acme.result(operation, way) for way in WAYS]

    assert [answer.headers["X-Result-Type"] for answer in answers] == [
        "Output-Streamed",
        "Output-Local-Filepath",
        "Output-Managed-Info",
    ]
    assert [set_ids(answer) for answer in answers] == [{}, {}, {}]


def test_several_spool_files_come_as_their_paths(
    root: Root, acme: Caller, letters: Letters
) -> None:
    operation = acme.submit(letters.configuration(outputcreation={"config": letters.per_job}))
    acme.wait(operation)

    answer = acme.result(operation)
    assert answer.headers["X-Result-Type"] == "Output-Local-Filepath"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.text == acme.result(operation, "getResultTxt").text
    keys = [path.removeprefix(f"s3://{root.bucket}/") for path in answer.text.split(",")]
    names = [key.rsplit("/", 1)[-1] for key in keys]
    assert names == ["letters-DE.pdf", "letters-FR.pdf", "letters-UK.pdf"]
    assert [page_count(root.read(key)) for key in keys] == [3, 2 + 4, 1 + 5]
    managed = acme.result(operation, "getManagedResult").json()
    assert managed["files"] == names


def test_records_of_an_earlier_operation_become_content_in_the_order_asked_for(
    acme: Caller, letters: Letters, made: dict[str, int]
) -> None:
    records = acme.ids(f"datasets/{made['Data']}")
    wanted = [str(records[4]), records[0], records[1]]
    configuration = letters.configuration(
        "contentcreation", contentcreation={"identifiers": wanted}, returnIdInHeader=True
    )

    answer = acme.run(configuration)

    assert answer.headers["X-Result-Type"] == "Content-Set-ID"
    assert list(set_ids(answer)) == ["Content"]
    items = acme.ids(f"contentsets/{answer.text}")
    assert [each["record"] for each in items] == [records[4], records[0], records[1]]


def test_records_of_an_earlier_operation_go_all_the_way_to_jobs_and_to_output(
    acme: Caller, letters: Letters, made: dict[str, int]
) -> None:
    records = acme.ids(f"datasets/{made['Data']}")[1:3]
    parts = ("contentcreation", "jobcreation", "outputcreation")
    identifiers = {"identifiers": records}

    to_jobs = acme.run(letters.configuration(*parts[:2], contentcreation=identifiers))
    to_output = acme.run(letters.configuration(*parts, contentcreation=identifiers))

    assert to_jobs.headers["X-Result-Type"] == "Job-Set-ID"
    assert len(acme.ids(f"jobsets/{to_jobs.text}")) == 2
    assert page_count(to_output.content) == 2 + 3


def test_jobs_of_an_earlier_operation_become_output(
    acme: Caller, letters: Letters, made: dict[str, int]
) -> None:
    german, _, british = acme.ids(f"jobsets/{made['Job']}")
    configuration = letters.configuration(
        "outputcreation", outputcreation={"identifiers": [british, str(german)]}
    )

    answer = acme.run(configuration)

    assert answer.headers["X-Result-Type"] == "Output-Streamed"
    assert page_count(answer.content) == (1 + 5) + 3


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        ({"datamining": {}, "jobcreation": {}}, "contentcreation is missing"),
        ({"datamining": {}, "outputcreation": {}}, "contentcreation is missing"),
        ({"contentcreation": {"identifiers": [1]}, "outputcreation": {}}, "jobcreation is missing"),
        ({"jobcreation": {}}, "jobcreation cannot be the first part"),
        ({"jobcreation": {}, "outputcreation": {}}, "jobcreation cannot be the first part"),
        ({"contentcreation": {}}, "needs the ids of data records"),
        ({"outputcreation": {}}, "needs the ids of jobs"),
        ({"datamining": {}, "contentcreation": {"identifiers": [1]}}, "cannot have ids too"),
        ({"datamining": {}, "printRange": "1"}, "printRange needs all four parts"),
        ({}, "There is nothing to do"),
    ],
    ids=str,
)
def test_other_sequences_are_refused_and_start_nothing(
    acme: Caller, letters: Letters, configuration: dict[str, Any], said: str
) -> None:
    whole = letters.configuration()
    document = {
        part: {**whole[part], **given} if isinstance(given, dict) else given
        for part, given in configuration.items()
    }

    answer = acme.post(f"{PRINT}/submit", json=document)

    assert answer.status_code == 400
    assert said in refusal(answer)
    assert "operationId" not in answer.headers


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no body"),
        (b'{"datamining": ', "not JSON at line 1"),
        (b"[]", "must be a JSON object"),
        (b'{"datamining": {"identifier": 1}}', "$.datamining.config: This is required"),
    ],
)
def test_a_broken_configuration_is_refused_in_words(acme: Caller, body: bytes, said: str) -> None:
    answer = acme.post(
        f"{PRINT}/submit", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert said in refusal(answer)


@pytest.mark.parametrize(
    ("part", "key", "words"),
    [
        ("datamining", "identifier", "Datafile"),
        ("datamining", "config", "Datamapper config"),
        ("contentcreation", "config", "Template "),
        ("jobcreation", "config", "Job preset config"),
        ("outputcreation", "config", "Output creation config"),
    ],
)
def test_what_is_not_in_the_file_store_is_named_by_the_words_that_clients_know(
    acme: Caller, letters: Letters, part: str, key: str, words: str
) -> None:
    answer = acme.post(f"{PRINT}/submit", json=letters.configuration(**{part: {key: "nowhere"}}))

    assert answer.status_code == 400
    message = refusal(answer)
    assert message.startswith("Required Input resource/file not found in File Store")
    assert words in message


@pytest.mark.parametrize("form", ["digits", "name", "name with extension", "vendor's extension"])
def test_files_are_found_by_digits_and_by_names_with_and_without_extension(
    acme: Caller, letters: Letters, form: str
) -> None:
    def named(file: int, extension: str, vendors: str) -> str:
        return {
            "digits": str(file),
            "name": letters.name,
            "name with extension": f"{letters.name}.{extension}",
            "vendor's extension": f"{letters.name}.{vendors}",
        }[form]

    configuration = letters.configuration(
        datamining={
            "identifier": named(letters.data, "csv", "csv"),
            "config": named(letters.mapping, "yaml", "OL-datamapper"),
        },
        contentcreation={"config": named(letters.template, "zip", "OL-template")},
        jobcreation={"config": named(letters.by_country, "jobs.yaml", "jobs.OL-jobpreset")},
        outputcreation={"config": named(letters.one_file, "output.yaml", "output.OL-outputpreset")},
    )
    if form == "name":
        configuration["jobcreation"]["config"] += ".jobs"
        configuration["outputcreation"]["config"] += ".output"

    assert page_count(acme.run(configuration).content) == PAGES


def test_without_a_job_preset_there_is_one_job_of_all_in_their_order(
    acme: Caller, letters: Letters
) -> None:
    configuration = letters.configuration("datamining", "contentcreation", jobcreation={})

    [job] = acme.ids(f"jobsets/{acme.run(configuration).text}")

    assert len(acme.ids(f"jobs/{job}/contents")) == 5


@pytest.mark.parametrize("print_range", ["1-2, 5", {"printRange": "1-2, 5"}])
def test_a_print_range_of_either_form_prints_these_records_only(
    acme: Caller, letters: Letters, print_range: Any
) -> None:
    answer = acme.run(letters.configuration(printRange=print_range, returnIdInHeader=True))

    assert page_count(answer.content) == 1 + 2 + 5
    assert len(acme.ids(f"datasets/{set_ids(answer)['Data']}")) == 5


def test_a_data_set_that_is_not_to_persist_leaves_nothing_behind(
    root: Root, acme: Caller, letters: Letters
) -> None:
    operation = acme.submit(
        letters.configuration(datamining={"persistDataset": False}, returnIdInHeader=True)
    )
    acme.wait(operation)

    answer = acme.result(operation)
    assert page_count(answer.content) == PAGES
    assert list(set_ids(answer)) == ["Content", "Job"]
    left = root.tidied(operation)
    assert not [key for key in left if "data_set" in key]
    assert operation not in {item["operation"] for item in root.partition("DATA_SET#acme")}
    [item] = acme.ids(f"contentsets/{set_ids(answer)['Content']}")[:1]
    assert acme.get(f"/entity/datarecords/{item['record']}/values").status_code == 404


def test_intermediate_artefacts_are_gone_when_the_work_is_done(
    root: Root, acme: Caller, letters: Letters
) -> None:
    operation = acme.submit(letters.configuration())
    acme.wait(operation)

    assert root.tidied(operation)
    assert root.keys(f"work/{operation}/") == []


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"createOnly": False}, "delivered/acme/letters/letters.pdf"),
        (
            {"createOnly": False, "jobOutputFolder": "over/there"},
            "delivered/acme/over/there/letters.pdf",
        ),
    ],
    ids=["preset's destination", "jobOutputFolder"],
)
def test_output_that_is_not_create_only_is_delivered_and_kept(
    root: Root, acme: Caller, letters: Letters, changed: dict[str, Any], place: str
) -> None:
    operation = acme.submit(letters.configuration(outputcreation=changed))
    acme.wait(operation)

    streamed = acme.result(operation)
    assert acme.result(operation, "getResultTxt").text == f"s3://{root.bucket}/{place}"
    assert root.read(place) == streamed.content
    managed = acme.result(operation, "getManagedResult").json()
    assert acme.get(f"/filestore/file/{managed['identifier']}").content == streamed.content


def test_output_that_is_create_only_is_delivered_nowhere(
    root: Root, acme: Caller, letters: Letters
) -> None:
    configuration = letters.configuration(
        outputcreation={"createOnly": True, "jobOutputFolder": f"nowhere/{letters.name}"}
    )

    path = acme.run(configuration, "getResultTxt").text

    assert path.startswith(f"s3://{root.bucket}/files/transient/acme/")
    assert root.keys("delivered/acme/nowhere/") == []


def test_runtime_parameters_reach_the_mapping(acme: Caller, letters: Letters) -> None:
    configuration = letters.configuration(
        "datamining", datamining={"parameters": {"salutation": "Hello"}}
    )

    records = acme.ids(f"datasets/{acme.run(configuration).text}")

    record = acme.get(f"/entity/datarecords/{records[0]}/values").json()
    assert {"name": "salutation", "value": "Hello"} in record["fields"]


def test_documents_of_several_chunks_come_out_in_one_file(acme: Caller, letters: Letters) -> None:
    data = acme.upload("DataFile", "many.csv", customers(230))

    operation = acme.submit(
        letters.configuration(datamining={"identifier": data}, returnIdInHeader=True)
    )
    acme.wait(operation)

    answer = acme.result(operation)
    assert page_count(answer.content) == 230
    assert len(acme.ids(f"contentsets/{set_ids(answer)['Content']}")) == 230
    managed = acme.result(operation, "getManagedResult").json()
    fetched = acme.get(f"/filestore/file/{managed['identifier']}").content
    assert hashlib.sha256(fetched).digest() == hashlib.sha256(answer.content).digest()


def test_a_result_of_many_files_names_them_all(acme: Caller, letters: Letters) -> None:
    data = acme.upload("DataFile", "many.csv", customers(30))
    configuration = letters.configuration(
        datamining={"identifier": data}, outputcreation={"config": letters.per_letter}
    )
    operation = acme.submit(configuration)
    acme.wait(operation)

    names = acme.result(operation, "getManagedResult").json()["files"]
    paths = acme.result(operation).text.split(",")

    assert names == [f"{number}.pdf" for number in range(1, 31)]
    assert [path.rsplit("/", 1)[-1] for path in paths] == names
