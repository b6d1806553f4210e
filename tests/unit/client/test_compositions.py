"""The compositions client: jobs, polls by their eta, reading, both credentials, errors."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from longrun_client.compositions import (
    Busy,
    CallRefused,
    ClientCredentials,
    Composition,
    CompositionsClient,
    CompositionStatus,
    DownloadDamaged,
    InvalidCall,
    Job,
    JobFailed,
    JobStatus,
    NotAuthenticated,
    NotForYou,
    NotFound,
    Place,
    Relation,
    ServiceFailed,
    ServiceUnreachable,
    TokenRefused,
    UnexpectedAnswer,
    WaitedTooLong,
    cancellation,
)
from tests.unit.client.analytics import TOKENS, answer, token
from tests.unit.client.ehealth import (
    AT,
    CANCEL,
    COMPOSITION,
    CREATE,
    EHEALTH,
    ENCOUNTER,
    EPISODE,
    JOB,
    PERSON,
    POLL,
    SEARCH,
    SIGN,
    composition,
    enveloped,
    gateway,
    job,
    page,
    reference,
    refused,
)
from tests.unit.client.service import Service, streamed

CREDENTIALS = ClientCredentials(token_url=TOKENS, client_id="me", client_secret="s3cret/+")
PLACE = Place(patient=PERSON, episode=EPISODE, encounter=ENCOUNTER)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NONE_YET = JobStatus.PENDING


def client_of(
    service: Service, credentials: ClientCredentials | str = CREDENTIALS
) -> CompositionsClient:
    return CompositionsClient(
        EHEALTH,
        credentials=credentials,
        api_key="k-123",
        transport=service.transport(),
        sleep=service.sleep,
        clock=service.clock,
        now=lambda: NOON + timedelta(seconds=service.now),
    )


@pytest.fixture
def client(service: Service) -> Iterator[CompositionsClient]:
    service.on(f"POST {TOKENS}", token("first"), token("second"))
    with client_of(service) as client:
        yield client


def pending(eta: datetime) -> Job:
    return Job(id=JOB, status=NONE_YET, eta=eta, done=None, compositions=(), errors=())


def test_a_start_is_answered_with_a_job_that_has_no_composition_yet(
    client: CompositionsClient, service: Service
) -> None:
    service.on(CREATE, job())
    assert client.create({"type": "…"}) == pending(NOON + timedelta(seconds=3))
    assert json.loads(service.last.content) == {"type": "…"}
    assert service.last.headers["Content-Type"] == "application/json"
    with pytest.raises(LookupError):
        _ = client.create({}).composition


def test_both_credentials_go_with_every_call(client: CompositionsClient, service: Service) -> None:
    service.on(POLL, job("DONE"))
    client.job(JOB)
    assert service.last.headers["Authorization"] == "Bearer first"
    assert service.last.headers["api-key"] == "k-123"


def test_a_job_that_has_ended_tells_when_and_what_it_changed(
    client: CompositionsClient, service: Service
) -> None:
    links = [
        {"entity": "eHealth/composition", "href": f"composition/{each}"}
        for each in (COMPOSITION, "another")
    ]
    service.on(POLL, job("DONE", links=links))
    ended = client.job(JOB)
    assert ended.ended
    assert ended.done == ended.eta
    assert ended.compositions == (COMPOSITION, "another")
    assert ended.composition == COMPOSITION


@pytest.mark.parametrize(
    ("verb", "call"),
    [(CompositionsClient.sign, SIGN), (CompositionsClient.cancel, CANCEL)],
)
def test_what_is_signed_is_handed_in_as_base64(
    verb: Callable[[CompositionsClient, str, bytes], Job],
    call: str,
    client: CompositionsClient,
    service: Service,
) -> None:
    service.on(call, job())
    assert verb(client, COMPOSITION, b"\x30\x82 signed").id == JOB
    sent = json.loads(service.last.content)["data"]
    assert base64.b64decode(sent, validate=True) == b"\x30\x82 signed"


def test_a_job_is_polled_when_it_says_that_it_will_have_ended(
    client: CompositionsClient, service: Service
) -> None:
    service.on(POLL, job(eta="2026-11-22T12:00:04.500Z"), job("DONE"))
    seen: list[JobStatus] = []
    ended = client.wait(pending(NOON + timedelta(seconds=3)), lambda job: seen.append(job.status))
    assert ended.composition == COMPOSITION
    assert seen == [JobStatus.PENDING, JobStatus.PENDING, JobStatus.DONE]
    assert service.pauses == [3.0, 1.5]


def test_clocks_that_differ_neither_hurry_the_polls_nor_hold_them_up(
    client: CompositionsClient, service: Service
) -> None:
    service.on(POLL, job(eta="2026-11-22T18:00:00.000Z"), job("DONE"))
    client.wait(pending(NOON - timedelta(hours=6)))
    assert service.pauses == [0.2, 5.0]


def test_a_job_that_had_ended_at_once_is_not_polled(
    client: CompositionsClient, service: Service
) -> None:
    service.on(CREATE, job("DONE"))
    assert client.wait(client.create({})).composition == COMPOSITION
    assert service.pauses == []


def test_a_failed_job_tells_codes_and_sentences(
    client: CompositionsClient, service: Service
) -> None:
    service.on(POLL, job("FAILED", error=[{"code": 1003, "message": "Only a FINAL one."}]))
    with pytest.raises(JobFailed, match=rf"Job {JOB} failed\. 1003: Only a FINAL one\.") as failed:
        client.wait(pending(NOON))
    assert [(error.code, error.message) for error in failed.value.errors] == [
        (1003, "Only a FINAL one.")
    ]


def test_waiting_ends_where_it_was_to_last_no_longer(
    client: CompositionsClient, service: Service
) -> None:
    service.on(POLL, job())
    with pytest.raises(WaitedTooLong, match=f"Job {JOB} has not ended after 7 s; it goes on"):
        client.wait(pending(NOON), timeout=7)
    assert service.now == 7


def test_a_composition_is_read_with_what_its_author_signs(
    client: CompositionsClient, service: Service
) -> None:
    relation = {"code": "appends", "targetIdentifier": reference("composition", "earlier")}
    document = composition(relatesTo=relation, note="Ї")
    service.on(f"GET {AT}", enveloped(document))
    found = client.get(COMPOSITION, PLACE)
    assert (found.id, found.status) == (COMPOSITION, CompositionStatus.PRELIMINARY)
    assert (found.type, found.category) == ("TEMP_DISABILITY", "SICKNESS")
    assert found.relation == Relation(code="appends", target="earlier")
    assert json.loads(found.content) == document
    assert PERSON not in repr(found)


def test_a_cancellation_is_of_the_dictionary_of_the_type() -> None:
    canceled = Composition.read(composition("FINAL"))
    assert json.loads(cancellation(canceled, "INCORRECT_OTHER", text="Because.")) == {
        "identifier": reference("composition", COMPOSITION),
        "reason": {
            "coding": [
                {
                    "system": "eHealth/COMPOSITION_CANCELLATION_REASONS_TEMP_DISABILITY",
                    "code": "INCORRECT_OTHER",
                }
            ],
            "text": "Because.",
        },
    }


def test_a_search_asks_for_pages_as_they_are_needed(
    client: CompositionsClient, service: Service
) -> None:
    service.on(
        SEARCH,
        page(*[composition("FINAL")] * 50, total=51),
        page(composition("FINAL"), total=51),
    )
    found = client.search(subject=PERSON, status=CompositionStatus.FINAL, episode=EPISODE)
    next(found)
    asked = [dict(each.url.params) for each in service.requests if "search" in each.url.path]
    same = {"subject": PERSON, "status": "FINAL", "episodeOfCare": EPISODE, "limit": "50"}
    assert asked == [same | {"offset": "0"}]
    assert len(list(found)) == 50
    assert dict(service.last.url.params) == same | {"offset": "50"}


def test_a_print_form_is_saved_whole_or_not_at_all(
    client: CompositionsClient, service: Service, tmp_path: Path
) -> None:
    target = tmp_path / "forms" / "composition.pdf"
    service.on(f"GET {AT}/printForm", streamed(b"%PDF", b"-1.7"), streamed(b"%PD", length=8))
    saved = client.print_form(COMPOSITION, PLACE, target)
    assert (saved.path, saved.size, target.read_bytes()) == (target, 8, b"%PDF-1.7")
    with pytest.raises(DownloadDamaged, match="3 bytes instead of 8"):
        client.print_form(COMPOSITION, PLACE, target)
    assert target.read_bytes() == b"%PDF-1.7"


@pytest.mark.parametrize(
    ("status", "type", "kind"),
    [
        (400, "request_malformed", InvalidCall),
        (403, "forbidden", NotForYou),
        (404, "not_found", NotFound),
        (409, "request_conflict", CallRefused),
        (413, "request_too_large", InvalidCall),
        (415, "content_type_invalid", InvalidCall),
        (500, "internal_error", ServiceFailed),
    ],
)
def test_a_refusal_is_told_by_its_class_with_the_services_words(
    status: int, type: str, kind: type[CallRefused], client: CompositionsClient, service: Service
) -> None:
    service.on(CREATE, refused(status, type, "It is not so."))
    with pytest.raises(kind, match=f"answered with {status} {type}: It is not so") as told:
        client.create({})
    assert (told.value.status, told.value.type) == (status, type)
    assert told.value.request_id == "r-1"
    assert service.pauses == []


def test_what_only_reads_is_repeated_while_the_service_is_busy(
    client: CompositionsClient, service: Service
) -> None:
    busy = refused(429, "too_many_requests", "Not now.", {"Retry-After": "2"})
    service.on(POLL, busy, gateway(503), httpx.ReadTimeout("slow"), job("DONE"))
    assert client.job(JOB).ended
    assert service.pauses == [2.0, 0.6, 1.2]


def test_a_start_is_repeated_only_where_nothing_was_done(
    client: CompositionsClient, service: Service
) -> None:
    busy = refused(429, "too_many_requests", "Not now.", {"Retry-After": "2"})
    service.on(CREATE, busy, httpx.ConnectError("refused"), job(), gateway(503))
    assert client.create({}).id == JOB
    with pytest.raises(Busy):
        client.create({})
    service.on(SIGN, httpx.ReadTimeout("slow"))
    with pytest.raises(ServiceUnreachable, match=r"https://ehealth\.example\.com cannot be"):
        client.sign(COMPOSITION, b"x")
    assert len(service.pauses) == 2


def test_a_refused_token_is_renewed_once(client: CompositionsClient, service: Service) -> None:
    denied = refused(401, "access_denied", "This needs the scope composition:read.")
    service.on(POLL, denied, job("DONE"), denied)
    assert client.job(JOB).ended
    assert service.last.headers["Authorization"] == "Bearer second"
    with pytest.raises(NotAuthenticated, match="the scope composition:read"):
        client.job(JOB)


def test_a_token_from_elsewhere_is_used_as_long_as_it_lasts(service: Service) -> None:
    service.on(POLL, refused(401, "access_denied", "It has expired."))
    with client_of(service, "mine") as client, pytest.raises(NotAuthenticated):
        client.job(JOB)
    assert [each.headers["Authorization"] for each in service.requests] == ["Bearer mine"]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer({"error": "invalid_client"}, 400), TokenRefused),
        (httpx.ConnectError("refused"), ServiceUnreachable),
        (answer({}), UnexpectedAnswer),
    ],
)
def test_an_issuer_that_gives_no_token_is_told(
    reply: httpx.Response | Exception, error: type[Exception], service: Service
) -> None:
    service.on(f"POST {TOKENS}", reply)
    with client_of(service) as client, pytest.raises(error):
        client.job(JOB)


@pytest.mark.parametrize("reply", [answer([]), answer({"data": {"id": PERSON}}), gateway(302)])
def test_an_answer_that_is_none_is_told_without_what_it_says(
    reply: httpx.Response, client: CompositionsClient, service: Service
) -> None:
    service.on(POLL, reply)
    with pytest.raises(UnexpectedAnswer, match=f"GET .*/composition/job/{JOB}") as told:
        client.job(JOB)
    assert PERSON not in str(told.value)


@pytest.mark.parametrize(
    ("url", "key"),
    [("ftp://x/api", "k"), ("https://me:x@host/api", "k"), (EHEALTH, ""), (EHEALTH, "ї\n")],
)
def test_a_client_that_cannot_work_is_not_made(url: str, key: str) -> None:
    with pytest.raises(ValueError, match="compositions client's"):
        CompositionsClient(url, credentials="t", api_key=key)


def test_no_secret_is_in_the_repr(client: CompositionsClient) -> None:
    assert repr(client) == f"CompositionsClient('{EHEALTH}')"
