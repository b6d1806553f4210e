"""The document itself: endpoints, methods and schemas put together."""

from typing import Any, Final

from longrun.contracts.work_requests.analytics import api_routes, delivery_routes
from longrun.contracts.work_requests.analytics.openapi.methods import (
    ERRORS,
    HEADERS,
    METHODS,
    PATH,
    SENT,
)
from longrun.contracts.work_requests.analytics.openapi.schemas import schemas
from longrun.gateway import openapi

ENDPOINTS: Final = (*api_routes.ENDPOINTS, *delivery_routes.ENDPOINTS)


def openapi_document() -> dict[str, Any]:
    """The document of the Analytics face, in OpenAPI 3.1."""
    return openapi.openapi(
        ENDPOINTS,
        openapi.Description(
            title="Work requests: the Analytics API",
            version="20210901",
            words=(
                "Start work on data sets, workbooks and snapshots, and follow any work of the "
                "tenant as a work request. Every call needs a bearer token."
            ),
            server="/api/20210901",
            tag=_tag,
            methods=METHODS,
            path=PATH,
            sent=SENT,
            headers=HEADERS,
            sent_with=_sent_with,
            errors=ERRORS,
            always=(401, 429, 500, 503),
            schemas=schemas(),
            security={"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        ),
    )


def written() -> str:
    """The document as it is committed."""
    return openapi.written(openapi_document())


def _tag(path: str) -> str:
    first, *rest = path.strip("/").split("/")
    return rest[0] if first == "catalog" else first


def _sent_with(header: str, status: int) -> bool:
    if header == "oa-work-request-id":
        return status == 202
    if header == "Location":
        return status == 303
    if header == "Content-Range":
        return status == 206
    return status not in (202, 204)
