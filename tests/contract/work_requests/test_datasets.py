"""The Analytics face: data sets, and reloading them."""

import base64
from hashlib import sha512
from itertools import batched
from typing import Any

import pytest

from longrun.aws.reload_engine import reload_engine
from longrun.contracts.kinds import KINDS
from longrun.contracts.work_requests.object_ids import object_id
from longrun.datasets.errors import WorkRefused
from longrun.datasets.reload import run
from longrun.filestore import FileType
from tests.contract.work_requests.world import PUBLIC, Reply, World

NAME = "Umsätze / 2026"
ID = base64.urlsafe_b64encode(NAME.encode()).decode().rstrip("=")
DATA_SET = f"/catalog/datasets/{ID}"
BODY = {"source": "sales.csv"}
RELOAD = f"{DATA_SET}/actions/reload"


def define(world: World, **more: Any) -> Reply:
    return world.call("PUT", DATA_SET, {**BODY, **more}, who="cora")


def upload(world: World, content: bytes, name: str = "sales.csv") -> None:
    world.services.files.add("acme", FileType.DATA_FILE, name, content)


def start(world: World, **more: Any) -> Reply:
    return world.call("POST", RELOAD, who="cora", **more)


def work(world: World, operation_id: str) -> None:
    """What the workflow does."""
    world.lifecycle.begin(operation_id)
    run(reload_engine(KINDS), operation_id)
    world.lifecycle.succeed(operation_id)


def reload(world: World) -> dict[str, Any]:
    """A reload from the 202 to its end, as the last poll shows it."""
    reply = start(world)
    assert reply.status == 202, reply.text
    work(world, reply.json["workRequestId"])
    return world.poll(reply.json["workRequestId"], who="cora")


def test_a_data_set_is_defined_shown_and_replaced(world: World) -> None:
    made = define(world, description="By day")
    assert made.status == 201
    assert made.json == {
        "id": ID,
        "name": NAME,
        "source": "sales.csv",
        "description": "By day",
        "timeCreated": made.json["timeCreated"],
        "timeUpdated": made.json["timeCreated"],
    }
    again = define(world, format="csv", rejectLimit=3)
    assert again.status == 200
    shown = world.call("GET", f"{DATA_SET}==", who="cora")
    assert shown.json == again.json
    assert shown.header("etag") == again.header("etag") != made.header("etag")
    assert (shown.json["format"], shown.json["rejectLimit"]) == ("csv", 3)


def test_the_mapping_comes_back_as_it_was_sent(world: World) -> None:
    columns = [
        {"name": "Tag", "from": "day", "type": "date", "format": "%d.%m.%Y"},
        {"name": "Betrag", "type": "number", "required": True},
        {"name": "Kunde"},
    ]
    assert define(world, columns=columns).json["columns"] == columns


def test_a_reload_is_a_work_request_with_what_it_did(world: World) -> None:
    define(world)
    upload(world, b"id,amount\n1,5\n2,6.5\n")
    told = reload(world)
    assert (told["operationType"], told["status"]) == ("RELOAD_DATASET", "SUCCEEDED")
    assert told["percentComplete"] == 100
    assert told["resourceType"] == "DATASET"
    (resource,) = told["resources"]
    assert resource["actionResult"] == "RELOADED"
    assert resource["id"] == ID
    assert resource["resourceUri"] == PUBLIC + DATA_SET
    assert resource["metadata"]["rowsRead"] == "2"
    assert resource["metadata"]["rowsRejected"] == "0"
    assert all(isinstance(value, str) for value in resource["metadata"].values())
    shown = world.call("GET", DATA_SET, who="cora").json["contents"]
    assert shown["schema"] == [
        {"name": "id", "type": "integer"},
        {"name": "amount", "type": "number"},
    ]
    assert (shown["rows"], shown["rowsRejected"]) == (2, 0)
    assert shown["bytes"] == int(resource["metadata"]["bytes"])
    assert shown["workRequestId"] == told["id"]


