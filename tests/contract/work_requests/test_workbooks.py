"""The Analytics face: workbooks, their exports, and the files of those."""

import base64
import io
import zipfile
from typing import Any

import pytest

from longrun.datasets.data_sets import Definition
from longrun.documents.order import Export, Order
from longrun.filestore import FileType
from longrun.operations.operation import Result, ResultFile
from tests.contract.work_requests.world import PUBLIC, Reply, World

NAME = "Sales by letter / 2026"
ID = base64.urlsafe_b64encode(NAME.encode()).decode()
WORKBOOK = f"/catalog/workbooks/{ID}"
BODY = {"template": "letter", "dataset": "sales"}
EXPORT = {"name": "Sales", "type": "file", "format": "pdf"}
CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 8


@pytest.fixture
def office(world: World) -> World:
    """With a template and two data sets: `sales`, and `empty`, which was never loaded."""
    world.load("sales")
    world.services.data_sets.define("acme", "empty", Definition(source="empty.csv"), None)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("template.typ", "#let document(record, parameters) = [Hello]")
    world.services.files.add("acme", FileType.TEMPLATE, "letter.zip", target.getvalue())
    return world


def define(world: World, **more: Any) -> Reply:
    reply = world.call("PUT", WORKBOOK, {**BODY, **more}, who="cora")
    assert reply.status in {200, 201}, reply.text
    return reply


def start(world: World, **more: Any) -> str:
    """The id of an export that was just started."""
    reply = world.call("POST", f"{WORKBOOK}/exports", {**EXPORT, **more}, who="cora")
    assert reply.status == 202, reply.text
    export: str = reply.json["workRequestId"]
    return export


def order_of(world: World, export: str) -> Order:
    return Order.read(world.platform.operations.input(export))


def finish(world: World, export: str, name: str = "Sales.pdf") -> None:
    """End the export with a file."""
    world.lifecycle.begin(export)
    artefact = world.platform.artefacts.write(
        f"results/acme/{export}/{name}", CONTENT, media_type="application/pdf"
    )
    file = ResultFile(name=name, artefact=artefact)
    world.lifecycle.produce(export, result=Result(type="Export", files=(file,), count=1))
    world.lifecycle.succeed(export)


def file_of(export: str) -> str:
    return f"{WORKBOOK}/exports/{export}"


# --- workbooks --------------------------------------------------------------------------------


def test_a_new_workbook_is_answered_201_and_a_changed_one_200(office: World) -> None:
    first = office.call("PUT", WORKBOOK, {**BODY, "description": "Monthly"}, who="cora")
    assert first.status == 201
    assert first.json["id"] == ID.rstrip("=")
    assert first.json["name"] == NAME
    assert (first.json["template"], first.json["dataset"]) == ("letter", "sales")
    second = office.call("PUT", WORKBOOK, {**BODY, "parameters": {"copies": 2}}, who="cora")
    assert second.status == 200
    assert second.json["parameters"] == {"copies": 2}
    assert "description" not in second.json
    assert second.json["timeCreated"] == first.json["timeCreated"]


def test_a_workbook_is_shown_with_the_tag_of_its_state(office: World) -> None:
    tag = define(office).header("etag")
    assert tag is not None
    shown = office.call("GET", WORKBOOK.rstrip("="), who="cora")
    assert (shown.status, shown.header("etag")) == (200, tag)
    again = office.call("GET", WORKBOOK, who="cora", headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")


def test_if_match_holds_a_change_to_the_state_that_was_seen(office: World) -> None:
    tag = define(office).header("etag") or ""
    assert office.call("PUT", WORKBOOK, BODY, who="cora", headers={"If-Match": tag}).status == 200
    for method in ("PUT", "DELETE"):
        late = office.call(method, WORKBOOK, BODY, who="cora", headers={"If-Match": tag})
        assert late.error == (412, "NoEtagMatch")
    other = office.call(
        "PUT", "/catalog/workbooks/bmV3", BODY, who="cora", headers={"If-Match": "*"}
    )
    assert other.error == (412, "NoEtagMatch")
    taken = office.call("PUT", WORKBOOK, BODY, who="cora", headers={"If-None-Match": "*"})
    assert taken.error == (412, "NoEtagMatch")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"template": "invoice", "dataset": "sales"}, "There is no template 'invoice'"),
        ({"template": "letter", "dataset": "stock"}, "There is no data set 'stock'"),
        ({"dataset": "sales"}, "$.template: this is required"),
        ({**BODY, "tempalte": "x"}, "$.tempalte: this is not known"),
        ({**BODY, "parameters": {"a": None}}, "$.parameters.a: a parameter must be"),
        ({**BODY, "parameters": {"a": "\ud800"}}, "$.parameters.a: this is no text"),
        ({**BODY, "parameters": {"\ud800": "a"}}, "$.parameters: this is no text"),
        ({**BODY, "template": "https://example.com/letter"}, "$.template: this must be the id or"),
        ({**BODY, "parameters": {"a": "b" * 200_000}}, "too large for the catalogue"),
        ({**BODY, "dataset": " "}, "$.dataset: this must be 1 to 255 printable characters"),
    ],
)
def test_what_is_wrong_with_a_definition_is_named(
    office: World, body: dict[str, Any], told: str
) -> None:
    reply = office.call("PUT", WORKBOOK, body, who="cora")
    assert reply.error == (400, "InvalidParameter")
    assert told in reply.message


