"""Work requests, their errors and their logs in the words of the OCI SDK's models."""

from hashlib import sha256
from typing import Any, Final

from longrun.contracts.work_requests.times import written
from longrun.contracts.work_requests.work_request import Affected, WorkRequest
from longrun.identity.ocids import tenancy_ocid
from longrun.operations.operation import Fault, Operation

_ANALYTICS: Final = "/api/20210901"
"""Where the other face is published, below which resources are found."""


def whole_view(seen: WorkRequest, tenant: str) -> dict[str, Any]:
    """A WorkRequest."""
    return {**summary_view(seen, tenant), "percentComplete": round(float(seen.percent), 2)}


def summary_view(seen: WorkRequest, tenant: str) -> dict[str, Any]:
    """A WorkRequestSummary: all but the percentage."""
    view: dict[str, Any] = {
        "id": seen.id,
        "operationType": seen.type,
        "status": seen.status.value,
        "compartmentId": tenancy_ocid(tenant),
        "resources": [_resource_view(resource) for resource in seen.resources],
        "timeAccepted": written(seen.accepted),
    }
    if seen.started:
        view["timeStarted"] = written(seen.started)
    if seen.finished:
        view["timeFinished"] = written(seen.finished)
    return view


def identifier(resource: Affected) -> str:
    """The id by which the face knows a resource; the schema wants one."""
    return resource.id or ""


def _resource_view(resource: Affected) -> dict[str, Any]:
    view: dict[str, Any] = {
        "actionResult": resource.action,
        "resourceType": resource.type,
        "identifier": identifier(resource),
        "metadata": {name: str(value) for name, value in resource.metadata.items()},
    }
    if resource.path:
        view["resourceUri"] = _ANALYTICS + resource.path
    return view


def error_view(fault: Fault, operation: Operation) -> dict[str, Any]:
    """A WorkRequestError of a fault that stands in the operation."""
    time = fault.timestamp or operation.finished or operation.accepted
    return {"code": fault.code, "message": fault.message, "timestamp": written(time)}


def etag_of(operation: Operation) -> str:
    """The entity tag, with its quotes: it changes with the status, and not with progress.

    So a cancel with `if-match` means what its caller saw, however far the work has come since.
    """
    digest = sha256(f"{operation.id}\n{operation.status.value}".encode()).hexdigest()
    return f'"{digest[:24]}"'
