"""The print contract: data in the call, answered at once or with the result."""

from typing import Any
from urllib.parse import quote

import pytest

from longrun.filestore import FileType
from longrun.operations.errors import Interrupted
from tests.contract.print.world import DATA, Reply, World

PDF = b"%PDF-1.7 letters"


def path(ids: dict[str, int], *, jobs: object = None, query: str = "") -> str:
    segments = (
        ids["mapping"],
        ids["template"],
        ids["jobs"] if jobs is None else jobs,
        ids["output"],
    )
    return "/workflow/print/" + "/".join(map(str, segments)) + query


def process(world: World, query: str = "", body: bytes = DATA, **more: Any) -> Reply:
    return world.call("POST", path(world.resources(), query=query), body, **more)


def input_of(world: World, reply: Reply) -> dict[str, Any]:
    return dict(world.platform.operations.input(reply.header("operationId") or ""))


def data_files(world: World) -> list[str]:
    return [file.name for file in world.services.files.list("acme", [FileType.DATA_FILE])]


def test_data_in_the_call_is_started_as_by_submit(world: World) -> None:
    ids = world.resources()

    reply = world.call("POST", path(ids, query="?async=true&filename=may.csv"), DATA)

    assert (reply.status, reply.body) == (202, b"")
    assert reply.header("content-type") == "text/plain"
    assert len(reply.headers["link"]) == 3
    kept = input_of(world, reply)
    data_file = kept["datamining"]["identifier"]
    assert world.services.files.get("acme", data_file).name == "may.csv"
    assert not world.services.files.get("acme", data_file).persistent
    assert kept == {
        "datamining": {
            "identifier": data_file,
            "config": ids["mapping"],
            "parameters": {},
            "persistDataset": True,
        },
        "contentcreation": {"config": ids["template"], "parameters": {}},
        "jobcreation": {"config": ids["jobs"], "parameters": {}},
        "outputcreation": {"config": ids["output"], "createOnly": False, "parameters": {}},
        "returnIdInHeader": False,
    }


def test_asynchronous_is_the_default(world: World) -> None:
    assert process(world).status == 202
    assert world.time.slept == []


def test_the_job_preset_0_is_none(world: World) -> None:
    reply = world.call("POST", path(world.resources(), jobs=0), DATA)

    assert "config" not in input_of(world, reply)["jobcreation"]


def test_names_are_taken_in_the_path_too(world: World) -> None:
    template = "März & Co. #1 (100%)"
    world.resources()
    world.call(
        "POST",
        f"/filestore/template?filename={quote(template + '.zip')}",
        world.platform.artefacts.read(
            world.services.files.find("acme", FileType.TEMPLATE, "letter").key
        ),
    )

    reply = world.call(
        "POST", f"/workflow/print/customers/{quote(template)}/by-name/one-file.json", DATA
    )

    assert reply.status == 202
    operation = world.platform.states.get(reply.header("operationId") or "")
    assert operation.subject == f"{template}.zip"


def test_the_query_chooses_range_and_destination(world: World) -> None:
    reply = process(world, "?printRange=1-3,%207&createOnly=true")

    kept = input_of(world, reply)
    assert kept["printRange"] == [[1, 3], [7, 7]]
    assert kept["outputcreation"]["createOnly"] is True


@pytest.mark.parametrize("flag", ["async", "resultAsTxt", "createOnly"])
@pytest.mark.parametrize("value", ["yes", "1", "tru"])
def test_a_boolean_that_is_none_is_refused_by_its_name(world: World, flag: str, value: str) -> None:
    reply = process(world, f"?{flag}={value}")

    assert reply.status == 400
    assert reply.error["parameter"] == flag
    assert data_files(world) == ["customers.csv"]


@pytest.mark.parametrize("value", ["TRUE", "True", "true"])
def test_booleans_are_taken_in_any_case(world: World, value: str) -> None:
    assert process(world, f"?async={value}").status == 202


def finish_after(world: World, sleeps: int) -> None:
    """The next operation succeeds after so many looks."""

    def end() -> None:
        if len(world.time.slept) == sleeps:
            [operation] = world.platform.states.running("acme")
            world.succeed(operation.id, world.output({"letters.pdf": PDF}))

    world.time.then = end


def test_a_synchronous_call_brings_the_result_in_the_one_response(world: World) -> None:
    finish_after(world, 2)

    reply = process(world, "?async=false")

    assert reply.status == 200
    assert reply.body == PDF
    assert reply.header("content-type") == "application/octet-stream"
    assert reply.header("x-result-type") == "Output-Streamed"
    assert "operationid" not in reply.headers
    assert "link" not in reply.headers


