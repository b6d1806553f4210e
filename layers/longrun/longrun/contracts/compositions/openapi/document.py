"""The document itself: endpoints, methods and schemas put together."""

from typing import Any, Final

from longrun.contracts.compositions import api_routes, print_forms
from longrun.contracts.compositions.openapi.methods import ERRORS, HEADERS, METHODS, PATH, SENT
from longrun.contracts.compositions.openapi.schemas import SCHEMAS
from longrun.gateway import openapi

ENDPOINTS: Final = (*api_routes.ENDPOINTS, *print_forms.ENDPOINTS)


def openapi_document() -> dict[str, Any]:
    """The document of the compositions contract, in OpenAPI 3.1."""
    return openapi.openapi(
        ENDPOINTS,
        openapi.Description(
            title="Compositions",
            version="1.0",
            words=(
                "Create a composition, have it signed or canceled by its author, poll the job, "
                "read it, print it. Every call needs a bearer token with the call's scope, and an "
                "api-key of the token's tenant."
            ),
            server="/api",
            tag=_tag,
            methods=METHODS,
            path=PATH,
            sent=SENT,
            headers=HEADERS,
            errors=ERRORS,
            always=(401, 415, 429, 500),
            missing_role=401,
            schemas=SCHEMAS,
            security={
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "api-key"},
            },
            all_together=True,
        ),
    )


def written() -> str:
    """The document as it is committed."""
    return openapi.written(openapi_document())


def _tag(path: str) -> str:
    return "jobs" if "/job/" in path else "compositions"
