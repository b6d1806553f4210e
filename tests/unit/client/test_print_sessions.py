"""Credentials, repeats and errors of the print client."""

import base64

import httpx
import pytest

import longrun_client.print as face
from longrun_client.print import (
    Busy,
    CallRefused,
    InvalidCall,
    NotAuthenticated,
    NotFound,
    PrintClient,
    RoleMissing,
    ServiceFailed,
    ServiceUnreachable,
    TooLarge,
    UnexpectedAnswer,
    Version,
)
from tests.unit.client.service import HOST, URL, Service, error, text

BASIC = "Basic " + base64.b64encode("anna:s3cret-pässword".encode()).decode()


def test_the_public_face_names_what_it_imports() -> None:
    assert sorted(face.__all__) == face.__all__
    assert all(hasattr(face, name) for name in face.__all__)


def test_calls_carry_basic_credentials_until_a_login_gave_a_token(
    client: PrintClient, service: Service
) -> None:
    service.on("GET /workflow/print", text("Server Engine REST Service available"))
    service.on("POST /authentication/login", text("t0ken", headers={"Token-Expires-In": "1800"}))

    client.handshake()
    assert service.last.headers["Authorization"] == BASIC
    token = client.login()
    assert service.last.headers["Authorization"] == BASIC
    client.handshake()

    assert (token.value, token.expires_in) == ("t0ken", 1800)
    assert service.last.headers["auth_token"] == "t0ken"
    assert "Authorization" not in service.last.headers


def test_a_second_login_uses_the_password_again(client: PrintClient, service: Service) -> None:
    answer = text("t0ken", headers={"Token-Expires-In": "1800"})
    service.on("POST /authentication/login", answer)
    client.login()
    client.login()
    assert service.last.headers["Authorization"] == BASIC
    assert "auth_token" not in service.last.headers


def test_a_client_may_be_made_of_a_token_alone(service: Service) -> None:
    service.on("GET /filestore", text("available"))
    with PrintClient(URL, token="t0ken", transport=service.transport()) as client:
        client.files.handshake()
    assert service.last.headers["auth_token"] == "t0ken"


@pytest.mark.parametrize(
    "arguments",
    [
        {"base_url": URL},
        {"base_url": URL, "user": "anna"},
        {"base_url": URL, "user": "an:na", "password": "x"},
        {"base_url": "print.example.com", "token": "x"},
        {"base_url": "ftp://print.example.com", "token": "x"},
        {"base_url": URL, "token": "…"},
        {"base_url": URL, "token": "a\r\nb"},
        {"base_url": "https://anna:x@print.example.com", "token": "x"},
    ],
)
def test_a_client_without_credentials_or_address_is_not_made(arguments: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"print client|colon"):
        PrintClient(**arguments)  # type: ignore[arg-type]  # the table holds strings only


def test_neither_password_nor_token_are_shown(client: PrintClient, service: Service) -> None:
    service.on("POST /authentication/login", text("t0ken", headers={"Token-Expires-In": "1800"}))
    assert "s3cret" not in repr(client)
    assert "t0ken" not in repr(client.login())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidCall),
        (401, NotAuthenticated),
        (403, RoleMissing),
        (404, NotFound),
        (409, CallRefused),
        (413, TooLarge),
        (500, ServiceFailed),
        (503, Busy),
    ],
)
def test_a_json_error_becomes_an_error_with_status_message_and_parameter(
    status: int, kind: type[CallRefused], client: PrintClient, service: Service
) -> None:
    service.on("GET /workflow/print/version", error(status, "It is so.", parameter="config"))
    with pytest.raises(CallRefused) as refused:
        client.version()
    assert type(refused.value) is kind
    assert refused.value.status == status
    assert refused.value.message == "It is so."
    assert refused.value.parameter == "config"
    assert refused.value.call == "GET /workflow/print/version"
    assert str(refused.value) == (
        f"GET /workflow/print/version was answered with {status}: It is so. (config)"
    )


@pytest.mark.parametrize("body", ["", "<html>Bad</html>", "[]", '{"error": "x"}', '{"message": 1}'])
def test_an_error_without_the_contracts_json_still_has_its_status(
    body: str, client: PrintClient, service: Service
) -> None:
    service.on("GET /workflow/print/version", text(body, 500))
    with pytest.raises(ServiceFailed) as failed:
        client.version()
    assert failed.value.message == (body or "Internal Server Error")
    assert failed.value.parameter is None


def test_a_reading_call_is_repeated_when_the_connection_breaks(
    client: PrintClient, service: Service
) -> None:
    service.on(
        "GET /workflow/print/version",
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
        text("2026.1.0"),
    )
    assert client.version() == Version(year=2026, minor=1, text="2026.1.0")
    assert service.pauses == [0.25, 0.5]


def test_retry_after_is_waited_for_within_reason(client: PrintClient, service: Service) -> None:
    service.on(
        "GET /workflow/print/version",
        error(503, "busy", headers={"Retry-After": "3"}),
        error(429, "busy", headers={"Retry-After": "86400"}),
        error(503, "busy", headers={"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}),
        text("2026.1"),
    )
    client.version()
    assert service.pauses == [3.0, 20.0, 1.0]


def test_repeats_end(client: PrintClient, service: Service) -> None:
    service.on("GET /workflow/print/version", httpx.ConnectError("refused"))
    with pytest.raises(ServiceUnreachable, match=f"{HOST} cannot be reached: refused"):
        client.version()
    assert len(service.requests) == 4


def test_a_refusal_is_not_repeated(client: PrintClient, service: Service) -> None:
    service.on("GET /workflow/print/version", error(404, "no"))
    with pytest.raises(NotFound):
        client.version()
    assert len(service.requests) == 1


@pytest.mark.parametrize("answer", ["", "twenty", "2026"])
def test_an_answer_that_is_not_the_contracts_is_named(
    answer: str, client: PrintClient, service: Service
) -> None:
    service.on("GET /workflow/print/version", text(answer))
    with pytest.raises(UnexpectedAnswer, match="GET /rest/serverengine/workflow/print/version"):
        client.version()


def test_a_redirect_where_none_belongs_is_not_followed(
    client: PrintClient, service: Service
) -> None:
    service.on(
        "GET /workflow/print/version",
        lambda _: httpx.Response(303, headers={"Location": "https://elsewhere.example.com/"}),
    )
    with pytest.raises(UnexpectedAnswer, match="redirect"):
        client.version()
    assert len(service.requests) == 1


def test_versions_compare_by_year_and_minor() -> None:
    assert Version.parse("2024.10.3") > Version.parse("2024.2")
    assert Version.parse("2024.2.1") == Version.parse("2024.2")
