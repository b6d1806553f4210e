"""Delivery: in the response, whole or in ranges, or by a redirect; all checks before any byte."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.delivery.delivery import (
    BUFFERED_LIMIT,
    STREAMED_LIMIT,
    Delivered,
    Delivery,
)
from longrun.delivery.errors import (
    PreconditionFailed,
    RangeNotSatisfiable,
    TooLargeToCarry,
    WrongLength,
)
from longrun.delivery.representation import Representation
from longrun.delivery.request import Mode, Request
from longrun.operations.artefacts import ArtefactMissing
from longrun.operations.errors import Interrupted
from tests.unit.delivery.conftest import Signer
from tests.unit.filestore.conftest import Artefacts

LIMIT = 1000
CONTENT = bytes(range(250)) * 4
MODIFIED = datetime(2026, 11, 21, 12, tzinfo=UTC)
DIGEST = f"sha-256=:{base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()}:"
ETAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
TELLING = {
    "Content-Disposition": 'attachment; filename="a.csv"',
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-cache",
    "ETag": ETAG,
    "Last-Modified": "Sat, 21 Nov 2026 12:00:00 GMT",
    "Repr-Digest": DIGEST,
}


class Reads(Artefacts):
    """Remembers what was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[tuple[int, int | None]] = []
        self.lost: slice | None = None
        """Bytes that a reader does not get."""

    def stream(
        self, key: str, *, version: str | None = None, start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        pieces = super().stream(key, version=version, start=start, length=length)
        self.opened.append((start, length))
        return pieces if self.lost is None else iter([b"".join(pieces)[self.lost]])


@pytest.fixture
def artefacts() -> Reads:
    return Reads()


@pytest.fixture
def delivery(artefacts: Reads, signer: Signer) -> Delivery:
    return Delivery(artefacts=artefacts, downloads=signer, buffered_limit=LIMIT)


@pytest.fixture
def what(artefacts: Reads) -> Representation:
    return represent(artefacts, CONTENT)


def represent(artefacts: Artefacts, content: bytes) -> Representation:
    return Representation(
        artefact=artefacts.write("a", content, media_type="text/plain"),
        name="a.csv",
        media_type="text/csv",
        modified=MODIFIED,
    )


def body(delivered: Delivered) -> bytes:
    return b"".join(delivered.body)


def test_the_whole_comes_with_all_that_is_known_of_it(
    delivery: Delivery, what: Representation, signer: Signer
) -> None:
    delivered = delivery.deliver(what, Request())

    assert delivered.status == 200
    assert delivered.media_type == "text/csv"
    assert delivered.headers == {**TELLING, "Content-Length": "1000"}
    assert body(delivered) == CONTENT
    assert signer.asked == []


def test_head_says_the_same_and_reads_nothing(
    delivery: Delivery, what: Representation, artefacts: Reads
) -> None:
    got = delivery.deliver(what, Request())
    artefacts.opened.clear()

    head = delivery.deliver(what, Request(method="HEAD", range="bytes=0-9"))

    assert (head.status, head.headers, body(head)) == (200, got.headers, b"")
    assert artefacts.opened == [(0, 0)]


def test_head_is_answered_whatever_the_size_and_the_mode(
    delivery: Delivery, artefacts: Reads
) -> None:
    for mode in Mode:
        head = delivery.deliver(
            represent(artefacts, CONTENT * 2), Request(method="HEAD", mode=mode)
        )

        assert (head.status, head.headers["Content-Length"]) == (200, "2000")


def test_an_empty_file_is_whole_even_if_a_part_is_asked_for(
    delivery: Delivery, artefacts: Reads
) -> None:
    for header in (None, "bytes=0-", "bytes=-1"):
        delivered = delivery.deliver(represent(artefacts, b""), Request(range=header))

        assert (delivered.status, body(delivered)) == (200, b"")
        assert delivered.headers["Content-Length"] == "0"


def test_a_range_is_read_as_a_range(
    delivery: Delivery, what: Representation, artefacts: Reads
) -> None:
    delivered = delivery.deliver(what, Request(range="bytes=10-19"))

    assert delivered.status == 206
    assert delivered.media_type == "text/csv"
    assert delivered.headers == {
        **TELLING,
        "Content-Length": "10",
        "Content-Range": "bytes 10-19/1000",
    }
    assert body(delivered) == CONTENT[10:20]
    assert artefacts.opened == [(10, 10)]


@pytest.mark.parametrize(
    ("header", "told", "part"),
    [
        ("bytes=-7", "bytes 993-999/1000", slice(993, 1000)),
        ("bytes=990-", "bytes 990-999/1000", slice(990, 1000)),
        ("bytes=990-5000", "bytes 990-999/1000", slice(990, 1000)),
        ("bytes=0-", "bytes 0-999/1000", slice(0, 1000)),
        ("bytes=0-9,5-14", "bytes 0-14/1000", slice(0, 15)),
    ],
)
def test_a_range_says_what_it_is(
    delivery: Delivery, what: Representation, header: str, told: str, part: slice
) -> None:
    delivered = delivery.deliver(what, Request(range=header))

    assert (delivered.status, delivered.headers["Content-Range"]) == (206, told)
    assert body(delivered) == CONTENT[part]


def test_several_ranges_come_in_parts_each_read_as_a_range_when_its_turn_comes(
    delivery: Delivery, what: Representation, artefacts: Reads
) -> None:
    delivered = delivery.deliver(what, Request(range="bytes=500-509,0-4,-5"))

    assert delivered.status == 206
    assert delivered.media_type.startswith("multipart/byteranges; boundary=")
    assert "Content-Range" not in delivered.headers
    assert artefacts.opened == [(500, 10)]
    content = body(delivered)
    assert artefacts.opened == [(500, 10), (0, 5), (995, 5)]
    assert delivered.headers["Content-Length"] == str(len(content))
    assert parts(delivered.media_type, content) == [
        ("text/csv", "bytes 500-509/1000", CONTENT[500:510]),
        ("text/csv", "bytes 0-4/1000", CONTENT[:5]),
        ("text/csv", "bytes 995-999/1000", CONTENT[-5:]),
    ]


def parts(media_type: str, content: bytes) -> list[tuple[str, str, bytes]]:
    """What a mail reader makes of a body of several parts."""
    head = f"Content-Type: {media_type}\r\n\r\n".encode()
    read: Any = message_from_bytes(head + content).get_payload()
    return [
        (part["Content-Type"], part["Content-Range"], part.get_payload(decode=True))
        for part in read
    ]


@pytest.mark.parametrize("header", ["bytes=9-1", "lines=1-2", "bytes=" + "0-1," * 17])
def test_a_range_that_says_nothing_is_ignored(
    delivery: Delivery, what: Representation, header: str
) -> None:
    delivered = delivery.deliver(what, Request(range=header))

    assert (delivered.status, body(delivered)) == (200, CONTENT)


def test_a_range_beyond_the_end_is_refused(delivery: Delivery, what: Representation) -> None:
    with pytest.raises(RangeNotSatisfiable):
        delivery.deliver(what, Request(range="bytes=1000-"))


@pytest.mark.parametrize(("tag", "status"), [(ETAG, 206), ('"x"', 200), (f"W/{ETAG}", 200)])
def test_if_range_of_other_bytes_brings_the_whole(
    delivery: Delivery, what: Representation, tag: str, status: int
) -> None:
    delivered = delivery.deliver(what, Request(range="bytes=1-", if_range=tag))

    assert delivered.status == status


def test_if_range_of_other_bytes_brings_the_whole_even_beyond_the_end(
    delivery: Delivery, what: Representation
) -> None:
    delivered = delivery.deliver(what, Request(range="bytes=2000-", if_range='"x"'))

    assert delivered.status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_client_has_is_not_sent_again(
    delivery: Delivery, what: Representation, artefacts: Reads, method: str
) -> None:
    request = Request(method=method, if_none_match=ETAG, range="bytes=0-1")

    delivered = delivery.deliver(what, request)

    assert (delivered.status, body(delivered)) == (304, b"")
    assert delivered.headers == {
        name: TELLING[name] for name in ("ETag", "Last-Modified", "Cache-Control")
    }
    assert artefacts.opened == []


def test_a_precondition_goes_before_the_range(delivery: Delivery, what: Representation) -> None:
    with pytest.raises(PreconditionFailed):
        delivery.deliver(what, Request(if_match='"x"', range="bytes=5000-"))


def test_a_post_brings_the_whole_and_knows_no_ranges_and_no_conditions(
    delivery: Delivery, what: Representation
) -> None:
    request = Request(method="POST", range="bytes=0-1", if_none_match=ETAG, if_match='"x"')

    delivered = delivery.deliver(what, request)

    assert (delivered.status, body(delivered)) == (200, CONTENT)
    assert delivered.headers == {**TELLING, "Accept-Ranges": "none", "Content-Length": "1000"}


def test_without_a_digest_the_version_is_the_tag(delivery: Delivery, what: Representation) -> None:
    unknown = replace(what, artefact=replace(what.artefact, sha256=""))

    headers = delivery.deliver(unknown, Request()).headers

    assert headers["ETag"] == '"v-1"'
    assert "Repr-Digest" not in headers


def test_without_a_version_and_a_date_nothing_is_told_of_either(
    delivery: Delivery, what: Representation
) -> None:
    artefact = replace(what.artefact, sha256="", version=None)

    headers = delivery.deliver(replace(what, artefact=artefact, modified=None), Request()).headers

    assert not {"ETag", "Last-Modified", "Repr-Digest"} & set(headers)


# --- In the response, or by a redirect


def test_what_does_not_fit_is_a_redirect_that_nobody_keeps(
    delivery: Delivery, artefacts: Reads, signer: Signer
) -> None:
    what = represent(artefacts, CONTENT + b"!")

    delivered = delivery.deliver(what, Request())

    assert delivered.status == 303
    assert body(delivered) == b""
    assert delivered.headers == {
        "Location": "https://store.example/a",
        "Cache-Control": "no-store",
        "Expires": "Sat, 21 Nov 2026 12:00:00 GMT",
        **what.digest,
    }
    assert what.digest
    assert signer.asked == [(what.artefact, 'attachment; filename="a.csv"', "text/csv")]


def test_a_part_that_fits_is_in_the_response_though_the_whole_does_not(
    delivery: Delivery, artefacts: Reads
) -> None:
    what = represent(artefacts, CONTENT * 3)

    assert delivery.deliver(what, Request(range="bytes=-1000")).status == 206
    assert delivery.deliver(what, Request(range="bytes=-1001")).status == 303
    assert delivery.deliver(what, Request(range="bytes=0-599,2000-2599")).status == 303


@pytest.mark.parametrize(
    ("streaming", "size", "mode", "status"),
    [
        (False, 10, Mode.AUTO, 200),
        (False, 11, Mode.AUTO, 303),
        (True, 11, Mode.AUTO, 200),
        (True, 20, Mode.AUTO, 200),
        (True, 21, Mode.AUTO, 303),
        (False, 10, Mode.STREAM, 200),
        (True, 20, Mode.STREAM, 200),
        (False, 1, Mode.PRESIGNED, 303),
        (True, 1, Mode.PRESIGNED, 303),
    ],
)
def test_what_a_response_carries_goes_into_it_unless_that_is_not_wanted(
    artefacts: Reads, signer: Signer, streaming: bool, size: int, mode: Mode, status: int
) -> None:
    delivery = Delivery(
        artefacts=artefacts,
        downloads=signer,
        streaming=streaming,
        buffered_limit=10,
        streamed_limit=20,
    )

    delivered = delivery.deliver(represent(artefacts, b"x" * size), Request(mode=mode))

    assert delivered.status == status


@pytest.mark.parametrize(("streaming", "limit"), [(False, BUFFERED_LIMIT), (True, STREAMED_LIMIT)])
def test_what_must_be_in_the_response_and_does_not_fit_is_refused(
    artefacts: Reads, signer: Signer, streaming: bool, limit: int
) -> None:
    delivery = Delivery(artefacts=artefacts, downloads=signer, streaming=streaming)
    artefact = replace(artefacts.write("a", b"x", media_type="a/b"), size=limit + 1)
    what = Representation(artefact=artefact, name="a", media_type="a/b")

    with pytest.raises(TooLargeToCarry) as caught:
        delivery.deliver(what, Request(mode=Mode.STREAM))

    assert (caught.value.size, caught.value.limit) == (limit + 1, limit)


# --- Before the first byte, and after it


def test_the_version_that_was_described_is_delivered(
    delivery: Delivery, artefacts: Reads, what: Representation
) -> None:
    artefacts.write("a", b"another", media_type="text/csv")

    assert body(delivery.deliver(what, Request())) == CONTENT
    assert body(delivery.deliver(what, Request(range="bytes=0-9"))) == CONTENT[:10]


@pytest.mark.parametrize(
    "request_",
    [
        Request(),
        Request(method="HEAD"),
        Request(method="POST"),
        Request(range="bytes=1-2"),
        Request(range="bytes=1-2,500-"),
        Request(mode=Mode.PRESIGNED),
    ],
)
def test_what_is_gone_is_told_before_anything_is_sent(
    delivery: Delivery, artefacts: Reads, what: Representation, request_: Request
) -> None:
    artefacts.delete("a")

    with pytest.raises(ArtefactMissing):
        delivery.deliver(what, request_)


@pytest.mark.parametrize("header", [None, "bytes=100-", "bytes=100-199,900-"])
@pytest.mark.parametrize("lost", [slice(0, -1), slice(0, 0)])
def test_a_body_breaks_rather_than_be_shorter_than_said(
    delivery: Delivery, artefacts: Reads, what: Representation, header: str | None, lost: slice
) -> None:
    artefacts.lost = lost

    with pytest.raises(WrongLength):
        body(delivery.deliver(what, Request(range=header)))


def test_a_body_that_is_longer_than_said_breaks_too(
    delivery: Delivery, artefacts: Reads, what: Representation
) -> None:
    short = replace(what, artefact=replace(what.artefact, size=999))

    with pytest.raises(WrongLength):
        body(delivery.deliver(short, Request()))


@pytest.mark.parametrize("header", [None, "bytes=100-", "bytes=100-199,900-"])
def test_what_cannot_even_be_begun_is_told_before_anything_is_sent(
    delivery: Delivery,
    artefacts: Reads,
    what: Representation,
    header: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cut(*_: Any, **__: Any) -> Iterator[bytes]:
        yield from ()
        raise Interrupted("S3")

    monkeypatch.setattr(artefacts, "stream", cut)

    with pytest.raises(Interrupted):
        delivery.deliver(what, Request(range=header))


def test_closing_a_body_closes_what_it_reads(delivery: Delivery, artefacts: Reads) -> None:
    closed = []

    def pieces() -> Iterator[bytes]:
        try:
            yield b"12"
            yield b"34"
        finally:
            closed.append(True)

    what = represent(artefacts, b"1234")
    artefacts.stream = lambda *_, **__: pieces()  # type: ignore[method-assign]  # just for this

    delivered: Any = delivery.deliver(what, Request())
    delivered.body.close()

    assert closed == [True]


CONTENTS = st.binary(min_size=1, max_size=1000)


@given(CONTENTS, st.lists(st.integers(1, 999), max_size=5))
def test_ranges_one_after_another_are_the_whole(content: bytes, cuts: list[int]) -> None:
    artefacts = Artefacts()
    delivery = Delivery(artefacts=artefacts, downloads=Signer())
    what = represent(artefacts, content)
    starts = sorted({0, *(cut for cut in cuts if cut < len(content))})
    ends = [start - 1 for start in starts[1:]] + [None]

    gathered = b""
    for start, last in zip(starts, ends, strict=True):
        header = f"bytes={start}-{'' if last is None else last}"
        delivered = delivery.deliver(
            what, Request(range=header, if_range=str(what.validators.etag))
        )
        part = body(delivered)
        assert delivered.status == 206
        assert delivered.headers["Content-Length"] == str(len(part))
        gathered += part

    assert gathered == content


@given(CONTENTS, st.integers(0, 999))
def test_a_download_that_broke_off_is_completed_by_what_follows(content: bytes, at: int) -> None:
    artefacts = Artefacts()
    delivery = Delivery(artefacts=artefacts, downloads=Signer())
    what = represent(artefacts, content)
    there = content[: min(at, len(content) - 1)]

    rest = delivery.deliver(what, Request(range=f"bytes={len(there)}-"))

    whole = hashlib.sha256(there + body(rest)).digest()
    assert rest.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(whole).decode()}:"
