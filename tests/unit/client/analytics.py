"""What the work requests service answers in the client's tests, and an issuer of tokens."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.unit.client.service import Handler

API = "https://analytics.example.com/api/20210901"
TOKENS = "https://issuer.example.com/oauth2/token"
ID = "7c0ffaee-9b0c-4a43-9d60-0f1f8b2f5f5b"
ACCEPTED = "2026-11-22T01:07:14.580Z"


def token(value: str, *, life: int = 3600) -> Handler:
    """An issuer's answer."""
    document = {"access_token": value, "expires_in": life, "token_type": "Bearer"}
    return lambda _: httpx.Response(200, json=document)


def answer(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Handler:
    """JSON; made anew for each request."""
    return lambda _: httpx.Response(status, json=document, headers=dict(headers or {}))


def refused(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Handler:
    """The contract's error."""
    return answer({"code": code, "message": message}, status, headers)


def accepted(work_request: str = ID, **more: Any) -> Handler:
    """A starter's 202."""
    return answer(
        {"workRequestId": work_request, **more}, 202, {"oa-work-request-id": work_request}
    )


def seen(status: str, percent: float, **more: Any) -> Handler:
    """A poll's answer; what has ended has a `timeFinished`."""
    document = {
        "id": ID,
        "operationType": "RELOAD_DATASET",
        "status": status,
        "percentComplete": percent,
        "timeAccepted": ACCEPTED,
    }
    if status in {"SUCCEEDED", "FAILED", "CANCELED"}:
        document["timeFinished"] = "2026-11-22T01:07:14.905Z"
    return answer(document | more)


def reloaded(rows: int = 3) -> Handler:
    """A reload that has ended well."""
    facts = {"file": "accounts.csv", "rowsRead": str(rows), "rowsLoaded": str(rows)}
    resource = {
        "resourceType": "DATASET",
        "actionResult": "RELOADED",
        "id": "YWNjb3VudHM",
        "metadata": facts | {"rowsRejected": "0", "bytes": "3613", "columns": "2"},
        "resourceUri": f"{API}/catalog/datasets/YWNjb3VudHM",
    }
    return seen("SUCCEEDED", 100, resourceType="DATASET", resources=[resource])


def data_set(name: str = "accounts", *, loaded: bool = True) -> dict[str, Any]:
    """As the service shows it."""
    document = {
        "id": "YWNjb3VudHM",
        "name": name,
        "source": "accounts.csv",
        "timeCreated": ACCEPTED,
        "timeUpdated": ACCEPTED,
    }
    contents = {
        "rows": 3,
        "rowsRejected": 0,
        "bytes": 3613,
        "file": "accounts.csv",
        "timeReloaded": ACCEPTED,
        "workRequestId": ID,
        "schema": [{"name": "name", "type": "string"}, {"name": "total", "type": "number"}],
    }
    return document | ({"contents": contents} if loaded else {})


def workbook() -> dict[str, Any]:
    """As the service shows it."""
    return {
        "id": "UmVtaW5kZXJz",
        "name": "Reminders",
        "template": "reminder.zip",
        "dataset": "accounts",
        "parameters": {"title": "Last call"},
        "timeCreated": ACCEPTED,
        "timeUpdated": ACCEPTED,
    }


def snapshot(status: str = "AVAILABLE") -> dict[str, Any]:
    """As the service shows it."""
    document: dict[str, Any] = {
        "id": ID,
        "name": "Friday",
        "type": "CREATE",
        "status": status,
        "createdBy": "client:acme/local",
        "timeCreated": ACCEPTED,
    }
    if status == "AVAILABLE":
        document["bar"] = {"size": 4711, "sha256": "0" * 64}
        document["contents"] = {"datasets": 1, "workbooks": 2, "resources": 3}
    return document