def test_a_template_that_came_by_a_form_is_looked_through_when_it_is_named(office: World) -> None:
    awaited = office.services.files.announce("acme", FileType.TEMPLATE, "form.zip")
    office.platform.artefacts.write(awaited.key, b"no zip", media_type="application/zip")
    reply = office.call("PUT", WORKBOOK, {**BODY, "template": "form"}, who="cora")
    assert reply.error == (400, "InvalidParameter")
    assert "form.zip: This is not a zip archive" in reply.message


def test_a_template_may_be_named_by_its_id(office: World) -> None:
    [template] = office.services.files.list("acme", [FileType.TEMPLATE])
    assert define(office, template=template.id).json["template"] == str(template.id)


def test_a_data_set_may_be_loaded_after_the_workbook_was_defined(office: World) -> None:
    define(office, dataset="empty")


def test_an_id_that_is_no_base64url_is_malformed(office: World) -> None:
    reply = office.call("GET", "/catalog/workbooks/a.b", who="cora")
    assert reply.error == (400, "InvalidParameter")


def test_workbooks_are_listed_by_name_in_pages(office: World) -> None:
    for name in (b"c", b"a", b"b"):
        path = f"/catalog/workbooks/{base64.urlsafe_b64encode(name).decode()}"
        assert office.call("PUT", path, BODY, who="cora").status == 201
    first = office.call("GET", "/catalog/workbooks?limit=2", who="cora")
    assert [each["name"] for each in first.json] == ["a", "b"]
    token = first.header("opc-next-page")
    second = office.call("GET", f"/catalog/workbooks?limit=2&page={token}", who="cora")
    assert [each["name"] for each in second.json] == ["c"]
    assert second.header("opc-next-page") is None


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "page=a.b"])
def test_a_malformed_page_is_refused(office: World, query: str) -> None:
    reply = office.call("GET", f"/catalog/workbooks?{query}", who="cora")
    assert reply.error == (400, "InvalidParameter")


def test_a_deleted_workbook_is_gone(office: World) -> None:
    define(office)
    assert office.call("DELETE", WORKBOOK, who="cora").status == 204
    assert office.call("DELETE", WORKBOOK, who="cora").error == (404, "NotFound")
    reply = office.call("GET", WORKBOOK, who="cora")
    assert reply.message == f"There is no workbook {NAME!r}."


@pytest.mark.parametrize("who", ["paul", "nobody"])
def test_workbooks_need_the_role_of_an_author(office: World, who: str) -> None:
    define(office)
    export = start(office)
    for method, path, body in (
        ("GET", "/catalog/workbooks", b""),
        ("GET", WORKBOOK, b""),
        ("PUT", WORKBOOK, BODY),
        ("DELETE", WORKBOOK, b""),
        ("POST", f"{WORKBOOK}/exports", EXPORT),
        ("GET", file_of(export), b""),
    ):
        assert office.call(method, path, body, who=who).error == (403, "NotAuthorized")


def test_another_tenant_sees_no_workbook_and_no_export(office: World) -> None:
    define(office)
    export = start(office)
    finish(office, export)
    for path in (WORKBOOK, file_of(export)):
        assert office.call("GET", path, who="gina").error == (404, "NotFound")
    assert office.call("POST", f"{WORKBOOK}/exports", EXPORT, who="gina").error == (404, "NotFound")
    assert office.call("GET", "/catalog/workbooks", who="gina").json == []


# --- starting an export -----------------------------------------------------------------------


def test_an_export_is_answered_202_with_where_its_file_will_be(office: World) -> None:
    define(office)
    reply = office.call("POST", f"{WORKBOOK}/exports", EXPORT, who="cora")
    assert reply.status == 202
    export = reply.json["workRequestId"]
    assert reply.header("oa-work-request-id") == export
    assert reply.json["resourceUri"] == (
        f"{PUBLIC}/catalog/workbooks/{ID.rstrip('=')}/exports/{export}"
    )
    told = office.poll(export, who="cora")
    assert told["operationType"] == "CREATE_WORKBOOK_EXPORT"
    assert told["resourceType"] == "WORKBOOK_EXPORT"
    assert told["resources"][0]["resourceUri"] == reply.json["resourceUri"]