def test_a_synchronous_call_brings_the_result_as_text_if_that_is_wanted(world: World) -> None:
    finish_after(world, 2)

    reply = process(world, "?async=false&resultAsTxt=true")

    assert reply.header("content-type") == "text/plain"
    assert reply.header("x-result-type") == "Output-Local-Filepath"
    assert reply.text.startswith("s3://")


def test_a_synchronous_call_that_is_not_ready_is_answered_202_and_goes_on(world: World) -> None:
    reply = process(world, "?async=false")

    assert reply.status == 202
    assert reply.header("operationId")
    assert 24.5 <= sum(world.time.slept) <= 25.5
    assert [each.id for each in world.platform.states.running("acme")] == [
        reply.header("operationId")
    ]


def test_a_synchronous_call_that_fails_says_why(world: World) -> None:
    def end() -> None:
        for operation in list(world.platform.states.running("acme")):
            world.fail(operation.id, "customers.csv, record 1: No.")

    world.time.then = end

    reply = process(world, "?async=false")

    assert reply.status == 500
    assert "customers.csv, record 1: No." in reply.message


def test_a_call_without_data_is_refused(world: World) -> None:
    reply = process(world, body=b"")

    assert reply.status == 400
    assert reply.message == "Request contains no data for upload to File Store"


def test_data_that_no_function_is_ever_sent_is_refused_with_what_to_do(world: World) -> None:
    reply = process(world, body=b"x" * 4_500_001)

    assert reply.status == 413
    assert "/filestore/uploads" in reply.message


@pytest.mark.parametrize(
    ("segment", "words"),
    [(0, "Datamapper config"), (1, "Template "), (2, "Job preset config"), (3, "Output creation")],
)
def test_what_is_missing_is_named_and_the_data_is_not_kept(
    world: World, segment: int, words: str
) -> None:
    segments = path(world.resources()).split("/")
    segments[3 + segment] = "nowhere"

    reply = world.call("POST", "/".join(segments), DATA)

    assert reply.status == 400
    assert words in reply.message
    assert data_files(world) == ["customers.csv"]


def test_a_print_range_that_is_none_is_refused_and_the_data_is_not_kept(world: World) -> None:
    reply = process(world, "?printRange=3-1")

    assert reply.status == 400
    assert data_files(world) == ["customers.csv"]


def test_the_same_call_with_the_same_key_is_one_operation_with_one_data_file(world: World) -> None:
    ids = world.resources()
    replies = [
        world.call(
            "POST", path(ids, query="?filename=may.csv"), DATA, headers={"Idempotency-Key": "may"}
        )
        for _ in range(2)
    ]

    assert replies[0].header("operationId") == replies[1].header("operationId")
    assert data_files(world) == ["customers.csv", "may.csv"]


def test_a_key_with_other_data_is_refused_and_the_data_is_not_kept(world: World) -> None:
    ids = world.resources()
    key = {"Idempotency-Key": "may"}
    world.call("POST", path(ids, query="?filename=may.csv"), DATA, headers=key)

    reply = world.call("POST", path(ids, query="?filename=june.csv"), DATA, headers=key)

    assert reply.status == 400
    assert data_files(world) == ["customers.csv", "may.csv"]


def test_data_that_cannot_be_removed_again_does_not_hide_what_was_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = world.resources() | {"template": 999_999}

    def failing(_: object) -> bool:
        raise Interrupted("DynamoDB")

    monkeypatch.setattr(world.platform.file_index, "remove", failing)

    reply = world.call("POST", path(ids), DATA)

    assert reply.status == 400
    assert "Template " in reply.message


def test_data_stays_where_the_call_may_have_been_accepted_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer of the database was lost: with the same key the client is led to the operation."""
    ids = world.resources()
    create = world.platform.operations.create

    def losing(*arguments: Any, **more: Any) -> None:
        create(*arguments, **more)
        raise Interrupted("The state store")

    key = {"Idempotency-Key": "may"}
    with monkeypatch.context() as lost:
        lost.setattr(world.platform.operations, "create", losing)
        first = world.call("POST", path(ids), DATA, headers=key)

    again = world.call("POST", path(ids), DATA, headers=key)

    assert (first.status, again.status) == (503, 202)
    data_file = input_of(world, again)["datamining"]["identifier"]
    assert world.services.files.get("acme", data_file).size == len(DATA)
