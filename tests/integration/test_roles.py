"""The role matrix: every method with each role, over the gateway and its authorizer."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import httpx
import pytest

from longrun.contracts.print import api_routes, delivery_routes
from tests.integration.caller import OCTETS, CallAs, Caller, NewUser, refusal
from tests.integration.letters import CUSTOMERS, Letters

ROLES = ("ROLE_DATA", "ROLE_RESOURCE", "ROLE_MONITOR")
DATA, RESOURCE, MONITOR = ({role} for role in ROLES)
ANY = set(ROLES)

# contracts/print.md, "Errors and authentication"; here once more, so that a slip is seen.
MATRIX = {
    "print": ANY,
    "printVersion": ANY,
    "authentication": ANY,
    "authenticationVersion": ANY,
    "filestore": ANY,
    "filestoreVersion": ANY,
    "login": ANY,
    "getOperations": DATA | MONITOR,
    "getProgress": DATA | MONITOR,
    "submit": DATA,
    "cancel": DATA,
    "getResult": DATA,
    "getResultTxt": DATA,
    "getManagedResult": DATA,
    "process": DATA,
    "uploadDataFile": DATA,
    "uploadDataMiningConfig": RESOURCE,
    "uploadTemplate": RESOURCE,
    "uploadJobCreationConfig": RESOURCE,
    "uploadOutputCreationConfig": RESOURCE,
    # Which of the two, the type of the file says: below.
    "announceUpload": DATA | RESOURCE,
    "deleteFile": DATA | RESOURCE,
    "getFile": DATA | RESOURCE,
    "getDirectoryEntry": DATA | RESOURCE,
    "listResources": DATA | RESOURCE,
}
CALLS = {
    f"{verb} {endpoint.name}": (endpoint, verb)
    for endpoint in (*api_routes.ENDPOINTS, *delivery_routes.ENDPOINTS)
    for verb in endpoint.verbs
}


@pytest.fixture(scope="module")
def with_role(call_as: CallAs, new_user: NewUser) -> dict[str, Caller]:
    """A user of each role, by a session's token: its roles are read at every call."""
    tokens = {role: call_as(new_user(role)).post("/authentication/login").text for role in ROLES}
    callers = {role: call_as({"auth_token": token}) for role, token in tokens.items()}
    # A login takes no token.
    return callers | {f"{role} by password": call_as(new_user(role)) for role in ROLES}


@pytest.fixture(scope="module")
def answers(with_role: dict[str, Caller]) -> dict[tuple[str, str], httpx.Response]:
    """What each call answers to each role, several at a time."""

    def answer(asked: tuple[str, str]) -> httpx.Response:
        (endpoint, verb), role = CALLS[asked[0]], asked[1]
        path = endpoint.path.replace("{relPath+}", "a/b").replace("{jcConfigId}", "0")
        for name in ("operationId", "fileId", "id", "dmConfigId", "templateId", "ocConfigId"):
            path = path.replace(f"{{{name}}}", "12345678")
        by_password = endpoint.name == "login"
        return with_role[f"{role} by password" if by_password else role].http.request(verb, path)

    every = list(product(CALLS, ROLES))
    with ThreadPoolExecutor(2) as threads:
        return dict(zip(every, threads.map(answer, every), strict=True))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("call", CALLS)
def test_a_method_is_open_to_the_roles_of_the_matrix_and_to_no_other(
    answers: dict[tuple[str, str], httpx.Response], call: str, role: str
) -> None:
    endpoint, verb = CALLS[call]
    allowed = DATA if endpoint.path.startswith("/entity/") else MATRIX[endpoint.name]

    answer = answers[call, role]

    assert answer.status_code not in {401, 500}, answer.text
    assert (answer.status_code == 403) is (role not in allowed), answer.text
    if answer.status_code == 403 and verb != "HEAD":
        assert "This needs the role ROLE_" in refusal(answer)


@pytest.mark.parametrize(
    ("verb", "path"), [("GET", "file"), ("HEAD", "file"), ("GET", "delete"), ("POST", "delete")]
)
def test_a_file_is_fetched_and_deleted_by_the_role_of_its_type_only(
    with_role: dict[str, Caller], acme: Caller, letters: Letters, verb: str, path: str
) -> None:
    data = acme.upload("DataFile", "role.csv", CUSTOMERS)
    resource = acme.upload("OutputCreationConfig", "role.yaml", b"{}")

    def statuses(role: str) -> list[int]:
        return [
            with_role[role].http.request(verb, f"/filestore/{path}/{file}").status_code
            for file in (data, resource)
        ]

    assert statuses("ROLE_MONITOR") == [403, 403]
    assert statuses("ROLE_RESOURCE") == [403, 200]
    if path == "delete":
        resource = acme.upload("OutputCreationConfig", "role.yaml", b"{}")
    assert statuses("ROLE_DATA") == [200, 403]


def test_an_upload_is_announced_by_the_role_of_its_type_only(
    with_role: dict[str, Caller],
) -> None:
    def status(role: str, kind: str) -> int:
        answer = with_role[role].post("/filestore/uploads", json={"type": kind, "filename": "role"})
        return answer.status_code

    assert [status("ROLE_DATA", kind) for kind in ("DATA_FILE", "TEMPLATE")] == [200, 403]
    assert [status("ROLE_RESOURCE", kind) for kind in ("DATA_FILE", "TEMPLATE")] == [403, 200]


def test_a_missing_role_is_told_before_anything_is_looked_up(
    with_role: dict[str, Caller], acme: Caller, letters: Letters
) -> None:
    operation = acme.submit(letters.configuration())
    acme.wait(operation)

    known = with_role["ROLE_MONITOR"].result(operation)
    unknown = with_role["ROLE_MONITOR"].result("00000000-0000-4000-8000-000000000000")

    assert (known.status_code, unknown.status_code) == (403, 403)
    assert known.json() == unknown.json()


def test_the_data_role_alone_runs_a_production_with_what_others_uploaded(
    with_role: dict[str, Caller], letters: Letters
) -> None:
    caller = with_role["ROLE_DATA"]
    data = caller.upload("DataFile", "own.csv", CUSTOMERS, type="ignored")

    answer = caller.run(letters.configuration(datamining={"identifier": data}))

    assert answer.status_code == 200
    assert caller.post("/filestore/DataFile", content=b"", headers=OCTETS).status_code == 400
