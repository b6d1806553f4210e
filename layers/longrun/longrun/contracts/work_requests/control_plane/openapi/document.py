"""What the control plane says of its endpoints, and the document made of both."""

from typing import Any, Final

from longrun.contracts.work_requests.control_plane.api import BASE, ENDPOINTS
from longrun.contracts.work_requests.control_plane.filters import SORT_BY, SORT_ORDER
from longrun.contracts.work_requests.control_plane.openapi.schemas import SCHEMAS
from longrun.contracts.work_requests.control_plane.paging import MOST, NEXT_PAGE, USUAL
from longrun.gateway import openapi
from longrun.gateway.openapi import Described, Description, Method, json_method, method, reference
from longrun.operations.states import Status

_STRING: Final[openapi.Schema] = {"type": "string"}
_REQUEST_ID: Final = "opc-request-id"
_COMPARTMENT: Final = "compartmentId"

_PAGING: Final[dict[str, Described]] = {
    "limit": (
        "At most so many entries on a page.",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    ),
    "page": ("The opc-next-page of the last answer to the same request.", _STRING),
}
_FILTERS: Final[dict[str, Described]] = {
    _COMPARTMENT: ("The OCID of the caller's tenancy.", _STRING),
    "resourceId": ("The identifier of a resource of the work request.", _STRING),
    "resourceType": ("The type of a resource of the work request.", _STRING),
    "status": (
        "Any of these; the parameter is repeated.",
        {"type": "array", "items": {"enum": [status.value for status in Status]}},
    ),
    **_PAGING,
    "sortBy": ("By what to sort.", {"enum": list(SORT_BY), "default": "timeAccepted"}),
    "sortOrder": (
        "Times descend where nothing is said; all else ascends.",
        {"enum": list(SORT_ORDER)},
    ),
}


def _list(words: str, schema: str, query: dict[str, Described], *errors: int) -> Method:
    return json_method(
        words,
        openapi.listed(schema),
        query=query,
        sent=(_REQUEST_ID,),
        headers=(_REQUEST_ID, NEXT_PAGE),
        errors=errors,
    )


_METHODS: Final = {
    "getWorkRequest": json_method(
        "The work request.",
        reference("WorkRequest"),
        sent=(_REQUEST_ID,),
        headers=(_REQUEST_ID, "etag", "retry-after"),
        errors=(404,),
    ),
    "deleteWorkRequest": method(
        "It is being canceled, or was by an earlier call.",
        status=204,
        sent=(_REQUEST_ID, "if-match"),
        headers=(_REQUEST_ID,),
        errors=(404, 409, 412),
    ),
    "listWorkRequests": _list(
        "A page; it may be empty before the end.", "WorkRequestSummary", _FILTERS, 400, 404
    ),
    "listWorkRequestErrors": _list("A page of errors.", "WorkRequestError", _PAGING, 400, 404),
    "listWorkRequestLogs": _list("A page of the log.", "WorkRequestLog", _PAGING, 400, 404),
}

_DESCRIPTION: Final = Description(
    title="Work requests: the OCI control plane",
    version=BASE.strip("/"),
    words="Work requests as the public OCI SDK and CLI ask for them: every operation of the "
    "caller's tenancy. Every request is signed with a registered key.",
    server=BASE,
    tag=lambda _: "workRequests",
    methods=_METHODS,
    path={"workRequestId": ("The work request's id.", {"type": "string", "format": "uuid"})},
    sent={
        _REQUEST_ID: ("Comes back with the answer.", {"type": "string", "maxLength": 128}),
        "if-match": ("Cancel only in the state whose etag this is.", _STRING),
    },
    headers={
        _REQUEST_ID: "The caller's own, else one that was made.",
        NEXT_PAGE: "Where there is more: the next page's `page`.",
        "etag": "Changes with the status.",
        "retry-after": "Seconds until another look is worth it; not after the end.",
    },
    errors={
        400: "InvalidParameter: the message says which.",
        401: "NotAuthenticated: the request is not signed as it must be.",
        404: "NotAuthorizedOrNotFound: there is no such thing, or not for the caller.",
        409: "Conflict: it has ended.",
        412: "NoEtagMatch: it is in another state than if-match says.",
        429: "TooManyRequests: not just now; ask again after retry-after.",
        500: "InternalServerError: the service failed.",
    },
    always=(401, 429, 500),
    schemas=SCHEMAS,
    security={
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "An HTTP signature (draft-cavage) as OCI wants it: rsa-sha256 over "
            "date, (request-target) and host; keyId is tenancy/user/fingerprint.",
        }
    },
)


def openapi_document() -> dict[str, Any]:
    """The document of the control plane, in OpenAPI 3.1."""
    document = openapi.openapi(ENDPOINTS, _DESCRIPTION)
    for parameter in document["paths"]["/workRequests"]["get"]["parameters"]:
        if parameter["name"] == _COMPARTMENT:
            parameter["required"] = True
    return document


def written() -> str:
    """The document as it is committed."""
    return openapi.written(openapi_document())
