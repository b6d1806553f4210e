"""The OpenAPI document that is made of any contract's endpoints and what it says of them."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from longrun.gateway.answer import JSON, Answer, document
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.gateway.openapi import (
    Description,
    an_object,
    command,
    json_method,
    listed,
    method,
    openapi,
    reference,
    written,
)
from longrun.identity.roles import PRINT_MONITOR


def read(_: Call[Any]) -> Answer:
    """The thing. As it is now,
    whatever it was.
    """
    return document({})


ENDPOINTS = (
    Endpoint[Any](name="put", verbs=("PUT",), path="/things/{id}/{rest+}", answer=read),
    Endpoint[Any](
        name="get", verbs=("GET", "HEAD"), path="/things/{id}", needs=(PRINT_MONITOR,), answer=read
    ),
)
DESCRIPTION = Description(
    title="Things",
    version="1",
    words="All of them.",
    server="/api",
    tag=lambda path: path.split("/")[1],
    methods={
        "get": json_method("The thing.", reference("Thing"), headers=("ETag",), errors=(404,)),
        "put": method(
            "Replaced.",
            status=204,
            also={201: ("Made.", {JSON: listed("Thing")})},
            sent=("If-Match",),
            query={"force": ("Whatever it was.", {"type": "boolean"})},
            body={JSON: reference("Thing")},
            headers=("ETag", "Location"),
            security=("key",),
        ),
    },
    path={"id": ("Its id.", {"type": "string"}), "rest": ("The rest.", {"type": "string"})},
    sent={"If-Match": ("The ETag that it has.", {"type": "string"})},
    headers={"ETag": "Changes with it.", "Location": "Where it is."},
    sent_with=lambda header, status: header != "Location" or status == 201,
    errors={401: "Who?", 403: "You may not.", 404: "There is none."},
    always=(401,),
    schemas={
        "Thing": an_object("A thing.", {"a": {"type": "string"}, "b": {}}, optional=("b",)),
        "Error": {"type": "object"},
    },
    security={
        "bearer": {"type": "http", "scheme": "bearer"},
        "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    },
)


@pytest.fixture
def paths() -> Mapping[str, Any]:
    found: Mapping[str, Any] = openapi(ENDPOINTS, DESCRIPTION)["paths"]
    return found


def test_the_document_is_valid() -> None:
    OpenAPIV31SpecValidator(json.loads(written(openapi(ENDPOINTS, DESCRIPTION)))).validate()


def test_paths_are_sorted_and_each_verb_has_an_id_of_its_own(paths: Mapping[str, Any]) -> None:
    assert list(paths) == ["/things/{id}", "/things/{id}/{rest}"]
    assert paths["/things/{id}"]["get"]["operationId"] == "get"
    assert paths["/things/{id}"]["head"]["operationId"] == "get_head"


def test_the_endpoints_own_words_and_roles_describe_it(paths: Mapping[str, Any]) -> None:
    get = paths["/things/{id}"]["get"]

    assert get["summary"] == "The thing"
    assert get["description"].startswith("The thing. As it is now, whatever it was. Needs ROLE_")


def test_parameters_are_those_of_path_query_and_headers(paths: Mapping[str, Any]) -> None:
    parameters = paths["/things/{id}/{rest}"]["put"]["parameters"]

    assert [(each["in"], each["name"]) for each in parameters] == [
        ("path", "id"),
        ("path", "rest"),
        ("query", "force"),
        ("header", "If-Match"),
    ]


def test_answers_have_the_headers_and_bodies_of_their_status(paths: Mapping[str, Any]) -> None:
    answers = paths["/things/{id}/{rest}"]["put"]["responses"]

    assert set(answers["201"]["headers"]) == {"ETag", "Location"}
    assert set(answers["204"]["headers"]) == {"ETag"}
    assert "content" in answers["201"] and "content" not in answers["204"]
    assert "content" not in paths["/things/{id}"]["head"]["responses"]["200"]


def test_errors_are_those_of_all_of_a_missing_role_and_of_the_method(
    paths: Mapping[str, Any],
) -> None:
    assert set(paths["/things/{id}"]["get"]["responses"]) == {"200", "401", "403", "404"}
    assert set(paths["/things/{id}/{rest}"]["put"]["responses"]) == {"201", "204", "401"}


def test_any_scheme_lets_in_unless_the_method_takes_one_only(paths: Mapping[str, Any]) -> None:
    assert openapi(ENDPOINTS, DESCRIPTION)["security"] == [{"bearer": []}, {"key": []}]
    assert paths["/things/{id}/{rest}"]["put"]["security"] == [{"key": []}]
    assert "security" not in paths["/things/{id}"]["get"]


def test_the_command_writes_the_file_that_is_named(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "things.json"
    monkeypatch.setattr("sys.argv", ["-m", str(target)])

    command("things", lambda: "{}\n")

    assert target.read_text() == "{}\n"


def test_without_a_file_the_command_says_how_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["-m"])

    with pytest.raises(SystemExit, match="usage: python -m things FILE"):
        command("things", lambda: "")
