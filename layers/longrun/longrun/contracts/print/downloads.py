"""`/filestore/file`: fetching managed files, and the files of managed directories."""

from typing import Final
from urllib.parse import quote

from longrun.contracts.print.answer import Answer
from longrun.contracts.print.call import Call
from longrun.contracts.print.endpoint import Endpoint
from longrun.contracts.print.files import known_file, may_read
from longrun.delivery.delivery import Delivered
from longrun.delivery.directories import ZIP, deliver_directory
from longrun.delivery.disposition import attachment
from longrun.filestore import ManagedFile, directory_entry
from longrun.filestore.names import relative_path
from longrun.identity.roles import PRINT_RUN, RESOURCES_READ
from longrun.operations.artefacts import Artefact


def get_file(call: Call) -> Answer:
    """A managed file's bytes; of a directory, a zip archive of its files."""
    file = _file(call)
    if file.entries is None:
        return _delivered(call, file.artefact, file.name)
    if call.method == "HEAD":
        name = f"{file.name.removesuffix('.zip')}.zip"
        return _answer(_nothing(name), ZIP, file.name)
    delivered = deliver_directory(call.services.delivery, call.services.platform.artefacts, file)
    return _answer(delivered, ZIP, file.name)


def get_entry(call: Call) -> Answer:
    """One file of a managed directory."""
    file = _file(call)
    path = relative_path(call.path["relPath"])
    entry = directory_entry(call.services.platform.artefacts, file, path)
    return _delivered(call, entry.artefact, path.rsplit("/", 1)[-1])


def _file(call: Call) -> ManagedFile:
    """The file, its bytes in place."""
    known = known_file(call, may_read)
    return call.services.files.get(known.tenant, known.id)


def _delivered(call: Call, artefact: Artefact, name: str) -> Answer:
    if call.method == "HEAD":
        return _answer(_nothing(name), artefact.media_type, name)
    delivered = call.services.delivery.deliver(artefact, name=name, media_type=artefact.media_type)
    return _answer(delivered, artefact.media_type, name)


def _nothing(name: str) -> Delivered:
    """What HEAD says: all but the bytes, which are not read for it."""
    return Delivered(status=200, headers={"Content-Disposition": attachment(name)}, body=iter(()))


def _answer(delivered: Delivered, media_type: str, name: str) -> Answer:
    return Answer(
        status=delivered.status,
        media_type=media_type,
        # A header has no room for other characters, and this one no syntax for them.
        headers={**delivered.headers, "OL-Original-Filename": quote(name, safe=" !#$&'()+,;=@[]")},
        body=delivered.body,
    )


ENDPOINTS: Final = (
    Endpoint(
        name="getFile",
        verbs=("GET", "HEAD"),
        path="/filestore/file/{fileId}",
        needs=(PRINT_RUN, RESOURCES_READ),
        answer=get_file,
    ),
    Endpoint(
        name="getDirectoryEntry",
        verbs=("GET", "HEAD"),
        path="/filestore/file/{fileId}/{relPath+}",
        needs=(PRINT_RUN, RESOURCES_READ),
        answer=get_entry,
    ),
)
