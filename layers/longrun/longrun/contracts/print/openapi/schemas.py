"""The schemas of bodies: the configuration's from its model, those of the views written out."""

from typing import Any

from longrun.contracts.print.configuration import Configuration
from longrun.filestore import FileType
from longrun.operations.entity_ids import LAST_ENTITY_ID

type Schema = dict[str, Any]

ID: Schema = {"type": "integer", "minimum": 1, "maximum": LAST_ENTITY_ID}
IDENTIFIERS: Schema = {"type": "array", "items": {"$ref": "#/components/schemas/Id"}}
_STRING: Schema = {"type": "string"}


def reference(name: str) -> Schema:
    """A reference to one of the schemas below."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(name: str) -> Schema:
    """A list of one of the schemas below."""
    return {"type": "array", "items": reference(name)}


def _object(description: str, properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def schemas() -> Schema:
    """Every schema by its name."""
    model = Configuration.model_json_schema(ref_template="#/components/schemas/{model}")
    models: Schema = {**model.pop("$defs"), "Configuration": model}
    assert models.keys().isdisjoint(_VIEWS), "a view would hide a model"
    return {**models, **_VIEWS}


_FIELD = _object("A field; every value is text.", {"name": _STRING, "value": _STRING})
_MEDIA = _object("A sheet.", {"name": _STRING, "size": _STRING})

_VIEWS: Schema = {
    "Id": ID,
    "Error": _object(
        "The JSON Error.",
        {
            "error": _object(
                "What went wrong.",
                {"status": {"type": "integer"}, "message": _STRING, "parameter": _STRING},
                optional=("parameter",),
            )
        },
    ),
    "Operation": _object(
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
    "IdentifierList": _object("Ids.", {"identifiers": IDENTIFIERS}),
    "ManagedResult": _object(
        "The output in the file store.",
        {"identifier": reference("Id"), "files": {"type": "array", "items": _STRING}},
    ),
    "Resource": _object(
        "A configuration, template or preset.",
        {
            "id": reference("Id"),
            "name": _STRING,
            "path": _STRING,
            "type": {"enum": [kind.value for kind in FileType if kind.resource]},
            "size": {"type": "integer", "description": "In bytes."},
        },
    ),
    "UploadRequest": _object(
        "A file that is to be uploaded.",
        {
            "type": {"enum": [kind.value for kind in FileType if kind is not FileType.OUTPUT]},
            "filename": _STRING,
            "persistent": {"type": "boolean", "default": False},
            "sha256": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"},
        },
        optional=("filename", "persistent", "sha256"),
    ),
    "UploadForm": _object(
        "A form to send the file by: the fields, then the field `file`, as multipart/form-data.",
        {
            "fileId": reference("Id"),
            "url": {"type": "string", "format": "uri"},
            "fields": {"type": "object", "additionalProperties": _STRING},
            "expiresAt": {"type": "string", "format": "date-time"},
        },
    ),
    "DataRecord": _object(
        "A data record with its detail records.",
        {
            "id": reference("Id"),
            "table": _STRING,
            "datasetid": reference("Id"),
            "fields": {"type": "array", "items": _FIELD},
            "records": listed("DetailRecord"),
        },
    ),
    "DetailRecord": _object(
        "A detail record.",
        {
            "id": reference("Id"),
            "table": _STRING,
            "parentrecordid": reference("Id"),
            "fields": {"type": "array", "items": _FIELD},
        },
    ),
    "ContentItems": _object(
        "Content items with the records they were made from.",
        {
            "identifiers": {
                "type": "array",
                "items": _object(
                    "A content item.", {"item": reference("Id"), "record": reference("Id")}
                ),
            }
        },
    ),
    "Pages": _object(
        "Pages by size; with `detail=true`, of each content item.",
        {
            "pages": {
                "type": "array",
                "items": _object(
                    "Pages of one size.",
                    {"item": reference("Id"), "count": {"type": "integer"}, "media": _MEDIA},
                    optional=("item",),
                ),
            }
        },
    ),
}
