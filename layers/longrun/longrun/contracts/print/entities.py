"""`/entity`: the reading side of data sets, content sets and job sets, and deleting them."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from longrun.contracts.print.errors import Refused
from longrun.contracts.print.media import media_of
from longrun.contracts.print.services import Services
from longrun.contracts.print.truth import truth
from longrun.documents.records import Value, text_of
from longrun.documents.sets import EntitySet, SetMissing, SetType
from longrun.filestore.names import as_id
from longrun.gateway.answer import JSON, Answer, document
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import PRINT_RUN

if TYPE_CHECKING:
    from longrun.documents.entities import DataRecord, Pages

RECORDS_AT_ONCE: Final = 1000
"""Data records whose values one call gives."""

VALUES_AT_ONCE: Final = 5_000_000
"""Bytes of JSON that their values may come to."""

MAIN_TABLE: Final = "record"
"""The name of the table that the records themselves are in."""

_PATHS: Final = {
    "datasets": SetType.DATA,
    "contentsets": SetType.CONTENT,
    "jobsets": SetType.JOB,
}


def record_values(call: Call[Services]) -> Answer:
    """The values of a data record and of its detail records."""
    record_id = _id(call, SetType.DATA, member=True)
    [record] = call.services.entities.records(call.principal.tenant, [record_id])
    return document(_record(record))


def several_record_values(call: Call[Services]) -> Answer:
    """The values of the data records whose ids are sent, in the order sent."""
    wanted = _wanted(call)
    times = Counter(wanted)
    found: dict[int, str] = {}
    size = 0
    for record in call.services.entities.records(call.principal.tenant, wanted):
        found[record.id] = json.dumps(_record(record))
        size += len(found[record.id]) * times[record.id]
        if size > VALUES_AT_ONCE:
            raise Refused(
                f"The values of these {len(wanted)} data records are more than one answer "
                f"carries ({VALUES_AT_ONCE} bytes); ask for fewer.",
                parameter="identifiers",
            )
    return Answer(media_type=JSON, body=f"[{','.join(map(found.__getitem__, wanted))}]")


def content_items(call: Call[Services]) -> Answer:
    """The content items of a content set, each with its data record."""
    items = call.services.entities.items(call.principal.tenant, _id(call, SetType.CONTENT))
    return document({"identifiers": [{"item": item, "record": record} for item, record in items]})


def content_pages(call: Call[Services]) -> Answer:
    """The pages of a content set by size; with `detail=true` of each content item."""
    entities, tenant = call.services.entities, call.principal.tenant
    detail = call.flag("detail")
    set_id = _id(call, SetType.CONTENT)
    if detail:
        return document({"pages": [_pages(each) for each in entities.pages(tenant, set_id)]})
    return document({"pages": [_pages(each) for each in entities.page_summary(tenant, set_id)]})


def item_record(call: Call[Services]) -> Answer:
    """The id of the data record that a content item was made from."""
    item = _id(call, SetType.CONTENT, member=True)
    return document(call.services.entities.record_of(call.principal.tenant, item))


def job_contents(call: Call[Services]) -> Answer:
    """The content items of a job, in their order."""
    job = _id(call, SetType.JOB, member=True)
    return _identifiers(call.services.entities.contents_of(call.principal.tenant, job))


def _list(set_type: SetType) -> Callable[[Call[Services]], Answer]:
    def list_sets(call: Call[Services]) -> Answer:
        """The ids of the tenant's sets, oldest first."""
        sets = call.services.entities.sets(call.principal.tenant, set_type)
        return _identifiers(entity_set.id for entity_set in sets)

    return list_sets


def _members(set_type: SetType) -> Callable[[Call[Services]], Answer]:
    def members(call: Call[Services]) -> Answer:
        """The ids of a set's members, in their order."""
        return _identifiers(_set(call, set_type).members)

    return members


def _delete(set_type: SetType) -> Callable[[Call[Services]], Answer]:
    def delete(call: Call[Services]) -> Answer:
        """Delete a set with its members; false if it went meanwhile."""
        set_id = _id(call, set_type)
        return truth(call.services.entities.delete(call.principal.tenant, set_type, set_id))

    return delete


