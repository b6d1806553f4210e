"""`/catalog/workbooks`: defining, showing, listing, deleting; exporting them is in `exports`."""

from typing import Any, Final

from longrun.contracts.work_requests.analytics.bodies import read_body
from longrun.contracts.work_requests.analytics.catalogue import (
    hold,
    method,
    overtaken,
    validators,
)
from longrun.contracts.work_requests.analytics.errors import Refused
from longrun.contracts.work_requests.analytics.paging import limit_of, page, place_of
from longrun.contracts.work_requests.object_ids import object_id, object_name
from longrun.contracts.work_requests.services import Services
from longrun.contracts.work_requests.times import written
from longrun.datasets.workbooks import PartMissing, Workbook, WorkbookChanged, WorkbookDefinition
from longrun.delivery.conditions import not_modified
from longrun.delivery.request import Request
from longrun.gateway.answer import Answer, document, no_content
from longrun.gateway.call import Call


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
    tags = validators(workbook)
    if not_modified(Request.read(call.method, call.header), tags):
        return Answer(status=304, headers=tags.headers())
    return document(_view(workbook), headers=tags.headers())


def put_workbook(call: Call[Services]) -> Answer:
    """Define the workbook: 201 if it is new, 200 in the place of the present one."""
    # Loaded here: pydantic would double the start-up of every poll.
    from longrun.contracts.work_requests.analytics.workbook_bodies import WorkbookBody

    name = workbook_name(call)
    body = read_body(call.body, WorkbookBody)
    current = call.services.workbooks.find(call.principal.tenant, name)
    hold(call, current)
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
        raise overtaken(call, changed) from None
    headers = validators(workbook).headers()
    return document(_view(workbook), status=200 if current else 201, headers=headers)


def delete_workbook(call: Call[Services]) -> Answer:
    """Remove the workbook; what was exported of it can be fetched until it expires."""
    workbook = call.services.workbooks.get(call.principal.tenant, workbook_name(call))
    hold(call, workbook)
    try:
        call.services.workbooks.delete(workbook)
    except WorkbookChanged as changed:
        raise overtaken(call, changed) from None
    return no_content()


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


ENDPOINTS: Final = (
    method("listWorkbooks", "GET", "/workbooks", list_workbooks),
    method("getWorkbook", "GET", "/workbooks/{workbookId}", get_workbook),
    method("putWorkbook", "PUT", "/workbooks/{workbookId}", put_workbook),
    method("deleteWorkbook", "DELETE", "/workbooks/{workbookId}", delete_workbook),
)
