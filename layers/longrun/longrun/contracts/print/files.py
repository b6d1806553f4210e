"""`/filestore`: uploading, listing and deleting managed files. Fetching them is `downloads`'."""

import json
import re
from collections.abc import Callable
from datetime import UTC
from typing import Any, Final

from longrun.contracts.print.errors import Refused
from longrun.contracts.print.handshake import handshake
from longrun.contracts.print.services import Services
from longrun.contracts.print.truth import truth
from longrun.delivery.delivery import BUFFERED_LIMIT
from longrun.documents.order import Order
from longrun.filestore import FileNotFound, FileType, ManagedFile
from longrun.filestore.names import as_id
from longrun.gateway.answer import Answer, document, text
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import PRINT_RUN, RESOURCES_LIST, RESOURCES_READ, RESOURCES_WRITE
from longrun.operations.authority import require
from longrun.operations.errors import OperationUnknown

TOO_LARGE: Final = (
    "The body is too large for this call. Ask POST /filestore/uploads for a presigned POST and "
    "upload the file there."
)
"""The message of each 413; in template.yaml the gateway's own says the same."""

UPLOAD_NAMES: Final = (
    "DataFile",
    "DataMiningConfig",
    "template",
    "JobCreationConfig",
    "OutputCreationConfig",
)
_RESOURCES: Final = tuple(kind for kind in FileType if kind.resource)
_LARGEST_DATA: Final = 5_000_000_000
"""Bytes of a data file that is uploaded by a form: what S3 takes in one POST."""
_LARGEST_RESOURCE: Final = 64 * 1024 * 1024
"""Bytes of a resource that is uploaded by a form: resources are checked in memory."""
_SHA256: Final = re.compile("[0-9A-Fa-f]{64}")


def may_write(kind: FileType) -> str:
    """The permission to upload or delete a file of the type."""
    return RESOURCES_WRITE if kind.resource else PRINT_RUN


def may_read(kind: FileType) -> str:
    """The permission to fetch a file of the type."""
    return RESOURCES_READ if kind.resource else PRINT_RUN


def known_file(call: Call[Services], permission: Callable[[FileType], str]) -> ManagedFile:
    """The file that the path names, as the index has it; bytes that are awaited may be missing.

    Args:
        call: With `fileId` in its path.
        permission: What the caller needs for a file of a type.

    Raises:
        FileNotFound: There is none in the caller's tenant.
        PermissionMissing: The caller may not do that to a file of its type.
    """
    reference = call.path["fileId"]
    number = as_id(reference)
    if number is None:
        raise FileNotFound(None, reference)
    file = call.services.files.known(call.principal.tenant, number)
    require(call.principal, permission(file.type))
    return file


def uploaded(call: Call[Services]) -> bytes:
    """The body of a call that uploads a file.

    Raises:
        Refused: It is larger than a deployed function is ever sent; what works locally works there.
    """
    body = call.body
    if len(body) > BUFFERED_LIMIT:
        raise Refused(TOO_LARGE, status=413)
    return body


def _upload(kind: FileType) -> Callable[[Call[Services]], Answer]:
    def upload(call: Call[Services]) -> Answer:
        """Store the body as a managed file; its id. Resources are checked before they are kept."""
        persistent = call.flag("persistent")
        file = call.services.files.add(
            call.principal.tenant,
            kind,
            call.query("filename"),
            uploaded(call),
            persistent=persistent,
        )
        return text(str(file.id))

    return upload


