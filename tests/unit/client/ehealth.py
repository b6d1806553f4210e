"""What the compositions service answers in the client's tests, as one that keeps to itself."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.unit.client.analytics import answer
from tests.unit.client.service import Handler

EHEALTH = "https://ehealth.example.com/api"
PATIENTS = f"{EHEALTH}/patients"
JOB = "89678f60-4cdc-4fe3-ae83-e8b3ebd35c59"
COMPOSITION = "35ea4f6e-9219-5a18-ae6f-16a521e002e9"
ETA = "2026-11-22T12:00:03.000Z"
PERSON, EPISODE, ENCOUNTER = "a-person", "an-episode", "an-encounter"
AT = f"{PATIENTS}/{PERSON}/composition/{COMPOSITION}/episode/{EPISODE}/encounter/{ENCOUNTER}"
POLL = f"GET {PATIENTS}/composition/job/{JOB}"
CREATE = f"POST {PATIENTS}/composition"
SIGN = f"PATCH {PATIENTS}/composition/{COMPOSITION}/sign"
CANCEL = f"PATCH {PATIENTS}/composition/{COMPOSITION}/cancel"
SEARCH = f"GET {PATIENTS}/searchComposition"


def enveloped(data: Any, **beside: Any) -> Handler:
    """200 in the contract's envelope."""
    meta = {"code": 200, "url": "…", "type": "object", "request_id": "r-1"}
    return answer({"meta": meta, "data": data, **beside})


def job(status: str = "PENDING", *, eta: str = ETA, **more: Any) -> Handler:
    """A job's state; what has ended tells when."""
    link = {"entity": "eHealth/composition"}
    document: dict[str, Any] = {"id": JOB, "status": status, "eta": eta, "links": [link]}
    if status != "PENDING":
        link["href"] = f"composition/{COMPOSITION}"
        document["doneAt"] = eta
    return enveloped(document | more)


def refused(
    status: int, type: str, message: str, headers: Mapping[str, str] | None = None
) -> Handler:
    """The contract's error."""
    meta = {"code": status, "url": "…", "type": "object", "request_id": "r-1"}
    document = {"meta": meta, "error": {"type": type, "message": message}}
    return answer(document, status, headers)


def composition(status: str = "PRELIMINARY", **more: Any) -> dict[str, Any]:
    """As `get` gives it, in outline."""
    return {
        "identifier": reference("composition", COMPOSITION),
        "status": status,
        "type": {"coding": [{"system": "COMPOSITION_TYPES", "code": "TEMP_DISABILITY"}]},
        "category": {"coding": [{"system": "COMPOSITION_CATEGORIES", "code": "SICKNESS"}]},
        "title": "G516-Y2Q7-CTQG-B6MG",
        "subject": reference("person", PERSON),
        "relatesTo": None,
        **more,
    }


def reference(kind: str, value: str) -> dict[str, Any]:
    """A bare reference."""
    return {
        "type": {"coding": [{"system": "eHealth/resources", "code": kind}]},
        "value": value,
    }


def page(*compositions: dict[str, Any], total: int | None = None) -> Handler:
    """A page of a search."""
    paging = {"total_entries": len(compositions) if total is None else total}
    return enveloped(list(compositions), paging=paging)


def gateway(status: int) -> Handler:
    """An answer of whatever stands before the service."""
    return lambda _: httpx.Response(status, text="no")
