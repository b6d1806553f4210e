"""The OpenAPI document: complete, valid, and as committed."""

import json
import re
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from longrun.contracts.print import api_routes, delivery_routes
from longrun.contracts.print.api import FACE
from longrun.contracts.print.openapi import openapi_document, written
from longrun.contracts.print.openapi.methods import METHODS
from longrun.gateway.api import build
from tests.contract.print.world import World

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi" / "print.json"
ENDPOINTS = (*api_routes.ENDPOINTS, *delivery_routes.ENDPOINTS)


def test_the_committed_document_is_fresh() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == written(), (
        "run python -m longrun.contracts.print.openapi docs/openapi/print.json"
    )


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(json.loads(written())).validate()


def test_the_document_is_the_same_each_time() -> None:
    assert written() == written()


def test_every_route_of_both_functions_is_in_the_document(world: World) -> None:
    document = openapi_document()
    described = {
        (verb.upper(), re.sub(r"\{relPath\}", ".+", path))
        for path, operations in document["paths"].items()
        for verb in operations
    }
    described = {(verb, re.sub(r"\{\w+\}", "[^/]+", path)) for verb, path in described}

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


@pytest.mark.parametrize("name", ["Configuration", "DataMining", "OutputCreation"])
def test_the_configuration_is_described_by_its_model(name: str) -> None:
    schema = openapi_document()["components"]["schemas"][name]

    assert schema["type"] == "object"
    assert schema["description"]
    assert all("description" in property_ for property_ in schema["properties"].values())
