"""A request is read alike from either gateway's event, as far as that tells it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from longrun.gateway.errors import RequestMalformed
from longrun.gateway.request import Request, read_http, read_rest
from longrun.identity.principal import Principal
from tests.unit.gateway.events import http_event, rest_event

type Send = Callable[..., Request]


@pytest.fixture(params=["1.0", "2.0"])
def send(request: pytest.FixtureRequest) -> Send:
    """Reads the event of a request, by each payload."""
    if request.param == "1.0":
        return lambda *args, **more: read_rest(rest_event(*args, **more))
    return lambda *args, **more: read_http(http_event(*args, **more))


def test_method_path_id_and_place_are_read(send: Send) -> None:
    request = send("get", "/api/things/a%20b")

    assert (request.method, request.path) == ("GET", "/api/things/a%20b")
    assert request.request_id == "request-1"
    assert request.base_url.startswith("https://abc.execute-api.example")


def test_the_authorizers_context_is_read(send: Send) -> None:
    assert Principal.from_context(send().authorizer).tenant == "acme"


def test_a_request_that_no_authorizer_has_seen_has_no_context() -> None:
    rest, http = rest_event(), http_event()
    del rest["requestContext"]["authorizer"]
    del http["requestContext"]["authorizer"]

    assert read_rest(rest).authorizer == {}
    assert read_http(http).authorizer == {}


def test_a_stage_is_part_of_the_place_unless_it_is_the_default() -> None:
    assert read_rest(rest_event()).base_url == "https://abc.execute-api.example/v1"
    assert read_http(http_event()).base_url == "https://abc.execute-api.example"
    assert read_http(http_event(stage="v2")).base_url == "https://abc.execute-api.example/v2"


def test_headers_are_found_in_any_case(send: Send) -> None:
    headers = send(headers={"X-Thing": ["one"]}).headers

    assert headers.get("x-thing") == headers.get("X-THING") == "one"
    assert headers.get("x-other") is None
    assert headers.all("x-other") == []


def test_a_list_header_in_several_lines_is_one_list(send: Send) -> None:
    headers = send(headers={"If-None-Match": ['"one"', '"two", "three"']}).headers

    value = headers.get("if-none-match") or ""
    assert [each.strip() for each in value.split(",")] == ['"one"', '"two"', '"three"']


def test_of_another_header_in_several_lines_the_last_counts() -> None:
    headers = read_rest(rest_event(headers={"Range": ["bytes=0-1", "bytes=2-3"]})).headers

    assert headers.get("range") == "bytes=2-3"
    assert headers.all("range") == ["bytes=0-1", "bytes=2-3"]


def test_an_event_with_one_value_for_each_name_is_enough() -> None:
    event = rest_event(query="a=1")
    del event["multiValueHeaders"], event["multiValueQueryStringParameters"]
    event["headers"] = {"X-Thing": "one"}
    request = read_rest(event)

    assert request.headers.all("x-thing") == ["one"]
    assert list(request.query) == [("a", "1")]


def test_cookies_are_a_header_again() -> None:
    event = http_event() | {"cookies": ["a=1", "b=2"]}

    assert read_http(event).headers.get("Cookie") == "a=1; b=2"


def test_a_query_is_decoded_with_every_value(send: Send) -> None:
    query = send(query="status=A%26B&name=%C3%A4+o&status=&status=C").query

    assert [value for name, value in query if name == "status"] == ["A&B", "", "C"]
    assert ("name", "ä o") in query


def test_payload_2_keeps_the_querys_order_and_its_very_bytes() -> None:
    sent = "b=2&a=%7e&b=1&c"
    request = read_http(http_event(query=sent))

    assert request.raw_query == sent
    assert list(request.query) == [("b", "2"), ("a", "~"), ("b", "1"), ("c", "")]


def test_payload_1_does_not_pretend_to_know_the_querys_bytes() -> None:
    assert read_rest(rest_event(query="a=1")).raw_query == ""


def test_no_query_no_headers_and_no_body_are_nothing(send: Send) -> None:
    request = send()

    assert list(request.query) == []
    assert request.headers.get("host") is None
    assert request.body == b""


def test_a_body_is_the_bytes_that_were_sent(send: Send) -> None:
    assert send("POST", body=b"\x00\xff{}").body == b"\x00\xff{}"


@pytest.mark.parametrize("event", [rest_event(), http_event()], ids=["1.0", "2.0"])
def test_a_body_may_come_as_text(event: Mapping[str, Any]) -> None:
    read = read_http if "version" in event else read_rest

    assert read({**event, "body": "ä"}).body == "ä".encode()


@pytest.mark.parametrize("event", [rest_event(), http_event()], ids=["1.0", "2.0"])
@pytest.mark.parametrize(
    ("body", "encoded"), [("abc", True), ("a b=", True), ("ä===", True), ("\ud800", False)]
)
def test_a_body_that_is_not_what_it_is_said_to_be_is_malformed(
    event: Mapping[str, Any], body: str, encoded: bool
) -> None:
    read = read_http if "version" in event else read_rest
    request = read({**event, "body": body, "isBase64Encoded": encoded})

    with pytest.raises(RequestMalformed, match="body could not be decoded"):
        _ = request.body