def test_there_is_no_gap_between_the_202_and_the_first_poll(world: World) -> None:
    define(world)
    reply = start(world)
    assert reply.header("oa-work-request-id") == reply.json["workRequestId"]
    told = world.poll(reply.json["workRequestId"], who="cora")
    assert told["status"] == "ACCEPTED"
    assert told["resources"][0]["id"] == ID


def test_while_one_reload_runs_another_is_a_conflict(world: World) -> None:
    define(world)
    upload(world, b"id\n1\n")
    first = start(world).json["workRequestId"]
    refused = start(world)
    assert refused.error == (409, "Conflict")
    assert first in refused.message
    other = "/catalog/datasets/b3RoZXI"
    world.call("PUT", other, BODY, who="cora")
    assert world.call("POST", f"{other}/actions/reload", who="cora").status == 202
    work(world, first)
    assert start(world).status == 202


def test_a_data_set_of_the_longest_name_is_reloaded(world: World) -> None:
    path = f"/catalog/datasets/{object_id('\N{PRINTER}' * 255)}"
    assert world.call("PUT", path, BODY, who="cora").status == 201
    first = world.call("POST", f"{path}/actions/reload", who="cora")
    assert first.status == 202, first.text
    assert world.call("POST", f"{path}/actions/reload", who="cora").error == (409, "Conflict")


def test_a_definition_that_finds_no_room_in_the_catalogue_is_refused(world: World) -> None:
    digests = [sha512(str(number).encode()).hexdigest() for number in range(4_000)]
    names = [first + second[:127] for first, second in batched(digests, 2, strict=True)]
    body = {**BODY, "columns": [{"name": name} for name in names]}
    refused = world.call("PUT", DATA_SET, body, who="cora")
    assert refused.error == (400, "InvalidParameter")
    assert "too large for the catalogue" in refused.message
    assert world.call("GET", DATA_SET, who="cora").status == 404


def test_a_retry_token_gives_the_same_work_request(world: World) -> None:
    define(world)
    token = {"opc-retry-token": "once"}
    first = start(world, headers=token)
    assert start(world, headers=token).json == first.json
    world.call("DELETE", DATA_SET, who="cora")
    assert start(world, headers=token).json == first.json


def test_a_failed_reload_tells_why_in_its_errors(world: World) -> None:
    define(world, columns=[{"name": "id", "type": "integer"}])
    upload(world, b"id\n1\nn/a\n")
    operation_id = start(world).json["workRequestId"]
    with pytest.raises(WorkRefused):
        work(world, operation_id)
    told = world.poll(operation_id, who="cora")
    assert told["status"] == "FAILED"
    assert [each["code"] for each in told["Errors"]] == ["RowsRejected", "RowRejected"]
    assert told["Errors"][1]["message"] == (
        "sales.csv, line 3, column \"id\": 'n/a' is not an integer."
    )
    assert told["resources"][0]["actionResult"] == "NONE"
    assert told["timeFinished"]


def test_a_new_definition_accepts_another_schema(world: World) -> None:
    define(world)
    upload(world, b"id\n1\n")
    reload(world)
    upload(world, b"id\nx\n")
    operation_id = start(world).json["workRequestId"]
    with pytest.raises(WorkRefused):
        work(world, operation_id)
    (fault,) = world.poll(operation_id, who="cora")["Errors"]
    assert fault["code"] == "SchemaChanged"
    assert define(world).json["contents"]["schema"] == [{"name": "id", "type": "integer"}]
    assert reload(world)["status"] == "SUCCEEDED"


def test_lists_go_page_by_page_without_columns(world: World) -> None:
    names = ["a", "b", "c"]
    for name in names:
        path = f"/catalog/datasets/{base64.urlsafe_b64encode(name.encode()).decode()}"
        world.call("PUT", path, {**BODY, "columns": [{"name": "x"}]}, who="cora")
    first = world.call("GET", "/catalog/datasets?limit=2", who="cora")
    rest = world.call(
        "GET", f"/catalog/datasets?limit=2&page={first.header('opc-next-page')}", who="cora"
    )
    assert [each["name"] for each in first.json + rest.json] == names
    assert rest.header("opc-next-page") is None
    assert all("columns" not in each for each in first.json)
    assert world.call("GET", "/catalog/datasets", who="gina").json == []


