"""Directories for download."""

import io
import json
import zipfile
from collections.abc import Mapping

import pytest

from longrun.delivery.delivery import Delivered, Delivery
from longrun.delivery.directories import deliver_directory
from longrun.delivery.errors import PreconditionFailed, TooLargeToCarry
from longrun.delivery.request import Mode, Request
from longrun.filestore import KeptOutputs, ManagedFile
from longrun.operations.artefacts import ArtefactMissing
from tests.unit.delivery.conftest import Signer
from tests.unit.filestore.conftest import Artefacts, Ids, Index

SMALL = {"a.txt": b"a", "sub/b.txt": b"b"}


@pytest.fixture
def directory(artefacts: Artefacts) -> ManagedFile:
    return kept(artefacts, SMALL)


def kept(artefacts: Artefacts, files: Mapping[str, bytes]) -> ManagedFile:
    outputs = KeptOutputs(artefacts=artefacts, index=Index(), ids=Ids())
    written = {
        path: artefacts.write(f"x/{path}", content, media_type="text/plain")
        for path, content in files.items()
    }
    return outputs.keep("acme", "letters", written)


def deliver(
    artefacts: Artefacts,
    signer: Signer,
    directory: ManagedFile,
    request: Request | None = None,
    *,
    limit: int = 10_000,
) -> Delivered:
    delivery = Delivery(artefacts=artefacts, downloads=signer, buffered_limit=limit)
    return deliver_directory(delivery, artefacts, directory, request or Request())


def test_a_directory_is_an_archive_made_while_it_is_sent(
    artefacts: Artefacts, signer: Signer, directory: ManagedFile
) -> None:
    before = set(artefacts.objects)

    delivered = deliver(artefacts, signer, directory)
    content = b"".join(delivered.body)

    assert (delivered.status, delivered.media_type) == (200, "application/zip")
    assert delivered.headers["Content-Disposition"] == 'attachment; filename="letters.zip"'
    assert delivered.headers["Content-Length"] == str(len(content))
    assert delivered.headers["Accept-Ranges"] == "none"
    assert delivered.headers["ETag"] == f'W/"{directory.sha256}"'
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        *names, manifest = archive.namelist()
        assert {name: archive.read(name) for name in names} == SMALL
        assert [row["path"] for row in json.loads(archive.read(manifest))["files"]] == list(SMALL)
    assert set(artefacts.objects) == before


def test_only_the_first_file_is_opened_before_the_first_byte(
    artefacts: Artefacts, signer: Signer, directory: ManagedFile
) -> None:
    delivered = deliver(artefacts, signer, directory)
    artefacts.delete(f"files/transient/acme/{directory.id}/letters/sub/")

    with pytest.raises(ArtefactMissing):
        b"".join(delivered.body)


def test_head_says_the_same(artefacts: Artefacts, signer: Signer, directory: ManagedFile) -> None:
    got = deliver(artefacts, signer, directory)

    head = deliver(artefacts, signer, directory, Request(method="HEAD"), limit=1)

    assert (head.status, head.headers, list(head.body)) == (200, got.headers, [])


@pytest.mark.parametrize("header", ["bytes=0-9", "bytes=999999-"])
def test_an_archive_has_no_ranges(
    artefacts: Artefacts, signer: Signer, directory: ManagedFile, header: str
) -> None:
    delivered = deliver(artefacts, signer, directory, Request(range=header))

    assert delivered.status == 200


def test_what_the_client_has_is_not_made_again(
    artefacts: Artefacts, signer: Signer, directory: ManagedFile
) -> None:
    tag = deliver(artefacts, signer, directory).headers["ETag"]

    assert deliver(artefacts, signer, directory, Request(if_none_match=tag)).status == 304
    with pytest.raises(PreconditionFailed):
        deliver(artefacts, signer, directory, Request(if_match='"x"'))


def test_an_archive_that_fits_to_the_byte_is_in_the_response(
    artefacts: Artefacts, signer: Signer, directory: ManagedFile
) -> None:
    size = int(deliver(artefacts, signer, directory).headers["Content-Length"])

    assert deliver(artefacts, signer, directory, limit=size).status == 200
    assert deliver(artefacts, signer, directory, limit=size - 1).status == 303


def test_an_archive_that_does_not_fit_is_written_once_beside_the_files(
    artefacts: Artefacts, signer: Signer, directory: ManagedFile
) -> None:
    replies = [deliver(artefacts, signer, directory, limit=1) for _ in range(2)]

    assert [reply.status for reply in replies] == [303, 303]
    [(archive, _)] = artefacts.objects[f"files/transient/acme/{directory.id}/archive.zip"]
    assert (
        signer.asked
        == [
            (archive, 'attachment; filename="letters.zip"', "application/zip"),
        ]
        * 2
    )
    assert all(reply.headers["Repr-Digest"] for reply in replies)


def test_a_small_archive_may_be_wanted_by_a_url_and_a_large_one_may_not_be_streamed(
    artefacts: Artefacts, signer: Signer, directory: ManagedFile
) -> None:
    assert deliver(artefacts, signer, directory, Request(mode=Mode.PRESIGNED)).status == 303
    with pytest.raises(TooLargeToCarry):
        deliver(artefacts, signer, directory, Request(mode=Mode.STREAM), limit=1)


@pytest.mark.parametrize("limit", [1, 10_000])
def test_a_directory_whose_files_are_gone_is_missing(
    artefacts: Artefacts, signer: Signer, directory: ManagedFile, limit: int
) -> None:
    artefacts.delete(f"files/transient/acme/{directory.id}/letters/")

    with pytest.raises(ArtefactMissing):
        deliver(artefacts, signer, directory, limit=limit)
