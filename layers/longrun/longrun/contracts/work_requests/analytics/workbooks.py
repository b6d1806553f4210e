"""`/catalog/workbooks`: defining, showing, listing, deleting; exporting them is in `exports`."""

from collections.abc import Callable
from typing import Any, Final

from longrun.contracts.work_requests.analytics.bodies import read_body
from longrun.contracts.work_requests.analytics.errors import Refused
from longrun.contracts.work_requests.analytics.object_ids import object_id, object_name
from longrun.contracts.work_requests.analytics.paging import limit_of, page, place_of
from longrun.contracts.work_requests.services import Services
from longrun.contracts.work_requests.times import written
from longrun.datasets.workbooks import PartMissing, Workbook, WorkbookChanged, WorkbookDefinition
from longrun.delivery.conditions import EntityTag, Validators, hold_write, not_modified
from longrun.delivery.errors import PreconditionFailed
from longrun.delivery.request import Request
from longrun.gateway.answer import Answer, document, no_content
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import DATASETS_AUTHOR


def workbook_name(call: Call[Services]) -> str:
    """The name of the workbook that the path means."""
    return object_name(call.path["workbookId"], "The workbook's id")


def list_workbooks(call: Call[Services]) -> Answer:
    """The tenant's workbooks, by name."""
    limit, after = limit_of(call), place_of(call)
    found = call.services.workbooks.page(call.principal.tenant, after=after, limit=limit)
    return page([_view(each) for each in found.workbooks], found.after)


def get_workbook(call: Call[Services]) -> Answer:
    """The workbook, as it was defined."""
    workbook = call.services.workbooks.get(call.principal.tenant, workbook_name(call))
    validators = _validators(workbook)
    if not_modified(Request.read(call.method, call.header), validators):
        return Answer(status=304, headers=validators.headers())
    return document(_view(workbook), headers=validators.headers())


def put_workbook(call: Call[Services]) -> Answer:
    """Define the workbook: 201 if it is new, 200 in the place of the present one."""
    # Loaded here: pydantic would double the start-up of every poll.
    from longrun.contracts.work_requests.analytics.workbook_bodies import WorkbookBody

    name = workbook_name(call)
    body = read_body(call.body, WorkbookBody)
    current = call.services.workbooks.find(call.principal.tenant, name)
    _hold(call, current)
    definition = WorkbookDefinition(
        template=body.template,
        dataset=body.dataset,
        parameters=body.parameters,
        description=body.description,
    )
    try:
        workbook = call.services.workbooks.define(call.principal.tenant, name, definition, current)
    except PartMissing as missing:
        raise Refused(400, "InvalidParameter", str(missing)) from None
    except WorkbookChanged as changed:
        raise _met(call, changed) from None
    headers = _validators(workbook).headers()
    return document(_view(workbook), status=200 if current else 201, headers=headers)


def delete_workbook(call: Call[Services]) -> Answer:
    """Remove the workbook; what was exported of it can be fetched until it expires."""
    workbook = call.services.workbooks.get(call.principal.tenant, workbook_name(call))
    _hold(call, workbook)
    try:
        call.services.workbooks.delete(workbook)
    except WorkbookChanged as changed:
        raise _met(call, changed) from None
    return no_content()


def _hold(call: Call[Services], current: Workbook | None) -> None:
    hold_write(
        Request.read(call.method, call.header),
        _validators(current).etag if current is not None else None,
    )


def _met(call: Call[Services], changed: WorkbookChanged) -> Exception:
    """Somebody was quicker: what that means to a caller who said which state it meant, or not."""
    if call.header("If-Match") is not None:
        return PreconditionFailed("If-Match")
    return Refused(409, "Conflict", f"{changed} Send the request again if it still holds.")


def _validators(workbook: Workbook) -> Validators:
    return Validators(etag=EntityTag(opaque=workbook.revision))


def _view(workbook: Workbook) -> dict[str, Any]:
    definition = workbook.definition
    told: dict[str, Any] = {
        "id": object_id(workbook.name),
        "name": workbook.name,
        "template": definition.template,
        "dataset": definition.dataset,
        "parameters": dict(definition.parameters),
        "timeCreated": written(workbook.created),
        "timeUpdated": written(workbook.changed),
    }
    if definition.description is not None:
        told["description"] = definition.description
    return told


def _method(
    name: str, verb: str, path: str, answer: Callable[[Call[Services]], Answer]
) -> Endpoint[Services]:
    return Endpoint[Services](
        name=name,
        verbs=(verb,),
        path=f"/catalog/workbooks{path}",
        needs=(DATASETS_AUTHOR,),
        answer=answer,
    )


ENDPOINTS: Final = (
    _method("listWorkbooks", "GET", "", list_workbooks),
    _method("getWorkbook", "GET", "/{workbookId}", get_workbook),
    _method("putWorkbook", "PUT", "/{workbookId}", put_workbook),
    _method("deleteWorkbook", "DELETE", "/{workbookId}", delete_workbook),
)
