"""The print contract: the role matrix, over every method that there is."""

import pytest

from longrun.contracts.print import api_routes, delivery_routes
from longrun.contracts.print.services import Services
from longrun.gateway.endpoint import Endpoint
from tests.contract.print.world import DATA, World, a_template

ENDPOINTS = [*api_routes.ENDPOINTS, *delivery_routes.ENDPOINTS]

ANYBODY = {"dora", "rita", "mona", "nobody"}
DATA_ROLE, MONITORING, RESOURCE_ROLE = {"dora"}, {"dora", "mona"}, {"rita"}
LISTING = {"dora", "rita"}

MATRIX = {
    "print": ANYBODY,
    "printVersion": ANYBODY,
    "authentication": ANYBODY,
    "authenticationVersion": ANYBODY,
    "filestore": ANYBODY,
    "filestoreVersion": ANYBODY,
    "login": ANYBODY,
    "getOperations": MONITORING,
    "getProgress": MONITORING,
    "submit": DATA_ROLE,
    "cancel": DATA_ROLE,
    "getResult": DATA_ROLE,
    "getResultTxt": DATA_ROLE,
    "getManagedResult": DATA_ROLE,
    "process": DATA_ROLE,
    "uploadDataFile": DATA_ROLE,
    "uploadDataMiningConfig": RESOURCE_ROLE,
    "uploadTemplate": RESOURCE_ROLE,
    "uploadJobCreationConfig": RESOURCE_ROLE,
    "uploadOutputCreationConfig": RESOURCE_ROLE,
    # Which of the two depends on the file's type, below.
    "announceUpload": LISTING,
    "deleteFile": LISTING,
    "getFile": LISTING,
    "getDirectoryEntry": LISTING,
    "listResources": LISTING,
}


def allowed(endpoint: Endpoint[Services]) -> set[str]:
    if endpoint.path.startswith("/entity/"):
        return DATA_ROLE
    return MATRIX[endpoint.name]


@pytest.mark.parametrize("who", sorted(ANYBODY))
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_only_the_matrix_roles_come_past_the_door(
    world: World, endpoint: Endpoint[Services], who: str
) -> None:
    path = endpoint.path.replace("{relPath+}", "a/b")
    for name in ("operationId", "fileId", "id"):
        path = path.replace(f"{{{name}}}", "12345678")
    path = path.replace("{dmConfigId}/{templateId}/{jcConfigId}/{ocConfigId}", "1/2/3/4")

    for verb in endpoint.verbs:
        reply = world.call(verb, path, who=who)

        assert (reply.status == 403) is (who not in allowed(endpoint)), reply.text
        if reply.status == 403 and verb != "HEAD":
            assert "This needs the role ROLE_" in reply.message


def test_a_missing_role_is_told_before_anything_is_looked_up(world: World) -> None:
    operation_id = world.submitted(who="gina")

    unknown = world.call("POST", "/workflow/print/cancel/12345678", who="mona")
    foreign = world.call("POST", f"/workflow/print/cancel/{operation_id}", who="mona")

    assert unknown.json == foreign.json
    assert unknown.status == 403


@pytest.mark.parametrize(
    ("who", "template", "data"), [("dora", 403, 200), ("rita", 200, 403), ("anna", 200, 200)]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/filestore/file/{}"),
        ("HEAD", "/filestore/file/{}"),
        ("GET", "/filestore/delete/{}"),
        ("POST", "/filestore/delete/{}"),
    ],
)
def test_files_need_the_role_of_their_type(
    world: World, who: str, template: int, data: int, method: str, path: str
) -> None:
    template_id = world.upload("template", a_template(), "letter.zip")
    data_id = world.upload("DataFile", DATA, "a.csv")

    replies = [world.call(method, path.format(each), who=who) for each in (template_id, data_id)]

    assert [reply.status for reply in replies] == [template, data]


@pytest.mark.parametrize(
    ("who", "template", "data"), [("dora", 403, 200), ("rita", 200, 403), ("anna", 200, 200)]
)
def test_announced_files_need_the_role_of_their_type(
    world: World, who: str, template: int, data: int
) -> None:
    replies = [
        world.call("POST", "/filestore/uploads", {"type": kind, "filename": "a"}, who=who)
        for kind in ("TEMPLATE", "DATA_FILE")
    ]

    assert [reply.status for reply in replies] == [template, data]


def test_outputs_need_the_role_for_data(world: World) -> None:
    file_id = world.output({"letters.pdf": b"%PDF"}).values["identifier"]

    assert world.call("GET", f"/filestore/file/{file_id}", who="rita").status == 403
    assert world.call("GET", f"/filestore/file/{file_id}", who="dora").status == 200
