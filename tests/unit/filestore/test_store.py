"""Uploading, finding, listing and deleting managed files."""

import hashlib
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from longrun.filestore import (
    ClosedFormat,
    DigestWrong,
    EmptyUpload,
    FileInUse,
    FileNotFound,
    FileStore,
    FileType,
    ManagedFile,
)

if TYPE_CHECKING:
    from tests.unit.filestore.conftest import World

DATA = FileType.DATA_FILE
MAPPING = FileType.DATA_MAPPING_CONFIG
TEMPLATE = FileType.TEMPLATE


def nobody(_tenant: str, _file_id: int) -> bool:
    return False


@pytest.mark.parametrize(
    ("segment", "kind"),
    [
        ("DataFile", DATA),
        ("DataMiningConfig", MAPPING),
        ("template", TEMPLATE),
        ("JobCreationConfig", FileType.JOB_CREATION_CONFIG),
        ("OutputCreationConfig", FileType.OUTPUT_CREATION_CONFIG),
        ("OUTPUT", None),
        ("datafile", None),
    ],
)
def test_types_are_known_by_the_name_of_their_upload(segment: str, kind: FileType | None) -> None:
    assert FileType.uploaded_as(segment) is kind


def test_an_upload_is_found_by_its_id(store: FileStore, world: "World") -> None:
    file = store.add("acme", DATA, "customers.csv", b"a,b\n")
    assert store.get("acme", file.id) == file
    assert (file.size, file.sha256) == (4, hashlib.sha256(b"a,b\n").hexdigest())
    assert file.key == f"files/transient/acme/{file.id}/customers.csv"
    assert world.artefacts.read(file.key, version=file.version) == b"a,b\n"
    assert file.artefact == world.artefacts.describe(file.key)


def test_a_data_file_may_be_a_stream(store: FileStore) -> None:
    assert store.add("acme", DATA, "a.csv", io.BytesIO(b"a,b\n")).size == 4


@pytest.mark.parametrize("kind", [DATA, MAPPING])
@pytest.mark.parametrize("content", [b"", io.BytesIO(b"")])
def test_an_empty_upload_is_refused_and_leaves_nothing(
    store: FileStore, world: "World", kind: FileType, content: bytes | io.BytesIO
) -> None:
    with pytest.raises(EmptyUpload):
        store.add("acme", kind, "a", content)
    assert not world.index.files
    assert not world.artefacts.objects


def test_a_resource_must_pass_its_check(store: FileStore, world: "World") -> None:
    with pytest.raises(ValueError, match="letter is broken"):
        store.add("acme", MAPPING, "letter", b"broken")
    with pytest.raises(ValueError, match="letter is broken"):
        store.add("acme", MAPPING, "letter", io.BytesIO(b"broken"))
    assert not world.artefacts.objects
    assert store.add("acme", FileType.JOB_CREATION_CONFIG, "letter", b"broken").size == 6


def test_a_closed_format_is_refused_before_its_check(store: FileStore) -> None:
    with pytest.raises(ClosedFormat):
        store.add("acme", MAPPING, "letter.yaml", b"PK\x03\x04broken")


def test_an_upload_without_a_name_gets_one(store: FileStore) -> None:
    for name in (None, "", "..", "dir/"):
        file = store.add("acme", DATA, name, b"x")
        assert file.name == f"data-file-{file.id}"
        assert store.find("acme", DATA, file.name) == file


def test_an_upload_that_dies_half_way_leaves_no_entry(store: FileStore, world: "World") -> None:
    world.index.failing = True
    with pytest.raises(ConnectionError):
        store.add("acme", DATA, "a.csv", b"x")
    assert not world.index.files


def test_adding_again_under_an_id_drawn_ahead_is_one_file(store: FileStore, world: "World") -> None:
    file_id = store.new_id()
    first = store.add("acme", DATA, "a.csv", b"x", file_id=file_id)
    assert store.add("acme", DATA, "a.csv", b"x", file_id=file_id) == first
    assert len(world.artefacts.objects[first.key]) == 1


