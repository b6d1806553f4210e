"""What the two gateways hand to a function for the same request."""

import base64
from typing import Any
from urllib.parse import parse_qsl

WHO = {"tenant": "acme", "principalId": "anna", "permissions": "things:read", "name": "Anna"}

type Lines = dict[str, list[str]]


def rest_event(
    method: str = "GET",
    path: str = "/api/things",
    query: str = "",
    headers: Lines | None = None,
    body: bytes = b"",
) -> dict[str, Any]:
    """Payload 1.0: the query decoded, by name."""
    several: Lines = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        several.setdefault(name, []).append(value)
    return {
        "path": path,
        "httpMethod": method,
        "headers": _last(headers),
        "multiValueHeaders": headers or None,
        "queryStringParameters": _last(several),
        "multiValueQueryStringParameters": several or None,
        "requestContext": {
            "requestId": "request-1",
            "stage": "v1",
            "path": path,
            "domainName": "abc.execute-api.example",
            "authorizer": dict(WHO),
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def http_event(
    method: str = "GET",
    path: str = "/api/things",
    query: str = "",
    headers: Lines | None = None,
    body: bytes = b"",
    *,
    stage: str = "$default",
) -> dict[str, Any]:
    """Payload 2.0: the query as sent, lines joined by commas, no key for what is not there."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name.lower(): ",".join(lines) for name, lines in (headers or {}).items()},
        "requestContext": {
            "requestId": "request-1",
            "stage": stage,
            "domainName": "abc.execute-api.example",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
            "authorizer": {"lambda": dict(WHO)},
        },
        "isBase64Encoded": False,
    }
    if body:
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return event


def _last(several: Lines | None) -> dict[str, str] | None:
    return {name: values[-1] for name, values in several.items()} if several else None
