"""The OpenAPI document of the Analytics face: complete, valid, and as committed."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from longrun.contracts.work_requests.analytics import api_routes, delivery_routes
from longrun.contracts.work_requests.analytics.api import FACE
from longrun.contracts.work_requests.analytics.openapi import openapi_document, written
from longrun.contracts.work_requests.analytics.openapi.methods import METHODS
from longrun.gateway.api import build
from tests.contract.work_requests.world import World

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi" / "work-requests.json"
ENDPOINTS = (*api_routes.ENDPOINTS, *delivery_routes.ENDPOINTS)


def test_the_committed_document_is_fresh() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == written(), "run make docs"


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(json.loads(written())).validate()


def test_the_document_is_the_same_each_time() -> None:
    assert written() == written()


def test_every_route_of_both_functions_is_in_the_document(world: World) -> None:
    described = {
        (verb.upper(), re.sub(r"\{\w+\}", "[^/]+", path))
        for path, operations in openapi_document()["paths"].items()
        for verb in operations
    }

    routes = set()
    for table in (api_routes, delivery_routes):
        app = build(table.ENDPOINTS, world.services, FACE)
        routes |= {(route.method, route.path) for route in app._static_routes}
        assert app._dynamic_routes == []

    assert routes == described


def test_every_endpoint_has_a_name_of_its_own_and_a_description() -> None:
    names = [endpoint.name for endpoint in ENDPOINTS]

    assert len(names) == len(set(names))
    assert set(names) == set(METHODS)
    for endpoint in ENDPOINTS:
        assert endpoint.answer.__doc__, endpoint.name


@pytest.mark.parametrize("end", ["succeed", "fail", "cancel", None])
def test_a_work_request_is_as_the_document_says(world: World, end: str | None) -> None:
    document = openapi_document()
    schema = {"$ref": "#/components/schemas/WorkRequest", **document}
    work = world.begun("print.all-in-one")
    if end == "fail":
        world.fail(work, "The source is gone.")
    elif end:
        getattr(world.lifecycle, end)(work)

    Draft202012Validator(schema).validate(world.poll(work))
