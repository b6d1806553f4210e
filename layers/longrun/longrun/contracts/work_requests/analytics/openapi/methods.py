"""What the table of endpoints does not say of a method: its parameters, bodies and answers."""

from typing import Any, Final

from longrun.contracts.work_requests.analytics.openapi.schemas import (
    EXPORT_ID,
    OBJECT_ID,
    STRING,
)
from longrun.contracts.work_requests.analytics.paging import MOST, USUAL
from longrun.gateway.answer import JSON
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

HEADERS: Final = {
    "oa-work-request-id": "The work request's id.",
    "opc-next-page": "Where the list goes on; absent at its end.",
    "ETag": "Changes with what is told, or with the bytes.",
    "Retry-After": "Seconds after which another look is worth it; while there is work.",
    "Content-Disposition": "With the file's name.",
    "Location": "Of 303: a URL that is good for a few minutes.",
    "Accept-Ranges": "bytes, or none where only the whole is to be had.",
    "Content-Range": "Of 206: which bytes these are.",
    "Last-Modified": "Since when the bytes are these.",
    "Repr-Digest": "The SHA-256 of the whole, as `sha-256=:base64:` (RFC 9530).",
}
PATH: Final[dict[str, Described]] = {
    "workRequestId": ("The work request's id; a colon may be encoded.", STRING),
    "datasetId": ("The data set: Base64URL of its name, padded or not.", OBJECT_ID),
    "workbookId": ("The workbook: Base64URL of its name, padded or not.", OBJECT_ID),
    "snapshotId": ("The snapshot's id, which is that of the work request that made it.", STRING),
    "exportId": ("The export's id, which is the work request's.", EXPORT_ID),
}
SENT: Final[dict[str, Described]] = {
    "opc-retry-token": (
        "The same token with the same request is the same work request, for a day.",
        {"type": "string", "minLength": 1, "maxLength": 64},
    ),
    "If-Match": ("Only if this is the present state.", STRING),
    "If-None-Match": ("Only if this is not the present state.", STRING),
    "Range": ("Only these bytes.", STRING),
    "If-Range": ("The range only if the bytes are still these.", STRING),
}
ERRORS: Final = {
    400: "The request breaks a rule; the message says which.",
    401: "No, wrong or expired bearer token.",
    403: "A role is missing.",
    404: "There is no such thing in the caller's tenant.",
    409: "It cannot be done just now, or the retry token stands for another request.",
    412: "The state is not the one that If-Match asks for.",
    416: "The range lies beyond the end; Content-Range says where that is.",
    422: "The request is in order, but asks for more than there may be.",
    429: "Too many requests; ask again after Retry-After.",
    500: "The service failed; the message has the request's id.",
    503: "Not just now; ask again after Retry-After.",
}

_PAGE: Final[dict[str, Described]] = {
    "limit": (
        "Entries of a page.",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    ),
    "page": ("The opc-next-page of the page before.", STRING),
}
_BYTES: Final[Schema] = {}
"""Raw bytes have no schema in OpenAPI 3.1."""
_FILE: Final[Bodies] = {
    "application/pdf": _BYTES,
    "image/png": _BYTES,
    "application/zip": _BYTES,
}


def _list(words: str, name: str) -> Method:
    return json_method(words, listed(name), query=_PAGE, headers=("opc-next-page",), errors=(400,))


def _get(words: str, name: str) -> Method:
    return json_method(
        words,
        reference(name),
        also={304: ("It is as it was.", {})},
        sent=("If-Match", "If-None-Match"),
        headers=("ETag",),
        errors=(400, 404, 412),
    )


def _put(name: str, body: str) -> Method:
    return json_method(
        "It was defined in the place of the present one.",
        reference(name),
        also={201: ("It was defined, and is new.", {JSON: reference(name)})},
        body={JSON: reference(body)},
        sent=("If-Match", "If-None-Match"),
        headers=("ETag",),
        errors=(400, 409, 412),
    )


def _delete(words: str, *errors: int) -> Method:
    return method(words, status=204, sent=("If-Match",), errors=(400, 404, 409, 412, *errors))


def _start(schema: str = "Started", *, body: str | None = None, errors: tuple[int, ...]) -> Method:
    more: dict[str, Any] = {"body": {JSON: reference(body)}} if body else {}
    return json_method(
        "Asynchronous operation started.",
        reference(schema),
        status=202,
        sent=("opc-retry-token",),
        headers=("oa-work-request-id",),
        errors=errors,
        **more,
    )


METHODS: Final[dict[str, Method]] = {
    "getWorkRequest": json_method(
        "The work request.",
        reference("WorkRequest"),
        also={304: ("It is as it was.", {})},
        sent=("If-Match", "If-None-Match"),
        headers=("ETag", "Retry-After"),
        errors=(404, 412),
    ),
    "listDataSets": _list("The data sets, without their columns.", "DataSet"),
    "getDataSet": _get("The data set.", "DataSet"),
    "putDataSet": _put("DataSet", "DataSetBody"),
    "deleteDataSet": _delete("It is gone."),
    "reloadDataSet": _start(errors=(400, 404, 409)),
    "listWorkbooks": _list("The workbooks.", "Workbook"),
    "getWorkbook": _get("The workbook.", "Workbook"),
    "putWorkbook": _put("Workbook", "WorkbookBody"),
    "deleteWorkbook": _delete("It is gone."),
    "startExport": _start("ExportStarted", body="ExportBody", errors=(400, 404, 409, 422)),
    "getExport": method(
        "The file.",
        _FILE,
        also={
            206: ("The range asked for.", {**_FILE, "multipart/byteranges": _BYTES}),
            303: ("The file is larger than a response carries; it is at Location.", {}),
            304: ("The client has it already.", {}),
        },
        sent=("Range", "If-Range", "If-Match", "If-None-Match"),
        headers=(
            "Content-Disposition",
            "Location",
            "ETag",
            "Last-Modified",
            "Repr-Digest",
            "Accept-Ranges",
            "Content-Range",
        ),
        errors=(400, 404, 409, 412, 416),
    ),
    "createSnapshot": _start(body="SnapshotBody", errors=(400, 409)),
    "listSnapshots": json_method(
        "The snapshots.",
        reference("SnapshotList"),
        query=_PAGE,
        headers=("opc-next-page",),
        errors=(400,),
    ),
    "getSnapshot": json_method("The snapshot.", reference("Snapshot"), errors=(404,)),
    "deleteSnapshot": method("It is gone.", status=204, errors=(404, 409)),
    "restoreSnapshot": _start(body="RestoreBody", errors=(400, 404, 409)),
}
"""By the endpoints' names."""
