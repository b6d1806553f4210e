"""The control plane: its endpoints, who calls, its headers, where it is published."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from longrun.contracts.work_requests.control_plane import details, listing, work_requests
from longrun.contracts.work_requests.control_plane.errors import failed, too_large, unknown
from longrun.contracts.work_requests.control_plane.work_requests import WORK_REQUEST
from longrun.contracts.work_requests.services import Services
from longrun.gateway.api import Face
from longrun.gateway.endpoint import Endpoint
from longrun.gateway.request import Request
from longrun.identity.credentials import Reason, Unauthenticated
from longrun.identity.principal import Principal

BASE: Final = "/20190331"
"""The version that the SDK puts before every path."""

REQUEST_ID: Final = "opc-request-id"

_SANE_ID = re.compile(r"[A-Za-z0-9_:;./+=-]{1,128}")
"""What is echoed: the SDK's ids, up to three segments of 32 characters, and more."""

ENDPOINTS: Final = (
    Endpoint[Services](
        name="getWorkRequest",
        verbs=("GET",),
        path=WORK_REQUEST,
        answer=work_requests.get_work_request,
    ),
    Endpoint[Services](
        name="deleteWorkRequest",
        verbs=("DELETE",),
        path=WORK_REQUEST,
        answer=work_requests.delete_work_request,
    ),
    Endpoint[Services](
        name="listWorkRequests",
        verbs=("GET",),
        path="/workRequests",
        answer=listing.list_work_requests,
    ),
    Endpoint[Services](
        name="listWorkRequestErrors",
        verbs=("GET",),
        path=f"{WORK_REQUEST}/errors",
        answer=details.list_work_request_errors,
    ),
    Endpoint[Services](
        name="listWorkRequestLogs",
        verbs=("GET",),
        path=f"{WORK_REQUEST}/logs",
        answer=details.list_work_request_logs,
    ),
)
"""The methods of the contract."""


def face(services: Services) -> Face:
    """What is this contract's own in how it is called and how it answers.

    Args:
        services: Know the keys that signatures are verified by.
    """

    def authenticate(request: Request) -> Principal:
        return authenticated(request, services)

    return Face(
        prefixes=(BASE,),
        failure=failed,
        unknown=unknown,
        too_large=too_large,
        authenticate=authenticate,
        always=request_id_header,
        http=True,
    )


def authenticated(request: Request, services: Services) -> Principal:
    """Whose key signed the request.

    Raises:
        Unauthenticated: It is not signed as it must be, or by nobody's key.
    """
    refused = Unauthenticated(Reason.MISSING)
    for target in signed_targets(request):
        try:
            return services.signatures.authenticate(
                method=request.method,
                target=target,
                headers=request.headers.get,
                body=request.body,
            )
        except Unauthenticated as unauthenticated:
            refused = unauthenticated
            if refused.reason is not Reason.WRONG_SIGNATURE:
                break
    raise refused


def signed_targets(request: Request) -> Iterator[str]:
    """What the client may have signed as the request's target: the path and the query it sent.

    The gateway hands on the query byte for byte, but not the path: it takes the mapping's key off,
    or leaves it there, and decodes every escape but `%25`. The SDK and the CLI escape all that is
    not unreserved; others may leave `:` and the like as they are. For work requests' own ids both
    are the same.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    inside = request.path == BASE or request.path.startswith(f"{BASE}/")
    path = request.path if inside else BASE + request.path
    query = f"?{request.raw_query}" if request.raw_query else ""
    escaped = quote(path, safe="/%")
    yield escaped + query
    if escaped != path:
        yield path + query


def request_id_header(request: Request) -> Mapping[str, str]:
    """`opc-request-id`: the caller's own, if it is one, else the gateway's."""
    given = request.headers.get(REQUEST_ID)
    if given is not None and _SANE_ID.fullmatch(given):
        return {REQUEST_ID: given}
    return {REQUEST_ID: request.request_id}
