"""An API over either gateway: routes, permissions, errors, and what every answer has."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from longrun.gateway import api
from longrun.gateway.answer import OCTETS, Answer, document, no_content, text
from longrun.gateway.api import Face, build
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.gateway.request import Request
from longrun.identity.credentials import Reason, Unauthenticated
from longrun.identity.principal import Principal
from tests.unit.gateway.events import http_event, rest_event

LONG = "x" * (api.ANSWER_LIMIT + 1)
ORIGIN = "https://portal.example"


@dataclass
class APlatform:
    public_base_url: str = ""


@dataclass
class SomeServices:
    platform: APlatform = field(default_factory=APlatform)
    streaming: bool = False


def show(call: Call[SomeServices]) -> Answer:
    return document(
        {
            "path": dict(call.path),
            "method": call.method,
            "who": call.principal.id,
            "left": call.seconds_left(),
            "body": call.body.decode(),
        },
        headers={"ETag": '"1"', "Link": ["<a>", "<b>"]},
    )


def broken(_: Call[SomeServices]) -> Answer:
    raise ZeroDivisionError("a secret")


def long(_: Call[SomeServices]) -> Answer:
    return text(LONG)


def octets(call: Call[SomeServices]) -> Answer:
    return Answer(media_type=OCTETS, body=_pieces(broken=call.flag("broken")))


def _pieces(*, broken: bool) -> Iterator[bytes]:
    yield b"\x00"
    if broken:
        raise ZeroDivisionError
    yield b"\xff"


ENDPOINTS: Sequence[Endpoint[SomeServices]] = (
    Endpoint(name="list", verbs=("GET", "HEAD"), path="/things", answer=show),
    Endpoint(name="add", verbs=("POST",), path="/things", answer=show),
    Endpoint(name="broken", verbs=("GET",), path="/things/broken", answer=broken),
    Endpoint(name="long", verbs=("GET",), path="/things/long", answer=long),
    Endpoint(name="octets", verbs=("GET",), path="/things/octets", answer=octets),
    Endpoint(name="drop", verbs=("DELETE",), path="/things/{id}", answer=lambda _: no_content()),
    Endpoint(name="get", verbs=("GET",), path="/things/{id}", answer=show),
    Endpoint(name="rest", verbs=("GET",), path="/things/{id}/{rest+}", answer=show),
    Endpoint(
        name="guarded", verbs=("GET",), path="/guarded", needs=("a:write", "a:admin"), answer=show
    ),
    Endpoint(
        name="open", verbs=("GET",), path="/open", needs=("a:write", "things:read"), answer=show
    ),
)


def failed(error: Exception, request_id: str) -> Answer:
    status = 401 if isinstance(error, Unauthenticated) else 400
    return document(
        {"error": type(error).__name__, "request": request_id},
        status=status,
        headers={"X-Failed": "yes"},
    )


def unknown(method: str, path: str, verbs: Sequence[str]) -> Answer:
    return document([method, path, list(verbs)], status=405 if verbs else 404)


@dataclass
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Gateway:
    """One of the two, with the API behind it."""

    def __init__(self, *, http: bool) -> None:
        self.http = http
        self.services = SomeServices()
        self.cors_origin = ""
        self.face = Face(
            prefixes=("/api",),
            failure=failed,
            unknown=unknown,
            too_large=lambda: text("too large"),
            sent=("X-Sent",),
            shown=("X-Shown",),
            always=lambda request: {"X-Always": request.request_id, "ETag": "none"},
            http=http,
        )

    def event(self, *args: Any, **more: Any) -> dict[str, Any]:
        return (http_event if self.http else rest_event)(*args, **more)

    def send(self, method: str, path: str, **more: Any) -> Reply:
        return self.resolve(self.event(method, path, **more))

    def resolve(self, event: dict[str, Any]) -> Reply:
        app = build(ENDPOINTS, self.services, self.face, cors_origin=self.cors_origin)
        context: Any = type("Context", (), {"get_remaining_time_in_millis": lambda _: 29_000})()
        result = app.resolve(event, context)
        headers = {
            name: value if isinstance(value, str) else ", ".join(value)
            for name, value in (
                result["headers"] if self.http else result["multiValueHeaders"]
            ).items()
        }
        body = result["body"]
        if not isinstance(body, str):
            body = b"".join(body)
        elif result["isBase64Encoded"]:
            body = base64.b64decode(body)
        else:
            body = body.encode()
        return Reply(result["statusCode"], headers, body)


@pytest.fixture(params=[False, True], ids=["1.0", "2.0"])
def gateway(request: pytest.FixtureRequest) -> Gateway:
    return Gateway(http=request.param)


def test_an_endpoint_answers_its_call(gateway: Gateway) -> None:
    reply = gateway.send("POST", "/api/things", body=b"hello")

    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Link"] == "<a>, <b>"
    assert reply.json == {
        "path": {},
        "method": "POST",
        "who": "anna",
        "left": 29.0,
        "body": "hello",
    }


@pytest.mark.parametrize("path", ["/api/things", "/things", "/things/", "/api/things//"])
def test_a_prefix_and_slashes_at_the_end_are_passed_over(gateway: Gateway, path: str) -> None:
    assert gateway.send("GET", path).json["path"] == {}


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/api/things/a%3Ab%20c", {"id": "a:b c"}),
        ("/api/things/a:b", {"id": "a:b"}),
        ("/api/things/1/a/b%2Fc/", {"id": "1", "rest": "a/b/c"}),
    ],
)
def test_path_parameters_are_decoded(
    gateway: Gateway, path: str, parameters: Mapping[str, str]
) -> None:
    assert gateway.send("GET", path).json["path"] == parameters


def test_an_unknown_path_is_answered_by_the_face(gateway: Gateway) -> None:
    reply = gateway.send("GET", "/api/nowhere")

    assert (reply.status, reply.json) == (404, ["GET", "/nowhere", []])


def test_a_wrong_verb_is_answered_with_those_that_there_are(gateway: Gateway) -> None:
    reply = gateway.send("PUT", "/api/things/7")

    assert (reply.status, reply.json) == (405, ["PUT", "/things/7", ["DELETE", "GET"]])


def test_head_is_answered_without_the_body(gateway: Gateway) -> None:
    reply = gateway.send("HEAD", "/api/things")

    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["ETag"] == '"1"'


def test_no_content_has_no_body(gateway: Gateway) -> None:
    reply = gateway.send("DELETE", "/api/things/7")

    assert (reply.status, reply.body) == (204, b"")


def test_an_endpoints_error_is_the_faces_to_word(gateway: Gateway) -> None:
    reply = gateway.send("GET", "/api/things/broken")

    assert reply.status == 400
    assert reply.json == {"error": "ZeroDivisionError", "request": "request-1"}


def test_a_broken_body_is_an_endpoints_error(gateway: Gateway) -> None:
    event = gateway.event("POST", "/api/things") | {"body": "abc", "isBase64Encoded": True}

    assert gateway.resolve(event).json["error"] == "RequestMalformed"


def test_bytes_that_break_off_are_an_error_and_no_half_answer(gateway: Gateway) -> None:
    assert gateway.send("GET", "/api/things/octets").body == b"\x00\xff"
    assert gateway.send("GET", "/api/things/octets", query="broken=true").status == 400


def test_bytes_are_left_in_pieces_where_they_are_streamed() -> None:
    gateway = Gateway(http=False)
    gateway.services.streaming = True
    app: Any = build(ENDPOINTS, gateway.services, gateway.face)

    body = app.resolve(gateway.event("GET", "/api/things/octets"), None)["body"]

    assert next(body) == b"\x00"


def test_one_of_the_needed_permissions_is_enough(gateway: Gateway) -> None:
    assert gateway.send("GET", "/api/open").status == 200


def test_without_any_of_them_the_endpoint_is_not_called(gateway: Gateway) -> None:
    reply = gateway.send("GET", "/api/guarded")

    assert reply.json["error"] == "PermissionMissing"


def test_a_face_may_know_its_callers_itself(gateway: Gateway) -> None:
    seen: list[Request] = []

    def authenticate(request: Request) -> Principal:
        seen.append(request)
        return Principal(tenant="globex", id="gina", permissions=frozenset({"a:write"}))

    gateway.face = replace(gateway.face, authenticate=authenticate)

    assert gateway.send("GET", "/api/guarded").json["who"] == "gina"
    assert [request.path for request in seen] == ["/api/guarded"]


@pytest.mark.parametrize(
    ("verb", "path"),
    [("GET", "/api/guarded"), ("PUT", "/api/guarded"), ("GET", "/api/nowhere"), ("GET", "/api/")],
)
def test_a_caller_who_is_nobody_is_answered_as_an_error(
    gateway: Gateway, verb: str, path: str
) -> None:
    def authenticate(_: Request) -> Principal:
        raise Unauthenticated(Reason.MISSING)

    gateway.face = replace(gateway.face, authenticate=authenticate)
    reply = gateway.send(verb, path)

    assert (reply.status, reply.json["error"]) == (401, "Unauthenticated")


def test_an_event_that_no_authorizer_has_seen_is_an_error(gateway: Gateway) -> None:
    event = gateway.event("GET", "/api/things")
    del event["requestContext"]["authorizer"]

    assert gateway.resolve(event).headers["X-Failed"] == "yes"


@pytest.mark.parametrize("path", ["/api/things/7", "/api/nowhere", "/api/things/broken"])
def test_every_answer_has_what_the_face_always_sends(gateway: Gateway, path: str) -> None:
    assert gateway.send("GET", path).headers["X-Always"] == "request-1"


def test_an_answers_own_headers_come_before_what_is_always_sent(gateway: Gateway) -> None:
    assert gateway.send("GET", "/api/things").headers["ETag"] == '"1"'
    assert gateway.send("GET", "/api/nowhere").headers["ETag"] == "none"


def test_long_text_is_compressed_for_those_who_take_it(gateway: Gateway) -> None:
    reply = gateway.send(
        "GET", "/api/things/long", headers={"Accept-Encoding": ["deflate", "gzip"]}
    )

    assert reply.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(reply.body).decode() == LONG


def test_others_are_told_that_it_is_too_large(gateway: Gateway) -> None:
    assert gateway.send("GET", "/api/things/long").body == b"too large"


def test_scripts_of_the_origin_may_see_answers_and_errors(gateway: Gateway) -> None:
    gateway.cors_origin = ORIGIN
    for path in ("/api/things", "/api/nowhere", "/api/things/broken"):
        reply = gateway.send("GET", path, headers={"Origin": [ORIGIN]})

        assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert reply.headers["Access-Control-Expose-Headers"] == "X-Shown"


def test_a_preflight_names_the_headers_that_may_be_sent(gateway: Gateway) -> None:
    gateway.cors_origin = ORIGIN
    reply = gateway.send("OPTIONS", "/api/things", headers={"Origin": [ORIGIN]})

    assert reply.status == 204
    assert "X-Sent" in reply.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", ["/v1/api/things", "/api/things", "/things"])
def test_a_stage_of_an_http_api_may_be_in_the_path_or_not(path: str) -> None:
    gateway = Gateway(http=True)

    assert gateway.resolve(http_event("GET", path, stage="v1")).status == 200