def _set(call: Call[Services], set_type: SetType) -> EntitySet:
    return call.services.entities.get(call.principal.tenant, set_type, _id(call, set_type))


def _id(call: Call[Services], set_type: SetType, *, member: bool = False) -> int:
    """The id in the path; what is none is of no set."""
    reference = call.path["id"]
    number = as_id(reference)
    if number is None:
        raise NoSuchId(set_type, reference, member=member)
    return number


class NoSuchId(SetMissing):
    """What stands in the place of an id is not one."""

    def __init__(self, set_type: SetType, reference: str, *, member: bool) -> None:
        super().__init__(set_type, 0, member=member)
        self.args = (f"There is no {self.title} with the id {reference!r:.80}.",)


def _wanted(call: Call[Services]) -> list[int]:
    """The ids that were sent: a list, the contract's object around one, or a query parameter."""
    body, listed = call.body, call.query("identifiers")
    if body.strip():
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError):
            raise Refused("The identifiers are not JSON.", parameter="identifiers") from None
        sent = sent.get("identifiers") if isinstance(sent, dict) else sent
    else:
        sent = listed.split(",") if listed is not None else None
    if not isinstance(sent, list) or not sent:
        raise Refused(
            'Send the ids of data records: {"identifiers": [1001, 1002]}, or the query parameter '
            "identifiers=1001,1002.",
            parameter="identifiers",
        )
    if len(sent) > RECORDS_AT_ONCE:
        raise Refused(
            f"{len(sent)} identifiers were sent; {RECORDS_AT_ONCE} are allowed.",
            parameter="identifiers",
        )
    return [_sent_id(each) for each in sent]


def _sent_id(value: object) -> int:
    if isinstance(value, str):
        value = value.strip()
    number = as_id(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    if number is None:
        raise Refused(f"{value!r:.80} is not an id.", parameter="identifiers")
    return number


def _identifiers(ids: Iterable[int]) -> Answer:
    # Written directly: a million ids are a list of their own in memory otherwise.
    return Answer(media_type=JSON, body=f'{{"identifiers":[{",".join(map(str, ids))}]}}')


def _record(record: "DataRecord") -> dict[str, Any]:
    return {
        "id": record.id,
        "table": MAIN_TABLE,
        "datasetid": record.data_set,
        "fields": _fields(record.values),
        "records": [
            {
                "id": row.id,
                "table": row.table,
                "parentrecordid": row.parent,
                "fields": _fields(row.values),
            }
            for row in record.details
        ],
    }


def _fields(values: dict[str, Value]) -> list[dict[str, str]]:
    return [{"name": name, "value": text_of(value)} for name, value in values.items()]


def _pages(pages: "Pages") -> dict[str, Any]:
    row: dict[str, Any] = {} if pages.item is None else {"item": pages.item}
    return {**row, "count": pages.count, "media": media_of(pages.size)}


def _method(
    name: str, path: str, answer: Callable[[Call[Services]], Answer], *verbs: str
) -> Endpoint[Services]:
    return Endpoint(
        name=name,
        verbs=verbs or ("GET",),
        path=f"/entity/{path}",
        needs=(PRINT_RUN,),
        answer=answer,
    )


ENDPOINTS: Final = (
    *(_method(f"list{path.capitalize()}", path, _list(kind)) for path, kind in _PATHS.items()),
    _method("getDataRecords", "datasets/{id}", _members(SetType.DATA)),
    _method("getContentItems", "contentsets/{id}", content_items),
    _method("getJobs", "jobsets/{id}", _members(SetType.JOB)),
    _method("getRecordValues", "datarecords/{id}/values", record_values),
    _method("getSeveralRecordValues", "datarecords/values", several_record_values, "GET", "POST"),
    _method("getPages", "contentsets/{id}/pages", content_pages),
    _method("getItemRecord", "contentitems/{id}/datarecord", item_record),
    _method("getJobContents", "jobs/{id}/contents", job_contents),
    *(
        _method(f"delete{path.capitalize()}", f"{path}/{{id}}/delete", _delete(kind), "POST")
        for path, kind in _PATHS.items()
    ),
)
