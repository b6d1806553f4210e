"""The schemas of bodies: those of requests from their models, those of the views written out."""

from longrun.contracts.work_requests.analytics.data_set_bodies import DataSetBody
from longrun.contracts.work_requests.analytics.snapshot_bodies import RestoreBody, SnapshotBody
from longrun.contracts.work_requests.analytics.workbook_bodies import ExportBody, WorkbookBody
from longrun.datasets.columns import ColumnType
from longrun.datasets.snapshots.snapshots import State
from longrun.gateway.openapi import Schema, an_object, listed, reference
from longrun.operations.states import Status

STRING: Schema = {"type": "string"}
TIME: Schema = {"type": "string", "format": "date-time", "examples": ["2016-08-25T21:10:29.600Z"]}
OBJECT_ID: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_-]+=*$",
    "description": "Base64URL of the object's name, padded or not.",
}
EXPORT_ID: Schema = {"type": "string", "format": "uuid"}


def schemas() -> Schema:
    """Every schema by its name."""
    models: Schema = {}
    for model in (DataSetBody, WorkbookBody, ExportBody, SnapshotBody, RestoreBody):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        models |= {**schema.pop("$defs", {}), model.__name__: schema}
    assert models.keys().isdisjoint(_VIEWS), "a view would hide a model"
    return {**models, **_VIEWS}


_RESOURCE_TYPES = ["SNAPSHOT", "SYSTEM", "DATASET", "WORKBOOK_EXPORT"]

_VIEWS: Schema = {
    "Error": an_object(
        "What went wrong.",
        {"code": {**STRING, "description": "Stable, in CamelCase."}, "message": STRING},
    ),
    "WorkRequest": an_object(
        "A piece of asynchronous work.",
        {
            "id": {**STRING, "description": "Opaque; may contain a colon."},
            "operationType": {
                **STRING,
                "description": "CREATE_SNAPSHOT, RESTORE_SNAPSHOT, RELOAD_DATASET, "
                "CREATE_WORKBOOK_EXPORT; others in the same style.",
                "examples": ["RELOAD_DATASET", "CREATE_PRINT_OUTPUT"],
            },
            "percentComplete": {
                "type": "number",
                "minimum": 0,
                "maximum": 100,
                "description": "Never falls; 100 only on success.",
            },
            "status": {"enum": [status.value for status in Status]},
            "timeAccepted": TIME,
            "timeStarted": TIME,
            "timeFinished": {**TIME, "description": "Set in every terminal state."},
            "resourceType": {"enum": _RESOURCE_TYPES},
            "resources": {
                **listed("WorkRequestResource"),
                "description": "For who has the role that the work needs; filled before SUCCEEDED "
                "shows.",
            },
            "Errors": {
                **listed("WorkRequestError"),
                "description": "For who has the role that the work needs: the first hundred.",
            },
        },
        optional=("timeStarted", "timeFinished", "resourceType", "resources", "Errors"),
    ),
    "WorkRequestResource": an_object(
        "What the work made, changed, or is about.",
        {
            "resourceType": {**STRING, "examples": _RESOURCE_TYPES},
            "actionResult": {
                "enum": ["CREATED", "RELOADED", "RESTORED", "EXPORTED", "DELETED", "NONE"]
            },
            "id": STRING,
            "metadata": {"type": "object", "additionalProperties": STRING},
            "resourceUri": {"type": "string", "format": "uri"},
        },
        optional=("id", "metadata", "resourceUri"),
    ),
    "WorkRequestError": an_object(
        "Why the work failed.",
        {"code": STRING, "message": STRING, "timestamp": TIME},
        optional=("timestamp",),
    ),
    "DataSet": an_object(
        "A named source in the file store, and what was last loaded from it.",
        {
            "id": OBJECT_ID,
            "name": STRING,
            "source": {**STRING, "description": "As it was defined: id or name of a data file."},
            "format": {"enum": ["csv", "json", "parquet", "xlsx"]},
            "columns": {**listed("ColumnBody"), "description": "As they were defined, if so."},
            "delimiter": STRING,
            "sheet": STRING,
            "rejectLimit": {"type": "integer", "description": "Absent: 0."},
            "description": STRING,
            "timeCreated": TIME,
            "timeUpdated": {**TIME, "description": "When it was last defined."},
            "contents": reference("DataSetContents"),
        },
        optional=(
            "format",
            "columns",
            "delimiter",
            "sheet",
            "rejectLimit",
            "description",
            "contents",
        ),
    ),
    "DataSetContents": an_object(
        "What the last reload made.",
        {
            "rows": {"type": "integer"},
            "rowsRejected": {"type": "integer", "description": "Rows that were left out."},
            "bytes": {"type": "integer", "description": "Of the columnar cache."},
            "file": {**STRING, "description": "The name of the file that was read."},
            "timeReloaded": TIME,
            "workRequestId": STRING,
            "schema": {**listed("DataSetColumn"), "description": "Not in lists."},
        },
        optional=("schema",),
    ),
    "DataSetColumn": an_object(
        "A column as it was loaded.",
        {"name": STRING, "type": {"enum": [kind.value for kind in ColumnType]}},
    ),
    "Workbook": an_object(
        "A template with a data set.",
        {
            "id": OBJECT_ID,
            "name": STRING,
            "template": {**STRING, "description": "As it was defined: id or name."},
            "dataset": {**STRING, "description": "The data set's name."},
            "parameters": {
                "type": "object",
                "additionalProperties": {"type": ["string", "number", "boolean"]},
            },
            "timeCreated": TIME,
            "timeUpdated": TIME,
            "description": STRING,
        },
        optional=("description",),
    ),
    "ExportStarted": an_object(
        "The export was started.",
        {
            "workRequestId": STRING,
            "resourceUri": {
                "type": "string",
                "format": "uri",
                "description": "Where its file will be; ends in `/exports/{exportId}`.",
            },
        },
    ),
    "Snapshot": an_object(
        "An archive of the tenant's catalogue.",
        {
            "id": STRING,
            "name": STRING,
            "type": {"enum": ["CREATE"]},
            "status": {"enum": [state.value for state in State]},
            "createdBy": STRING,
            "timeCreated": TIME,
            "description": STRING,
            "bar": an_object(
                "The archive, once it is complete.",
                {"size": {"type": "integer", "description": "In bytes."}, "sha256": STRING},
            ),
            "contents": {
                "type": "object",
                "additionalProperties": {"type": "integer"},
                "description": "How many data sets, workbooks and resources it holds.",
            },
        },
        optional=("description", "bar", "contents"),
    ),
    "SnapshotList": an_object("A page of the tenant's snapshots.", {"items": listed("Snapshot")}),
    "Started": an_object("The work was started.", {"workRequestId": STRING}),
}
