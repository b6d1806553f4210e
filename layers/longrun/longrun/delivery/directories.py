"""A managed directory for download: one zip archive, in the response or beside the directory."""

from longrun.delivery.delivery import Delivered, Delivery
from longrun.delivery.disposition import attachment
from longrun.filestore import FileArtefacts, ManagedFile, stream_file
from longrun.filestore.managed_file import place_of
from longrun.operations.artefacts import Artefact, ArtefactMissing

ZIP = "application/zip"


def deliver_directory(
    delivery: Delivery, artefacts: FileArtefacts, directory: ManagedFile
) -> Delivered:
    """Deliver a directory as an archive.

    One that is too large for a response is written once, beside the directory's files, and goes
    with them: nothing of a directory ever changes.

    Args:
        delivery: Says what fits in a response.
        artefacts: Where the files are, and the archive will be.
        directory: The managed directory.

    Raises:
        ArtefactMissing: Its files are gone.
    """
    name = f"{directory.name.removesuffix('.zip')}.zip"
    if delivery.inline(directory.size):
        archive = b"".join(stream_file(artefacts, directory))
        if delivery.inline(len(archive)):
            return Delivered(
                status=200,
                headers={"Content-Disposition": attachment(name)},
                body=iter((archive,)),
            )
    return delivery.deliver(_archived(artefacts, directory), name=name, media_type=ZIP)


def _archived(artefacts: FileArtefacts, directory: ManagedFile) -> Artefact:
    place = place_of(directory.tenant, directory.id, persistent=directory.persistent)
    key = f"{place}archive.zip"
    try:
        return artefacts.describe(key)
    except ArtefactMissing:
        return artefacts.write(key, stream_file(artefacts, directory), media_type=ZIP)