def test_the_other_tenant_finds_nothing(store: FileStore) -> None:
    file = store.add("acme", DATA, "a.csv", b"x", persistent=True)
    with pytest.raises(FileNotFound):
        store.get("globex", file.id)
    for reference in (file.id, str(file.id), "a.csv", "a"):
        with pytest.raises(FileNotFound):
            store.find("globex", DATA, reference)
    with pytest.raises(FileNotFound):
        store.delete("globex", file.id, in_use=nobody)
    assert list(store.list("globex", [DATA])) == []
    assert store.get("acme", file.id) == file


def test_an_id_of_another_type_is_not_found(store: FileStore) -> None:
    file = store.add("acme", DATA, "a.csv", b"x")
    for reference in (file.id, str(file.id), "a.csv"):
        with pytest.raises(FileNotFound) as raised:
            store.find("acme", TEMPLATE, reference)
        assert (raised.value.kind, raised.value.reference) == (TEMPLATE, reference)
    with pytest.raises(FileNotFound):
        store.get("acme", file.id, TEMPLATE)


def test_the_error_says_what_was_asked_for(store: FileStore) -> None:
    with pytest.raises(FileNotFound, match=r"^There is no data mapping configuration 'letter'\.$"):
        store.find("acme", MAPPING, "letter")
    with pytest.raises(FileNotFound, match=r"^There is no template 12345\.$"):
        store.find("acme", TEMPLATE, 12345)


@pytest.mark.parametrize("reference", ["", "..", "/", 0, -1, 2**60, "9" * 100, "\x00"])
def test_references_that_can_mean_nothing_are_not_found(
    store: FileStore, reference: int | str
) -> None:
    with pytest.raises(FileNotFound):
        store.find("acme", DATA, reference)


@pytest.mark.parametrize(
    "reference", ["letter", "letter.zip", "letter.OL-template", "C:\\templates\\letter.zip"]
)
def test_a_resource_is_found_by_its_name(store: FileStore, reference: str) -> None:
    file = store.add("acme", FileType.JOB_CREATION_CONFIG, "letter.zip", b"x")
    store.add("acme", FileType.OUTPUT_CREATION_CONFIG, "letter.zip", b"x")
    assert store.find("acme", FileType.JOB_CREATION_CONFIG, reference) == file


def test_of_one_name_the_newest_wins(store: FileStore) -> None:
    store.add("acme", DATA, "a.csv", b"old")
    newest = store.add("acme", DATA, "a.csv", b"new")
    assert store.find("acme", DATA, "a.csv") == newest
    assert store.find("acme", DATA, "a") == newest


def test_an_exact_name_goes_before_a_newer_one_without_its_extension(store: FileStore) -> None:
    exact = store.add("acme", DATA, "a", b"x")
    store.add("acme", DATA, "a.csv", b"x")
    assert store.find("acme", DATA, "a") == exact


def test_the_newest_wins_across_the_ways_to_match(store: FileStore) -> None:
    bare = store.add("acme", DATA, "v1.rc", b"x")
    full = store.add("acme", DATA, "v1.rc.csv", b"x")
    assert store.find("acme", DATA, "v1.rc.OL-datamapper") == full
    assert store.delete("acme", full.id, in_use=nobody)
    assert store.find("acme", DATA, "v1.rc.OL-datamapper") == bare


def test_digits_are_an_id_first_and_then_a_name(store: FileStore) -> None:
    named = store.add("acme", DATA, "1001", b"x")
    assert named.id == 1000
    assert store.find("acme", DATA, "1001") == named
    by_id = store.add("acme", DATA, "other.csv", b"x")
    assert by_id.id == 1001
    assert store.find("acme", DATA, "1001") == by_id
    with pytest.raises(FileNotFound):
        store.find("acme", DATA, 1002)


def test_a_number_is_never_a_name(store: FileStore) -> None:
    store.add("acme", DATA, "77", b"x")
    with pytest.raises(FileNotFound):
        store.find("acme", DATA, 77)


