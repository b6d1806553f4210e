"""Artefacts in one S3 bucket. Implements `operations.artefacts.ArtefactStore`.

Memory is bounded by a few parts of 8 MiB, whatever the content's size. No presigning here.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import ClientError

from longrun.aws.faults import PASSING, code_of, interrupted
from longrun.aws.multipart import cut, multipart
from longrun.aws.reading import pieces_of, window
from longrun.operations.artefacts import Artefact, ArtefactMissing
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef, ObjectIdentifierTypeDef

PART = 8 * 1024 * 1024
COPY_LIMIT = 5 * 1024**3
"""What one CopyObject takes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""
COPY_PART = 512 * 1024**2

# S3 says 405 where the version asked for is a delete marker, and HEAD has no body for a code.
_MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "404", "405", "MethodNotAllowed"})
_BEYOND_THE_END = frozenset({"InvalidRange", "416"})


class ArtefactsNotDeleted(Exception):
    """S3 took the request to delete and refused some of the objects; the call may be repeated."""

    def __init__(self, prefix: str, count: int, codes: frozenset[str]) -> None:
        reasons = ", ".join(sorted(codes))
        super().__init__(f"{count} objects under {prefix!r} could not be deleted ({reasons}).")
        self.prefix = prefix
        self.count = count
        self.codes = codes


