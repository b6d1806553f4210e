"""The print contract: calls by a browser's scripts, where an origin is allowed."""

from typing import Any

import pytest

from longrun.contracts.print import api_routes
from longrun.contracts.print.api import FACE
from longrun.gateway.api import build
from tests.contract.print.world import World

ORIGIN = "https://portal.example"


@pytest.fixture
def allowing(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The API for scripts of one origin."""
    app = build(api_routes.ENDPOINTS, world.services, FACE, cors_origin=ORIGIN)
    door: Any = world._doors["api"]
    monkeypatch.setattr(door, "app", app)
    return world


def test_a_preflight_needs_no_credentials_and_names_what_is_allowed(allowing: World) -> None:
    event = {
        "path": "/serverengine/workflow/print/submit",
        "httpMethod": "OPTIONS",
        "headers": {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"},
        "multiValueHeaders": {"Origin": [ORIGIN]},
        "requestContext": {"requestId": "request-1", "stage": "v1"},
    }

    answer = allowing._doors["api"].app.resolve(event, None)

    headers = answer["multiValueHeaders"]
    assert answer["statusCode"] == 204
    assert headers["Access-Control-Allow-Origin"] == [ORIGIN]
    assert set(headers["Access-Control-Allow-Methods"][0].split(",")) >= {"GET", "HEAD", "POST"}
    assert "auth_token" in headers["Access-Control-Allow-Headers"][0]


def test_answers_and_errors_may_be_read_by_the_origins_scripts(allowing: World) -> None:
    for path in ("/workflow/print/version", "/workflow/print/getProgress/x", "/nowhere"):
        reply = allowing.call("GET", path, headers={"Origin": ORIGIN})

        assert reply.header("access-control-allow-origin") == ORIGIN
        assert "operationId" in (reply.header("access-control-expose-headers") or "")


def test_other_origins_may_not(allowing: World) -> None:
    reply = allowing.call(
        "GET", "/workflow/print/version", headers={"Origin": "https://other.example"}
    )

    assert "access-control-allow-origin" not in reply.headers


def test_without_an_origin_nothing_is_allowed(world: World) -> None:
    reply = world.call("GET", "/workflow/print/version", headers={"Origin": ORIGIN})
    preflight = world.call("OPTIONS", "/workflow/print/submit", headers={"Origin": ORIGIN})

    assert not any(name.startswith("access-control") for name in reply.headers)
    assert preflight.status == 405