def test_an_expired_file_is_as_good_as_gone(store: FileStore, world: "World") -> None:
    file = store.add("acme", DATA, "a.csv", b"x")
    kept = store.add("acme", DATA, "a.txt", b"x", persistent=True)
    world.pass_days(7)
    for reference in (file.id, "a.csv"):
        with pytest.raises(FileNotFound):
            store.find("acme", DATA, reference)
    with pytest.raises(FileNotFound):
        store.get("acme", file.id)
    with pytest.raises(FileNotFound):
        store.delete("acme", file.id, in_use=nobody)
    assert list(store.list("acme", [DATA])) == [kept]
    assert store.find("acme", DATA, "a") == kept


def test_an_expired_file_gives_way_to_an_older_one_that_stays(
    store: FileStore, world: "World"
) -> None:
    kept = store.add("acme", DATA, "a.csv", b"x", persistent=True)
    store.add("acme", DATA, "a.csv", b"x")
    world.pass_days(30)
    assert store.find("acme", DATA, "a.csv") == kept


def test_a_list_has_the_types_asked_for(store: FileStore) -> None:
    mapping = store.add("acme", MAPPING, "m.yaml", b"x")
    preset = store.add("acme", FileType.JOB_CREATION_CONFIG, "j.yaml", b"x")
    store.add("acme", DATA, "a.csv", b"x")
    found = store.list("acme", [MAPPING, FileType.JOB_CREATION_CONFIG])
    assert list(found) == [mapping, preset]


def test_deleting_removes_entry_and_bytes(store: FileStore, world: "World") -> None:
    file = store.add("acme", DATA, "a.csv", b"x", persistent=True)
    other = store.add("acme", DATA, "a.csv", b"x", persistent=True, file_id=file.id * 10)
    assert store.delete("acme", file.id, in_use=nobody) is True
    with pytest.raises(FileNotFound):
        store.delete("acme", file.id, in_use=nobody)
    assert list(world.artefacts.objects) == [other.key]


def test_a_file_in_use_stays(store: FileStore) -> None:
    file = store.add("acme", DATA, "a.csv", b"x")
    asked: list[tuple[str, int]] = []

    def in_use(tenant: str, file_id: int) -> bool:
        asked.append((tenant, file_id))
        return True

    with pytest.raises(FileInUse, match=r"a\.csv"):
        store.delete("acme", file.id, in_use=in_use)
    assert asked == [("acme", file.id)]
    assert store.get("acme", file.id) == file


def test_a_deletion_that_lost_the_race_says_so(store: FileStore, world: "World") -> None:
    file = store.add("acme", DATA, "a.csv", b"x")

    def somebody_else_deletes(_tenant: str, _file_id: int) -> bool:
        world.index.remove(file)
        return False

    assert store.delete("acme", file.id, in_use=somebody_else_deletes) is False


def test_an_announced_file_must_have_the_digest_that_was_promised(
    store: FileStore, world: "World"
) -> None:
    promised = hashlib.sha256(b"abc").hexdigest()
    kept = store.announce("acme", DATA, "kept.csv", sha256=promised.upper())
    world.artefacts.write(kept.key, b"abc", media_type="text/csv")
    assert store.get("acme", kept.id).sha256 == promised

    broken = store.announce("acme", DATA, "broken.csv", sha256=promised)
    world.artefacts.write(broken.key, b"abd", media_type="text/csv")
    with pytest.raises(DigestWrong, match="is not what was announced"):
        store.get("acme", broken.id)


def test_an_announced_file_is_there_once_its_bytes_are(store: FileStore, world: "World") -> None:
    announced = store.announce("acme", DATA, "big.csv", media_type="text/csv")
    with pytest.raises(FileNotFound):
        store.find("acme", DATA, announced.id)
    with pytest.raises(FileNotFound):
        store.find("acme", DATA, "big")
    assert list(store.list("acme", [DATA])) == []
    world.artefacts.write(announced.key, b"bytes", media_type="text/csv")
    [listed] = store.list("acme", [DATA])
    file = store.find("acme", DATA, "big")
    assert file == listed == store.get("acme", announced.id)
    assert (file.size, file.awaited, file.media_type) == (5, False, "text/csv")


