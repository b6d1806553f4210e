"""What the table of endpoints does not say of a method: its parameters, bodies and answers."""

from typing import Final

from longrun.contracts.print.openapi.schemas import IDENTIFIERS
from longrun.gateway.answer import JSON, OCTETS, TEXT
from longrun.gateway.openapi import (
    Bodies,
    Described,
    Method,
    Schema,
    json_method,
    listed,
    method,
    reference,
)

_FLAG: Final[Schema] = {"type": "boolean"}
_STRING: Final[Schema] = {"type": "string"}
_BYTES: Final[Schema] = {}
"""Raw bytes have no schema in OpenAPI 3.1."""
_TRUTH: Final[Schema] = {"enum": ["true", "false"]}
_ID_TEXT: Final[Schema] = {"type": "string", "pattern": "^[0-9]+$"}

HEADERS: Final = {
    "operationId": "The operation's id, a UUID.",
    "Link": "One for each relation: progress, result, cancel.",
    "X-Result-Type": (
        "Data-Set-ID, Content-Set-ID, Job-Set-ID, Output-Streamed, Output-Local-Filepath or "
        "Output-Managed-Info."
    ),
    "X-Data-Set-ID": "With `returnIdInHeader`: the data set that remains.",
    "X-Content-Set-ID": "With `returnIdInHeader`: the content set.",
    "X-Job-Set-ID": "With `returnIdInHeader`: the job set.",
    "Token-Expires-In": "Seconds.",
    "Content-Disposition": "With the file's name.",
    "OL-Original-Filename": "The file's name, percent-encoded where it is not ASCII.",
    "Location": "Of 303: a URL that is good for a few minutes.",
    "Accept-Ranges": "bytes, or none where only the whole is to be had.",
    "Content-Location": "Where the same bytes are got by GET, and so by Range.",
    "Content-Range": "Of 206: which bytes these are.",
    "ETag": "Changes with the bytes.",
    "Last-Modified": "Since when the bytes are these.",
    "Repr-Digest": "The SHA-256 of the whole, as `sha-256=:base64:` (RFC 9530).",
    "Retry-After": "Of 503: seconds.",
}
SENT: Final[dict[str, Described]] = {
    "Idempotency-Key": (
        "The same key with the same request is the same operation, for a day.",
        {"type": "string", "maxLength": 255},
    ),
}
PATH: Final[dict[str, Described]] = {
    "operationId": ("The operation's id.", {"type": "string", "format": "uuid"}),
    "fileId": ("The managed file's id.", _ID_TEXT),
    "relPath": ("The file's path in the directory; may hold slashes.", _STRING),
    "id": ("The entity's id.", _ID_TEXT),
    "dmConfigId": ("The data mapping configuration: its id or name.", _STRING),
    "templateId": ("The template: its id or name.", _STRING),
    "jcConfigId": ("The job creation preset: its id or name; 0 is none.", _STRING),
    "ocConfigId": ("The output creation preset: its id or name.", _STRING),
}
ERRORS: Final = {
    400: "The request breaks a rule; the message says which.",
    401: "No, wrong or expired credentials.",
    403: "A role is missing.",
    404: "There is no such thing in the caller's tenant.",
    412: "The content is not the one that If-Match or If-Unmodified-Since asks for.",
    413: "The body is larger than 4.5 MB; the message says what to do.",
    416: "The range lies beyond the end; Content-Range says where that is.",
    500: "The operation failed, for the reason told; or the service did.",
    503: "Not just now; ask again after Retry-After.",
}

_HANDSHAKE = method("The service is there.", {TEXT: _STRING})
_VERSION = method("YEAR.MINOR and more.", {TEXT: {"type": "string", "examples": ["2026.2.0"]}})
_STARTED = ("operationId", "Link")
_RESULT = ("X-Result-Type", "X-Data-Set-ID", "X-Content-Set-ID", "X-Job-Set-ID")
_BYTES_SENT = ("Content-Disposition", "Location", "ETag", "Last-Modified", "Repr-Digest")
_FILE = (*_BYTES_SENT, "OL-Original-Filename", "Accept-Ranges", "Content-Range")
_DELIVERY: dict[str, Described] = {
    "delivery": (
        "How bytes come: in the response if they fit, so or not at all, or by a presigned URL.",
        {"enum": ["auto", "stream", "presigned"], "default": "auto"},
    )
}
_REDIRECT: dict[int, tuple[str, Bodies]] = {
    303: ("The content is larger than a response carries; it is at Location.", {})
}
_UPLOAD = method(
    "The managed file's id.",
    {TEXT: _ID_TEXT},
    query={
        "filename": ("The file's name.", _STRING),
        "persistent": ("Keep it until it is deleted.", {**_FLAG, "default": False}),
    },
    body={OCTETS: _BYTES, "application/zip": _BYTES, "application/xml": _BYTES},
    errors=(400, 413),
)
_DELETE_SET = method("Whether it was this call that deleted it.", {TEXT: _TRUTH}, errors=(404,))
_GET_FILE = method(
    "The file.",
    {OCTETS: _BYTES, "application/zip": _BYTES, "application/pdf": _BYTES},
    also={
        206: (
            "The range asked for, or several of them.",
            {OCTETS: _BYTES, "multipart/byteranges": _BYTES},
        ),
        304: ("The client has it already.", {}),
        **_REDIRECT,
    },
    query=_DELIVERY,
    headers=_FILE,
    errors=(400, 404, 412, 416),
)


