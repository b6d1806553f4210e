"""The document itself: endpoints, methods and schemas put together."""

from typing import Any, Final

from longrun.contracts.print import api_routes, delivery_routes
from longrun.contracts.print.handshake import VERSION
from longrun.contracts.print.openapi.methods import ERRORS, HEADERS, METHODS, PATH, SENT
from longrun.contracts.print.openapi.schemas import schemas
from longrun.gateway import openapi

ENDPOINTS: Final = (*api_routes.ENDPOINTS, *delivery_routes.ENDPOINTS)


def openapi_document() -> dict[str, Any]:
    """The document of the print contract, in OpenAPI 3.1."""
    return openapi.openapi(
        ENDPOINTS,
        openapi.Description(
            title="Print: the All-In-One service",
            version=VERSION,
            words=(
                "Submit data and a configuration, watch the operation, fetch its result. "
                "Every call needs credentials."
            ),
            server="/rest/serverengine",
            tag=lambda path: path.split("/")[1],
            methods=METHODS,
            path=PATH,
            sent=SENT,
            headers=HEADERS,
            sent_with=_sent_with,
            errors=ERRORS,
            always=(401, 500, 503),
            schemas=schemas(),
            security={
                "basic": {"type": "http", "scheme": "basic"},
                "token": {"type": "apiKey", "in": "header", "name": "auth_token"},
            },
        ),
    )


def written() -> str:
    """The document as it is committed."""
    return openapi.written(openapi_document())


def _sent_with(header: str, status: int) -> bool:
    if header in ("operationId", "Link"):
        return status == 202
    if header == "Location":
        return status == 303
    if header == "Content-Range":
        return status == 206
    return status != 202
