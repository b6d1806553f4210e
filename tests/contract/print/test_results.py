"""The print contract: the three result calls and the six result types."""

import hashlib
from base64 import b64encode
from urllib.parse import parse_qs, urlsplit

import pytest

from longrun.documents.sets import SetType
from longrun.operations.operation import Result
from tests.contract.print.world import BUCKET, PUBLIC, Reply, World

PDF = b"%PDF-1.7 " + bytes(range(256))


def result(world: World, operation_id: str, method: str = "getResult") -> Reply:
    return world.call(
        "POST",
        f"/workflow/print/{method}/{operation_id}",
        headers={"Content-Type": "application/json"},
    )


SETS = [
    ("Data-Set-ID", SetType.DATA),
    ("Content-Set-ID", SetType.CONTENT),
    ("Job-Set-ID", SetType.JOB),
]


@pytest.mark.parametrize(("result_type", "set_type"), SETS)
@pytest.mark.parametrize(
    ("method", "media_type"),
    [
        ("getResult", "application/octet-stream"),
        ("getResultTxt", "text/plain"),
        ("getManagedResult", "text/plain"),
    ],
)
def test_without_output_the_result_is_the_decimal_id_of_the_last_set(
    world: World, result_type: str, set_type: SetType, method: str, media_type: str
) -> None:
    made = world.a_set(set_type, 3)
    operation_id = world.submitted()
    world.succeed(operation_id, Result(type=result_type), made)

    reply = result(world, operation_id, method)

    assert reply.status == 200
    assert reply.header("x-result-type") == result_type
    assert reply.header("content-type") == media_type
    assert reply.text == str(made.id)


def test_a_single_spool_file_comes_as_its_bytes(world: World) -> None:
    operation_id = world.submitted()
    world.succeed(operation_id, world.output({"letters.pdf": PDF}))

    reply = result(world, operation_id)

    assert reply.status == 200
    assert reply.header("x-result-type") == "Output-Streamed"
    assert reply.header("content-type") == "application/octet-stream"
    assert reply.header("content-disposition") == 'attachment; filename="letters.pdf"'
    assert reply.body == PDF


def test_the_bytes_come_with_their_length_tag_and_digest(world: World) -> None:
    operation_id = world.submitted()
    world.succeed(operation_id, world.output({"letters.pdf": PDF}))

    reply = result(world, operation_id)

    sha256 = hashlib.sha256(PDF)
    assert reply.header("content-length") == str(len(PDF))
    assert reply.header("etag") == f'"{sha256.hexdigest()}"'
    assert reply.header("repr-digest") == f"sha-256=:{b64encode(sha256.digest()).decode()}:"
    assert reply.header("last-modified")


def test_a_result_is_whole_even_if_a_part_is_asked_for_or_the_client_has_it(world: World) -> None:
    """RFC 9110 defines ranges for GET alone, and a POST has no stored copy to compare with."""
    operation_id = world.submitted()
    world.succeed(operation_id, world.output({"letters.pdf": PDF}))

    reply = world.call(
        "POST",
        f"/workflow/print/getResult/{operation_id}",
        headers={"Range": "bytes=0-1", "If-None-Match": "*", "If-Match": '"x"'},
    )

    assert (reply.status, reply.body) == (200, PDF)
    assert reply.header("accept-ranges") == "none"


def test_a_result_that_broke_off_is_resumed_where_the_same_bytes_are_got(world: World) -> None:
    operation_id = world.submitted()
    world.succeed(operation_id, world.output({"letters.pdf": PDF}))
    reply = result(world, operation_id)

    where = reply.header("content-location") or ""
    assert where.startswith(f"{PUBLIC}/filestore/file/")
    rest = world.call(
        "GET",
        where.removeprefix(PUBLIC),
        headers={"Range": "bytes=100-", "If-Range": reply.header("etag") or ""},
    )

    assert (rest.status, reply.body[:100] + rest.body) == (206, PDF)
    assert rest.header("repr-digest") == reply.header("repr-digest")


def test_a_result_may_be_wanted_by_a_url(world: World) -> None:
    operation_id = world.submitted()
    world.succeed(operation_id, world.output({"letters.pdf": PDF}))

    reply = world.call("POST", f"/workflow/print/getResult/{operation_id}?delivery=presigned")

    assert (reply.status, reply.header("x-result-type")) == (303, "Output-Streamed")
    assert reply.header("repr-digest")