class S3Artefacts:
    """Artefacts as objects of one bucket; encryption is the bucket's default.

    Limits: a content of unknown length is written in at most 10,000 parts of `PART` (80 GiB).
    A process killed while it writes leaves an unfinished multipart upload, which no reader sees
    and the bucket's lifecycle removes. A missing key is told from a forbidden one only by who has
    `s3:ListBucket`: S3 says 403 to the others. Every method raises `Interrupted` where S3 could not
    answer just now.
    """

    def __init__(
        self,
        client: "S3Client",
        bucket: str,
        *,
        part: int = PART,
        copy_limit: int = COPY_LIMIT,
        copy_part: int = COPY_PART,
    ) -> None:
        """
        Args:
            client: Of the bucket's region.
            bucket: Its name; versioned, so that what is handed out can be pinned.
            part: Bytes of one part of a multipart upload; S3 wants at least 5 MiB.
            copy_limit: Bytes that are copied by one request.
            copy_part: Bytes of one part of a larger copy.
        """
        self._client = client
        self._bucket = bucket
        self._part = part
        self._copy_limit = copy_limit
        self._copy_part = copy_part

    @interrupted("S3")
    def read(self, key: str, *, version: str | None = None) -> bytes:
        """The whole content; see `ArtefactStore.read`."""
        with self._get(key, _pinned(version))["Body"] as body:
            content: bytes = body.read()
        return content

    @interrupted("S3")
    def stream(
        self, key: str, *, version: str | None = None, start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        """The content in pieces; from beyond its end, none. See `ArtefactStore.stream`."""
        if start < 0 or (length is not None and length < 0):
            raise ValueError(f"A range begins at 0 or later and is not negative: {start}, {length}")
        if length == 0:  # a byte range cannot be empty
            self._head(key, version)
            return iter(())
        request = _pinned(version)
        if start or length is not None:
            last = "" if length is None else str(start + length - 1)
            request["Range"] = f"bytes={start}-{last}"
        try:
            answer = self._get(key, request)
        except ClientError as error:
            if code_of(error) in _BEYOND_THE_END:
                return iter(())
            raise
        pieces = pieces_of(answer["Body"])
        # HTTP lets a server ignore a range; MiniStack does where a version is asked for.
        ignored = "Range" in request and "ContentRange" not in answer
        return window(pieces, start, length) if ignored else pieces

    def download(self, key: str, target: BinaryIO, *, version: str | None = None) -> int:
        """Write the content into a file; see `ArtefactStore.download`."""
        size = 0
        for piece in self.stream(key, version=version):
            target.write(piece)
            size += len(piece)
        return size

    @interrupted("S3")
    def describe(self, key: str) -> Artefact:
        """The newest version of what stands under the key, without reading it.

        Returns:
            The artefact; its `sha256` is empty where it was not known before writing (multipart
            uploads, and presigned ones that do not tell it).

        Raises:
            ArtefactMissing: There is none.
        """
        head = self._head(key, None, ChecksumMode="ENABLED")
        return Artefact(
            key=key,
            media_type=head["ContentType"],
            size=head["ContentLength"],
            sha256=head["Metadata"].get("sha256") or _checked_by_s3(head),
            version=head.get("VersionId"),
        )

    @interrupted("S3")
    def write(
        self, key: str, content: bytes | BinaryIO | Iterable[bytes], *, media_type: str
    ) -> Artefact:
        """Store the content; readers see it whole or not at all. See `ArtefactStore.write`."""
        parts = cut(content, self._part)
        first = next(parts, b"")
        second = next(parts, None)
        if second is None:
            return self._put(key, first, media_type)
        return self._put_parts(key, chain((first, second), parts), media_type)

    @interrupted("S3")
    def copy(self, source: Artefact, key: str) -> Artefact:
        """A second artefact, copied by S3; see `ArtefactStore.copy`.

        Raises:
            ArtefactMissing: The source, or the version of it, is gone.
        """
        origin: CopySourceTypeDef = {"Bucket": self._bucket, "Key": source.key}
        if source.version is not None:
            origin["VersionId"] = source.version
        with _missing(source.key):
            if source.size > self._copy_limit:
                version = self._copy_parts(origin, source, key)
            else:
                answer = self._client.copy_object(Bucket=self._bucket, Key=key, CopySource=origin)
                version = answer.get("VersionId")
        return Artefact(
            key=key,
            media_type=source.media_type,
            size=source.size,
            sha256=source.sha256,
            version=version,
        )

    @interrupted("S3")
    def delete(self, prefix: str) -> None:
        """Remove every object under the prefix, all versions and delete markers of it.

        Raises:
            ArtefactsNotDeleted: S3 refused some; the call may be repeated.
            ValueError: The prefix is empty, which would empty the bucket.
        """
        if not prefix:
            raise ValueError("An empty prefix would delete every artefact of the bucket.")
        # From the start each time: a marker would point at what the last round deleted. A page has
        # at most 1,000 entries, which is what one DeleteObjects takes.
        more = True
        while more:
            page = self._client.list_object_versions(Bucket=self._bucket, Prefix=prefix)
            more = page.get("IsTruncated", False)
            doomed: list[ObjectIdentifierTypeDef] = [
                {"Key": entry["Key"], "VersionId": entry["VersionId"]}
                for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            ]
            if not doomed:
                return
            answer = self._client.delete_objects(
                Bucket=self._bucket, Delete={"Objects": doomed, "Quiet": True}
            )
            if errors := answer.get("Errors"):
                codes = frozenset(error.get("Code", "Unknown") for error in errors)
                if codes <= PASSING:
                    raise Interrupted("S3")
                raise ArtefactsNotDeleted(prefix, len(errors), codes)

    def _get(self, key: str, request: dict[str, Any]) -> dict[str, Any]:
        with _missing(key):
            return dict(self._client.get_object(Bucket=self._bucket, Key=key, **request))

    def _head(self, key: str, version: str | None, **more: Any) -> dict[str, Any]:
        request = {**_pinned(version), **more}
        with _missing(key):
            return dict(self._client.head_object(Bucket=self._bucket, Key=key, **request))

    def _put(self, key: str, content: bytes, media_type: str) -> Artefact:
        sha256 = hashlib.sha256(content).hexdigest()
        answer = self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=content,
            ContentType=media_type,
            Metadata={"sha256": sha256},
        )
        return Artefact(
            key=key,
            media_type=media_type,
            size=len(content),
            sha256=sha256,
            version=answer.get("VersionId"),
        )

    def _put_parts(self, key: str, parts: Iterable[bytes], media_type: str) -> Artefact:
        digest = hashlib.sha256()
        size = 0
        with multipart(
            self._client, self._bucket, key, media_type=media_type, metadata={}
        ) as upload:
            for part in parts:
                digest.update(part)
                size += len(part)
                upload.add(part)
            version = upload.complete()
        return Artefact(
            key=key,
            media_type=media_type,
            size=size,
            sha256=digest.hexdigest(),
            version=version,
        )

    def _copy_parts(self, origin: "CopySourceTypeDef", source: Artefact, key: str) -> str | None:
        metadata = {"sha256": source.sha256} if source.sha256 else {}
        with multipart(
            self._client, self._bucket, key, media_type=source.media_type, metadata=metadata
        ) as upload:
            for start in range(0, source.size, self._copy_part):
                upload.add_copy(origin, start, min(start + self._copy_part, source.size))
            return upload.complete()


@contextmanager
def _missing(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if code_of(error) in _MISSING:
            raise ArtefactMissing(key) from None
        raise


def _pinned(version: str | None) -> dict[str, Any]:
    return {} if version is None else {"VersionId": version}


def _checked_by_s3(head: dict[str, Any]) -> str:
    """The SHA-256 that an upload told and S3 compared, in hex; empty if there is none.

    That of a multipart upload is one over its parts' (`…-2`), not of the content.
    """
    told: str = head.get("ChecksumSHA256", "")
    return "" if "-" in told else base64.b64decode(told).hex()
