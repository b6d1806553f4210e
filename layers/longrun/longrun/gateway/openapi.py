"""The OpenAPI 3.1 document of a contract: its table of endpoints, and what it says of them.

The order of everything is the contract's own, so the document is the same each time. Loaded by
commands and tests only.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from longrun.gateway.answer import JSON
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import ROLES

type Schema = dict[str, Any]

type Bodies = Mapping[str, Schema]
"""By media type."""

type Described = tuple[str, Schema]
"""A parameter: in words, and what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What the table of endpoints does not say of a method."""

    answers: Mapping[int, tuple[str, Bodies]]
    """What is answered when nothing is wrong, by status: in words, and its bodies."""
    query: Mapping[str, Described] = field(default_factory=dict)
    """Query parameters."""
    sent: tuple[str, ...] = ()
    """Request headers, by their names in the description."""
    body: Bodies = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    """Response headers, by their names in the description."""
    errors: tuple[int, ...] = ()
    """Besides those that every method has."""
    security: tuple[str, ...] = ()
    """The only schemes that it takes; none: each of the description's."""


def always_sent(_header: str, _status: int) -> bool:
    """Response headers come with every answer of their method."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a contract says of its API."""

    title: str
    version: str
    words: str
    server: str
    """The prefix before the table's paths."""
    tag: Callable[[str], str]
    """Under which heading a path stands."""
    methods: Mapping[str, Method]
    """By the endpoints' names."""
    path: Mapping[str, Described]
    """The parameters in paths, by name."""
    sent: Mapping[str, Described] = field(default_factory=dict)
    """Request headers by name."""
    headers: Mapping[str, str]
    """Response headers by name, in words."""
    sent_with: Callable[[str, int], bool] = always_sent
    """Whether a response header comes with a status."""
    errors: Mapping[int, str]
    """Statuses of errors, in words; their body is the schema `Error`."""
    always: tuple[int, ...]
    """The errors that every method may answer with."""
    missing_role: int = 403
    """The error of a caller without the role that a method needs."""
    schemas: Mapping[str, Schema]
    security: Mapping[str, Schema]
    """Security schemes by name; any of them lets a caller in."""
    all_together: bool = False
    """Whether a caller needs all of the schemes at once."""


def method(
    words: str,
    bodies: Bodies | None = None,
    *,
    status: int = 200,
    also: Mapping[int, tuple[str, Bodies]] | None = None,
    **more: Any,
) -> Method:
    """A method that answers with one status, and maybe with others.

    Args:
        words: What the answer is.
        bodies: Its bodies; none: it has no body.
        status: Its status.
        also: Other statuses, each with its words and bodies.
        **more: The other fields of `Method`.
    """
    return Method(answers={status: (words, bodies or {}), **(also or {})}, **more)


def json_method(words: str, schema: Schema, **more: Any) -> Method:
    """A method that answers with JSON."""
    return method(words, {JSON: schema}, **more)


def reference(name: str) -> Schema:
    """A reference to one of the description's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(name: str) -> Schema:
    """A list of one of the description's schemas."""
    return {"type": "array", "items": reference(name)}


def an_object(words: str, properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    """A JSON object, whose properties are required but for the optional ones."""
    return {
        "type": "object",
        "description": words,
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def openapi(endpoints: Sequence[Endpoint[Any]], description: Description) -> dict[str, Any]:
    """The document.

    Args:
        endpoints: Of all functions of the contract; paths are sorted, the order does not matter.
        description: What the contract says of them.
    """
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in sorted(endpoints, key=lambda each: each.path):
        path = paths.setdefault(endpoint.path.replace("+}", "}"), {})
        for verb in endpoint.verbs:
            path[verb.lower()] = _operation(endpoint, verb, description)
    tags = sorted({description.tag(endpoint.path) for endpoint in endpoints})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": description.title,
            "version": description.version,
            "description": description.words,
        },
        "servers": [{"url": description.server}],
        "security": (
            [{name: [] for name in description.security}]
            if description.all_together
            else _security(description.security)
        ),
        "tags": [{"name": name} for name in tags],
        "paths": paths,
        "components": {
            "schemas": dict(description.schemas),
            "responses": {
                f"Error{status}": {
                    "description": words,
                    "content": _content({JSON: reference("Error")}),
                }
                for status, words in description.errors.items()
            },
            "securitySchemes": dict(description.security),
        },
    }


def written(document: Mapping[str, Any]) -> str:
    """The document as it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def command(module: str, text: Callable[[], str]) -> None:
    """Write a contract's document into the file that the command line names.

    Args:
        module: By which the command was called.
        text: The document as it is committed.
    """
    if len(sys.argv) != 2:
        sys.exit(f"usage: python -m {module} FILE")
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")


def _operation(endpoint: Endpoint[Any], verb: str, description: Description) -> dict[str, Any]:
    method = description.methods[endpoint.name]
    first = verb == endpoint.verbs[0]
    described = " ".join((endpoint.answer.__doc__ or "").split())
    operation: dict[str, Any] = {
        "operationId": endpoint.name if first else f"{endpoint.name}_{verb.lower()}",
        "tags": [description.tag(endpoint.path)],
        "summary": described.split(". ")[0].rstrip("."),
        "description": " ".join(filter(None, (described, _roles(endpoint)))),
    }
    if method.security:
        operation["security"] = _security(method.security)
    if parameters := list(_parameters(endpoint, method, description)):
        operation["parameters"] = parameters
    if method.body:
        operation["requestBody"] = {"content": _content(method.body)}
    operation["responses"] = _responses(endpoint, method, verb, description)
    return operation


def _security(schemes: Mapping[str, Schema] | Sequence[str]) -> list[dict[str, list[str]]]:
    return [{name: []} for name in schemes]


def _roles(endpoint: Endpoint[Any]) -> str:
    if not endpoint.needs:
        return ""
    needed = set(endpoint.needs)
    roles = [role for role, permissions in ROLES.items() if not needed.isdisjoint(permissions)]
    # What no role permits is had by a scope of its name.
    return f"Needs {' or '.join(roles or endpoint.needs)}."


def _parameters(
    endpoint: Endpoint[Any], method: Method, description: Description
) -> Iterator[dict[str, Any]]:
    path = endpoint.path.replace("+}", "}")
    for name, (words, schema) in description.path.items():
        if f"{{{name}}}" in path:
            yield {
                "name": name,
                "in": "path",
                "required": True,
                "description": words,
                "schema": schema,
            }
    for name, (words, schema) in method.query.items():
        yield {"name": name, "in": "query", "description": words, "schema": schema}
    for name in method.sent:
        words, schema = description.sent[name]
        yield {"name": name, "in": "header", "description": words, "schema": schema}


def _responses(
    endpoint: Endpoint[Any], method: Method, verb: str, description: Description
) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, (words, bodies) in sorted(method.answers.items()):
        answer: dict[str, Any] = {"description": words}
        if method.headers:
            answer["headers"] = {
                name: {"description": description.headers[name], "schema": {"type": "string"}}
                for name in method.headers
                if description.sent_with(name, status)
            }
        if bodies and verb != "HEAD":
            answer["content"] = _content(bodies)
        responses[str(status)] = answer
    missing_role = (description.missing_role,) if endpoint.needs else ()
    for status in sorted({*description.always, *missing_role, *method.errors}):
        responses[str(status)] = {"$ref": f"#/components/responses/Error{status}"}
    return responses


def _content(bodies: Bodies) -> dict[str, Any]:
    return {
        media_type: {"schema": schema} if schema else {} for media_type, schema in bodies.items()
    }
