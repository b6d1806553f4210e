"""The archive: what it holds, that others can open it, and whatever is refused."""

import io
import json
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyrage
import pytest

from longrun.datasets.snapshots import packing, unpacking
from longrun.datasets.snapshots.entries import Entry, EntryKind
from longrun.datasets.snapshots.errors import ArchiveDamaged, ForeignArchive, WrongPassword
from longrun.datasets.snapshots.packing import BytesChanged, packed
from longrun.datasets.snapshots.unpacking import Packed, unpacked
from longrun.operations.artefacts import Artefact, ArtefactMissing
from longrun.operations.errors import Interrupted
from tests.unit.datasets.snapshots.conftest import Memory, an_entry

TAKEN = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
PASSWORD = "correct horse ü"
PARQUET = bytes(range(256)) * 700


def entries(memory: Memory) -> list[Entry]:
    return [
        an_entry(memory, EntryKind.DATA_SET, "sales / 2026", PARQUET, definition={"source": "a"}),
        an_entry(memory, EntryKind.DATA_SET, "never loaded", definition={"source": "b"}),
        an_entry(memory, EntryKind.WORKBOOK, "letters", definition={"template": "letter"}),
        an_entry(memory, EntryKind.RESOURCE, "1001", b"PK template", name="letter.zip"),
        an_entry(memory, EntryKind.RESOURCE, "1002", b"", name="empty.yaml"),
    ]


def pack(memory: Memory, what: Sequence[Entry], **other: Any) -> bytes:
    about: dict[str, Any] = {
        "tenant": "acme",
        "snapshot": "s-1",
        "name": "Friday",
        "created": TAKEN,
        "password": PASSWORD,
        "read": lambda artefact: memory.stream(artefact.key, version=artefact.version),
    }
    return b"".join(packed(what, **(about | other)))


def open_it(
    archive: bytes,
    *,
    tenant: str = "acme",
    snapshot: str = "s-1",
    password: str = PASSWORD,
    keep: Callable[[Packed, Iterator[bytes]], Artefact] | None = None,
) -> tuple[list[Entry], dict[str, bytes]]:
    kept = Memory()

    def put(each: Packed, pieces: Iterator[bytes]) -> Artefact:
        assert each.member is not None
        return kept.write(each.entry.id, pieces, media_type=each.member.media_type)

    found = unpacked(
        io.BytesIO(archive),
        tenant=tenant,
        snapshot=snapshot,
        password=password,
        begin=lambda rows: None,
        keep=keep or put,
    )
    return list(found), {name: versions[-1] for name, versions in kept.contents.items()}


