"""Artefacts in S3, against moto."""

import base64
import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from longrun.aws.artefacts import ArtefactsNotDeleted, S3Artefacts
from longrun.aws.multipart import cut
from longrun.aws.reading import PIECE, window
from longrun.operations.artefacts import Artefact, ArtefactMissing, ArtefactStore
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MIB = 1024 * 1024
SMALL_PART = 5 * MIB  # S3's least


@pytest.fixture
def store(s3: "S3Client", bucket: str) -> S3Artefacts:
    return S3Artefacts(s3, bucket, part=SMALL_PART)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_it_is_an_artefact_store(store: S3Artefacts) -> None:
    protocol: ArtefactStore = store
    assert protocol is store


def test_small_content_is_one_put_with_its_hash_beside_it(
    store: S3Artefacts, s3: "S3Client", bucket: str
) -> None:
    written = store.write("work/a.json", b"{}", media_type="application/json")
    head = s3.head_object(Bucket=bucket, Key="work/a.json")
    assert written == Artefact(
        key="work/a.json",
        media_type="application/json",
        size=2,
        sha256=sha256(b"{}"),
        version=head["VersionId"],
    )
    assert head["Metadata"] == {"sha256": sha256(b"{}")}
    assert head["ContentType"] == "application/json"
    assert store.read("work/a.json") == b"{}"
    assert store.describe("work/a.json") == written


def test_empty_content_is_stored(store: S3Artefacts) -> None:
    assert store.write("empty", iter(()), media_type="text/plain").size == 0
    assert store.read("empty") == b""
    assert list(store.stream("empty", start=3)) == []


@pytest.mark.parametrize("kind", ["bytes", "file", "pieces"])
def test_large_content_is_written_in_parts_and_hashed_on_the_way(
    store: S3Artefacts, s3: "S3Client", bucket: str, kind: str
) -> None:
    content = bytes(range(256)) * (SMALL_PART * 2 // 256) + b"the rest"

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), 700_001):
            yield content[start : start + 700_001]

    sources: dict[str, bytes | BinaryIO | Iterator[bytes]] = {
        "bytes": content,
        "file": io.BytesIO(content),
        "pieces": pieces(),
    }
    written = store.write("big", sources[kind], media_type="application/pdf")
    assert (written.size, written.sha256) == (len(content), sha256(content))
    head = s3.head_object(Bucket=bucket, Key="big")
    assert head["VersionId"] == written.version
    assert head["ContentType"] == "application/pdf"
    assert head["ETag"].endswith('-3"')
    assert store.read("big", version=written.version) == content


def test_a_source_that_fails_leaves_nothing_behind(
    store: S3Artefacts, s3: "S3Client", bucket: str
) -> None:
    def source() -> Iterator[bytes]:
        yield b"x" * (SMALL_PART * 2 + 1)
        raise OSError("the source broke")

    with pytest.raises(OSError, match="the source broke"):
        store.write("broken", source(), media_type="text/plain")
    with pytest.raises(ArtefactMissing):
        store.read("broken")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_a_pinned_version_outlives_a_second_write(store: S3Artefacts) -> None:
    first = store.write("k", b"first", media_type="text/plain")
    second = store.write("k", b"second", media_type="text/plain")
    assert first.version != second.version
    assert store.read("k") == b"second"
    assert store.read("k", version=first.version) == b"first"
    assert b"".join(store.stream("k", version=first.version)) == b"first"


def test_what_is_missing_is_named_by_its_key_alone(store: S3Artefacts) -> None:
    for call in (store.read, store.stream, store.describe):
        with pytest.raises(ArtefactMissing) as raised:
            call("no/such/key")
        assert raised.value.key == "no/such/key"
        assert raised.value.__cause__ is None
    with pytest.raises(ArtefactMissing):
        store.stream("no/such/key", length=0)
    with pytest.raises(ArtefactMissing):
        store.download("no/such/key", io.BytesIO())


def test_a_version_that_is_gone_is_missing(store: S3Artefacts) -> None:
    gone = store.write("k", b"old", media_type="text/plain")
    store.delete("k")
    store.write("k", b"new", media_type="text/plain")
    with pytest.raises(ArtefactMissing):
        store.read("k", version=gone.version)