def announce(call: Call[Services]) -> Answer:
    """A form by which a file of any size is uploaded straight to the store, under the id given.

    With `sha256`, the store takes nothing else than what has that digest.
    """
    asked = _asked(call.body)
    kind = _type_of(asked.get("type"))
    require(call.principal, may_write(kind))
    name, persistent = asked.get("filename"), asked.get("persistent", False)
    if name is not None and not isinstance(name, str):
        raise Refused("filename must be a string.", parameter="filename")
    if not isinstance(persistent, bool):
        raise Refused("persistent must be true or false.", parameter="persistent")
    sha256 = asked.get("sha256")
    if sha256 is not None and not (isinstance(sha256, str) and _SHA256.fullmatch(sha256)):
        raise Refused("sha256 must be 64 hexadecimal digits.", parameter="sha256")
    file = call.services.files.announce(
        call.principal.tenant, kind, name, persistent=persistent, sha256=sha256
    )
    form = call.services.platform.uploads.form(
        file.key,
        media_type=file.media_type,
        largest=_LARGEST_RESOURCE if kind.resource else _LARGEST_DATA,
        sha256=sha256,
    )
    return document(
        {
            "fileId": file.id,
            "url": form.url,
            "fields": dict(form.fields),
            "expiresAt": form.expires.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )


def list_resources(call: Call[Services]) -> Answer:
    """The tenant's configurations, templates and presets, of the types asked for or of all."""
    kinds = _kinds(call.query("type"))
    bucket = call.services.platform.bucket
    return document(
        [
            {
                "id": file.id,
                "name": file.name,
                "path": f"s3://{bucket}/{file.key}",
                "type": file.type.value,
                "size": file.size,
            }
            for file in call.services.files.list(call.principal.tenant, kinds)
        ]
    )


def delete(call: Call[Services]) -> Answer:
    """Delete a managed file that no running operation needs; false if it went meanwhile."""
    file = known_file(call, may_write)
    deleted = call.services.files.delete(
        file.tenant, file.id, in_use=lambda tenant, file_id: _in_use(call, tenant, file_id)
    )
    return truth(deleted)


def _in_use(call: Call[Services], tenant: str, file_id: int) -> bool:
    operations = call.services.platform.operations
    for operation in operations.running(tenant):
        try:
            # Workbooks are exported by orders too; what is no order names no files.
            order = Order.read(operations.input(operation.id))
        except OperationUnknown:
            continue  # It went while we looked.
        if file_id in order.files():
            return True
    return False


def _asked(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise Refused('The request must be a JSON object such as {"type": "DATA_FILE"}.')
    return asked


def _type_of(name: object) -> FileType:
    """A type by its own name, or by that of its upload method."""
    found = FileType.uploaded_as(name) if isinstance(name, str) else None
    if found is None and isinstance(name, str) and name in FileType:
        found = FileType(name)
    if found is None or found is FileType.OUTPUT:
        known = ", ".join(kind for kind in FileType if kind is not FileType.OUTPUT)
        raise Refused(f"type must be one of {known}, not {name!r:.80}.", parameter="type")
    return found


def _kinds(names: str | None) -> tuple[FileType, ...]:
    if names is None:
        return _RESOURCES
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in _RESOURCES:
            known = ", ".join(_RESOURCES)
            raise Refused(f"type takes {known}, not {name!r:.80}.", parameter="type")
    return tuple(FileType(name) for name in wanted) or _RESOURCES


def _upload_endpoint(name: str) -> Endpoint[Services]:
    kind = FileType.uploaded_as(name)
    assert kind is not None, "each upload method names a type"
    return Endpoint(
        name=f"upload{name[0].upper()}{name[1:]}",
        verbs=("POST",),
        path=f"/filestore/{name}",
        needs=(may_write(kind),),
        answer=_upload(kind),
    )


ENDPOINTS: Final = (
    *handshake("FilestoreRestService", "/filestore", "filestore"),
    *(_upload_endpoint(name) for name in UPLOAD_NAMES),
    Endpoint(
        name="announceUpload",
        verbs=("POST",),
        path="/filestore/uploads",
        needs=(PRINT_RUN, RESOURCES_WRITE),
        answer=announce,
    ),
    Endpoint(
        name="listResources",
        verbs=("GET",),
        path="/filestore/resources",
        needs=(RESOURCES_LIST,),
        answer=list_resources,
    ),
    Endpoint(
        name="deleteFile",
        verbs=("GET", "POST"),
        path="/filestore/delete/{fileId}",
        needs=(PRINT_RUN, RESOURCES_WRITE),
        answer=delete,
    ),
)