def _ids(words: str, *errors: int) -> Method:
    return json_method(words, reference("IdentifierList"), errors=errors)


METHODS: Final = {
    "print": _HANDSHAKE,
    "printVersion": _VERSION,
    "authentication": _HANDSHAKE,
    "authenticationVersion": _VERSION,
    "filestore": _HANDSHAKE,
    "filestoreVersion": _VERSION,
    "login": method(
        "A session token.", {TEXT: _STRING}, headers=("Token-Expires-In",), security=("basic",)
    ),
    "submit": method(
        "Accepted; the body is empty.",
        status=202,
        sent=("Idempotency-Key",),
        body={JSON: reference("Configuration")},
        headers=_STARTED,
        errors=(400,),
    ),
    "process": method(
        "Accepted; the body is empty. Also where a synchronous call was not ready in 25 s.",
        status=202,
        also={
            200: ("With async=false: as getResult.", {OCTETS: _BYTES, TEXT: _STRING}),
            **_REDIRECT,
        },
        query={
            "async": ("Answer at once.", {**_FLAG, "default": True}),
            "resultAsTxt": ("Of a synchronous call: as getResultTxt.", {**_FLAG, "default": False}),
            "createOnly": ("Keep the output in the file store.", {**_FLAG, "default": False}),
            "printRange": ("Only these records, such as `1-3, 7`.", _STRING),
            "filename": ("The data file's name.", _STRING),
            **_DELIVERY,
        },
        sent=("Idempotency-Key",),
        body={OCTETS: _BYTES},
        headers=(*_STARTED, "X-Result-Type", "Content-Location", *_BYTES_SENT),
        errors=(400, 413),
    ),
    "getOperations": json_method("The running operations, oldest first.", listed("Operation")),
    "getProgress": method(
        "0 to 100, then done.",
        {TEXT: {"type": "string", "pattern": "^([0-9]{1,2}|100|done)$"}},
        errors=(404,),
    ),
    "cancel": method("Operation cancellation requested.", status=204, errors=(404,)),
    "getResult": method(
        "The id, the paths, or the bytes of the only spool file.",
        {OCTETS: _BYTES},
        also=_REDIRECT,
        query=_DELIVERY,
        headers=(*_RESULT, "Content-Location", *_BYTES_SENT),
        errors=(400, 404),
    ),
    "getResultTxt": method(
        "The id, or the paths.", {TEXT: _STRING}, headers=_RESULT, errors=(404,)
    ),
    "getManagedResult": method(
        "The output's id and files, as JSON in plain text; or the id.",
        {TEXT: {"type": "string", "contentMediaType": JSON}},
        headers=_RESULT,
        errors=(404,),
    ),
    "uploadDataFile": _UPLOAD,
    "uploadDataMiningConfig": _UPLOAD,
    "uploadTemplate": _UPLOAD,
    "uploadJobCreationConfig": _UPLOAD,
    "uploadOutputCreationConfig": _UPLOAD,
    "announceUpload": json_method(
        "A form.",
        reference("UploadForm"),
        body={JSON: reference("UploadRequest")},
        errors=(400,),
    ),
    "listResources": json_method(
        "The resources.",
        listed("Resource"),
        query={"type": ("Types, comma-separated; without it, all.", _STRING)},
        errors=(400,),
    ),
    "deleteFile": method(
        "Whether it was this call that deleted it.", {TEXT: _TRUTH}, errors=(400, 404)
    ),
    "getFile": _GET_FILE,
    "getDirectoryEntry": _GET_FILE,
    "listDatasets": _ids("The data sets, oldest first."),
    "listContentsets": _ids("The content sets, oldest first."),
    "listJobsets": _ids("The job sets, oldest first."),
    "getDataRecords": _ids("The data records.", 404),
    "getContentItems": json_method("The content items.", reference("ContentItems"), errors=(404,)),
    "getJobs": _ids("The jobs.", 404),
    "getRecordValues": json_method("The values, as text.", reference("DataRecord"), errors=(404,)),
    "getSeveralRecordValues": json_method(
        "The values, as text, in the order sent.",
        listed("DataRecord"),
        query={"identifiers": ("Ids, comma-separated, where there is no body.", _STRING)},
        body={JSON: {"anyOf": [reference("IdentifierList"), IDENTIFIERS]}},
        errors=(400, 404),
    ),
    "getPages": json_method(
        "The pages.",
        reference("Pages"),
        query={"detail": ("For each content item.", {**_FLAG, "default": False})},
        errors=(400, 404),
    ),
    "getItemRecord": json_method("The data record's id.", reference("Id"), errors=(404,)),
    "getJobContents": _ids("The content items, in the job's order.", 404),
    "deleteDatasets": _DELETE_SET,
    "deleteContentsets": _DELETE_SET,
    "deleteJobsets": _DELETE_SET,
}
"""By the endpoints' names."""
