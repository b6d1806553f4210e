"""The schemas of bodies, with what the SDK's models call required."""

from typing import Any, Final

from longrun.gateway.openapi import Schema, an_object, listed
from longrun.operations.states import Status

_STRING: Final[Schema] = {"type": "string"}
_TIME: Final[Schema] = {"type": "string", "format": "date-time"}

_SUMMARY: Final[dict[str, Any]] = {
    "id": _STRING,
    "operationType": {
        "type": "string",
        "examples": ["RELOAD_DATASET", "CREATE_PRINT_OUTPUT"],
        "description": "The SDK shows what it does not know as UNKNOWN_ENUM_VALUE.",
    },
    "status": {"enum": [status.value for status in Status]},
    "compartmentId": {"type": "string", "description": "The OCID of the tenancy."},
    "resources": listed("WorkRequestResource"),
    "timeAccepted": _TIME,
    "timeStarted": _TIME,
    "timeFinished": _TIME,
}
_LATER: Final = ("timeStarted", "timeFinished")

SCHEMAS: Final[dict[str, Schema]] = {
    "WorkRequest": an_object(
        "A work request.",
        {**_SUMMARY, "percentComplete": {"type": "number", "minimum": 0, "maximum": 100}},
        optional=_LATER,
    ),
    "WorkRequestSummary": an_object("A work request in a list.", _SUMMARY, optional=_LATER),
    "WorkRequestResource": an_object(
        "What the work made, changed or is about; seen with the permission of its kind.",
        {
            "actionResult": {"type": "string", "examples": ["CREATED", "RELOADED", "NONE"]},
            "resourceType": {"type": "string", "examples": ["DATASET", "SNAPSHOT"]},
            "identifier": _STRING,
            "resourceUri": _STRING,
            "metadata": {"type": "object", "additionalProperties": _STRING},
        },
        optional=("resourceUri",),
    ),
    "WorkRequestError": an_object(
        "What the work failed for.", {"code": _STRING, "message": _STRING, "timestamp": _TIME}
    ),
    "WorkRequestLog": an_object(
        "What happened, in a sentence.", {"message": _STRING, "timestamp": _TIME}
    ),
    "Error": an_object("What is wrong with the call.", {"code": _STRING, "message": _STRING}),
}