def test_another_way_of_delivery_is_refused_before_anything_is_waited_for(world: World) -> None:
    operation_id = world.in_phase("Output Creation")

    reply = world.call("POST", f"/workflow/print/getResult/{operation_id}?delivery=pigeon")

    assert (reply.status, reply.error["parameter"]) == (400, "delivery")
    assert world.time.slept == []


def test_several_spool_files_come_as_their_absolute_paths(world: World) -> None:
    operation_id = world.submitted()
    output = world.output({"a.pdf": PDF, "b.pdf": PDF})
    world.succeed(operation_id, output)

    reply = result(world, operation_id)

    assert reply.header("x-result-type") == "Output-Local-Filepath"
    assert reply.header("content-type") == "application/octet-stream"
    paths = reply.text.split(",")
    assert paths == [f"s3://{BUCKET}/{file.artefact.key}" for file in output.files]


def test_many_spool_files_come_as_their_absolute_paths_too(world: World) -> None:
    operation_id = world.submitted()
    world.succeed(operation_id, world.output({f"{n}.pdf": PDF for n in range(25)}))

    paths = result(world, operation_id).text.split(",")

    assert len(paths) == 25
    assert all(path.startswith(f"s3://{BUCKET}/") for path in paths)


def test_the_text_result_of_an_output_is_always_paths(world: World) -> None:
    operation_id = world.submitted()
    output = world.output({"letters.pdf": PDF})
    world.succeed(operation_id, output)

    reply = result(world, operation_id, "getResultTxt")

    assert reply.header("x-result-type") == "Output-Local-Filepath"
    assert reply.header("content-type") == "text/plain"
    assert reply.text == f"s3://{BUCKET}/{output.files[0].artefact.key}"


def test_paths_of_delivered_output_are_those_of_the_delivered_copies(world: World) -> None:
    operation_id = world.submitted()
    output = world.output({"a.pdf": PDF, "b.pdf": PDF}, delivered="delivered/acme/print/")
    world.succeed(operation_id, output)

    reply = result(world, operation_id, "getResultTxt")

    assert reply.text == (
        f"s3://{BUCKET}/delivered/acme/print/a.pdf,s3://{BUCKET}/delivered/acme/print/b.pdf"
    )


@pytest.mark.parametrize("delivered", [None, "delivered/acme/print/"])
def test_the_managed_result_is_json_in_plain_text(world: World, delivered: str | None) -> None:
    operation_id = world.submitted()
    files = {"Ångström.pdf": PDF, "b.pdf": PDF}
    output = world.output(files, delivered=delivered)
    world.succeed(operation_id, output)

    reply = result(world, operation_id, "getManagedResult")

    assert reply.header("x-result-type") == "Output-Managed-Info"
    assert reply.header("content-type") == "text/plain"
    assert reply.json == {
        "identifier": int(output.values["identifier"]),
        "files": ["Ångström.pdf", "b.pdf"],
    }
    assert reply.body.isascii()


def test_the_managed_file_of_a_result_can_be_fetched(world: World) -> None:
    operation_id = world.submitted()
    world.succeed(operation_id, world.output({"letters.pdf": PDF}))
    identifier = result(world, operation_id, "getManagedResult").json["identifier"]

    reply = world.call("GET", f"/filestore/file/{identifier}")

    assert reply.body == PDF
    assert reply.header("content-type") == "application/pdf"


@pytest.mark.parametrize("method", ["getResult", "getResultTxt", "getManagedResult"])
def test_ids_are_in_the_headers_if_that_was_asked_for(world: World, method: str) -> None:
    operation_id = world.submitted(world.configuration(returnIdInHeader=True))
    sets = [world.a_set(set_type, 2) for _, set_type in SETS]
    world.succeed(operation_id, world.output({"letters.pdf": PDF}), *sets)

    reply = result(world, operation_id, method)

    assert [reply.header(f"x-{name}") for name, _ in SETS] == [str(each.id) for each in sets]
    assert reply.header("x-result-type")


def test_only_sets_that_remain_are_in_the_headers(world: World) -> None:
    operation_id = world.submitted(world.configuration(returnIdInHeader=True))
    world.succeed(operation_id, Result(type="Content-Set-ID"), world.a_set(SetType.CONTENT, 2))

    reply = result(world, operation_id)

    assert reply.header("x-content-set-id")
    assert "x-data-set-id" not in reply.headers
    assert "x-job-set-id" not in reply.headers


def test_ids_are_not_in_the_headers_if_that_was_not_asked_for(world: World) -> None:
    operation_id = world.submitted()
    world.succeed(operation_id, Result(type="Data-Set-ID"), world.a_set(SetType.DATA, 2))

    reply = result(world, operation_id)

    assert reply.header("x-result-type") == "Data-Set-ID"
    assert "x-data-set-id" not in reply.headers


