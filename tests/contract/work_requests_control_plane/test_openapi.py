"""The OpenAPI document: complete, valid, and as committed."""

import json
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from longrun.contracts.work_requests.control_plane.api import ENDPOINTS
from longrun.contracts.work_requests.control_plane.openapi import openapi_document, written

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi" / "control-plane.json"


def test_the_committed_document_is_fresh() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == written(), (
        "run python -m longrun.contracts.work_requests.control_plane.openapi "
        "docs/openapi/control-plane.json"
    )


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(json.loads(written())).validate()


def test_every_method_is_in_the_document() -> None:
    document = openapi_document()
    described = {
        (verb.upper(), path) for path, verbs in document["paths"].items() for verb in verbs
    }

    assert described == {(verb, each.path) for each in ENDPOINTS for verb in each.verbs}
    assert all(each.answer.__doc__ for each in ENDPOINTS)


def test_what_the_sdk_calls_required_is_required() -> None:
    schemas = openapi_document()["components"]["schemas"]

    assert set(schemas["WorkRequest"]["required"]) == {
        "id",
        "operationType",
        "status",
        "compartmentId",
        "resources",
        "percentComplete",
        "timeAccepted",
    }
    assert "percentComplete" not in schemas["WorkRequestSummary"]["properties"]
