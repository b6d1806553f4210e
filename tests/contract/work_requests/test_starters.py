"""Every starter of the contract, by the same rules: 202, readable at once, roles, retry tokens."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from longrun.datasets.snapshots.snapshots import Snapshot
from longrun.filestore import FileType
from longrun.operations.artefacts import Artefact
from tests.contract.work_requests.world import PUBLIC, Reply, World

SALES = "/catalog/datasets/c2FsZXM"
LETTERS = "/catalog/workbooks/TGV0dGVycw"
SNAPSHOT = "9b2c7d70-3f0a-4a55-8a0e-7b1f0d3c5e11"


@dataclass(frozen=True)
class Starter:
    """A call that starts work."""

    path: str
    body: Any
    operation_type: str
    resource_type: str
    author_may: bool = True


STARTERS = {
    "reload": Starter(f"{SALES}/actions/reload", b"", "RELOAD_DATASET", "DATASET"),
    "export": Starter(
        f"{LETTERS}/exports",
        {"name": "Letters", "type": "file", "format": "pdf"},
        "CREATE_WORKBOOK_EXPORT",
        "WORKBOOK_EXPORT",
    ),
    "snapshot": Starter(
        "/snapshots",
        {"type": "CREATE", "name": "Friday", "bar": {"password": "correct horse"}},
        "CREATE_SNAPSHOT",
        "SNAPSHOT",
        author_may=False,
    ),
    "restore": Starter(
        "/system/actions/restoreSnapshot",
        {"snapshot": {"id": SNAPSHOT, "password": "correct horse"}},
        "RESTORE_SNAPSHOT",
        "SYSTEM",
        author_may=False,
    ),
}


@pytest.fixture
def start(world: World) -> Callable[..., Reply]:
    """Calls a starter in a tenant that has a data set, a workbook and a snapshot."""
    template = io.BytesIO()
    with zipfile.ZipFile(template, "w") as archive:
        archive.writestr("template.typ", "#let document(record, parameters) = [Hello]")
    world.services.files.add("acme", FileType.TEMPLATE, "letter.zip", template.getvalue())
    world.services.files.add("acme", FileType.DATA_FILE, "sales.csv", b"a\n1\n")
    world.load("sales")
    assert world.call("PUT", LETTERS, {"template": "letter", "dataset": "sales"}).status == 201
    now = world.platform.clock()
    archive_ = Artefact(
        key=f"snapshots/acme/{SNAPSHOT}.zip",
        size=1,
        sha256="0" * 64,
        media_type="application/zip",
        version="1",
    )
    snapshot = Snapshot(
        id=SNAPSHOT,
        tenant="acme",
        name="Thursday",
        owner="adam",
        created=now,
        archive=archive_,
        operation=SNAPSHOT,
    )
    world.services.snapshots.enter(snapshot)

    def call(starter: Starter, *, body: Any = None, token: str = "", who: str = "adam") -> Reply:
        headers = {"opc-retry-token": token} if token else {}
        sent = starter.body if body is None else body
        return world.call("POST", starter.path, sent, headers=headers, who=who)

    return call


@pytest.mark.parametrize("starter", STARTERS.values(), ids=STARTERS)
def test_started_work_has_its_header_its_body_and_can_be_polled_at_once(
    world: World, start: Callable[..., Reply], starter: Starter
) -> None:
    reply = start(starter)

    assert reply.status == 202, reply.text
    work = reply.header("oa-work-request-id")
    assert work is not None
    assert reply.json["workRequestId"] == work
    told = world.poll(work)
    assert told["status"] == "ACCEPTED"
    assert told["operationType"] == starter.operation_type
    assert told["resourceType"] == starter.resource_type
    for resource in told.get("resources", []):
        assert resource["actionResult"] == "NONE"
        assert resource["resourceUri"].startswith(f"{PUBLIC}/")


@pytest.mark.parametrize("starter", STARTERS.values(), ids=STARTERS)
def test_the_same_request_with_the_same_token_starts_nothing_more(
    start: Callable[..., Reply], starter: Starter
) -> None:
    first, second = start(starter, token="t-1"), start(starter, token="t-1")

    assert second.status == 202
    assert second.json == first.json
    assert second.header("oa-work-request-id") == first.header("oa-work-request-id")


@pytest.mark.parametrize(
    ("starter", "other"),
    [
        (STARTERS["reload"], b" "),
        (STARTERS["export"], {"name": "Other", "type": "file", "format": "pdf"}),
        (
            STARTERS["snapshot"],
            {"type": "CREATE", "name": "Friday", "bar": {"password": "another"}},
        ),
        (STARTERS["restore"], {"snapshot": {"id": SNAPSHOT, "password": "another"}}),
    ],
    ids=STARTERS,
)
def test_another_body_with_the_same_token_is_409(
    start: Callable[..., Reply], starter: Starter, other: Any
) -> None:
    assert start(starter, token="t-1").status == 202

    assert start(starter, body=other, token="t-1").error == (409, "InvalidatedRetryToken")


@pytest.mark.parametrize("who", ["cora", "paul", "nobody"])
@pytest.mark.parametrize("starter", STARTERS.values(), ids=STARTERS)
def test_who_has_not_the_role_is_403(
    start: Callable[..., Reply], starter: Starter, who: str
) -> None:
    reply = start(starter, who=who)

    if who == "cora" and starter.author_may:
        assert reply.status == 202
    else:
        assert reply.error == (403, "NotAuthorized")
        assert "BI Service Administrator" in reply.message


@pytest.mark.parametrize("name", ["reload", "export", "restore"])
def test_of_another_tenants_things_nothing_is_known(start: Callable[..., Reply], name: str) -> None:
    assert start(STARTERS[name], who="gina").error == (404, "NotFound")


@pytest.mark.parametrize("name", ["reload", "restore"])
def test_while_one_runs_another_is_409_and_names_it(start: Callable[..., Reply], name: str) -> None:
    work = start(STARTERS[name]).json["workRequestId"]

    reply = start(STARTERS[name])

    assert reply.error == (409, "Conflict")
    assert work in reply.message


@pytest.mark.parametrize(
    "path", ["/catalog/datasets/!!/actions/reload", "/catalog/workbooks/a/exports"]
)
def test_an_object_id_that_is_none_is_400(world: World, path: str) -> None:
    assert world.call("POST", path, STARTERS["export"].body).error == (400, "InvalidParameter")


@pytest.mark.parametrize("padded", ["c2FsZXM", "c2FsZXM="])
def test_an_object_id_may_be_padded(world: World, start: Callable[..., Reply], padded: str) -> None:
    assert world.call("POST", f"/catalog/datasets/{padded}/actions/reload").status == 202
