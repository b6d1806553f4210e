"""Whatever goes wrong is answered with a code and a sentence, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from longrun.contracts.work_requests.analytics.errors import Refused
from longrun.contracts.work_requests.services import Services
from longrun.delivery.errors import PreconditionFailed, RangeNotSatisfiable, TooLargeToCarry
from longrun.filestore import FileType
from longrun.filestore.errors import DigestWrong, EmptyUpload
from longrun.gateway.answer import Answer, document
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.gateway.errors import RequestMalformed
from longrun.identity.roles import PRINT_RUN
from longrun.operations.artefacts import ArtefactMissing
from longrun.operations.errors import (
    Claimed,
    Interrupted,
    KeyInUse,
    KeyReused,
    OperationExpired,
    OperationUnknown,
    PermissionMissing,
)
from tests.contract.work_requests.world import Reply, World

Failing = Callable[[Exception], Reply]


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
    ("error", "status", "code"),
    [
        (RequestMalformed("That is no request."), 400, "InvalidParameter"),
        (Refused(422, "UnprocessableEntity", "Too many pages."), 422, "UnprocessableEntity"),
        (EmptyUpload(FileType.TEMPLATE, "a.zip"), 400, "InvalidParameter"),
        (DigestWrong(FileType.TEMPLATE, "a.zip"), 400, "InvalidParameter"),
        (PermissionMissing(PRINT_RUN), 403, "NotAuthorized"),
        (OperationUnknown("x"), 404, "NotFound"),
        (OperationExpired("x"), 404, "NotFound"),
        (ArtefactMissing("x"), 404, "NotFound"),
        (Claimed("dataset/sales", "17"), 409, "Conflict"),
        (KeyInUse(), 409, "Conflict"),
        (KeyReused(), 409, "InvalidatedRetryToken"),
        (PreconditionFailed("If-Match"), 412, "NoEtagMatch"),
        (RangeNotSatisfiable(17), 416, "InvalidParameter"),
        (TooLargeToCarry(2, 1), 400, "InvalidParameter"),
        (Interrupted("The state store"), 503, "ServiceUnavailable"),
        (RuntimeError("hunter2"), 500, "InternalServerError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_has_its_status_and_code(
    failing: Failing, error: Exception, status: int, code: str
) -> None:
    assert failing(error).error == (status, code)


def test_a_missing_role_is_named(failing: Failing) -> None:
    assert "ROLE_DATA" in failing(PermissionMissing(PRINT_RUN)).message


def test_what_nobody_foresaw_is_told_by_the_requests_id_and_logged(
    failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    reply = failing(RuntimeError("hunter2"))

    assert "hunter2" not in reply.text
    assert "request-1" in reply.message
    assert "hunter2" in caplog.text


@pytest.mark.parametrize("error", [Interrupted("The state store"), KeyInUse()])
def test_what_passes_says_when_to_try_again(failing: Failing, error: Exception) -> None:
    assert (failing(error).header("Retry-After") or "").isdigit()


def test_what_is_being_worked_on_names_the_work_request(failing: Failing) -> None:
    work = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"

    assert work in failing(Claimed("dataset/sales", work)).message


def test_an_endpoint_that_needs_a_role_is_403_without_it(world: World) -> None:
    def answer(_: Call[Services]) -> Answer:
        """Never."""
        raise AssertionError

    world.serve(Endpoint(name="n", verbs=("GET",), path="/n", needs=(PRINT_RUN,), answer=answer))

    assert world.call("GET", "/n", who="nobody").error == (403, "NotAuthorized")


def test_a_malformed_parameter_is_400_and_an_unknown_one_nothing(world: World) -> None:
    def answer(call: Call[Services]) -> Answer:
        """Reads a flag."""
        return document(call.flag("deep"))

    world.serve(Endpoint(name="f", verbs=("GET",), path="/f", answer=answer))

    assert world.call("GET", "/f?deep=perhaps").error == (400, "InvalidParameter")
    assert world.call("GET", "/f?deep=true&shallow=perhaps").json is True


def test_an_answer_that_no_response_carries_says_how_to_have_it(world: World) -> None:
    def answer(_: Call[Services]) -> Answer:
        """Much."""
        return document(["x" * 100] * 60_000)

    world.serve(Endpoint(name="m", verbs=("GET",), path="/m", answer=answer))

    reply = world.call("GET", "/m")
    assert reply.error == (400, "InvalidParameter")
    assert "gzip" in reply.message


@pytest.mark.parametrize(
    ("allowed", "origin", "told"),
    [
        ("https://portal.example", "https://portal.example", "https://portal.example"),
        ("https://portal.example", "https://other.example", None),
        ("", "https://portal.example", None),
    ],
)
def test_scripts_of_the_allowed_origin_may_read_errors_too(
    world: World, monkeypatch: pytest.MonkeyPatch, allowed: str, origin: str, told: str | None
) -> None:
    from longrun.contracts.work_requests.analytics.api import FACE
    from longrun.contracts.work_requests.analytics.api_routes import ENDPOINTS
    from longrun.gateway.api import build

    app: Any = build(ENDPOINTS, world.services, FACE, cors_origin=allowed)
    monkeypatch.setattr(world.doors["api"], "app", app)

    reply = world.call("GET", "/workRequests/x", headers={"Origin": origin})

    assert reply.header("access-control-allow-origin") == told
    exposed = reply.header("access-control-expose-headers") or ""
    assert ("oa-work-request-id" in exposed) is (told is not None)
