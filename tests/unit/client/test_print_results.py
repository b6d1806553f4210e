"""Results and downloads: whole or not at all, and no credentials beyond the service."""

import base64
import hashlib
import re
from pathlib import Path

import httpx
import pytest

from longrun_client.print import (
    Busy,
    DownloadDamaged,
    ManagedOutput,
    NotFound,
    OutputPaths,
    PrintClient,
    ServiceFailed,
    ServiceUnreachable,
    SetResult,
    SpoolFile,
    StoreRefused,
    UnexpectedAnswer,
)
from tests.unit.client.service import HOST, STORE, Handler, Service, error, streamed, text

ID = "0192f4a6-9c1e-7cc0-8d0a-3f1b2a4c5d6e"
RESULT = f"POST /workflow/print/getResult/{ID}"
STREAMED = {"X-Result-Type": "Output-Streamed"}
SETS = {"X-Data-Set-ID": "100", "X-Content-Set-ID": "200", "X-Job-Set-ID": "300"}
SIGNED = f"{STORE}/letters.pdf?X-Amz-Signature=s1gned"


def digest(content: bytes) -> dict[str, str]:
    value = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {"Repr-Digest": f"sha-512=:AAAA:, sha-256=:{value}:"}


def redirect(to: str, headers: dict[str, str]) -> Handler:
    return lambda _: httpx.Response(303, headers={"Location": to} | headers)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "letters.pdf"


def test_a_spool_file_is_saved_with_its_digest_and_sets(
    client: PrintClient, service: Service, target: Path
) -> None:
    service.on(RESULT, streamed(b"%PDF", b"-1.7", headers=STREAMED | SETS | digest(b"%PDF-1.7")))
    result = client.result(ID, target)
    assert isinstance(result, SpoolFile)
    assert target.read_bytes() == b"%PDF-1.7"
    assert (result.file.size, result.file.redirected) == (8, False)
    assert result.file.sha256 == hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert (result.sets.data_set, result.sets.content_set, result.sets.job_set) == (100, 200, 300)
    assert service.last.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("place", [SIGNED, f"{HOST}/bucket/letters.pdf?X-Amz-Signature=s1gned"])
@pytest.mark.parametrize("session", [False, True])
def test_a_redirect_to_the_store_carries_no_credentials(
    place: str, session: bool, client: PrintClient, service: Service, target: Path
) -> None:
    service.on("POST /authentication/login", text("t0ken", headers={"Token-Expires-In": "1800"}))
    service.on(RESULT, redirect(place, STREAMED | SETS))
    service.on(f"GET {place.partition('?')[0]}", streamed(b"large"))
    if session:
        client.login()
    result = client.result(ID, target)
    assert isinstance(result, SpoolFile)
    assert (target.read_bytes(), result.file.redirected) == (b"large", True)
    assert result.sets.job_set == 300
    assert str(service.last.url) == place
    assert not {"authorization", "auth_token", "cookie"} & set(service.last.headers)


def test_the_store_may_redirect_once_more(
    client: PrintClient, service: Service, target: Path
) -> None:
    service.on(RESULT, redirect(SIGNED, STREAMED))
    regional = f"{STORE}/eu/letters.pdf"
    service.on(f"GET {STORE}/letters.pdf", redirect(regional, {}))
    service.on(f"GET {regional}", streamed(b"large"))
    client.result(ID, target)
    assert target.read_bytes() == b"large"


def test_redirects_without_end_are_given_up(
    client: PrintClient, service: Service, target: Path
) -> None:
    service.on(RESULT, redirect(SIGNED, STREAMED))
    service.on(f"GET {STORE}/letters.pdf", redirect(SIGNED, {}))
    with pytest.raises(UnexpectedAnswer, match="lead nowhere"):
        client.result(ID, target)


def test_the_store_refusing_is_told_without_the_signed_url(
    client: PrintClient, service: Service, target: Path
) -> None:
    body = (
        f"<Error><Code>AccessDenied</Code>\n<Message>Request has expired</Message>{SIGNED}</Error>"
    )
    service.on(RESULT, redirect(SIGNED, STREAMED))
    service.on(f"GET {STORE}/letters.pdf", text(body, 403))
    with pytest.raises(StoreRefused) as refused:
        client.result(ID, target)
    assert str(refused.value) == (
        f"The store at {STORE} answered 403: AccessDenied: Request has expired"
    )
    assert not target.exists()


def test_a_store_that_cannot_be_reached_is_named_without_the_signed_url(
    client: PrintClient, service: Service, target: Path
) -> None:
    service.on(RESULT, redirect(SIGNED, STREAMED))
    service.on(f"GET {STORE}/letters.pdf", httpx.ConnectError("refused"))
    with pytest.raises(
        ServiceUnreachable, match=rf"^{re.escape(STORE)} cannot be reached: refused$"
    ):
        client.result(ID, target)


@pytest.mark.parametrize(
    ("pieces", "length", "reason"),
    [
        ((b"%PDF",), 8, "it has 4 bytes instead of 8"),
        ((b"%PDF-1.7",), 4, "it has 8 bytes instead of 4"),
        ((b"%PDF", httpx.ReadError("reset")), 8, "it broke off after 4 of 8 bytes"),
    ],
)
def test_a_body_of_another_length_is_not_kept(
    pieces: tuple[bytes | Exception, ...],
    length: int,
    reason: str,
    client: PrintClient,
    service: Service,
    target: Path,
) -> None:
    target.write_bytes(b"yesterday's")
    service.on(RESULT, streamed(*pieces, length=length, headers=STREAMED))
    with pytest.raises(DownloadDamaged, match=reason):
        client.result(ID, target)
    assert target.read_bytes() == b"yesterday's"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("redirected", [False, True])