def test_an_export_is_an_order_for_the_workbooks_template_and_data_set(office: World) -> None:
    define(office, parameters={"greeting": "Hallo"})
    [template] = office.services.files.list("acme", [FileType.TEMPLATE])
    export = start(office, format="png", canvasIds=["3", 1], screenwidth=800)
    order = order_of(office, export)
    assert order.contentcreation is not None
    assert order.contentcreation.template == template.id
    assert order.contentcreation.parameters == {"greeting": "Hallo"}
    assert order.export == Export(name="Sales", format="png", pages=(3, 1), width=800, height=3600)
    assert order.outputcreation is not None
    assert order.outputcreation.preset is None
    assert export in office.workflows.executions


@pytest.mark.parametrize(
    ("sides", "box"),
    [
        ({}, (1280, 3600)),
        ({"screenwidth": 640}, (640, 3600)),
        ({"screenheight": 480}, (3600, 480)),
        ({"screenwidth": 3600, "screenheight": 1}, (3600, 1)),
    ],
)
def test_a_side_that_is_not_given_is_as_large_as_it_may_be(
    office: World, sides: dict[str, int], box: tuple[int, int]
) -> None:
    define(office)
    order = order_of(office, start(office, format="png", **sides))
    assert order.export is not None
    assert (order.export.width, order.export.height) == box


def test_no_canvases_are_all_of_them(office: World) -> None:
    define(office)
    order = order_of(office, start(office, canvasIds=[]))
    assert order.export is not None
    assert order.export.pages is None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"canvasIds": ["1", "2", "3", "4", "5", "6"]}, "$.canvasIds: one export has at most 5"),
        ({"screenwidth": 3601}, "$.screenwidth: a side has 1 to 3600 pixels, not 3601"),
        ({"screenheight": 0}, "cannot be made: $.screenheight: a side has 1 to 3600 pixels, not 0"),
    ],
)
def test_what_is_more_than_one_export_may_be_is_answered_422(
    office: World, more: dict[str, Any], told: str
) -> None:
    define(office)
    reply = office.call("POST", f"{WORKBOOK}/exports", {**EXPORT, **more}, who="cora")
    assert reply.error == (422, "UnprocessableEntity")
    assert told in reply.message


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"format": "jpg"}, "$.format: "),
        ({"type": "email"}, "$.type: "),
        ({"name": ""}, "$.name: this must be 1 to 255 printable characters"),
        ({"canvasIds": ["canvas!1"]}, "$.canvasIds[0]: a canvas is a page of the document"),
        ({"canvasIds": ["0"]}, "$.canvasIds[0]: a canvas is a page of the document"),
        ({"canvasIds": ["1", 1]}, "$.canvasIds: a canvas may be named once"),
        ({"screenwidth": "800"}, "$.screenwidth: this must be a whole number"),
        ({"pages": [1]}, "$.pages: this is not known"),
    ],
)
def test_what_is_malformed_is_answered_400_with_its_place(
    office: World, more: dict[str, Any], told: str
) -> None:
    define(office)
    reply = office.call("POST", f"{WORKBOOK}/exports", {**EXPORT, **more}, who="cora")
    assert reply.error == (400, "InvalidParameter")
    assert told in reply.message


def test_a_workbook_that_does_not_exist_cannot_be_exported(office: World) -> None:
    reply = office.call("POST", f"{WORKBOOK}/exports", EXPORT, who="cora")
    assert reply.error == (404, "NotFound")


def test_what_a_workbook_lost_since_is_named(office: World) -> None:
    define(office)
    office.services.data_sets.delete(office.services.data_sets.get("acme", "sales"))
    reply = office.call("POST", f"{WORKBOOK}/exports", EXPORT, who="cora")
    assert reply.error == (409, "Conflict")
    assert reply.message == f"There is no data set 'sales', which workbook {NAME!r} names."
    [template] = office.services.files.list("acme", [FileType.TEMPLATE])
    office.services.files.delete("acme", template.id, in_use=lambda *_: False)
    reply = office.call("POST", f"{WORKBOOK}/exports", EXPORT, who="cora")
    assert reply.message == f"There is no template 'letter', which workbook {NAME!r} names."


