"""Presigned URLs and forms of the artefact bucket. Made per request, short, never stored.

Downloads are signed by a session of the results role, which may read results and files and nothing
else; uploads by the function's own credentials, for one key.
"""

import os
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import boto3
from botocore.config import Config

from longrun.aws.faults import interrupted
from longrun.delivery.ports import SignedForm, SignedUrl
from longrun.operations.artefacts import Artefact

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient

URL_LIFETIME: Final = timedelta(minutes=5)
"""A download must begin within this time; once begun it goes on."""

FORM_LIFETIME: Final = timedelta(minutes=30)

_SESSION: Final = timedelta(hours=1)
"""The most that a role assumed by a role gets."""
_RENEWED_BEFORE: Final = timedelta(minutes=10)


class PresignedDownloads:
    """Implements `longrun.delivery.ports.Downloads`.

    The role's session is kept for the process's life and renewed before it ends, so that a URL
    seldom dies before its time.
    """

    def __init__(
        self,
        *,
        sts: "Callable[[], STSClient]",
        role: str,
        bucket: str,
        clock: Callable[[], datetime],
    ) -> None:
        """Make a signer.

        Args:
            sts: Gives the token service, when a session is needed.
            role: ARN of the role that may read what is signed.
            bucket: Of the artefacts.
            clock: Tells the time, with its zone.
        """
        self._sts = sts
        self._role = role
        self._bucket = bucket
        self._clock = clock
        self._session: tuple[S3Client, datetime] | None = None

    def url(self, artefact: Artefact, *, disposition: str, media_type: str) -> SignedUrl:
        """See `Downloads.url`."""
        client, session_ends = self._client()
        parameters = {
            "Bucket": self._bucket,
            "Key": artefact.key,
            "ResponseContentDisposition": disposition,
            "ResponseContentType": media_type,
        }
        if artefact.version is not None:
            parameters["VersionId"] = artefact.version
        url = client.generate_presigned_url(
            "get_object", Params=parameters, ExpiresIn=int(URL_LIFETIME.total_seconds())
        )
        return SignedUrl(url=url, expires=min(self._clock() + URL_LIFETIME, session_ends))

    def _client(self) -> "tuple[S3Client, datetime]":
        if self._session is None or self._session[1] - _RENEWED_BEFORE <= self._clock():
            with interrupted("The token service"):
                answer = self._sts().assume_role(
                    RoleArn=self._role,
                    RoleSessionName="downloads",
                    DurationSeconds=int(_SESSION.total_seconds()),
                )
            credentials = answer["Credentials"]
            session = boto3.Session(
                aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"],
                aws_session_token=credentials["SessionToken"],
            )
            self._session = _signer(session), credentials["Expiration"]
        return self._session


class PresignedUploads:
    """Implements `longrun.delivery.ports.Uploads`.

    Limits: one POST takes at most 5 GB. A form outlives nothing that is read: whoever checks what
    it brought pins the version (`filestore.store`).
    """

    def __init__(self, *, bucket: str, clock: Callable[[], datetime]) -> None:
        """Make a signer.

        Args:
            bucket: Of the artefacts.
            clock: Tells the time, with its zone.
        """
        self._bucket = bucket
        self._clock = clock

    def form(
        self, key: str, *, media_type: str, largest: int, sha256: str | None = None
    ) -> SignedForm:
        """See `Uploads.form`."""
        fields = {"Content-Type": media_type}
        if sha256 is not None:
            fields["x-amz-checksum-algorithm"] = "SHA256"
            fields["x-amz-checksum-sha256"] = b64encode(bytes.fromhex(sha256)).decode()
        conditions: list[Any] = [{name: value} for name, value in fields.items()]
        session = boto3.Session()
        signed = _signer(session).generate_presigned_post(
            self._bucket,
            key,
            Fields=fields,
            Conditions=[*conditions, ["content-length-range", 1, largest]],
            ExpiresIn=int(FORM_LIFETIME.total_seconds()),
        )
        expires = self._clock() + FORM_LIFETIME
        ends = _end_of(session)
        return SignedForm(
            url=signed["url"],
            fields=signed["fields"],
            expires=expires if ends is None else min(expires, ends),
        )


def _end_of(session: boto3.Session) -> datetime | None:
    """When the session's credentials end; None where nothing tells it (environment variables).

    Lambda renews those hours before; a function restored by SnapStart has the others.
    """
    # botocore renews such credentials by this time and says it nowhere else.
    ends: datetime | None = getattr(session.get_credentials(), "_expiry_time", None)
    return ends


def _signer(session: boto3.Session) -> "S3Client":
    """A client whose URLs name the bucket's region: a redirect would lose the signature.

    Where another endpoint than AWS's is set, the bucket has no host of its own.
    """
    elsewhere = "AWS_ENDPOINT_URL" in os.environ or "AWS_ENDPOINT_URL_S3" in os.environ
    style: Literal["path", "virtual"] = "path" if elsewhere else "virtual"
    return session.client(
        "s3", config=Config(signature_version="s3v4", s3={"addressing_style": style})
    )
