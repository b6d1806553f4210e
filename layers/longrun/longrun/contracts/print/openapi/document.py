"""The document itself: endpoints, methods and schemas put together, always in the same order."""

import json
from collections.abc import Iterator
from typing import Any, Final

from longrun.contracts.print import api_routes, delivery_routes
from longrun.contracts.print.answer import JSON
from longrun.contracts.print.endpoint import Endpoint
from longrun.contracts.print.handshake import VERSION
from longrun.contracts.print.openapi.methods import ERRORS, HEADERS, METHODS, PATH, Method
from longrun.contracts.print.openapi.schemas import reference, schemas
from longrun.identity.roles import ROLES

ENDPOINTS: Final = (*api_routes.ENDPOINTS, *delivery_routes.ENDPOINTS)

_ALWAYS: Final = (401, 500, 503)
_KEYED: Final = ("submit", "process")
"""Methods that take an idempotency key."""


def openapi_document() -> dict[str, Any]:
    """The document of the print contract, in OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in sorted(ENDPOINTS, key=lambda each: each.path):
        path = paths.setdefault(endpoint.path.replace("+}", "}"), {})
        for verb in endpoint.verbs:
            path[verb.lower()] = _operation(endpoint, verb)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Print: the All-In-One service",
            "version": VERSION,
            "description": (
                "Submit data and a configuration, watch the operation, fetch its result. "
                "Every call needs credentials."
            ),
        },
        "servers": [{"url": "/rest/serverengine"}],
        "security": [{"basic": []}, {"token": []}],
        "tags": [{"name": name} for name in sorted({_tag(endpoint) for endpoint in ENDPOINTS})],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "responses": {
                f"Error{status}": {
                    "description": words,
                    "content": _content({JSON: reference("Error")}),
                }
                for status, words in ERRORS.items()
            },
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "token": {"type": "apiKey", "in": "header", "name": "auth_token"},
            },
        },
    }


def written() -> str:
    """The document as it is committed."""
    return json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"


def _operation(endpoint: Endpoint, verb: str) -> dict[str, Any]:
    method = METHODS[endpoint.name]
    first = verb == endpoint.verbs[0]
    described = " ".join((endpoint.answer.__doc__ or "").split())
    operation: dict[str, Any] = {
        "operationId": endpoint.name if first else f"{endpoint.name}_{verb.lower()}",
        "tags": [_tag(endpoint)],
        "summary": described.split(". ")[0].rstrip("."),
        "description": " ".join(filter(None, (described, _roles(endpoint)))),
    }
    if endpoint.name == "login":
        operation["security"] = [{"basic": []}]
    if parameters := list(_parameters(endpoint, method)):
        operation["parameters"] = parameters
    if method.body:
        operation["requestBody"] = {"content": _content(method.body)}
    operation["responses"] = _responses(endpoint, method, verb)
    return operation


def _tag(endpoint: Endpoint) -> str:
    return endpoint.path.split("/")[1]


def _roles(endpoint: Endpoint) -> str:
    if not endpoint.needs:
        return ""
    needed = set(endpoint.needs)
    roles = [role for role, permissions in ROLES.items() if not needed.isdisjoint(permissions)]
    return f"Needs {' or '.join(roles)}."


def _parameters(endpoint: Endpoint, method: Method) -> Iterator[dict[str, Any]]:
    for name, (words, schema) in PATH.items():
        if f"{{{name}}}" in endpoint.path.replace("+}", "}"):
            yield {
                "name": name,
                "in": "path",
                "required": True,
                "description": words,
                "schema": schema,
            }
    for name, (words, schema) in method.query.items():
        yield {"name": name, "in": "query", "description": words, "schema": schema}
    if endpoint.name in _KEYED:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "The same key with the same request is the same operation, for a day.",
            "schema": {"type": "string", "maxLength": 255},
        }


def _responses(endpoint: Endpoint, method: Method, verb: str) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, (words, bodies) in sorted(method.answers.items()):
        answer: dict[str, Any] = {"description": words}
        if method.headers:
            answer["headers"] = {
                name: {"description": HEADERS[name], "schema": {"type": "string"}}
                for name in method.headers
                if _sent_with(name, status)
            }
        if bodies and verb != "HEAD":
            answer["content"] = _content(bodies)
        responses[str(status)] = answer
    missing_role = (403,) if endpoint.needs else ()
    for status in sorted({*_ALWAYS, *missing_role, *method.errors}):
        responses[str(status)] = {"$ref": f"#/components/responses/Error{status}"}
    return responses


def _sent_with(header: str, status: int) -> bool:
    if header in ("operationId", "Link"):
        return status == 202
    if header == "Location":
        return status == 303
    if header == "Content-Range":
        return status == 206
    return status != 202


def _content(bodies: dict[str, Any]) -> dict[str, Any]:
    return {
        media_type: {"schema": schema} if schema else {} for media_type, schema in bodies.items()
    }
