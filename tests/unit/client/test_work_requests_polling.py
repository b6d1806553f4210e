"""The work requests client: polling, tokens, repeats, errors."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from longrun_client.work_requests import (
    Busy,
    CallRefused,
    ClientCredentials,
    Conflict,
    InvalidCall,
    NotAuthenticated,
    NotFound,
    Pace,
    PreconditionFailed,
    RoleMissing,
    ServiceFailed,
    ServiceUnreachable,
    Status,
    TokenRefused,
    UnexpectedAnswer,
    WaitedTooLong,
    WorkCanceled,
    WorkFailed,
    WorkRequest,
    WorkRequestsClient,
)
from tests.unit.client.analytics import (
    API,
    ID,
    TOKENS,
    accepted,
    answer,
    refused,
    reloaded,
    seen,
    token,
)
from tests.unit.client.service import Service, text

CREDENTIALS = ClientCredentials(token_url=TOKENS, client_id="me", client_secret="s3cret/+")
POLL = f"GET {API}/workRequests/{ID}"
RELOAD = f"POST {API}/catalog/datasets/YWNjb3VudHM/actions/reload"


def client_of(
    service: Service, credentials: ClientCredentials | str = CREDENTIALS
) -> WorkRequestsClient:
    return WorkRequestsClient(
        API,
        credentials=credentials,
        transport=service.transport(),
        sleep=service.sleep,
        clock=service.clock,
    )


@pytest.fixture
def work(service: Service) -> Iterator[WorkRequestsClient]:
    service.on(f"POST {TOKENS}", token("first"), token("second"))
    with client_of(service) as client:
        yield client


def bearers(service: Service) -> list[str]:
    """The tokens that calls of the service were sent with."""
    sent = [each for each in service.requests if str(each.url).startswith(API)]
    return [each.headers["Authorization"].removeprefix("Bearer ") for each in sent]


def test_a_work_request_is_read_with_its_times_resources_and_errors(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(POLL, reloaded(rows=3))

    found = work.work_request(ID)

    assert (found.id, found.operation_type, found.status) == (
        ID,
        "RELOAD_DATASET",
        Status.SUCCEEDED,
    )
    assert found.accepted == datetime(2026, 11, 22, 1, 7, 14, 580_000, tzinfo=UTC)
    assert found.started is None
    assert found.ended
    (resource,) = found.resources
    assert (resource.type, resource.action, resource.id) == ("DATASET", "RELOADED", "YWNjb3VudHM")
    assert resource.metadata["rowsLoaded"] == "3"


def test_wait_polls_until_there_is_a_time_of_the_end_and_tells_each_poll(
    work: WorkRequestsClient, service: Service
) -> None:
    polls = [seen("ACCEPTED", 0), seen("IN_PROGRESS", 30), seen("IN_PROGRESS", 80.5), reloaded()]
    service.on(POLL, *polls)
    told: list[WorkRequest] = []

    ended = work.wait(ID, told.append)

    assert [each.percent for each in told] == [0, 30, 80.5, 100]
    assert ended is told[-1]
    assert service.pauses == [0.25, 0.375, 0.5625]


def test_a_work_request_that_failed_is_raised_with_the_services_sentences(
    work: WorkRequestsClient, service: Service
) -> None:
    errors = [
        {"code": "RowsRejected", "message": "2 of 9 rows of a.csv cannot be taken."},
        {"code": "RowRejected", "message": "a.csv, line 3, column \"net\": 'soon' is no number."},
    ]
    service.on(POLL, seen("FAILED", 30, Errors=errors))

    with pytest.raises(WorkFailed, match=r"failed\. 2 of 9 rows .* line 3, column") as failed:
        work.wait(ID)

    assert [each.code for each in failed.value.errors] == ["RowsRejected", "RowRejected"]
    assert failed.value.work_request.percent == 30


def test_of_many_errors_the_first_stand_in_the_message(
    work: WorkRequestsClient, service: Service
) -> None:
    errors = [{"code": "RowRejected", "message": f"Line {n} is wrong."} for n in range(1, 9)]
    service.on(POLL, seen("FAILED", 30, Errors=errors))

    with pytest.raises(WorkFailed, match=r"Line 5 is wrong\. And 3 more\.$") as failed:
        work.wait(ID)
    assert len(failed.value.errors) == 8


def test_a_work_request_that_was_canceled_is_raised_as_that(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(POLL, seen("CANCELING", 30), seen("CANCELED", 30))
    with pytest.raises(WorkCanceled, match="was canceled"):
        work.wait(ID)


def test_waiting_ends_when_its_time_is_over(work: WorkRequestsClient, service: Service) -> None:
    service.on(POLL, seen("IN_PROGRESS", 12.5))
    with pytest.raises(WaitedTooLong, match=r"at 12\.5% after 3 s; it goes on") as waited:
        work.wait(ID, timeout=3, pace=Pace(first=1, factor=1, longest=1))
    assert service.pauses == [1, 1, 1]
    assert waited.value.work_request.id == ID


def test_a_token_is_fetched_once_by_client_credentials(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(POLL, reloaded())
    for _ in range(3):
        work.work_request(ID)
    asked = [each for each in service.requests if str(each.url) == TOKENS]
    assert len(asked) == 1
    assert asked[0].content == b"grant_type=client_credentials"
    user = base64.b64decode(asked[0].headers["Authorization"].removeprefix("Basic ")).decode()
    assert user == "me:s3cret/+"
    assert bearers(service) == ["first"] * 3


def test_another_token_is_fetched_before_the_first_expires(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(POLL, reloaded())
    work.work_request(ID)
    service.sleep(3600 - 61)
    work.work_request(ID)
    service.sleep(1)
    work.work_request(ID)
    assert bearers(service) == ["first", "first", "second"]


def test_a_refused_token_is_exchanged_once(work: WorkRequestsClient, service: Service) -> None:
    unknown = refused(401, "NotAuthenticated", "The bearer token is missing, wrong or expired.")
    service.on(POLL, unknown, reloaded())
    assert work.work_request(ID).ended
    assert bearers(service) == ["first", "second"]

    service.replies[POLL] = [unknown]
    with pytest.raises(NotAuthenticated):
        work.work_request(ID)
    assert len(bearers(service)) == 4


def test_a_refused_token_from_elsewhere_is_told(service: Service) -> None:
    service.on(POLL, refused(401, "NotAuthenticated", "The bearer token is wrong."))
    with client_of(service, "given") as work, pytest.raises(NotAuthenticated):
        work.work_request(ID)
    assert bearers(service) == ["given"]


def test_scopes_are_asked_for_where_they_are_given(service: Service) -> None:
    service.on(f"POST {TOKENS}", token("narrow"))
    service.on(POLL, reloaded())
    scopes = ("longrun/DVContentAuthor", "longrun/ROLE_DATA")
    narrow = ClientCredentials(token_url=TOKENS, client_id="me", client_secret="x", scopes=scopes)
    with client_of(service, narrow) as work:
        work.work_request(ID)
    assert b"scope=longrun%2FDVContentAuthor+longrun%2FROLE_DATA" in service.requests[0].content


@pytest.mark.parametrize(
    ("reply", "error", "match"),
    [
        (answer({"error": "invalid_client"}, 400), TokenRefused, r"no token: 400 invalid_client"),
        (text("<html>", 503), TokenRefused, r"no token: 503 Service Unavailable"),
        (answer({"token": "x"}), UnexpectedAnswer, "no access_token"),
        (answer(["x"]), UnexpectedAnswer, "no access_token"),
        (httpx.ConnectError("refused"), ServiceUnreachable, "issuer.example.com cannot be reached"),
    ],
)
def test_an_issuer_that_gives_no_token_is_told(
    reply: object, error: type[Exception], match: str, service: Service
) -> None:
    service.on(f"POST {TOKENS}", reply)  # type: ignore[arg-type]  # of several kinds
    with client_of(service) as work, pytest.raises(error, match=match) as told:
        work.work_request(ID)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "InvalidParameter", InvalidCall),
        (403, "NotAuthorized", RoleMissing),
        (404, "NotFound", NotFound),
        (405, "MethodNotAllowed", CallRefused),
        (409, "Conflict", Conflict),
        (412, "NoEtagMatch", PreconditionFailed),
        (422, "UnprocessableEntity", InvalidCall),
        (500, "InternalServerError", ServiceFailed),
    ],
)
def test_a_refusal_has_the_class_of_its_status_and_the_services_words(
    status: int, code: str, error: type[CallRefused], work: WorkRequestsClient, service: Service
) -> None:
    service.on(POLL, refused(status, code, "So it is."))
    with pytest.raises(error, match=rf"{status} {code}: So it is\.") as told:
        work.work_request(ID)
    assert type(told.value) is error
    assert (told.value.status, told.value.code, told.value.message) == (status, code, "So it is.")
    assert len(bearers(service)) == 1


def test_reading_is_repeated_where_the_service_asks_for_it(
    work: WorkRequestsClient, service: Service
) -> None:
    busy = refused(503, "ServiceUnavailable", "In a moment.", {"Retry-After": "2"})
    service.on(POLL, busy, httpx.ReadError("broken"), reloaded())
    assert work.work_request(ID).ended
    assert service.pauses == [2.0, 0.6]

    service.replies[POLL] = [busy]
    with pytest.raises(Busy):
        work.work_request(ID)


def test_a_starter_is_repeated_with_the_same_retry_token(
    work: WorkRequestsClient, service: Service
) -> None:
    in_the_making = refused(409, "Conflict", "Just now.", {"Retry-After": "2"})
    service.on(RELOAD, httpx.ReadTimeout("silence"), in_the_making, accepted())
    assert work.data_sets.reload("accounts") == ID
    sent = [each.headers["opc-retry-token"] for each in service.requests[1:]]
    assert len(sent) == 3
    assert len(set(sent)) == 1

    assert work.data_sets.reload("accounts", retry_token="mine") == ID
    assert service.last.headers["opc-retry-token"] == "mine"
    work.data_sets.reload("accounts")
    assert service.last.headers["opc-retry-token"] not in {*sent, "mine"}


def test_a_reload_while_one_is_running_is_not_repeated(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(RELOAD, refused(409, "Conflict", "Work request 1 is at this already."))
    with pytest.raises(Conflict, match="at this already"):
        work.data_sets.reload("accounts")
    assert service.pauses == []


@pytest.mark.parametrize("given", ["", "x" * 65, "a\nb", "ä"])
def test_a_retry_token_that_is_none_is_refused_before_it_is_sent(
    given: str, work: WorkRequestsClient, service: Service
) -> None:
    with pytest.raises(ValueError, match="retry token"):
        work.data_sets.reload("accounts", retry_token=given)
    assert service.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        text("fine"),
        answer([]),
        answer({"id": ID}),
        seen("RESTING", 5),
        seen("ACCEPTED", 0, timeAccepted="x"),
    ],
)
def test_what_is_no_work_request_is_told(
    reply: object, work: WorkRequestsClient, service: Service
) -> None:
    service.on(POLL, reply)  # type: ignore[arg-type]  # of several kinds
    with pytest.raises(UnexpectedAnswer, match=r"GET /api/20210901/workRequests/"):
        work.work_request(ID)


def test_a_starters_answer_without_an_id_is_told(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(RELOAD, answer({"workRequestId": ID}, 202))
    with pytest.raises(UnexpectedAnswer, match="oa-work-request-id"):
        work.data_sets.reload("accounts")


def test_a_gateways_own_error_is_told_as_it_came(
    work: WorkRequestsClient, service: Service
) -> None:
    service.on(POLL, text("<html>no</html>", 404))
    with pytest.raises(NotFound, match=r"404 Not Found: <html>no</html>"):
        work.work_request(ID)


def test_secrets_are_in_no_repr(work: WorkRequestsClient) -> None:
    assert "s3cret" not in repr(CREDENTIALS) + repr(work)


@pytest.mark.parametrize("url", ["ftp://host/api", "https:///api", "https://me:x@host/api"])
def test_a_base_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        WorkRequestsClient(url, credentials="x")


def test_an_id_is_one_segment_of_the_path(work: WorkRequestsClient, service: Service) -> None:
    service.on(f"GET {API}/workRequests/a%3Ab%2Fc", reloaded())
    assert work.work_request("a:b/c").id == ID
