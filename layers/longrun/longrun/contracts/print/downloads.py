"""`/filestore/file`: fetching managed files, and the files of managed directories."""

from typing import Final
from urllib.parse import quote

from longrun.contracts.print.delivering import answered, asked
from longrun.contracts.print.files import known_file, may_read
from longrun.contracts.print.services import Services
from longrun.delivery.directories import deliver_directory
from longrun.delivery.representation import Representation
from longrun.filestore import ManagedFile, directory_entry
from longrun.filestore.names import relative_path
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import PRINT_RUN, RESOURCES_READ
from longrun.operations.artefacts import Artefact


def get_file(call: Call[Services]) -> Answer:
    """A managed file's bytes; of a directory, a zip archive of its files and their manifest."""
    file = _file(call)
    if file.entries is None:
        return _delivered(call, file, file.artefact, file.name)
    services = call.services
    delivered = deliver_directory(services.delivery, services.platform.artefacts, file, asked(call))
    return answered(delivered, _original(file.name))


def get_entry(call: Call[Services]) -> Answer:
    """One file of a managed directory."""
    file = _file(call)
    path = relative_path(call.path["relPath"])
    entry = directory_entry(call.services.platform.artefacts, file, path)
    return _delivered(call, file, entry.artefact, path.rsplit("/", 1)[-1])


def _file(call: Call[Services]) -> ManagedFile:
    """The file, its bytes in place."""
    known = known_file(call, may_read)
    return call.services.files.get(known.tenant, known.id)


def _delivered(call: Call[Services], file: ManagedFile, artefact: Artefact, name: str) -> Answer:
    what = Representation(
        artefact=artefact, name=name, media_type=artefact.media_type, modified=file.created
    )
    return answered(call.services.delivery.deliver(what, asked(call)), _original(name))


def _original(name: str) -> dict[str, str]:
    # A header has no room for other characters, and this one no syntax for them.
    return {"OL-Original-Filename": quote(name, safe=" !#$&'()+,;=@[]")}


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