def test_a_result_beyond_the_buffered_limit_is_a_redirect_to_a_fresh_url(world: World) -> None:
    large = PDF * 20_000
    operation_id = world.submitted()
    output = world.output({"Rechnungen für März.pdf": large})
    world.succeed(operation_id, output)

    reply = result(world, operation_id)

    assert reply.status == 303
    assert reply.body == b""
    assert reply.header("x-result-type") == "Output-Streamed"
    assert reply.header("cache-control") == "no-store"
    location = urlsplit(reply.header("location") or "")
    signed = parse_qs(location.query)
    assert int(signed["X-Amz-Expires"][0]) <= 300
    assert signed["X-Amz-Security-Token"]
    assert signed["versionId"] == [output.files[0].artefact.version]
    assert signed["response-content-type"] == ["application/octet-stream"]
    [disposition] = signed["response-content-disposition"]
    assert disposition.startswith('attachment; filename="Rechnungen f_r M_rz.pdf"; ')
    assert disposition.endswith("filename*=UTF-8''Rechnungen%20f%C3%BCr%20M%C3%A4rz.pdf")


def test_output_that_was_deleted_since_is_not_found(world: World) -> None:
    operation_id = world.submitted()
    output = world.output({"letters.pdf": PDF})
    world.succeed(operation_id, output)
    world.call("POST", f"/filestore/delete/{output.values['identifier']}")

    reply = result(world, operation_id)

    assert reply.status == 404
    assert "deleted" in reply.message


def test_a_result_can_be_fetched_again(world: World) -> None:
    operation_id = world.submitted()
    world.succeed(operation_id, world.output({"letters.pdf": PDF}))

    assert result(world, operation_id).body == result(world, operation_id).body == PDF


def test_a_result_call_waits_for_the_end(world: World) -> None:
    operation_id = world.in_phase("Output Creation")

    def end() -> None:
        if len(world.time.slept) == 3:
            world.succeed(operation_id, world.output({"letters.pdf": PDF}))

    world.time.then = end

    reply = result(world, operation_id)

    assert reply.body == PDF
    assert world.time.slept == sorted(world.time.slept)


@pytest.mark.parametrize("method", ["getResult", "getResultTxt", "getManagedResult"])
def test_a_result_that_does_not_come_in_time_is_503_with_when_to_ask_again(
    world: World, method: str
) -> None:
    operation_id = world.in_phase("Content Creation")

    reply = result(world, operation_id, method)

    assert reply.status == 503
    assert int(reply.header("retry-after") or 0) >= 1
    assert "still running" in reply.message
    assert 19.5 <= sum(world.time.slept) <= 20.5


def test_a_result_call_never_outlives_its_function(world: World) -> None:
    operation_id = world.in_phase("Content Creation")
    world.milliseconds_left = 8_000

    assert result(world, operation_id).status == 503
    assert sum(world.time.slept) <= 5.01


@pytest.mark.parametrize("method", ["getResult", "getResultTxt", "getManagedResult"])
def test_a_failed_operation_says_why(world: World, method: str) -> None:
    operation_id = world.submitted()
    world.fail(operation_id, 'customers.csv, record 17, field "total": This is missing.')

    reply = result(world, operation_id, method)

    assert reply.status == 500
    assert 'customers.csv, record 17, field "total": This is missing.' in reply.message


def test_of_many_causes_the_first_are_told_and_the_others_counted(world: World) -> None:
    operation_id = world.submitted()
    world.fail(operation_id, *(f"Cause {n}." for n in range(100)), count=412)

    message = result(world, operation_id).message

    assert message == "The operation failed. Cause 0. Cause 1. Cause 2. There are 409 more causes."


@pytest.mark.parametrize("method", ["getResult", "getResultTxt", "getManagedResult"])
def test_a_canceled_operation_has_no_result(world: World, method: str) -> None:
    operation_id = world.submitted()
    world.cancel(operation_id)

    reply = result(world, operation_id, method)

    assert reply.status == 404
    assert "canceled" in reply.message


def test_a_result_call_on_what_is_being_canceled_waits_for_that(world: World) -> None:
    operation_id = world.in_phase("Content Creation")
    world.lifecycle.cancel(operation_id)
    world.time.then = lambda: world.lifecycle.settle(
        operation_id, world.workflows.executions[operation_id]
    )

    reply = result(world, operation_id)

    assert reply.status == 404
    assert "canceled" in reply.message
