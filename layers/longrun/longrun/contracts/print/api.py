"""The print API: the endpoints behind a resolver, permissions before all else, errors after all."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, cast

from aws_lambda_powertools.event_handler.api_gateway import (
    APIGatewayRestResolver,
    CORSConfig,
    Response,
)
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from longrun.contracts.print.answer import Answer
from longrun.contracts.print.call import Call, decoded
from longrun.contracts.print.endpoint import Endpoint
from longrun.contracts.print.errors import Failure, failure_of
from longrun.contracts.print.services import Services
from longrun.identity.principal import Principal
from longrun.operations.authority import require

PREFIXES: Final = ("/rest/serverengine", "/serverengine")
"""Before the paths of the table: on AWS a mapping's key stays in them, locally it is taken off."""

COMPRESSED_FROM: Final = 1024 * 1024
"""Text beyond this many characters is sent compressed to clients that take it: the ids of a
million records would not fit in an invocation's answer otherwise."""

ANSWER_LIMIT: Final = 5_500_000
"""Bytes of text that leave an invocation, its 6 MB less the headers and the escapes of JSON."""

SENT_HEADERS: Final = (
    "Authorization",
    "auth_token",
    "Content-Type",
    "Idempotency-Key",
    "Range",
    "If-Range",
    "If-Match",
    "If-None-Match",
    "If-Modified-Since",
    "If-Unmodified-Since",
)
"""What a browser's script may send."""

SHOWN_HEADERS: Final = (
    "operationId",
    "Link",
    "X-Result-Type",
    "X-Data-Set-ID",
    "X-Content-Set-ID",
    "X-Job-Set-ID",
    "Token-Expires-In",
    "Retry-After",
    "Content-Disposition",
    "Content-Location",
    "Content-Range",
    "Accept-Ranges",
    "ETag",
    "Repr-Digest",
    "OL-Original-Filename",
)
"""What a browser's script may see."""


def build(
    endpoints: Sequence[Endpoint], services: Services, *, cors_origin: str = ""
) -> APIGatewayRestResolver:
    """A resolver over the endpoints.

    Args:
        endpoints: In the order in which paths are compared.
        services: What the methods work with.
        cors_origin: The origin whose scripts may call the API from a browser; empty: none.
    """
    cors = None
    if cors_origin:
        cors = CORSConfig(
            allow_origin=cors_origin,
            allow_headers=list(SENT_HEADERS),
            expose_headers=list(SHOWN_HEADERS),
            max_age=3600,
        )
    # Every answer is text or bytes by now; the resolver would make JSON of bytes of that type.
    app = APIGatewayRestResolver(serializer=_as_it_is, strip_prefixes=list(PREFIXES), cors=cors)
    for endpoint in endpoints:
        app.route(endpoint.rule, method=list(endpoint.verbs))(_route(app, endpoint, services))

    def unknown(_: NotFoundError) -> Response[Any]:
        return _response(app, services, _no_such_method(app, endpoints))

    def failed(error: Exception) -> Response[Any]:
        request_id = app.current_event.request_context.request_id or "unknown"
        return _response(app, services, failure_of(error, request_id).answer())

    app.exception_handler(NotFoundError)(unknown)
    app.exception_handler(Exception)(failed)
    return app


def _route(
    app: APIGatewayRestResolver, endpoint: Endpoint, services: Services
) -> Callable[[], Response[Any]]:
    pattern = endpoint.pattern

    def call() -> Response[Any]:
        event = app.current_event.raw_event
        principal = Principal.from_context(event["requestContext"]["authorizer"])
        if endpoint.needs:
            require(principal, *endpoint.needs)
        found = pattern.fullmatch(cast(str, app.context["_path"]).rstrip("/"))
        parameters = found.groupdict() if found else {}
        answer = endpoint.answer(
            Call(
                services=services,
                event=event,
                principal=principal,
                path={name: decoded(value) for name, value in parameters.items()},
                seconds_left=lambda: app.lambda_context.get_remaining_time_in_millis() / 1000,
            )
        )
        return _response(app, services, answer)

    return call


def _no_such_method(app: APIGatewayRestResolver, endpoints: Sequence[Endpoint]) -> Answer:
    path = cast(str, app.context["_path"])
    method = app.current_event.http_method
    verbs = sorted(
        {
            verb
            for endpoint in endpoints
            if re.fullmatch(endpoint.rule + "/*", path)
            for verb in endpoint.verbs
        }
    )
    if verbs:
        return Failure(
            status=405,
            message=f"{path} takes {', '.join(verbs)}, not {method}.",
            headers={"Allow": ", ".join(verbs)},
        ).answer()
    return Failure(status=404, message=f"There is no method {method} {path}.").answer()


def _response(app: APIGatewayRestResolver, services: Services, answer: Answer) -> Response[Any]:
    """The resolver's response; of HEAD without its body.

    Bytes stay in pieces where they are streamed; else they are joined here, where what goes wrong
    is still an answer.
    """
    body: str | bytes | Iterator[bytes] = ""
    if app.current_event.http_method.upper() != "HEAD":
        body = answer.body
        if not isinstance(body, str) and not services.streaming:
            body = b"".join(body)
    large = isinstance(body, str) and len(body) > COMPRESSED_FROM
    if large and not _compresses(app) and len(cast(str, body).encode()) > ANSWER_LIMIT:
        return _response(app, services, _TOO_LARGE.answer())
    return Response(
        status_code=answer.status,
        content_type=answer.media_type,
        headers=answer.headers,
        body=body,
        compress=large,
    )


def _as_it_is(body: Any) -> Any:
    return body


def _compresses(app: APIGatewayRestResolver) -> bool:
    return "gzip" in (app.current_event.headers.get("accept-encoding") or "")


_TOO_LARGE = Failure(
    status=400,
    message="The answer is larger than one response carries; it is when compressed. "
    "Send the header Accept-Encoding: gzip.",
)
