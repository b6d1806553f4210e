"""An API of a contract: its endpoints behind a resolver, permissions before all else, errors after.

What the contracts differ in is a `Face`: paths' prefixes, the form of errors, who calls.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from aws_lambda_powertools.event_handler.api_gateway import (
    APIGatewayHttpResolver,
    ApiGatewayResolver,
    APIGatewayRestResolver,
    CORSConfig,
    Response,
)
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from longrun.gateway.answer import Answer
from longrun.gateway.call import Call, Services, decoded
from longrun.gateway.endpoint import Endpoint
from longrun.gateway.request import Request, read_http, read_rest
from longrun.identity.principal import Principal
from longrun.operations.authority import require

COMPRESSED_FROM: Final = 1024 * 1024
"""Text beyond this many characters is sent compressed to clients that take it: the ids of a
million records would not fit in an invocation's answer otherwise."""

ANSWER_LIMIT: Final = 5_500_000
"""Bytes of text that leave an invocation, its 6 MB less the headers and the escapes of JSON."""


def authorized(request: Request) -> Principal:
    """The principal that the API's authorizer put into the context."""
    return Principal.from_context(request.authorizer)


def _no_headers(_: Request) -> Mapping[str, str]:
    return {}


def _as_given(_: Request, answer: Answer) -> Answer:
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What is a contract's own in how it is called and how it answers."""

    prefixes: tuple[str, ...]
    """Before the paths of the table: on AWS a mapping's key stays in them, locally it is taken off.
    """
    failure: Callable[[Exception, str], Answer]
    """The answer to an error of an endpoint or of `authenticate`; and the request's id."""
    unknown: Callable[[str, str, Sequence[str]], Answer]
    """The answer where no endpoint is: method, path without prefix, the verbs that it does take."""
    too_large: Callable[[], Answer]
    """The answer instead of text that no response carries unless it is compressed."""
    sent: tuple[str, ...] = ()
    """Headers that a browser's script may send."""
    shown: tuple[str, ...] = ()
    """Headers that a browser's script may see."""
    authenticate: Callable[[Request], Principal] = authorized
    """Who calls. Whoever finds that out here, behind no authorizer, finds it out first of all:
    strangers do not learn which paths there are."""
    always: Callable[[Request], Mapping[str, str]] = _no_headers
    """Headers of every answer, errors included; an answer's own come before them."""
    finish: Callable[[Request, Answer], Answer] = _as_given
    """What is done to every answer, errors included, that needs to know the request."""
    http: bool = False
    """Whether an HTTP API is in front, which sends payload 2.0; else a REST API."""


def build[S: Services](
    endpoints: Sequence[Endpoint[S]], services: S, face: Face, *, cors_origin: str = ""
) -> ApiGatewayResolver:
    """A resolver over the endpoints.

    Args:
        endpoints: In the order in which paths are compared.
        services: What the methods work with.
        face: What is the contract's own.
        cors_origin: The origin whose scripts may call the API from a browser; empty: none.
    """
    cors = None
    if cors_origin:
        cors = CORSConfig(
            allow_origin=cors_origin,
            allow_headers=list(face.sent),
            expose_headers=list(face.shown),
            max_age=3600,
        )
    resolver = _HttpResolver if face.http else APIGatewayRestResolver
    # Every answer is text or bytes by now; the resolver would make JSON of bytes of that type.
    app = resolver(serializer=_as_it_is, strip_prefixes=list(face.prefixes), cors=cors)
    api = _Api(app, endpoints, services, face)
    for endpoint in endpoints:
        # Slashes at the end are passed over; the resolver itself does so for REST APIs only.
        rule = f"{endpoint.rule}/*" if face.http else endpoint.rule
        app.route(rule, method=list(endpoint.verbs))(api.route(endpoint))
    app.exception_handler(NotFoundError)(api.unknown)
    app.exception_handler(Exception)(api.failed)
    return app


class _HttpResolver(APIGatewayHttpResolver):
    """Takes the stage off a path only where it is in it: behind a domain of one's own it is not."""

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        stage: str = event["requestContext"].get("stage") or "$default"
        if stage != "$default" and not event["rawPath"].startswith(f"/{stage}/"):
            event = {**event, "rawPath": f"/{stage}{event['rawPath']}"}
        return super().resolve(event, context)


class _Api[S: Services]:
    """What the resolver calls."""

    def __init__(
        self, app: ApiGatewayResolver, endpoints: Sequence[Endpoint[S]], services: S, face: Face
    ) -> None:
        self._app = app
        self._endpoints = endpoints
        self._services = services
        self._face = face
        self._read = read_http if face.http else read_rest

    def route(self, endpoint: Endpoint[S]) -> Callable[[], Response[Any]]:
        """Answers calls of the endpoint."""
        pattern = endpoint.pattern

        def call() -> Response[Any]:
            request = self._request
            principal = self._face.authenticate(request)
            if endpoint.needs:
                require(principal, *endpoint.needs)
            found = pattern.fullmatch(self._path.rstrip("/"))
            parameters = found.groupdict() if found else {}
            answer = endpoint.answer(
                Call(
                    services=self._services,
                    request=request,
                    principal=principal,
                    path={name: decoded(value) for name, value in parameters.items()},
                    seconds_left=self._seconds_left,
                )
            )
            return self._response(request, answer)

        return call

    def unknown(self, _: NotFoundError) -> Response[Any]:
        """Answers where no endpoint is."""
        request, path = self._request, self._path
        if self._face.authenticate is not authorized:
            try:
                self._face.authenticate(request)
            except Exception as error:  # noqa: BLE001 - `failed` gives each its answer
                return self.failed(error)
        verbs = {
            verb
            for endpoint in self._endpoints
            if re.fullmatch(f"{endpoint.rule}/*", path)
            for verb in endpoint.verbs
        }
        return self._response(request, self._face.unknown(request.method, path, sorted(verbs)))

    def failed(self, error: Exception) -> Response[Any]:
        """Answers an error."""
        request = self._request
        return self._response(request, self._face.failure(error, request.request_id))

    @property
    def _request(self) -> Request:
        return self._read(self._app.current_event.raw_event)

    @property
    def _path(self) -> str:
        """Without prefixes, as the resolver compares it."""
        return cast(str, self._app.context["_path"])

    def _seconds_left(self) -> float:
        return self._app.lambda_context.get_remaining_time_in_millis() / 1000

    def _response(self, request: Request, answer: Answer) -> Response[Any]:
        """The resolver's response; of HEAD without its body.

        Bytes stay in pieces where they are streamed; else they are joined here, where what goes
        wrong is still an answer.
        """
        answer = self._face.finish(request, answer)
        body: str | bytes | Iterator[bytes] = ""
        if request.method != "HEAD":
            body = answer.body
            if not isinstance(body, str) and not self._services.streaming:
                body = b"".join(body)
        large = isinstance(body, str) and len(body) > COMPRESSED_FROM
        if large and not _compresses(request) and len(cast(str, body).encode()) > ANSWER_LIMIT:
            return self._response(request, self._face.too_large())
        return Response(
            status_code=answer.status,
            content_type=answer.media_type,
            headers={**self._face.always(request), **answer.headers},
            body=body,
            compress=large,
        )


def _as_it_is(body: Any) -> Any:
    return body


def _compresses(request: Request) -> bool:
    return "gzip" in ", ".join(request.headers.all("accept-encoding"))
