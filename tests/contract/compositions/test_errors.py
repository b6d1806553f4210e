"""Whatever goes wrong is told in the envelope, with its status, its type and the request's id."""

from collections.abc import Callable, Mapping

import pytest

from longrun.contracts.compositions.errors import STATUSES, ErrorType, Refused
from longrun.contracts.compositions.services import Services
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.gateway.errors import RequestMalformed
from longrun.identity.credentials import Reason, Unauthenticated
from longrun.operations.errors import (
    Claimed,
    Interrupted,
    OperationExpired,
    OperationUnknown,
    PermissionMissing,
)
from tests.contract.compositions.world import COMPOSITIONS, PUBLIC, Reply, World

Failing = Callable[[Exception], Reply]
UNKNOWN = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
JOB = f"{COMPOSITIONS}/job/{UNKNOWN}"
ONE = f"/patients/{UNKNOWN}/composition/{UNKNOWN}/episode/{UNKNOWN}/encounter/{UNKNOWN}"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def failing(world: World) -> Failing:
    """Calls an endpoint that raises."""

    def call(error: Exception) -> Reply:
        def answer(_: Call[Services]) -> Answer:
            """Fails."""
            raise error

        world.serve(Endpoint(name="fail", verbs=("GET",), path="/fail", answer=answer))
        return world.call("GET", "/fail")

    return call


@pytest.mark.parametrize(
    ("error", "status", "type"),
    [
        (RequestMalformed("That is no request."), 400, "request_malformed"),
        (Unauthenticated(Reason.MISSING), 401, "access_denied"),
        (PermissionMissing("composition:sign"), 401, "access_denied"),
        (OperationUnknown("x"), 404, "not_found"),
        (OperationExpired("x"), 404, "not_found"),
        (Claimed("composition.sign/x", "17"), 409, "request_conflict"),
        (Interrupted("The state store"), 429, "too_many_requests"),
        (RuntimeError("hunter2"), 500, "internal_error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_has_its_status_and_type(
    failing: Failing, error: Exception, status: int, type: str
) -> None:
    assert failing(error).error == (status, type)


@pytest.mark.parametrize("type", ErrorType)
def test_every_type_of_the_contract_goes_with_its_status(failing: Failing, type: ErrorType) -> None:
    assert failing(Refused(type, "No.")).error == (STATUSES[type], type.value)


def test_what_passes_says_when_to_try_again(failing: Failing) -> None:
    assert (failing(Interrupted("The state store")).header("Retry-After") or "").isdigit()


def test_what_nobody_foresaw_is_told_by_the_requests_id_and_logged(
    failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    reply = failing(RuntimeError("hunter2"))

    assert "hunter2" not in reply.text
    assert "request-1" in reply.message
    assert "hunter2" in caplog.text


# --- scopes -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", JOB, "composition:read"),
        ("POST", COMPOSITIONS, "composition:create"),
        ("PATCH", f"{COMPOSITIONS}/{UNKNOWN}/sign", "composition:sign"),
        ("PATCH", f"{COMPOSITIONS}/{UNKNOWN}/cancel", "composition:cancel"),
        ("GET", f"/patients/searchComposition?subject={UNKNOWN}", "composition:search"),
        ("GET", ONE, "composition:read"),
        ("GET", f"{ONE}/printForm", "composition:read"),
    ],
)
def test_a_missing_scope_is_401_and_named(world: World, method: str, path: str, scope: str) -> None:
    reply = world.call(method, path, who="nobody")

    assert reply.error == (401, "access_denied")
    assert scope in reply.message


def test_the_scope_comes_before_everything_else(world: World) -> None:
    reply = world.call("POST", COMPOSITIONS, b"{", who="reader", headers={"Content-Type": "x/y"})

    assert reply.error == (401, "access_denied")


# --- media types --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json+x"}]
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", COMPOSITIONS), ("PATCH", f"{COMPOSITIONS}/{UNKNOWN}/sign")]
)
def test_a_body_that_is_not_json_is_415(
    world: World, method: str, path: str, headers: Mapping[str, str]
) -> None:
    reply = world.call(method, path, {"data": "AAAA"}, headers=headers)

    assert reply.error == (415, "content_type_invalid")


@pytest.mark.parametrize(
    "type", ["application/json", "Application/JSON; charset=utf-8", "application/json;x=1"]
)
def test_json_may_have_parameters(world: World, type: str) -> None:
    reply = world.call("POST", COMPOSITIONS, {}, headers={"content-type": type})

    assert reply.data["status"] == "PENDING"


def test_without_a_body_the_media_type_may_be_left_out_but_not_be_another(world: World) -> None:
    job = world.create()
    path = f"{COMPOSITIONS}/job/{job}"

    assert world.call("GET", path, headers={}).data["id"] == job
    other = world.call("GET", path, headers={"Content-Type": "text/plain"})
    assert other.error == (415, "content_type_invalid")


# --- paths and methods --------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["/", "/patients", "/patients/composition/job", "/nothing", f"{ONE}/picture"]
)
def test_an_unknown_path_is_404(world: World, path: str) -> None:
    assert world.call("GET", path).error == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("DELETE", JOB, "GET"), ("GET", f"{COMPOSITIONS}/{UNKNOWN}/sign", "PATCH")],
)
def test_a_wrong_method_is_404_and_told_which_there_are(
    world: World, method: str, path: str, allowed: str
) -> None:
    reply = world.call(method, path)

    assert reply.error == (404, "not_found")
    assert reply.header("Allow") == allowed


@pytest.mark.parametrize("prefix", ["/api", ""])
def test_the_mappings_key_may_be_in_the_path_or_not(world: World, prefix: str) -> None:
    job = world.create()

    reply = world.call("GET", f"{COMPOSITIONS}/job/{job}", prefix=prefix)

    assert reply.json["meta"]["url"] == f"{PUBLIC}{COMPOSITIONS}/job/{job}"


# --- meta ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "sent",
    ["1", "b2cae3b7-3f9a-4d2c-8a53-9f1b6f9d3f01", "Root=1-67891233-abcdef012345678912345678"],
)
def test_a_request_id_is_echoed_in_answers_and_errors(world: World, sent: str) -> None:
    headers = {**JSON, "x-request-id": sent}
    job = world.create()

    for path in (f"{COMPOSITIONS}/job/{job}", JOB, "/nothing"):
        reply = world.call("GET", path, headers=headers)
        assert reply.json["meta"]["request_id"] == sent


@pytest.mark.parametrize("sent", ["", " ", "a b", "<script>", "x" * 129, "ä", "-", 'a"b'])
def test_a_request_id_that_is_none_is_not_told_back(world: World, sent: str) -> None:
    reply = world.call("GET", JOB, headers={**JSON, "X-Request-ID": sent})

    assert reply.json["meta"]["request_id"] == "request-1"


def test_the_url_is_encoded(world: World) -> None:
    reply = world.call("GET", '/patients/"x" y')

    assert reply.json["meta"]["url"] == f"{PUBLIC}/patients/%22x%22%20y"


@pytest.mark.parametrize(
    ("allowed", "origin", "told"),
    [
        ("https://portal.example", "https://portal.example", "https://portal.example"),
        ("https://portal.example", "https://other.example", None),
        ("", "https://portal.example", None),
    ],
)
def test_scripts_of_the_allowed_origin_may_read_errors_too(
    world: World, allowed: str, origin: str, told: str | None
) -> None:
    world.serve(cors_origin=allowed)

    reply = world.call("GET", JOB, headers={**JSON, "Origin": origin})

    assert reply.header("access-control-allow-origin") == told
