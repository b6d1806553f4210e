"""The signer of URLs and forms, over AWS in memory."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.credentials import RefreshableCredentials

from longrun.aws.downloads import FORM_LIFETIME, URL_LIFETIME, PresignedDownloads, PresignedUploads
from longrun.operations.artefacts import Artefact
from tests.unit.aws.conftest import aws

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

__all__ = ["aws"]

ROLE = "arn:aws:iam::123456789012:role/results"
ARTEFACT = Artefact(
    key="files/transient/acme/1/März a.pdf",
    media_type="application/pdf",
    size=1,
    sha256="",
    version="v1",
)


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


class CountedSts:
    """The token service, and how often it was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> "STSClient":
        self.asked += 1
        return boto3.client("sts", region_name="us-east-1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sts() -> CountedSts:
    return CountedSts()


@pytest.fixture
def downloads(aws: None, clock: Clock, sts: CountedSts) -> PresignedDownloads:
    return PresignedDownloads(sts=sts, role=ROLE, bucket="longrun-test", clock=clock)


def signed(downloads: PresignedDownloads) -> dict[str, list[str]]:
    url = downloads.url(ARTEFACT, disposition="attachment", media_type="application/pdf").url
    return parse_qs(urlsplit(url).query)


def test_a_url_is_of_one_version_for_a_short_time(
    downloads: PresignedDownloads, clock: Clock
) -> None:
    url = downloads.url(ARTEFACT, disposition="attachment", media_type="application/pdf")

    query = parse_qs(urlsplit(url.url).query)
    assert urlsplit(url.url).path == "/files/transient/acme/1/M%C3%A4rz%20a.pdf"
    assert query["versionId"] == ["v1"]
    assert query["response-content-type"] == ["application/pdf"]
    assert query["response-content-disposition"] == ["attachment"]
    assert query["X-Amz-Expires"] == [str(int(URL_LIFETIME.total_seconds()))]
    assert url.expires == clock.now + URL_LIFETIME


def test_a_url_is_signed_by_the_roles_session_and_not_by_the_function(
    downloads: PresignedDownloads,
) -> None:
    query = signed(downloads)

    assert query["X-Amz-Security-Token"]
    assert not query["X-Amz-Credential"][0].startswith("testing")


def test_a_session_is_used_again_and_renewed_before_it_ends(
    downloads: PresignedDownloads, clock: Clock, sts: CountedSts
) -> None:
    signed(downloads)
    clock.now += timedelta(minutes=45)
    signed(downloads)
    assert sts.asked == 1

    clock.now += timedelta(minutes=6)
    signed(downloads)
    assert sts.asked == 2


def test_an_artefact_without_a_version_has_no_version_in_its_url(
    downloads: PresignedDownloads,
) -> None:
    artefact = Artefact(key="a", media_type="a/b", size=1, sha256="")

    url = downloads.url(artefact, disposition="attachment", media_type="a/b").url

    assert "versionId" not in url


@pytest.mark.parametrize(
    ("region", "endpoint", "host"),
    [
        ("eu-central-1", None, "longrun-test.s3.eu-central-1.amazonaws.com"),
        ("eu-central-1", "http://localhost:4566", "localhost:4566"),
    ],
)
def test_urls_name_the_buckets_region_or_the_endpoint_that_is_set(
    aws: None, monkeypatch: pytest.MonkeyPatch, region: str, endpoint: str | None, host: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

    form = PresignedUploads(bucket="longrun-test", clock=Clock()).form(
        "a", media_type="a/b", largest=1
    )

    assert urlsplit(form.url).netloc == host


def test_a_form_takes_one_key_one_type_and_a_bounded_size(aws: None, clock: Clock) -> None:
    uploads = PresignedUploads(bucket="longrun-test", clock=clock)

    form = uploads.form("files/a.csv", media_type="text/csv", largest=1000)

    policy: dict[str, Any] = json.loads(base64.b64decode(form.fields["policy"]))
    assert form.fields["key"] == "files/a.csv"
    assert {"key": "files/a.csv"} in policy["conditions"]
    assert {"Content-Type": "text/csv"} in policy["conditions"]
    assert ["content-length-range", 1, 1000] in policy["conditions"]
    assert form.expires == clock.now + FORM_LIFETIME


def test_a_form_may_take_only_what_has_a_digest(aws: None, clock: Clock) -> None:
    uploads = PresignedUploads(bucket="longrun-test", clock=clock)
    sha256 = hashlib.sha256(b"a").digest()

    form = uploads.form("files/a.csv", media_type="text/csv", largest=9, sha256=sha256.hex())

    told = {
        "x-amz-checksum-algorithm": "SHA256",
        "x-amz-checksum-sha256": base64.b64encode(sha256).decode(),
    }
    policy: dict[str, Any] = json.loads(base64.b64decode(form.fields["policy"]))
    assert told.items() <= form.fields.items()
    assert all({name: value} in policy["conditions"] for name, value in told.items())


@pytest.mark.parametrize(
    ("lasts", "told"), [(timedelta(minutes=20), timedelta(minutes=20)), (timedelta(hours=2), None)]
)
def test_a_form_ends_no_later_than_the_credentials_that_signed_it(
    aws: None,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    lasts: timedelta,
    told: timedelta | None,
) -> None:
    credentials = RefreshableCredentials(
        "key",
        "secret",
        "token",
        expiry_time=clock.now + lasts,
        refresh_using=dict,
        method="container-role",
    )
    monkeypatch.setattr(boto3.Session, "get_credentials", lambda _: credentials)

    form = PresignedUploads(bucket="longrun-test", clock=clock).form(
        "a", media_type="a/b", largest=1
    )

    assert form.expires == clock.now + (told or FORM_LIFETIME)