def test_pieces_are_at_most_a_mebibyte(store: S3Artefacts) -> None:
    store.write("k", b"x" * (2 * PIECE + 5), media_type="text/plain")
    assert [len(piece) for piece in store.stream("k")] == [PIECE, PIECE, 5]


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, None, b"0123456789"),
        (3, None, b"3456789"),
        (0, 4, b"0123"),
        (3, 4, b"3456"),
        (8, 100, b"89"),
        (3, 0, b""),
        (10, None, b""),
        (11, 5, b""),
    ],
)
def test_a_range_is_cut_out_of_the_content(
    store: S3Artefacts, start: int, length: int | None, expected: bytes
) -> None:
    store.write("k", b"0123456789", media_type="text/plain")
    assert b"".join(store.stream("k", start=start, length=length)) == expected


def test_a_negative_range_is_a_mistake_of_the_caller(store: S3Artefacts) -> None:
    with pytest.raises(ValueError, match="range"):
        store.stream("k", start=-1)


def test_download_says_how_much_it_wrote(store: S3Artefacts) -> None:
    store.write("k", b"content", media_type="text/plain")
    target = io.BytesIO()
    assert store.download("k", target) == 7
    assert target.getvalue() == b"content"


def test_a_copy_has_the_content_and_its_own_version(store: S3Artefacts) -> None:
    source = store.write("from", b"content", media_type="text/csv")
    store.write("from", b"changed since", media_type="text/csv")
    copied = store.copy(source, "to")
    assert copied == store.describe("to")
    assert (copied.media_type, copied.sha256) == ("text/csv", source.sha256)
    assert store.read("to", version=copied.version) == b"content"


def test_what_one_copy_cannot_take_is_copied_in_parts(s3: "S3Client", bucket: str) -> None:
    store = S3Artefacts(s3, bucket, copy_limit=SMALL_PART, copy_part=SMALL_PART)
    content = b"x" * (SMALL_PART * 2 + 3)
    source = store.write("from", content, media_type="text/csv")
    copied = store.copy(source, "to")
    assert store.read("to", version=copied.version) == content
    assert store.describe("to") == copied


def test_copying_what_is_gone_says_which(store: S3Artefacts) -> None:
    source = store.write("from", b"content", media_type="text/csv")
    store.delete("from")
    with pytest.raises(ArtefactMissing) as raised:
        store.copy(source, "to")
    assert raised.value.key == "from"


def test_deleting_removes_every_version_and_marker_under_the_prefix(
    store: S3Artefacts, s3: "S3Client", bucket: str
) -> None:
    for _ in range(2):
        store.write("work/1/a", b"a", media_type="text/plain")
        store.write("work/1/b", b"b", media_type="text/plain")
    s3.delete_object(Bucket=bucket, Key="work/1/b")
    kept = store.write("work/10/a", b"kept", media_type="text/plain")
    store.delete("work/1/")
    left = s3.list_object_versions(Bucket=bucket)
    assert [entry["Key"] for entry in left["Versions"]] == [kept.key]
    assert "DeleteMarkers" not in left


def test_deleting_goes_beyond_one_page(store: S3Artefacts, s3: "S3Client", bucket: str) -> None:
    for number in range(1003):
        s3.put_object(Bucket=bucket, Key=f"work/{number}", Body=b"")
    store.delete("work/")
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)


def test_deleting_nothing_is_fine(store: S3Artefacts) -> None:
    store.delete("nothing/here")


def test_the_whole_bucket_is_never_deleted(store: S3Artefacts) -> None:
    with pytest.raises(ValueError, match="empty prefix"):
        store.delete("")


def test_what_could_not_be_deleted_is_counted_without_its_content(
    store: S3Artefacts, s3: "S3Client"
) -> None:
    with Stubber(s3) as stub:
        stub.add_response(
            "list_object_versions", {"Versions": [{"Key": "work/1", "VersionId": "v"}]}
        )
        error = {"Key": "work/1", "Code": "AccessDenied", "Message": "secret"}
        stub.add_response("delete_objects", {"Errors": [error]})
        with pytest.raises(ArtefactsNotDeleted) as raised:
            store.delete("work/")
    assert (raised.value.count, raised.value.codes) == (1, frozenset({"AccessDenied"}))
    assert "secret" not in str(raised.value)