def test_a_body_of_another_digest_is_not_kept(
    redirected: bool, client: PrintClient, service: Service, target: Path
) -> None:
    headers = STREAMED | digest(b"%PDF-1.7")
    if redirected:
        service.on(RESULT, redirect(SIGNED, headers))
        service.on(f"GET {STORE}/letters.pdf", streamed(b"%PDF-1.8"))
    else:
        service.on(RESULT, streamed(b"%PDF-1.8", headers=headers))
    with pytest.raises(DownloadDamaged, match=r"its SHA-256 is [0-9a-f]{64} instead of"):
        client.result(ID, target)
    assert not list(target.parent.iterdir())


def test_an_encoded_body_is_refused(client: PrintClient, service: Service, target: Path) -> None:
    service.on(RESULT, streamed(b"x", headers=STREAMED | {"Content-Encoding": "gzip"}))
    with pytest.raises(DownloadDamaged, match="came encoded"):
        client.result(ID, target)


def test_a_failed_operation_raises_its_cause(
    client: PrintClient, service: Service, target: Path
) -> None:
    cause = "customers.csv, record 17, field total: 'n/a' is not a number."
    service.on(RESULT, error(500, cause))
    with pytest.raises(ServiceFailed) as failed:
        client.result(ID, target)
    assert failed.value.message == cause
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "message", ["Operation not found in Server", "The operation was canceled."]
)
def test_an_unknown_or_canceled_operation_has_no_result(
    message: str, client: PrintClient, service: Service, target: Path
) -> None:
    service.on(RESULT, error(404, message))
    with pytest.raises(NotFound) as missing:
        client.result(ID, target)
    assert missing.value.message == message


def test_a_running_operations_result_is_asked_for_again_and_then_busy(
    client: PrintClient, service: Service, target: Path
) -> None:
    service.on(RESULT, error(503, "It still runs.", headers={"Retry-After": "2"}))
    with pytest.raises(Busy, match="It still runs"):
        client.result(ID, target)
    assert service.pauses == [2.0, 2.0, 2.0]


def test_a_set_result_leaves_the_target_alone(
    client: PrintClient, service: Service, target: Path
) -> None:
    service.on(RESULT, streamed(b"1", b"00", headers={"X-Result-Type": "Data-Set-ID"}))
    result = client.result(ID, target)
    assert isinstance(result, SetResult)
    assert result.id == 100
    assert not target.exists()


def test_a_text_that_breaks_off_is_no_result(
    client: PrintClient, service: Service, target: Path
) -> None:
    headers = {"X-Result-Type": "Data-Set-ID"}
    service.on(RESULT, streamed(b"1", httpx.ReadError("reset"), length=3, headers=headers))
    with pytest.raises(ServiceUnreachable, match="reset"):
        client.result(ID, target)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ("s3://b/a.pdf", ("s3://b/a.pdf",)),
        ("s3://b/a.pdf,s3://b/c.pdf", ("s3://b/a.pdf", "s3://b/c.pdf")),
        ("s3://b/Smith, John.pdf, s3://b/c.pdf", ("s3://b/Smith, John.pdf", "s3://b/c.pdf")),
        ("/out/a.pdf,/out/b.pdf", ("/out/a.pdf", "/out/b.pdf")),
        ("C:\\out\\a.pdf,C:\\out\\b.pdf", ("C:\\out\\a.pdf", "C:\\out\\b.pdf")),
    ],
)
def test_paths_are_told_apart_even_with_commas_in_them(
    body: str, paths: tuple[str, ...], client: PrintClient, service: Service
) -> None:
    headers = {"X-Result-Type": "Output-Local-Filepath"}
    service.on(f"POST /workflow/print/getResultTxt/{ID}", text(body, headers=headers))
    result = client.result_text(ID)
    assert isinstance(result, OutputPaths)
    assert result.paths == paths


def test_a_managed_result_names_the_file_and_its_parts(
    client: PrintClient, service: Service
) -> None:
    answer = text(
        '{"identifier": 42, "files": ["a.pdf", "b.pdf"]}',
        headers={"X-Result-Type": "Output-Managed-Info"},
    )
    service.on(f"POST /workflow/print/getManagedResult/{ID}", answer)
    result = client.managed_result(ID)
    assert isinstance(result, ManagedOutput)
    assert (result.identifier, result.files) == (42, ("a.pdf", "b.pdf"))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("100", {}),
        ("100", {"X-Result-Type": "Something-Else"}),
        ("many", {"X-Result-Type": "Data-Set-ID"}),
        ("%PDF", STREAMED),
        ("{}", {"X-Result-Type": "Output-Managed-Info"}),
        ("1", {"X-Result-Type": "Job-Set-ID", "X-Job-Set-ID": "one"}),
    ],
)
def test_a_text_result_that_is_not_the_contracts_is_unexpected(
    body: str, headers: dict[str, str], client: PrintClient, service: Service
) -> None:
    service.on(f"POST /workflow/print/getResultTxt/{ID}", text(body, headers=headers))
    with pytest.raises(UnexpectedAnswer):
        client.result_text(ID)