def test_a_data_set_that_was_never_loaded_is_to_be_reloaded_first(office: World) -> None:
    define(office, dataset="empty")
    reply = office.call("POST", f"{WORKBOOK}/exports", EXPORT, who="cora")
    assert reply.error == (409, "Conflict")
    assert "reload it first" in reply.message


def test_the_same_retry_token_is_the_same_export_although_the_workbook_is_gone(
    office: World,
) -> None:
    define(office)
    token = {"opc-retry-token": "once"}
    first = office.call("POST", f"{WORKBOOK}/exports", EXPORT, who="cora", headers=token)
    office.call("DELETE", WORKBOOK, who="cora")
    again = office.call("POST", f"{WORKBOOK}/exports", EXPORT, who="cora", headers=token)
    assert (again.status, again.json) == (202, first.json)
    other = office.call(
        "POST", f"{WORKBOOK}/exports", {**EXPORT, "name": "x"}, who="cora", headers=token
    )
    assert other.error == (409, "InvalidatedRetryToken")


# --- fetching the file ------------------------------------------------------------------------


def test_the_file_is_fetched_as_it_was_named(office: World) -> None:
    define(office)
    export = start(office)
    finish(office, export)
    reply = office.call("GET", file_of(export), who="cora")
    assert (reply.status, reply.body) == (200, CONTENT)
    assert reply.header("content-type") == "application/pdf"
    assert 'filename="Sales.pdf"' in (reply.header("content-disposition") or "")
    head = office.call("HEAD", file_of(export), who="cora")
    assert (head.status, head.header("content-length")) == (200, str(len(CONTENT)))


def test_a_part_of_the_file_is_fetched_by_range(office: World) -> None:
    define(office)
    export = start(office)
    finish(office, export)
    part = office.call("GET", file_of(export), who="cora", headers={"Range": "bytes=2-4"})
    assert (part.status, part.body) == (206, CONTENT[2:5])
    assert part.header("content-range") == f"bytes 2-4/{len(CONTENT)}"
    beyond = office.call("GET", file_of(export), who="cora", headers={"Range": "bytes=99999-"})
    assert beyond.error == (416, "InvalidParameter")


def test_the_way_to_the_bytes_is_one_of_three(office: World) -> None:
    define(office)
    export = start(office)
    finish(office, export)
    reply = office.call("GET", f"{file_of(export)}?delivery=stream", who="cora")
    assert (reply.status, reply.body) == (200, CONTENT)
    reply = office.call("GET", f"{file_of(export)}?delivery=carrier-pigeon", who="cora")
    assert reply.error == (400, "InvalidParameter")


def test_what_the_client_has_is_not_sent_again(office: World) -> None:
    define(office)
    export = start(office)
    finish(office, export)
    tag = office.call("GET", file_of(export), who="cora").header("etag") or ""
    again = office.call("GET", file_of(export), who="cora", headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")


def test_a_file_that_is_not_ready_is_answered_409_with_when_to_ask_again(office: World) -> None:
    define(office)
    export = start(office)
    for method in ("GET", "HEAD"):
        reply = office.call(method, file_of(export), who="cora")
        assert reply.status == 409
        assert (reply.header("retry-after") or "").isdigit()
    assert office.call("GET", file_of(export), who="cora").error == (409, "NotFinished")


def test_the_file_of_a_failed_export_is_answered_with_why(office: World) -> None:
    define(office)
    export = start(office)
    office.lifecycle.begin(export)
    office.fail(export, "There is no page 7: the document has 3 pages.", code="PageMissing")
    reply = office.call("GET", file_of(export), who="cora")
    assert reply.error == (404, "PageMissing")
    assert reply.message == (
        "The export failed: there is no file. There is no page 7: the document has 3 pages."
    )


def test_the_file_of_a_canceled_export_never_comes(office: World) -> None:
    define(office)
    export = start(office)
    office.lifecycle.cancel(export)
    office.lifecycle.settle(export, office.workflows.end(export, "ABORTED"))
    assert office.call("GET", file_of(export), who="cora").error == (404, "Canceled")


def test_only_exports_of_this_workbook_are_found_below_it(office: World) -> None:
    define(office)
    export = start(office)
    finish(office, export)
    for other in ("no-such-export", office.begun("print.all-in-one", subject=NAME)):
        assert office.call("GET", file_of(other), who="cora").error == (404, "NotFound")
    elsewhere = file_of(export).replace(ID, "b3RoZXI")
    assert office.call("GET", elsewhere, who="cora").error == (404, "NotFound")


def test_the_file_outlives_its_workbook(office: World) -> None:
    define(office)
    export = start(office)
    finish(office, export)
    office.call("DELETE", WORKBOOK, who="cora")
    assert office.call("GET", file_of(export), who="cora").status == 200
