"""What clients bring that is at fault: the operation fails with a reason that names the place."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from longrun.operations.states import Status
from tests.integration.caller import PRINT, Caller, refusal
from tests.integration.letters import CUSTOMERS, TEMPLATE, Letters, customers, zipped
from tests.integration.root import Root
from tests.integration.waiting import eventually

METHODS = ("getResult", "getResultTxt", "getManagedResult")

type Failure = Callable[..., str]


@pytest.fixture
def failure(acme: Caller, root: Root, letters: Letters) -> Failure:
    """Runs a data file, or a whole configuration, and gives the reason of its failure."""

    def fail(
        data: bytes | None = None, name: str = "data.csv", **changed: dict[str, Any] | str
    ) -> str:
        if data is not None:
            identifier = acme.upload("DataFile", name, data)
            changed["datamining"] = {"identifier": identifier}
        operation = acme.submit(letters.configuration(**changed))
        acme.wait(operation)
        answers = [acme.result(operation, method) for method in METHODS]
        assert {answer.status_code for answer in answers} == {500}
        assert root.operation(operation).status is Status.FAILED
        assert operation not in acme.running()
        eventually(lambda: root.execution_status(operation) != "RUNNING")
        return refusal(answers[0])

    return fail


@pytest.mark.parametrize("data", [b"", CUSTOMERS.splitlines(keepends=True)[0]])
def test_a_data_file_without_records_fails_by_name(failure: Failure, data: bytes) -> None:
    if not data:
        data = b"\n"

    assert "empty.csv has no records" in failure(data, "empty.csv")


def test_a_data_file_without_records_is_an_empty_data_set_where_no_more_was_ordered(
    acme: Caller, letters: Letters
) -> None:
    identifier = acme.upload("DataFile", "empty.csv", CUSTOMERS.splitlines(keepends=True)[0])
    configuration = letters.configuration("datamining", datamining={"identifier": identifier})

    answer = acme.run(configuration)

    assert answer.status_code == 200
    assert acme.ids(f"datasets/{answer.text}") == []


def test_a_missing_required_field_names_file_record_and_field(failure: Failure) -> None:
    message = failure(CUSTOMERS + b"6,,UK,1,,\n", "nameless.csv")

    assert 'nameless.csv, record 6, field "name"' in message


def test_a_mistyped_field_names_file_record_and_field(failure: Failure) -> None:
    message = failure(CUSTOMERS.replace(b"2,Blaise,FR,2", b"2,Blaise,FR,two"), "typed.csv")

    assert 'typed.csv, record 2, field "pages"' in message
    assert '"two" is not an integer' in message


def test_a_mistyped_detail_row_names_table_and_row(failure: Failure) -> None:
    message = failure(CUSTOMERS.replace(b"A-2,1", b"A-2,some"))

    assert 'data.csv, record 1, table "orders", row 2, field "quantity"' in message


def test_all_bad_records_are_counted_and_the_first_are_told(failure: Failure) -> None:
    bad = CUSTOMERS.splitlines(keepends=True)[0] + b"".join(
        b"%d,,UK,1,,\n" % number for number in range(1, 131)
    )

    message = failure(bad, "bad.csv")

    assert 'bad.csv, record 1, field "name"' in message
    assert "There are 127 more causes." in message


def test_a_file_that_is_no_data_of_the_configuration_fails_in_words(failure: Failure) -> None:
    assert 'data.csv, header: There is no column "name"' in failure(b"id,what\n1,2\n")


@pytest.mark.parametrize("record", [17, 117])
def test_a_template_that_fails_names_the_record_of_the_data_file(
    failure: Failure, letters: Letters, record: int
) -> None:
    message = failure(customers(250), contentcreation={"parameters": {"failAt": record}})

    assert f"{letters.name}.zip, record {record}, template.typ line 3" in message
    assert "as it was told" in message


def test_a_template_that_fails_in_a_print_range_names_the_record_of_the_data_file(
    failure: Failure, letters: Letters
) -> None:
    message = failure(printRange="3-5", contentcreation={"parameters": {"failAt": 4}})

    assert f"{letters.name}.zip, record 4, template.typ line 3" in message


def test_a_template_that_fails_without_any_record_says_so(acme: Caller, failure: Failure) -> None:
    template = acme.upload("template", "slip.zip", zipped(template__typ=TEMPLATE + "#nothing\n"))

    message = failure(contentcreation={"config": template})

    assert "slip.zip, template.typ line 9: unknown variable: nothing" in message


def test_a_filter_that_leaves_nothing_fails_in_words(failure: Failure, letters: Letters) -> None:
    message = failure(jobcreation={"config": letters.nobody})

    assert "filter leaves no document" in message


def test_a_print_range_beyond_the_records_fails_in_words(failure: Failure) -> None:
    assert "has no record in the print range" in failure(printRange="6-9")


def test_a_configuration_uploaded_by_a_form_is_checked_when_it_is_used(
    acme: Caller, letters: Letters
) -> None:
    announced = acme.post(
        "/filestore/uploads", json={"type": "DATA_MAPPING_CONFIG", "filename": "slip.yaml"}
    ).json()
    httpx.post(
        announced["url"],
        data=announced["fields"],
        files={"file": ("slip.yaml", b"source: {format: csv}\nfields: [{name: id, type: strng}]")},
    )

    configuration = letters.configuration(datamining={"config": announced["fileId"]})
    answer = acme.post(f"{PRINT}/submit", json=configuration)

    assert answer.status_code == 400
    assert 'slip.yaml, $.fields[0].type: "strng" is not supported' in refusal(answer)


@pytest.mark.parametrize(
    ("method", "content", "said"),
    [
        ("DataFile", b"", "Request contains no data for upload to File Store"),
        ("template", b"no zip", "not a zip archive"),
        ("template", zipped(index__xml="<x/>"), "formats are closed"),
        ("DataMiningConfig", zipped(a__xml="<x/>"), "formats are closed"),
        ("DataMiningConfig", b"source: {format: csv}\nfields: 7\n", "$.fields"),
        ("JobCreationConfig", b"<?xml version='1.0'?><preset/>", "formats are closed"),
        ("OutputCreationConfig", b"format: docx\n", "$.format"),
    ],
)
def test_what_cannot_be_used_is_refused_at_the_upload(
    acme: Caller, method: str, content: bytes, said: str
) -> None:
    answer = acme.http.post(
        f"/filestore/{method}",
        params={"filename": "refused"},
        content=content,
        headers={"Content-Type": "application/octet-stream"},
    )

    assert answer.status_code == 400
    assert said in refusal(answer)


def test_a_data_file_that_is_deleted_while_it_is_needed_is_not(
    acme: Caller, letters: Letters
) -> None:
    operation = acme.submit(letters.configuration())

    answer = acme.post(f"/filestore/delete/{letters.data}")

    acme.wait(operation)
    assert answer.status_code == 400
    assert "still required by OL Connect" in refusal(answer)


@pytest.mark.parametrize("operation", ["12345678", "00000000-0000-4000-8000-000000000000", "%20"])
def test_an_unknown_operation_is_not_found(acme: Caller, operation: str) -> None:
    answers = [
        acme.get(f"{PRINT}/getProgress/{operation}"),
        acme.result(operation),
        acme.result(operation, "getResultTxt"),
        acme.result(operation, "getManagedResult"),
        acme.cancel(operation),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert {refusal(answer) for answer in answers} == {"Operation not found in Server"}


@pytest.mark.parametrize("reference", ["999999999", "nowhere", "0", "-1", "1.5"])
@pytest.mark.parametrize("path", ["filestore/file/{}", "filestore/delete/{}", "entity/datasets/{}"])
def test_an_unknown_file_or_set_is_not_found(acme: Caller, path: str, reference: str) -> None:
    answer = acme.get(f"/{path.format(reference)}")

    assert answer.status_code == 404
    assert refusal(answer)


@pytest.mark.parametrize("key", [None, "same"])
def test_the_same_submit_twice_is_two_operations_unless_both_carry_a_key(
    acme: Caller, letters: Letters, key: str | None
) -> None:
    headers = {"Idempotency-Key": f"{key} {letters.name}"} if key else {}
    configuration = letters.configuration("datamining")

    operations = [acme.submit(configuration, **headers) for _ in range(2)]

    assert len(set(operations)) == (1 if key else 2)
    for operation in operations:
        acme.wait(operation)
    if key:
        assert acme.submit(configuration, **headers) == operations[0]
        other = acme.post(f"{PRINT}/submit", json=letters.configuration(), headers=headers)
        assert other.status_code == 400
        assert "Idempotency-Key" in refusal(other)