def test_what_could_not_be_deleted_just_now_interrupts_the_step(
    store: S3Artefacts, s3: "S3Client"
) -> None:
    with Stubber(s3) as stub:
        stub.add_response(
            "list_object_versions", {"Versions": [{"Key": "work/1", "VersionId": "v"}]}
        )
        stub.add_response("delete_objects", {"Errors": [{"Key": "work/1", "Code": "SlowDown"}]})
        with pytest.raises(Interrupted):
            store.delete("work/")


def test_missing_is_told_by_the_code_not_by_the_words(store: S3Artefacts, s3: "S3Client") -> None:
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", "NoSuchKey", "anything", 404)
        with pytest.raises(ArtefactMissing):
            store.read("k")
        stub.add_client_error("get_object", "AccessDenied", "NoSuchKey", 403)
        with pytest.raises(s3.exceptions.ClientError):
            store.read("k")


def test_a_throttled_bucket_interrupts_the_step(store: S3Artefacts, s3: "S3Client") -> None:
    with Stubber(s3) as stub:
        for operation in ("get_object", "put_object", "head_object"):
            stub.add_client_error(operation, "SlowDown", http_status_code=503)
        with pytest.raises(Interrupted):
            store.read("k")
        with pytest.raises(Interrupted):
            store.write("k", b"", media_type="text/plain")
        with pytest.raises(Interrupted):
            store.describe("k")


@given(st.lists(st.binary(max_size=40)), st.integers(1, 16))
def test_cutting_keeps_every_byte_in_parts_of_one_size(pieces: list[bytes], size: int) -> None:
    whole = b"".join(pieces)
    for source in (whole, io.BytesIO(whole), iter(pieces)):
        parts = list(cut(source, size))
        assert b"".join(parts) == whole
        assert all(len(part) == size for part in parts[:-1])
        assert all(0 < len(part) <= size for part in parts)


@pytest.mark.parametrize("told", [True, False])
def test_the_digest_that_s3_compared_is_known_without_reading(
    store: S3Artefacts, s3: "S3Client", bucket: str, told: bool
) -> None:
    digest = base64.b64encode(hashlib.sha256(b"a").digest()).decode()
    if told:
        s3.put_object(
            Bucket=bucket, Key="a", Body=b"a", ChecksumAlgorithm="SHA256", ChecksumSHA256=digest
        )
    else:
        s3.put_object(Bucket=bucket, Key="a", Body=b"a")

    assert store.describe("a").sha256 == (sha256(b"a") if told else "")


def test_a_digest_over_parts_is_not_taken_for_the_contents(s3: "S3Client", bucket: str) -> None:
    with Stubber(s3) as stub:
        stub.add_response(
            "head_object",
            {
                "ContentType": "a/b",
                "ContentLength": 1,
                "Metadata": {},
                "ChecksumSHA256": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=-2",
            },
        )

        assert S3Artefacts(s3, bucket).describe("a").sha256 == ""


@given(
    st.binary(max_size=60),
    st.integers(0, 70),
    st.one_of(st.none(), st.integers(1, 70)),
    st.integers(1, 20),
)
def test_a_store_that_ignores_a_range_is_read_by_the_range_all_the_same(
    content: bytes, start: int, length: int | None, piece: int
) -> None:
    pieces = (content[at : at + piece] for at in range(0, len(content), piece))

    found = list(window(pieces, start, length))

    assert b"".join(found) == content[start:][:length]
    assert all(found)


def test_a_whole_object_in_answer_to_a_range_is_cut(s3: "S3Client", bucket: str) -> None:
    body = StreamingBody(io.BytesIO(b"0123456789"), 10)
    with Stubber(s3) as stub:
        stub.add_response("get_object", {"Body": body})

        pieces = S3Artefacts(s3, bucket).stream("a", version="v", start=2, length=3)

        assert b"".join(pieces) == b"234"
