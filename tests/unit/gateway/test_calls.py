"""What an endpoint asks of its call."""

from dataclasses import dataclass, field

import pytest

from longrun.gateway.call import Call
from longrun.gateway.errors import RequestMalformed
from longrun.gateway.request import read_http
from longrun.identity.principal import Principal
from tests.unit.gateway.events import http_event


@dataclass
class APlatform:
    public_base_url: str = ""


@dataclass
class SomeServices:
    platform: APlatform = field(default_factory=APlatform)
    streaming: bool = False


def a_call(query: str = "", *, public: str = "") -> Call[SomeServices]:
    return Call(
        services=SomeServices(APlatform(public)),
        request=read_http(http_event(query=query)),
        principal=Principal(tenant="acme", id="anna", permissions=frozenset()),
        path={},
        seconds_left=lambda: 1.0,
    )


def test_of_a_parameter_sent_several_times_the_last_counts() -> None:
    assert a_call("a=1&b=2&a=3").query("a") == "3"


@pytest.mark.parametrize("query", ["", "a=", "a", "a=1&a="])
def test_an_empty_parameter_is_an_absent_one(query: str) -> None:
    assert a_call(query).query("a") is None


def test_every_value_of_a_parameter_is_had_in_the_order_sent() -> None:
    call = a_call("status=SUCCEEDED&limit=5&status=&status=FAILED")

    assert call.queries("status") == ["SUCCEEDED", "FAILED"]
    assert call.queries("page") == []


@pytest.mark.parametrize(
    ("query", "meant"), [("f=true", True), ("f=FALSE", False), ("", None), ("f=", None)]
)
def test_a_flag_is_true_or_false_or_its_default(query: str, meant: bool | None) -> None:
    for default in (True, False):
        assert a_call(query).flag("f", default=default) is (default if meant is None else meant)


def test_a_flag_that_is_neither_is_malformed_and_named() -> None:
    with pytest.raises(RequestMalformed, match="f must be true or false, not 'yes'") as raised:
        a_call("f=yes").flag("f")

    assert raised.value.parameter == "f"


def test_the_api_is_where_it_is_configured_else_where_it_was_called() -> None:
    assert a_call(public="https://api.example").base_url == "https://api.example"
    assert a_call().base_url == "https://abc.execute-api.example"
