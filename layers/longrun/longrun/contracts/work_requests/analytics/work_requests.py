"""`GET /workRequests/{id}`: what is polled. One read of the table, and nothing else is loaded."""

from typing import Any, Final

from longrun.contracts.kinds import KINDS
from longrun.contracts.work_requests.services import Services
from longrun.contracts.work_requests.times import written
from longrun.contracts.work_requests.work_request import Affected, WorkRequest, work_request
from longrun.delivery.conditions import EntityTag, Validators, not_modified
from longrun.delivery.request import Mode, Request
from longrun.gateway.answer import Answer, document
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.operations.operation import Fault


def get_work_request(call: Call[Services]) -> Answer:
    """Any operation of the tenant; resources and errors for who may act on its kind."""
    operation = call.services.authority.see(call.path["workRequestId"], call.principal)
    seen = work_request(operation, call.principal, KINDS)
    validators = Validators(etag=EntityTag(opaque=seen.etag))
    headers = validators.headers()
    if seen.retry_after is not None:
        headers["Retry-After"] = str(seen.retry_after)
    # It is another at any moment: whoever keeps it must ask.
    headers["Cache-Control"] = "no-cache"
    if not_modified(Request.read(call.method, call.header, Mode.AUTO), validators):
        return Answer(status=304, headers=headers)
    return document(_document(seen, call.base_url), headers=headers)


def _document(seen: WorkRequest, base_url: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": seen.id,
        "operationType": seen.type,
        "percentComplete": _number(seen.percent),
        "status": seen.status.value,
        "timeAccepted": written(seen.accepted),
    }
    if seen.started is not None:
        told["timeStarted"] = written(seen.started)
    if seen.finished is not None:
        told["timeFinished"] = written(seen.finished)
    if seen.resource_type is not None:
        told["resourceType"] = seen.resource_type
    if seen.resources:
        told["resources"] = [_resource(each, base_url) for each in seen.resources]
    if seen.errors:
        told["Errors"] = [_error(each) for each in seen.errors]
    return told


def _resource(affected: Affected, base_url: str) -> dict[str, Any]:
    told: dict[str, Any] = {"resourceType": affected.type, "actionResult": affected.action}
    if affected.id is not None:
        told["id"] = affected.id
    if affected.metadata:
        told["metadata"] = dict(affected.metadata)
    if affected.path is not None:
        told["resourceUri"] = base_url + affected.path
    return told


def _error(fault: Fault) -> dict[str, Any]:
    told = {"code": fault.code, "message": fault.message}
    if fault.timestamp is not None:
        told["timestamp"] = written(fault.timestamp)
    return told


def _number(percent: float) -> float:
    """Whole where it is, else with one place; never rounded up to what was not reached."""
    tenths = int(percent * 10) / 10
    return int(tenths) if tenths.is_integer() else tenths


ENDPOINTS: Final = (
    Endpoint[Services](
        name="getWorkRequest",
        verbs=("GET",),
        path="/workRequests/{workRequestId}",
        answer=get_work_request,
    ),
)
