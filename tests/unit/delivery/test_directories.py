"""Directories for download."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from longrun.delivery.delivery import Delivered, Delivery
from longrun.delivery.directories import deliver_directory
from longrun.filestore import KeptOutputs, ManagedFile
from longrun.operations.artefacts import ArtefactMissing
from tests.unit.delivery.conftest import Signer
from tests.unit.filestore.conftest import Artefacts, Ids, Index

SMALL = {"a.txt": b"a", "sub/b.txt": b"b"}


def kept(artefacts: Artefacts, files: Mapping[str, bytes]) -> ManagedFile:
    outputs = KeptOutputs(artefacts=artefacts, index=Index(), ids=Ids())
    written = {
        path: artefacts.write(f"x/{path}", content, media_type="text/plain")
        for path, content in files.items()
    }
    return outputs.keep("acme", "letters", written)


def deliver(artefacts: Artefacts, signer: Signer, directory: ManagedFile, limit: int) -> Delivered:
    delivery = Delivery(artefacts=artefacts, downloads=signer, limit=limit)
    return deliver_directory(delivery, artefacts, directory)


def test_a_small_directory_is_an_archive_in_the_response(
    artefacts: Artefacts, signer: Signer
) -> None:
    delivered = deliver(artefacts, signer, kept(artefacts, SMALL), 10_000)

    assert delivered.headers == {"Content-Disposition": 'attachment; filename="letters.zip"'}
    with zipfile.ZipFile(io.BytesIO(b"".join(delivered.body))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == SMALL


@pytest.mark.parametrize("limit", [1, 100])
def test_an_archive_that_does_not_fit_is_written_once_beside_the_files(
    artefacts: Artefacts, signer: Signer, limit: int
) -> None:
    """Its files may fit where it does not: an archive has a head for each."""
    directory = kept(artefacts, SMALL)

    statuses = [deliver(artefacts, signer, directory, limit).status for _ in range(2)]

    assert statuses == [303, 303]
    [(archive, _)] = artefacts.objects[f"files/transient/acme/{directory.id}/archive.zip"]
    assert [asked for asked, _, _ in signer.asked] == [archive, archive]


def test_files_that_shrink_below_the_limit_are_in_the_response(
    artefacts: Artefacts, signer: Signer
) -> None:
    directory = kept(artefacts, {"a": b"a" * 5000, "b": b"b" * 5000})

    assert deliver(artefacts, signer, directory, 2000).status == 200


def test_a_directory_whose_files_are_gone_is_missing(artefacts: Artefacts, signer: Signer) -> None:
    directory = kept(artefacts, SMALL)
    artefacts.delete("files/")

    with pytest.raises(ArtefactMissing):
        deliver(artefacts, signer, directory, 10_000)