def rezipped(archive: bytes, **changed: bytes) -> bytes:
    """The archive with members exchanged, by the first part of their names."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name.split(".", maxsplit=1)[0], old.read(name)))
    return target.getvalue()


def manifest(archive: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        read: dict[str, Any] = json.loads(opened.read("manifest.json"))
    return read


def member(archive: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(name)


def test_any_age_and_zip_tool_opens_an_archive(memory: Memory) -> None:
    archive = pack(memory, entries(memory))
    opened = zipfile.ZipFile(io.BytesIO(archive))
    assert opened.testzip() is None
    key = pyrage.passphrase.decrypt(opened.read("key.age"), PASSWORD).decode().strip()
    identity = pyrage.x25519.Identity.from_str(key)
    content = pyrage.decrypt(opened.read("catalogue.tar.age"), [identity])
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        first, *others = tar.getmembers()
        assert first.name == "catalogue.json"
        assert [other.name for other in others] == [
            "datasets/000000.parquet",
            "resources/000003.zip",
            "resources/000004.zip",
        ]
        stored = tar.extractfile(others[0])
        assert stored is not None
        assert stored.read() == PARQUET


def test_the_manifest_tells_what_the_archive_is_and_no_more(memory: Memory, quick: None) -> None:
    told = manifest(pack(memory, entries(memory)))
    assert set(told) == {
        "format",
        "tenant",
        "snapshot",
        "name",
        "created",
        "keySha256",
        "catalogueSize",
        "catalogueSha256",
    }
    assert (told["tenant"], told["snapshot"], told["created"]) == (
        "acme",
        "s-1",
        "2026-11-20T10:30:00+00:00",
    )


def test_neither_names_nor_bytes_are_readable_without_the_password(
    memory: Memory, quick: None
) -> None:
    archive = pack(memory, entries(memory))
    for secret in (b"sales / 2026", b"letter.zip", b"PK template", PARQUET[:300]):
        assert secret not in archive


def test_what_was_packed_comes_out_again(memory: Memory, quick: None) -> None:
    packed_entries = entries(memory)
    found, kept = open_it(pack(memory, packed_entries))
    assert [(e.kind, e.id, e.document) for e in found] == [
        (e.kind, e.id, e.document) for e in packed_entries
    ]
    assert kept == {"sales / 2026": PARQUET, "1001": b"PK template", "1002": b""}
    assert [e.artefact is None for e in found] == [False, True, True, False, False]


def test_an_empty_catalogue_is_an_archive_too(memory: Memory, quick: None) -> None:
    assert open_it(pack(memory, [])) == ([], {})


def test_a_wrong_password_is_told_from_damage(memory: Memory) -> None:
    archive = pack(memory, [])
    with pytest.raises(WrongPassword) as refused:
        open_it(archive, password="correct horse")
    assert "horse" not in str(refused.value)


def test_another_tenants_archive_is_refused_with_the_right_password(
    memory: Memory, quick: None
) -> None:
    with pytest.raises(ForeignArchive):
        open_it(pack(memory, entries(memory), tenant="globex"))


def test_another_tenants_archive_is_refused_under_a_manifest_of_ours(
    memory: Memory, quick: None
) -> None:
    archive = pack(memory, entries(memory), tenant="globex")
    ours = json.dumps(manifest(archive) | {"tenant": "acme"}).encode()
    with pytest.raises(ForeignArchive):
        open_it(rezipped(archive, manifest=ours))


def test_the_archive_of_another_snapshot_is_refused(memory: Memory, quick: None) -> None:
    with pytest.raises(ForeignArchive):
        open_it(pack(memory, [], snapshot="s-0"))


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Monday"},
        {"created": "2020-01-01T00:00:00+00:00"},
        {"format": 2},
        {"keySha256": "00" * 32},
        {"catalogueSha256": "00" * 32},
        {"catalogueSize": 1},
        {"more": True},
        {"tenant": 7},
    ],
)
def test_a_manifest_that_was_changed_is_refused(
    memory: Memory, quick: None, change: dict[str, Any]
) -> None:
    archive = pack(memory, entries(memory))
    changed = json.dumps(manifest(archive) | change).encode()
    with pytest.raises(ArchiveDamaged):
        open_it(rezipped(archive, manifest=changed))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"[" * 100_000, b"x" * 100_000])
def test_a_manifest_that_is_none_is_refused(memory: Memory, quick: None, content: bytes) -> None:
    with pytest.raises(ArchiveDamaged):
        open_it(rezipped(pack(memory, []), manifest=content))


def test_every_single_damaged_byte_is_noticed(memory: Memory, quick: None) -> None:
    what = [an_entry(memory, EntryKind.DATA_SET, "d", b"rows" * 10)]
    archive = pack(memory, what)
    whole = open_it(archive)
    for place in range(len(archive)):
        damaged = bytearray(archive)
        damaged[place] ^= 0x10
        try:
            read = open_it(bytes(damaged))
        except (ArchiveDamaged, ForeignArchive, WrongPassword):
            continue
        # Times, flags and versions in the zip's headers, which nothing is made of.
        assert read[1] == whole[1], place


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_an_archive_that_is_cut_off_is_refused(memory: Memory, quick: None, share: float) -> None:
    archive = pack(memory, entries(memory))
    with pytest.raises(ArchiveDamaged):
        open_it(archive[: int(len(archive) * share)])


def test_content_that_is_cut_off_is_refused(memory: Memory, quick: None) -> None:
    archive = pack(memory, entries(memory))
    content = member(archive, "catalogue.tar.age")
    for length in (0, 100, 65_536 + 300, len(content) - 1):
        with pytest.raises(ArchiveDamaged):
            open_it(rezipped(archive, catalogue=content[:length]))


def test_content_of_another_archive_of_the_tenant_is_refused(memory: Memory, quick: None) -> None:
    archive = pack(memory, entries(memory))
    other = member(pack(memory, []), "catalogue.tar.age")
    with pytest.raises(ArchiveDamaged):
        open_it(rezipped(archive, catalogue=other))


def test_a_key_that_asks_for_more_work_than_we_have_is_refused_at_once(
    memory: Memory, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from longrun.datasets.snapshots import age

    monkeypatch.setattr(unpacking, "unlocked", age.unlocked)
    monkeypatch.setattr(
        packing,
        "new_key",
        lambda password: (
            pyrage.x25519.Identity.generate(),
            b"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 30\n",
        ),
    )
    with pytest.raises(ArchiveDamaged):
        open_it(pack(memory, []))


def remade(memory: Memory, monkeypatch: pytest.MonkeyPatch, make: Callable[..., Any]) -> bytes:
    """An archive as one could make it who knows the password."""
    monkeypatch.setattr(packing, "_content", make)
    return pack(memory, entries(memory))


def tarred(*members: tuple[str, bytes]) -> Iterator[bytes]:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    yield target.getvalue()


@pytest.mark.parametrize(
    "members",
    [
        lambda good: [],
        lambda good: [("other.json", good)],
        lambda good: [("catalogue.json", b"{}")],
        lambda good: [("catalogue.json", b"[")],
        lambda good: [("catalogue.json", good), ("more", b"x")],
        lambda good: [("catalogue.json", good.replace(b'"entries": []', b'"entries": {}'))],
        lambda good: [
            ("catalogue.json", good.replace(b'"entries": [', b'"entries": [{"kind": "x"},'))
        ],
        lambda good: [
            (
                "catalogue.json",
                good.replace(
                    b'"entries": [',
                    b'"entries": [{"kind": "dataset", "id": "a", "document": {}, "member": '
                    b'{"name": "datasets/0", "mediaType": "t", "size": 1, "sha256": ""}}',
                ),
            )
        ],
    ],
)
def test_content_that_is_not_as_it_is_made_is_refused(
    memory: Memory,
    quick: None,
    monkeypatch: pytest.MonkeyPatch,
    members: Callable[[bytes], list[tuple[str, bytes]]],
) -> None:
    def make(about: Any, *_: Any) -> Iterator[bytes]:
        good = json.dumps({"archive": about.document(), "entries": []}).encode()
        return tarred(*members(good))

    with pytest.raises(ArchiveDamaged):
        open_it(remade(memory, monkeypatch, make))


def test_stored_bytes_that_are_not_what_was_written_fail_the_packing(
    memory: Memory, quick: None
) -> None:
    what = entries(memory)
    assert what[0].artefact is not None
    memory.contents[what[0].artefact.key] = [PARQUET[:-1] + b"?"]
    with pytest.raises(BytesChanged):
        pack(memory, what)


@pytest.mark.parametrize("error", [ArtefactMissing("k"), Interrupted("S3")])
def test_what_fails_while_bytes_are_read_is_raised_as_it_is(
    memory: Memory, quick: None, error: Exception
) -> None:
    def read(artefact: Artefact) -> Iterator[bytes]:
        yield b"PK"
        raise error

    with pytest.raises(type(error)):
        pack(memory, entries(memory), read=read)


def test_what_fails_while_bytes_are_kept_is_raised_as_it_is(memory: Memory, quick: None) -> None:
    def keep(each: Packed, pieces: Iterator[bytes]) -> Artefact:
        next(pieces)
        raise Interrupted("S3")

    with pytest.raises(Interrupted):
        open_it(pack(memory, entries(memory)), keep=keep)


def test_what_fails_while_the_archive_is_read_is_raised_as_it_is(
    memory: Memory, quick: None
) -> None:
    archive = pack(memory, entries(memory))

    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if 200 < self.tell() < 150_000:
                raise Interrupted("S3")
            return super().read(size)

    with pytest.raises(Interrupted):
        unpacked(
            Breaking(archive),
            tenant="acme",
            snapshot="s-1",
            password=PASSWORD,
            begin=lambda rows: None,
            keep=lambda each, pieces: memory.write("x", pieces, media_type="t"),
        )


def test_memory_is_bounded_whatever_the_size(quick: None, tmp_path: Any) -> None:
    size = 96 * 1024 * 1024
    block = bytes(1024 * 1024)

    def read(artefact: Artefact) -> Iterator[bytes]:
        return iter([block] * (size // len(block)))

    import hashlib

    digest = hashlib.sha256()
    for piece in read(None):  # type: ignore[arg-type]  # not looked at
        digest.update(piece)
    artefact = Artefact(key="k", media_type="t", size=size, sha256=digest.hexdigest())
    entry = Entry(kind=EntryKind.DATA_SET, id="big", document={}, artefact=artefact)

    def keep(each: Packed, pieces: Iterator[bytes]) -> Artefact:
        assert sum(len(piece) for piece in pieces) == size
        return artefact

    tracemalloc.start()
    try:
        with (tmp_path / "archive.zip").open("wb") as target:
            for piece in packed(
                [entry],
                tenant="acme",
                snapshot="s-1",
                name="n",
                created=TAKEN,
                password=PASSWORD,
                read=read,
            ):
                target.write(piece)
        with (tmp_path / "archive.zip").open("rb") as source:
            unpacked(
                source,
                tenant="acme",
                snapshot="s-1",
                password=PASSWORD,
                begin=lambda rows: None,
                keep=keep,
            )
        assert tracemalloc.get_traced_memory()[1] < 24 * 1024 * 1024
    finally:
        tracemalloc.stop()