def test_what_is_uploaded_over_an_arrived_file_is_not_read(
    store: FileStore, world: "World"
) -> None:
    announced = store.announce("acme", DATA, "big.csv")
    world.artefacts.write(announced.key, b"first", media_type="text/csv")
    file = store.get("acme", announced.id)
    world.artefacts.write(announced.key, b"second", media_type="text/csv")
    again = store.get("acme", announced.id)
    assert again == file
    assert world.artefacts.read(again.key, version=again.version) == b"first"


def without_digest(world: "World", key: str, content: bytes) -> None:
    """As a presigned form brings it."""
    world.artefacts.write(key, content, media_type="text/csv")
    artefact, _ = world.artefacts.objects[key].pop()
    world.artefacts.objects[key].append((replace(artefact, sha256=""), content))


@pytest.mark.parametrize("kind", [DATA, MAPPING])
def test_the_digest_of_an_announced_file_is_told_from_its_first_use_on(
    store: FileStore, world: "World", kind: FileType
) -> None:
    announced = store.announce("acme", kind, "big")
    without_digest(world, announced.key, b"bytes")

    file = store.get("acme", announced.id)

    assert file.sha256 == hashlib.sha256(b"bytes").hexdigest()
    assert store.get("acme", announced.id) == file


def test_a_file_too_large_to_be_read_at_first_use_has_the_digest_that_the_store_knows(
    store: FileStore, world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longrun.filestore.store.LARGEST_DIGESTED", 4)
    unknown = store.announce("acme", DATA, "unknown")
    without_digest(world, unknown.key, b"bytes")
    known = store.announce("acme", DATA, "known")
    world.artefacts.write(known.key, b"bytes", media_type="text/csv")

    assert store.get("acme", unknown.id).sha256 == ""
    assert store.get("acme", known.id).sha256 == hashlib.sha256(b"bytes").hexdigest()


def test_of_two_uploads_that_are_looked_at_at_once_one_is_the_file_for_everybody(
    store: FileStore, world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = store.announce("acme", DATA, "big.csv")
    world.artefacts.write(announced.key, b"first", media_type="text/csv")
    arrive = world.index.arrive

    def after_another(file: ManagedFile) -> bool:
        monkeypatch.setattr(world.index, "arrive", arrive)
        world.artefacts.write(announced.key, b"second", media_type="text/csv")
        assert store.get("acme", announced.id).sha256 == hashlib.sha256(b"second").hexdigest()
        return arrive(file)

    monkeypatch.setattr(world.index, "arrive", after_another)

    file = store.get("acme", announced.id)

    assert file == store.get("acme", announced.id)
    assert world.artefacts.read(file.key, version=file.version) == b"second"


def test_an_announced_resource_is_checked_when_it_is_first_found(
    store: FileStore, world: "World"
) -> None:
    announced = store.announce("acme", TEMPLATE, "letter.zip")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("index.xml", "")
    world.artefacts.write(announced.key, target.getvalue(), media_type="application/zip")
    with pytest.raises(ClosedFormat):
        store.get("acme", announced.id)
    assert store.known("acme", announced.id).type is TEMPLATE
    assert store.delete("acme", announced.id, in_use=nobody) is True


def test_an_announced_file_that_arrives_empty_is_refused(store: FileStore, world: "World") -> None:
    announced = store.announce("acme", DATA, "big.csv")
    world.artefacts.write(announced.key, b"", media_type="text/csv")
    with pytest.raises(EmptyUpload):
        store.get("acme", announced.id)
    assert store.find("acme", DATA, store.add("acme", DATA, "big.csv", b"x").id).size == 1


def test_a_newer_announcement_does_not_hide_the_file_that_is_there(store: FileStore) -> None:
    there = store.add("acme", DATA, "big.csv", b"x")
    store.announce("acme", DATA, "big.csv")
    assert store.find("acme", DATA, "big.csv") == there
