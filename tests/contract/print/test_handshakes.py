"""The print contract: handshakes, versions, login, and paths that are none of its."""

import pytest

from longrun.aws.directory import DynamoDirectory
from longrun.identity.tokens import Sessions
from tests.contract.print.world import World

SERVICES = [
    ("/workflow/print", "PrintRestService"),
    ("/authentication", "AuthenticationRestService"),
    ("/filestore", "FilestoreRestService"),
]


@pytest.mark.parametrize(("path", "service"), SERVICES)
def test_a_handshake_names_the_service(world: World, path: str, service: str) -> None:
    reply = world.call("GET", path, who="nobody")

    assert reply.status == 200
    assert reply.header("content-type") == "text/plain"
    assert reply.text == f"Server Engine REST Service available: {service}"


@pytest.mark.parametrize(("path", "service"), SERVICES)
def test_a_handshake_can_be_a_head(world: World, path: str, service: str) -> None:
    reply = world.call("HEAD", path, who="nobody")

    assert (reply.status, reply.body) == (200, b"")
    assert reply.header("content-type") == "text/plain"


@pytest.mark.parametrize(("path", "service"), SERVICES)
def test_a_version_is_two_integers_and_more_after_points(
    world: World, path: str, service: str
) -> None:
    reply = world.call("GET", f"{path}/version", who="nobody")

    assert reply.header("content-type") == "text/plain"
    year, minor = (int(part) for part in reply.text.split(".")[:2])
    assert (year, minor) >= (2024, 2)


def test_a_login_opens_a_session(world: World) -> None:
    reply = world.call("POST", "/authentication/login", who="nobody")

    assert reply.status == 200
    assert reply.header("content-type") == "text/plain"
    assert reply.header("token-expires-in") == "3600"
    directory: DynamoDirectory = world.platform.directory
    session = Sessions(directory=directory, clock=world.platform.clock).find(reply.text)
    assert session is not None
    assert session.user == "nobody"


@pytest.mark.parametrize("prefix", ["/rest/serverengine", "/serverengine"])
def test_the_mappings_key_may_be_in_the_path_or_not(world: World, prefix: str) -> None:
    assert world.call("GET", "/workflow/print/version", prefix=prefix).status == 200


@pytest.mark.parametrize("path", ["/workflow/print/", "/entity/datasets/"])
def test_a_slash_at_the_end_is_passed_over(world: World, path: str) -> None:
    assert world.call("GET", path).status == 200


@pytest.mark.parametrize(
    "path", ["/", "/workflow", "/workflow/allinone", "/workflow/print/x", "/entity", "/x"]
)
def test_a_path_that_is_none_is_not_found(world: World, path: str) -> None:
    reply = world.call("GET", path)

    assert reply.status == 404
    assert f"There is no method GET {path}" in reply.message


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/workflow/print/submit", "POST"),
        ("DELETE", "/workflow/print", "GET, HEAD"),
        ("POST", "/workflow/print/getProgress/x", "GET"),
        ("PUT", "/filestore/delete/1", "GET, POST"),
        ("GET", "/workflow/print/getResult/x", "POST"),
        ("POST", "/filestore/file/1/a/b.pdf", "GET, HEAD"),
    ],
)
def test_a_wrong_verb_is_told_the_right_ones(
    world: World, method: str, path: str, allowed: str
) -> None:
    reply = world.call(method, path)

    assert reply.status == 405
    assert reply.header("allow") == allowed
    assert allowed in reply.message
