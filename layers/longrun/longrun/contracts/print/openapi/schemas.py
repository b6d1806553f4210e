"""The schemas of bodies: the configuration's from its model, those of the views written out."""

from longrun.contracts.print.configuration import Configuration
from longrun.filestore import FileType
from longrun.gateway.openapi import Schema, an_object, listed, reference
from longrun.operations.entity_ids import LAST_ENTITY_ID

ID: Schema = {"type": "integer", "minimum": 1, "maximum": LAST_ENTITY_ID}
IDENTIFIERS: Schema = {"type": "array", "items": {"$ref": "#/components/schemas/Id"}}
_STRING: Schema = {"type": "string"}


def schemas() -> Schema:
    """Every schema by its name."""
    model = Configuration.model_json_schema(ref_template="#/components/schemas/{model}")
    models: Schema = {**model.pop("$defs"), "Configuration": model}
    assert models.keys().isdisjoint(_VIEWS), "a view would hide a model"
    return {**models, **_VIEWS}


_FIELD = an_object("A field; every value is text.", {"name": _STRING, "value": _STRING})
_MEDIA = an_object("A sheet.", {"name": _STRING, "size": _STRING})

_VIEWS: Schema = {
    "Id": ID,
    "Error": an_object(
        "The JSON Error.",
        {
            "error": an_object(
                "What went wrong.",
                {"status": {"type": "integer"}, "message": _STRING, "parameter": _STRING},
                optional=("parameter",),
            )
        },
    ),
    "Operation": an_object(
        "A running operation.",
        {
            "id": {"type": "string", "format": "uuid"},
            "type": {"const": "PrintRestService"},
            "subTask": {"type": "string", "examples": ["Content Creation 25%"]},
            "startTime": {"type": "integer", "description": "Milliseconds since 1970, UTC."},
            "progress": {"type": "integer", "minimum": 0, "maximum": 100},
            "template": _STRING,
        },
        optional=("template",),
    ),
    "IdentifierList": an_object("Ids.", {"identifiers": IDENTIFIERS}),
    "ManagedResult": an_object(
        "The output in the file store.",
        {"identifier": reference("Id"), "files": {"type": "array", "items": _STRING}},
    ),
    "Resource": an_object(
        "A configuration, template or preset.",
        {
            "id": reference("Id"),
            "name": _STRING,
            "path": _STRING,
            "type": {"enum": [kind.value for kind in FileType if kind.resource]},
            "size": {"type": "integer", "description": "In bytes."},
        },
    ),
    "UploadRequest": an_object(
        "A file that is to be uploaded.",
        {
            "type": {"enum": [kind.value for kind in FileType if kind is not FileType.OUTPUT]},
            "filename": _STRING,
            "persistent": {"type": "boolean", "default": False},
            "sha256": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"},
        },
        optional=("filename", "persistent", "sha256"),
    ),
    "UploadForm": an_object(
        "A form to send the file by: the fields, then the field `file`, as multipart/form-data.",
        {
            "fileId": reference("Id"),
            "url": {"type": "string", "format": "uri"},
            "fields": {"type": "object", "additionalProperties": _STRING},
            "expiresAt": {"type": "string", "format": "date-time"},
        },
    ),
    "DataRecord": an_object(
        "A data record with its detail records.",
        {
            "id": reference("Id"),
            "table": _STRING,
            "datasetid": reference("Id"),
            "fields": {"type": "array", "items": _FIELD},
            "records": listed("DetailRecord"),
        },
    ),
    "DetailRecord": an_object(
        "A detail record.",
        {
            "id": reference("Id"),
            "table": _STRING,
            "parentrecordid": reference("Id"),
            "fields": {"type": "array", "items": _FIELD},
        },
    ),
    "ContentItems": an_object(
        "Content items with the records they were made from.",
        {
            "identifiers": {
                "type": "array",
                "items": an_object(
                    "A content item.", {"item": reference("Id"), "record": reference("Id")}
                ),
            }
        },
    ),
    "Pages": an_object(
        "Pages by size; with `detail=true`, of each content item.",
        {
            "pages": {
                "type": "array",
                "items": an_object(
                    "Pages of one size.",
                    {"item": reference("Id"), "count": {"type": "integer"}, "media": _MEDIA},
                    optional=("item",),
                ),
            }
        },
    ),
}
