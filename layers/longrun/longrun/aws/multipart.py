"""One multipart upload to S3, part after part. Used by `aws.artefacts` alone.

Not s3transfer's managed upload: that does not say which version it wrote, and asking afterwards
may find another writer's.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, CopySourceTypeDef

_CHECKSUMS = ("ChecksumCRC32", "ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumSHA1")


class MultipartUpload:
    """An upload that has begun; nothing is to be seen of it before `complete`."""

    def __init__(self, client: "S3Client", bucket: str, key: str, upload_id: str) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        self._id = upload_id
        self._done: list[CompletedPartTypeDef] = []

    def add(self, part: bytes) -> None:
        """Upload the next part; all but the last have at least 5 MiB."""
        number = len(self._done) + 1
        answer = self._client.upload_part(
            Bucket=self._bucket, Key=self._key, UploadId=self._id, PartNumber=number, Body=part
        )
        self._finished(number, answer)

    def add_copy(self, origin: "CopySourceTypeDef", start: int, end: int) -> None:
        """Copy the bytes `start` … `end - 1` of another object as the next part."""
        number = len(self._done) + 1
        answer = self._client.upload_part_copy(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            PartNumber=number,
            CopySource=origin,
            CopySourceRange=f"bytes={start}-{end - 1}",
        )
        self._finished(number, answer["CopyPartResult"])

    def complete(self) -> str | None:
        """Make one object of the parts; returns its version."""
        answer = self._client.complete_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            MultipartUpload={"Parts": self._done},
        )
        return answer.get("VersionId")

    def abort(self) -> None:
        """Drop the parts."""
        self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._id)

    def _finished(self, number: int, answer: Any) -> None:
        checksums = {name: answer[name] for name in _CHECKSUMS if name in answer}
        part = {"PartNumber": number, "ETag": answer["ETag"], **checksums}
        self._done.append(cast("CompletedPartTypeDef", part))


@contextmanager
def multipart(
    client: "S3Client", bucket: str, key: str, *, media_type: str, metadata: dict[str, str]
) -> Iterator[MultipartUpload]:
    """Begin an upload, and drop it if the block raises."""
    begun = client.create_multipart_upload(
        Bucket=bucket, Key=key, ContentType=media_type, Metadata=metadata
    )
    upload = MultipartUpload(client, bucket, key, begun["UploadId"])
    try:
        yield upload
    except BaseException:
        with suppress(ClientError, BotoCoreError):  # the first error is the one to report
            upload.abort()
        raise


def cut(content: bytes | BinaryIO | Iterable[bytes], size: int) -> Iterator[bytes]:
    """The content in parts of just `size` bytes, the last one shorter; none if it is empty."""
    gathered = bytearray()
    for piece in _pieces(content, size):
        if not gathered and len(piece) == size:
            yield piece
            continue
        rest = memoryview(piece)
        while rest:
            taken = rest[: size - len(gathered)]
            gathered += taken
            rest = rest[len(taken) :]
            if len(gathered) == size:
                yield bytes(gathered)
                gathered = bytearray()
    if gathered:
        yield bytes(gathered)


def _pieces(content: bytes | BinaryIO | Iterable[bytes], size: int) -> Iterable[bytes]:
    if isinstance(content, bytes):
        return _read(BytesIO(content), size)
    if hasattr(content, "read"):  # a file is an iterable too, but of lines of any length
        return _read(cast("BinaryIO", content), size)
    return content


def _read(content: BinaryIO, size: int) -> Iterator[bytes]:
    while piece := content.read(size):
        yield piece
