"""A managed directory for download: one zip archive, made while it is sent where that fits.

One that fits in no response is written once, beside the directory's files, and goes with them:
nothing of a directory ever changes.
"""

from collections.abc import Sequence
from typing import Final

from longrun.delivery.bodies import exactly
from longrun.delivery.conditions import EntityTag, Validators, not_modified
from longrun.delivery.delivery import Delivered, Delivery, unmodified
from longrun.delivery.representation import Representation, described, kept
from longrun.delivery.request import Request
from longrun.delivery.responses import begun
from longrun.filestore import (
    DirectoryEntry,
    ManagedFile,
    directory_entries,
    stream_directory,
    zipped_size,
)
from longrun.filestore.managed_file import place_of
from longrun.filestore.manifest import read_manifest, write_manifest
from longrun.operations.artefacts import Artefact, ArtefactMissing, ArtefactStore

ZIP: Final = "application/zip"
ARCHIVE: Final = "archive.zip"


def deliver_directory(
    delivery: Delivery, artefacts: ArtefactStore, directory: ManagedFile, request: Request
) -> Delivered:
    """Deliver a directory as an archive: whole, for what is made on the way has no ranges.

    Its entity tag is weak: it says that the files are the same, and another version of Python's
    zipfile may arrange them otherwise.

    Args:
        delivery: Says what fits in a response.
        artefacts: Where the files are, and the archive may be.
        directory: The managed directory.
        request: What the client asks.

    Raises:
        ArtefactMissing: Its files are gone.
        PreconditionFailed: The client wants another version.
        TooLargeToCarry: The client wants more in the response than that carries.
    """
    entries = tuple(directory_entries(artefacts, directory))
    name = f"{directory.name.removesuffix('.zip')}.zip"
    tag = EntityTag(opaque=directory.sha256, weak=True)
    validators = Validators(etag=tag, modified=directory.created)
    if not_modified(request, validators):
        return unmodified(ZIP, kept(validators))
    size = zipped_size(entries)
    headers = described(name, validators, ranges=False)
    if size is not None:
        headers["Content-Length"] = str(size)
    if request.headers_only:
        return Delivered(status=200, media_type=ZIP, headers=headers, body=iter(()))
    carried = delivery.carries(directory.size if size is None else size, request.mode)
    if carried and size is not None:
        # The first of the files is opened now.
        body = begun(exactly(size, stream_directory(artefacts, directory, entries)))
        return Delivered(status=200, media_type=ZIP, headers=headers, body=body)
    archive = _archived(artefacts, directory, entries)
    return delivery.redirect(Representation(artefact=archive, name=name, media_type=ZIP))


def _archived(
    artefacts: ArtefactStore, directory: ManagedFile, entries: Sequence[DirectoryEntry]
) -> Artefact:
    """The archive in the store, and a note of it there: only who writes it learns its digest."""
    place = place_of(directory.tenant, directory.id, persistent=directory.persistent)
    note = f"{place}archive.json"
    try:
        [written] = read_manifest(artefacts.read(note))
    except ArtefactMissing:
        body = stream_directory(artefacts, directory, entries)
        archive = artefacts.write(f"{place}{ARCHIVE}", body, media_type=ZIP)
        written = DirectoryEntry(path=ARCHIVE, artefact=archive)
        artefacts.write(note, write_manifest([written]), media_type="application/json")
    return written.artefact
