"""The OpenAPI document of the compositions contract: complete, valid, as committed, and true."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from longrun.contracts.compositions import api_routes, print_forms
from longrun.contracts.compositions.api import face
from longrun.contracts.compositions.openapi import openapi_document, written
from longrun.contracts.compositions.openapi.methods import ERRORS, METHODS
from longrun.gateway.api import build
from tests.contract.compositions.world import COMPOSITIONS, Reply, World, path_of
from tests.unit.compositions.fakes import PERSON, disability, newborn

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi" / "compositions.json"
ENDPOINTS = (*api_routes.ENDPOINTS, *print_forms.ENDPOINTS)


def valid(reply: Reply | Any, schema: str) -> None:
    document = openapi_document()
    instance = reply.json if isinstance(reply, Reply) else reply
    asked = {"$ref": f"#/components/schemas/{schema}", **document}
    Draft202012Validator(asked, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        instance
    )


def test_the_committed_document_is_fresh() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == written(), "run make docs"


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(json.loads(written())).validate()


def test_every_route_of_both_functions_is_in_the_document(world: World) -> None:
    described = {
        (verb.upper(), re.sub(r"\{\w+\}", "[^/]+", path))
        for path, operations in openapi_document()["paths"].items()
        for verb in operations
    }

    routes = set()
    for table in (api_routes, print_forms):
        app = build(table.ENDPOINTS, world.services, face(world.platform))
        routes |= {(route.method, route.path) for route in app._static_routes}
        routes |= {(route.method, route.rule.pattern.strip("^$")) for route in app._dynamic_routes}

    assert routes == described


def test_every_endpoint_has_a_name_of_its_own_and_a_description() -> None:
    names = [endpoint.name for endpoint in ENDPOINTS]

    assert len(names) == len(set(names))
    assert set(names) == set(METHODS)
    for endpoint in ENDPOINTS:
        assert endpoint.answer.__doc__, endpoint.name


def test_a_caller_needs_both_credentials_and_the_scope() -> None:
    document = openapi_document()

    assert document["security"] == [{"bearer": [], "apiKey": []}]
    for path in document["paths"].values():
        for operation in path.values():
            assert re.search(r"Needs composition:\w+\.", operation["description"])


def test_every_error_that_is_told_of_has_a_type_of_the_contract() -> None:
    for words in ERRORS.values():
        assert re.match(r"[a-z_]+: ", words)


@pytest.mark.parametrize("end", [None, "done", "failed", "stopped"])
def test_a_job_is_as_the_document_says(world: World, end: str | None) -> None:
    job = world.create({} if end == "failed" else None)
    if end == "stopped":
        world.stop(job)
    elif end:
        world.work(job)

    reply = world.call("GET", f"{COMPOSITIONS}/job/{job}")

    valid(reply, "JobAnswer")


def test_compositions_are_as_the_document_says(world: World) -> None:
    final = world.final()
    world.created(disability(replaces=final, IS_ACCIDENT=("valueBoolean", True)))
    birth = world.created(newborn())

    valid(world.call("GET", path_of(birth)), "CompositionAnswer")
    valid(world.call("GET", f"/patients/searchComposition?focus={PERSON}"), "CompositionsAnswer")
    valid(disability(), "Draft")
    valid(newborn(), "Draft")


def test_errors_are_as_the_document_says(world: World) -> None:
    for reply in (
        world.call("POST", COMPOSITIONS, b"{"),
        world.call("GET", "/patients/searchComposition?limit=51"),
        world.call("GET", "/nothing"),
        world.call("GET", COMPOSITIONS, who="nobody"),
    ):
        valid(reply, "Error")
