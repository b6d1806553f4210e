"""Directories as zip archives: whole, with a manifest, as long as was said."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.filestore.archive import zipped, zipped_size
from longrun.filestore.managed_file import DirectoryEntry
from longrun.operations.artefacts import Artefact

MODIFIED = datetime(2026, 11, 21, 12, tzinfo=UTC)
PATHS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="/"), min_size=1)


def entry(path: str, content: bytes) -> DirectoryEntry:
    artefact = Artefact(
        key=path,
        media_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    return DirectoryEntry(path=path, artefact=artefact)


def archive_of(files: Mapping[str, bytes]) -> tuple[bytes, int | None]:
    """The archive, and the length that is told of it."""
    entries = [entry(path, content) for path, content in files.items()]

    def read(entry: DirectoryEntry) -> io.BytesIO:
        return io.BytesIO(files[entry.path])

    return b"".join(zipped(entries, read, modified=MODIFIED)), zipped_size(entries)


@given(st.dictionaries(PATHS, st.binary(max_size=300), max_size=6))
def test_an_archive_holds_its_files_and_is_as_long_as_was_said(files: dict[str, bytes]) -> None:
    archive, size = archive_of(files)

    assert len(archive) == size
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        *names, _ = opened.namelist()
        assert {name: opened.read(name) for name in names} == files


def test_an_archive_of_more_entries_than_its_end_can_count_is_as_long_as_was_said() -> None:
    archive, size = archive_of({str(number): b"" for number in range(65_535)})

    assert len(archive) == size


def test_an_archive_too_large_to_be_counted_has_no_length() -> None:
    artefact = Artefact(key="a", media_type="a/b", size=2_000_000_000, sha256="")

    assert zipped_size([DirectoryEntry(path="a", artefact=artefact)]) is None


def test_the_manifest_is_the_last_entry_and_tells_size_and_sha256_of_each_file() -> None:
    archive, _ = archive_of({"a/1.pdf": b"one", "März.pdf": b""})

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.namelist()[-1] == "manifest.json"
        manifest = json.loads(opened.read("manifest.json"))
        assert manifest["files"] == [
            {
                "path": info.filename,
                "mediaType": "application/pdf",
                "size": info.file_size,
                "sha256": hashlib.sha256(opened.read(info)).hexdigest(),
            }
            for info in opened.infolist()[:-1]
        ]


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        (["a/manifest.json"], "manifest.json"),
        (["manifest.json"], "manifest-2.json"),
        (["manifest.json", "manifest-2.json"], "manifest-3.json"),
    ],
)
def test_the_manifest_takes_no_files_name(paths: list[str], name: str) -> None:
    archive, _ = archive_of(dict.fromkeys(paths, b"x"))

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.namelist() == [*paths, name]
