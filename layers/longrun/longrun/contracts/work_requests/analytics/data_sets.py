"""`/catalog/datasets`: defining, showing, listing, deleting, and having them reloaded."""

import hashlib
from typing import Any, Final

from longrun.contracts.work_requests.analytics.bodies import read_body
from longrun.contracts.work_requests.analytics.catalogue import (
    hold,
    method,
    overtaken,
    validators,
)
from longrun.contracts.work_requests.analytics.paging import limit_of, page, place_of
from longrun.contracts.work_requests.analytics.starting import replayed, started
from longrun.contracts.work_requests.kinds import RELOAD_DATA_SET
from longrun.contracts.work_requests.object_ids import object_id, object_name
from longrun.contracts.work_requests.services import Services
from longrun.contracts.work_requests.times import written
from longrun.datasets.columns import Column
from longrun.datasets.data_sets import Contents, DataSet
from longrun.datasets.errors import DataSetChanged
from longrun.delivery.conditions import not_modified
from longrun.delivery.request import Request as Conditions
from longrun.gateway.answer import Answer, document, no_content
from longrun.gateway.call import Call
from longrun.operations.request import Request


def data_set_name(call: Call[Services]) -> str:
    """The name of the data set that the path means."""
    return object_name(call.path["datasetId"], "The data set's id")


def list_data_sets(call: Call[Services]) -> Answer:
    """The tenant's data sets, by name; without their columns, of which there may be thousands."""
    limit, after = limit_of(call), place_of(call)
    found = call.services.data_sets.page(call.principal.tenant, after=after, limit=limit)
    return page([_view(each, whole=False) for each in found.data_sets], found.after)


def get_data_set(call: Call[Services]) -> Answer:
    """The data set, as it was defined and as it was last loaded."""
    data_set = call.services.data_sets.get(call.principal.tenant, data_set_name(call))
    tags = validators(data_set)
    if not_modified(Conditions.read(call.method, call.header), tags):
        return Answer(status=304, headers=tags.headers())
    return document(_view(data_set), headers=tags.headers())


def put_data_set(call: Call[Services]) -> Answer:
    """Define the data set: 201 if it is new, 200 in the place of the present one.

    What was loaded stays; the next reload is not held to its columns.
    """
    # Loaded here: pydantic would double the start-up of every poll.
    from longrun.contracts.work_requests.analytics.data_set_bodies import DataSetBody

    name = data_set_name(call)
    definition = read_body(call.body, DataSetBody).definition()
    current = call.services.data_sets.find(call.principal.tenant, name)
    hold(call, current)
    try:
        data_set = call.services.data_sets.define(call.principal.tenant, name, definition, current)
    except DataSetChanged as changed:
        raise overtaken(call, changed) from None
    headers = validators(data_set).headers()
    return document(_view(data_set), status=200 if current else 201, headers=headers)


def delete_data_set(call: Call[Services]) -> Answer:
    """Remove the data set and what was loaded of it."""
    data_set = call.services.data_sets.get(call.principal.tenant, data_set_name(call))
    hold(call, data_set)
    try:
        call.services.data_sets.delete(data_set)
    except DataSetChanged as changed:
        raise overtaken(call, changed) from None
    return no_content()


def reload_data_set(call: Call[Services]) -> Answer:
    """Have the data set reloaded; one reload of it at a time."""
    name = data_set_name(call)
    again = replayed(call, RELOAD_DATA_SET.name)
    if again is not None:
        return again
    call.services.data_sets.get(call.principal.tenant, name)
    request = Request(
        kind=RELOAD_DATA_SET.name,
        input={"dataset": name},
        subject=name,
        claim=f"dataset/{_digest(name)}",
    )
    return started(call, request)


def _digest(name: str) -> str:
    """In the place of a name, which with a word before it may be too long to be claimed."""
    return hashlib.sha256(name.encode()).hexdigest()


def _view(data_set: DataSet, *, whole: bool = True) -> dict[str, Any]:
    """The data set as this face shows it.

    Args:
        data_set: As it stands.
        whole: With the columns, as they were defined and as they were loaded.
    """
    definition = data_set.definition.document()
    if not whole:
        definition.pop("columns", None)
    told: dict[str, Any] = {
        "id": object_id(data_set.name),
        "name": data_set.name,
        **definition,
        "timeCreated": written(data_set.created),
        "timeUpdated": written(data_set.changed),
    }
    if data_set.contents is not None:
        told["contents"] = _contents(data_set.contents, whole=whole)
    return told


def _contents(contents: Contents, *, whole: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "rows": contents.rows,
        "rowsRejected": contents.rejected,
        "bytes": contents.artefact.size,
        "file": contents.file,
        "timeReloaded": written(contents.loaded),
        "workRequestId": contents.operation,
    }
    if whole:
        told["schema"] = [_column(column) for column in contents.columns]
    return told


def _column(column: Column) -> dict[str, str]:
    return {"name": column.name, "type": column.type.value}


ENDPOINTS: Final = (
    method("listDataSets", "GET", "/datasets", list_data_sets),
    method("getDataSet", "GET", "/datasets/{datasetId}", get_data_set),
    method("putDataSet", "PUT", "/datasets/{datasetId}", put_data_set),
    method("deleteDataSet", "DELETE", "/datasets/{datasetId}", delete_data_set),
    method("reloadDataSet", "POST", "/datasets/{datasetId}/actions/reload", reload_data_set),
)
