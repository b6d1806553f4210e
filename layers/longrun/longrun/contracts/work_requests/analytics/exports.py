"""`/catalog/workbooks/{workbookId}/exports`: starting an export, and fetching its file."""

from typing import TYPE_CHECKING, Any, Final

from longrun.contracts.work_requests.analytics.bodies import read_body
from longrun.contracts.work_requests.analytics.errors import RETRY_AFTER, Refused
from longrun.contracts.work_requests.analytics.starting import replayed, started
from longrun.contracts.work_requests.analytics.workbooks import workbook_name
from longrun.contracts.work_requests.kinds import EXPORT_WORKBOOK
from longrun.contracts.work_requests.object_ids import object_id
from longrun.contracts.work_requests.services import Services
from longrun.datasets.errors import DataSetNotLoaded
from longrun.datasets.workbooks import PartMissing, Workbook
from longrun.delivery.representation import Representation
from longrun.delivery.request import Mode
from longrun.delivery.request import Request as Wanted
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.gateway.errors import RequestMalformed
from longrun.identity.roles import DATASETS_AUTHOR
from longrun.operations.errors import OperationExpired, OperationUnknown
from longrun.operations.operation import Operation
from longrun.operations.request import Request
from longrun.operations.states import Status

if TYPE_CHECKING:
    from longrun.contracts.work_requests.analytics.workbook_bodies import ExportBody


def start_export(call: Call[Services]) -> Answer:
    """Start an export of the workbook; its id is the work request's."""
    # Loaded here: pydantic would double the start-up of every poll.
    from longrun.contracts.work_requests.analytics.workbook_bodies import ExportBody, check_limits

    name = workbook_name(call)

    def where(operation: Operation) -> dict[str, Any]:
        path = f"/catalog/workbooks/{object_id(name)}/exports/{operation.id}"
        return {"resourceUri": call.base_url + path}

    again = replayed(call, EXPORT_WORKBOOK.name, extra_body=where)
    if again is not None:
        return again
    workbook = call.services.workbooks.get(call.principal.tenant, name)
    body = read_body(call.body, ExportBody)
    check_limits(body)
    request = Request(
        kind=EXPORT_WORKBOOK.name, input=_order(call.services, workbook, body), subject=name
    )
    return started(call, request, extra_body=where)


def get_export(call: Call[Services]) -> Answer:
    """The file, once it is there."""
    wanted = Wanted.read(call.method, call.header, _way(call))
    operation = _export(call)
    if operation.status is not Status.SUCCEEDED or operation.result is None:
        raise _without_file(operation)
    [file] = operation.result.files
    what = Representation(
        artefact=file.artefact,
        name=file.name,
        media_type=file.artefact.media_type,
        modified=operation.finished,
    )
    delivered = call.services.delivery.deliver(what, wanted)
    return Answer(
        status=delivered.status,
        media_type=delivered.media_type,
        headers=delivered.headers,
        body=delivered.body,
    )


def _way(call: Call[Services]) -> Mode:
    """By which way the bytes are to come.

    Raises:
        RequestMalformed: `delivery` is none of the three.
    """
    way = call.query("delivery") or Mode.AUTO
    if way not in Mode:
        known = ", ".join(Mode)
        raise RequestMalformed(f"delivery must be one of {known}.", parameter="delivery")
    return Mode(way)


def _order(services: Services, workbook: Workbook, body: "ExportBody") -> dict[str, Any]:
    """What is to be done, as `documents.order` reads it; what it needs is there at this moment.

    Raises:
        Refused: 409: the workbook cannot be exported as things stand; says what is missing.
    """
    from longrun.contracts.work_requests.analytics.workbook_bodies import box

    try:
        template = services.workbooks.template(workbook)
        _check_loaded(services, workbook)
    except (PartMissing, DataSetNotLoaded) as missing:
        raise Refused(409, "Conflict", str(missing)) from None
    width, height = box(body)
    export: dict[str, Any] = {
        "name": body.name,
        "format": body.format,
        "width": width,
        "height": height,
    }
    if body.canvas_ids:
        export["pages"] = body.canvas_ids
    return {
        "datamining": {"dataset": workbook.definition.dataset, "persistDataset": False},
        "contentcreation": {
            "config": template.id,
            "parameters": dict(workbook.definition.parameters),
        },
        "jobcreation": {},
        "outputcreation": {"createOnly": True},
        "export": export,
    }


def _check_loaded(services: Services, workbook: Workbook) -> None:
    """
    Raises:
        PartMissing: There is no such data set.
        DataSetNotLoaded: There is, and nothing in it.
    """
    name = workbook.definition.dataset
    data_set = services.data_sets.find(workbook.tenant, name)
    if data_set is None:
        raise PartMissing(workbook.name, "data set", name)
    if data_set.contents is None:
        raise DataSetNotLoaded(name)


def _export(call: Call[Services]) -> Operation:
    """The export that the path means: of this workbook, and of this tenant's.

    Raises:
        Refused: 404: there is none, or not any more.
    """
    name, export = workbook_name(call), call.path["exportId"]
    try:
        # Whoever calls this has the kind's permission: the endpoint needs it.
        operation = call.services.authority.see(export, call.principal)
    except (OperationUnknown, OperationExpired):
        operation = None
    if operation is None or (operation.kind, operation.subject) != (EXPORT_WORKBOOK.name, name):
        raise Refused(404, "NotFound", f"Workbook {name!r} has no export {export!r:.80}.")
    return operation


def _without_file(operation: Operation) -> Refused:
    """Why there is no file: not yet, or never."""
    if not operation.status.terminal:
        return Refused(
            409,
            "NotFinished",
            f"The export is still running ({int(operation.percent)} %); ask again.",
            {"Retry-After": RETRY_AFTER},
        )
    if operation.status is Status.CANCELED:
        return Refused(404, "Canceled", "The export was canceled: there is no file.")
    told = " ".join(fault.message for fault in operation.errors[:3])
    code = operation.errors[0].code if operation.errors else "Failed"
    return Refused(404, code, f"The export failed: there is no file. {told}".strip())


STARTING: Final = (
    Endpoint[Services](
        name="startExport",
        verbs=("POST",),
        path="/catalog/workbooks/{workbookId}/exports",
        needs=(DATASETS_AUTHOR,),
        answer=start_export,
    ),
)
"""For the door `api`."""

FETCHING: Final = (
    Endpoint[Services](
        name="getExport",
        verbs=("GET", "HEAD"),
        path="/catalog/workbooks/{workbookId}/exports/{exportId}",
        needs=(DATASETS_AUTHOR,),
        answer=get_export,
    ),
)
"""For the door `delivery`."""