def test_writes_hold_to_the_state_that_the_caller_has_in_mind(world: World) -> None:
    etag = define(world).header("etag")
    assert etag is not None
    wrong = {"If-Match": '"other"'}
    assert world.call("PUT", DATA_SET, BODY, who="cora", headers=wrong).error == (
        412,
        "NoEtagMatch",
    )
    new = {"If-None-Match": "*"}
    assert world.call("PUT", DATA_SET, BODY, who="cora", headers=new).status == 412
    assert world.call("DELETE", DATA_SET, who="cora", headers=wrong).status == 412
    same = {"If-None-Match": etag}
    assert world.call("GET", DATA_SET, who="cora", headers=same).status == 304
    assert world.call("DELETE", DATA_SET, who="cora", headers={"If-Match": etag}).status == 204
    assert world.call("GET", DATA_SET, who="cora").error == (404, "NotFound")
    assert start(world).error == (404, "NotFound")


def test_a_deleted_data_set_leaves_no_bytes(world: World, s3: Any, bucket: str) -> None:
    define(world)
    upload(world, b"id\n1\n")
    reload(world)
    reload(world)
    world.call("DELETE", DATA_SET, who="cora")
    assert s3.list_object_versions(Bucket=bucket, Prefix="datasets/").get("Versions", []) == []


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "$.source"),
        ({"source": ""}, "$.source"),
        ({"source": "https://example.com/sales.csv"}, "$.source: this must be the id or the name"),
        ({"source": "s3://bucket/sales.csv"}, "$.source: this must be the id or the name"),
        ({"source": "..\\sales.csv"}, "$.source: this must be the id or the name"),
        ({**BODY, "format": "xml"}, "$.format"),
        ({**BODY, "colums": []}, "$.colums"),
        ({**BODY, "columns": []}, "$.columns"),
        ({**BODY, "columns": [{"name": "a", "type": "int"}]}, "$.columns[0].type"),
        ({**BODY, "columns": [{"name": "a"}, {"name": "A"}]}, "$.columns"),
        ({**BODY, "columns": [{"name": "a", "format": "%d"}]}, "$.columns[0]"),
        (
            {**BODY, "columns": [{"name": "a", "type": "date", "format": "%Q"}]},
            "$.columns[0].format",
        ),
        (
            {**BODY, "columns": [{"name": "a", "type": "date", "format": "dd.MM"}]},
            "$.columns[0].format",
        ),
        ({**BODY, "delimiter": ";;"}, "$.delimiter"),
        ({**BODY, "delimiter": '"'}, "delimiter"),
        ({**BODY, "rejectLimit": -1}, "$.rejectLimit"),
        ({**BODY, "rejectLimit": True}, "$.rejectLimit"),
        ({**BODY, "rejectLimit": 1_000_000}, "$.rejectLimit"),
    ],
)
def test_a_definition_that_is_none_is_refused_with_its_place(
    world: World, body: dict[str, Any], place: str
) -> None:
    refused = world.call("PUT", DATA_SET, body, who="cora")
    assert refused.error == (400, "InvalidParameter")
    assert place in refused.message


def test_an_id_that_is_no_name_is_refused(world: World) -> None:
    refused = world.call("PUT", "/catalog/datasets/a", BODY, who="cora")
    assert refused.error == (400, "InvalidParameter")
    assert refused.message.startswith("The data set's id")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/catalog/datasets"),
        ("GET", DATA_SET),
        ("PUT", DATA_SET),
        ("DELETE", DATA_SET),
        ("POST", RELOAD),
    ],
)
def test_data_sets_need_the_role_of_authors(world: World, method: str, path: str) -> None:
    refused = world.call(method, path, who="paul")
    assert refused.error == (403, "NotAuthorized")
    assert "DV Content Author" in refused.message


def test_another_tenants_data_set_is_not_found(world: World) -> None:
    define(world)
    assert world.call("GET", DATA_SET, who="gina").error == (404, "NotFound")
    assert world.call("POST", RELOAD, who="gina").error == (404, "NotFound")
