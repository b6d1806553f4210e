"""The schemas of bodies."""

from typing import Final

from longrun.compositions.document import CompositionType, RelationCode
from longrun.compositions.drafts import CATEGORIES
from longrun.compositions.extensions import EXTENSIONS
from longrun.compositions.refusals import Code
from longrun.compositions.statuses import CompositionStatus
from longrun.contracts.compositions.errors import ErrorType
from longrun.contracts.compositions.job import CANCELED, ENTITY, SERVICE_AT_FAULT
from longrun.gateway.openapi import Schema, an_object, listed, reference

STRING: Schema = {"type": "string"}
ID: Schema = {"type": "string", "format": "uuid"}
TIME: Schema = {"type": "string", "format": "date-time", "examples": ["2022-10-24T12:35:49.956Z"]}
_NUMBER: Schema = {"type": "integer", "minimum": 0}


def _answer(words: str, data: Schema, **more: Schema) -> Schema:
    return an_object(words, {"meta": reference("Meta"), "data": data, **more})


def _concept(system: str, codes: list[str]) -> Schema:
    coding = an_object(
        "A code of a dictionary.", {"system": {"const": system}, "code": {"enum": codes}}
    )
    return {
        "type": "object",
        "properties": {"coding": {"type": "array", "items": coding, "minItems": 1, "maxItems": 1}},
        "required": ["coding"],
    }


_CLIENTS: Final[Schema] = {
    "type": _concept("COMPOSITION_TYPES", [each.value for each in CompositionType]),
    "category": _concept(
        "COMPOSITION_CATEGORIES", [each for codes in CATEGORIES.values() for each in codes]
    ),
    "event": {"type": "array", "items": reference("Event"), "minItems": 1, "maxItems": 1},
    "subject": reference("Reference"),
    "encounter": reference("Reference"),
    "author": reference("Reference"),
    "section": an_object("What it is about.", {"focus": reference("Reference")}),
    "extension": listed("Extension"),
    "relatesTo": {"oneOf": [reference("RelatesTo"), {"type": "null"}]},
}


def _codes() -> str:
    """The codes of failed jobs, in words."""
    named = {int(code): code.name.lower().replace("_", " ") for code in Code}
    named |= {SERVICE_AT_FAULT: "a fault of the service", CANCELED: "stopped"}
    listed = ", ".join(f"{code} {words}" for code, words in named.items())
    return f"From 9000 on, those of ours that the contract has no number for: {listed}."


SCHEMAS: Final[Schema] = {
    "Meta": an_object(
        "Of the answer.",
        {
            "code": {"type": "integer", "description": "The status."},
            "url": {"type": "string", "format": "uri"},
            "type": {"enum": ["object", "list"]},
            "request_id": {
                **STRING,
                "description": "The request's X-Request-ID, or the gateway's.",
            },
        },
    ),
    "Error": an_object(
        "What went wrong.",
        {
            "meta": reference("Meta"),
            "error": an_object(
                "Why.",
                {
                    "type": {"enum": [each.value for each in ErrorType]},
                    "message": STRING,
                    "invalid": {
                        **listed("Invalid"),
                        "description": "Of request_malformed: what is wrong where.",
                    },
                },
                optional=("invalid",),
            ),
        },
    ),
    "Invalid": an_object(
        "A part of the request that breaks rules.",
        {
            "entry_type": {"enum": ["json_data_property", "query_parameter", "request"]},
            "entry": {**STRING, "examples": ["$.data", "$.limit", "$"]},
            "rules": {
                "type": "array",
                "items": an_object(
                    "A rule.",
                    {
                        "rule": {**STRING, "examples": ["required", "format", "inclusion"]},
                        "description": STRING,
                        "params": {"type": "array", "items": {"type": ["string", "integer"]}},
                    },
                ),
            },
        },
    ),
    "JobAnswer": _answer("A job.", reference("Job")),
    "Job": an_object(
        "The state of a job. What has no value is left out.",
        {
            "id": ID,
            "status": {"enum": ["PENDING", "FAILED", "DONE"]},
            "eta": {
                **TIME,
                "description": "When it will be done, from how long such jobs have lately taken; "
                "another with each poll. Once it has ended, when it did.",
            },
            "doneAt": TIME,
            "links": {**listed("Link"), "minItems": 1},
            "error": {
                "type": "array",
                "items": an_object(
                    "Why it failed.",
                    {"code": {"type": "integer", "description": _codes()}, "message": STRING},
                ),
            },
        },
        optional=("doneAt", "error"),
    ),
    "Link": an_object(
        "A composition that the job is about, or has changed; its own comes first.",
        {
            "entity": {"const": ENTITY},
            "href": {**STRING, "examples": ["composition/89678f60-4cdc-4fe3-ae83-e8b3ebd35c59"]},
            "error": {**STRING, "examples": ["1136: The composition is not AMENDED."]},
        },
        optional=("href", "error"),
    ),
    "Draft": {
        **an_object("An unsigned composition.", _CLIENTS, optional=("extension", "relatesTo")),
        "description": "An unsigned composition. The request takes any JSON object; whether it is "
        "such a one, the job tells.",
    },
    "Signed": an_object(
        "A signed document.",
        {
            "data": {
                "type": "string",
                "contentEncoding": "base64",
                "contentMediaType": "application/pkcs7-mime",
                "description": "PKCS#7 (CMS) with the content attached: get's `data` to sign, "
                "`{identifier, reason}` to cancel.",
            }
        },
    ),
    "CompositionAnswer": _answer("A composition.", reference("Composition")),
    "CompositionsAnswer": _answer(
        "A page of compositions, the newest first.",
        listed("Composition"),
        paging=an_object(
            "Where the page is.",
            {
                "page_number": {**_NUMBER, "minimum": 1},
                "page_size": _NUMBER,
                "total_entries": _NUMBER,
                "total_pages": _NUMBER,
            },
        ),
    ),
    "Composition": an_object(
        "A composition.",
        {
            "identifier": reference("Reference"),
            "status": {"enum": [each.value for each in CompositionStatus]},
            "date": TIME,
            "title": {**STRING, "description": "Its number, for people."},
            "custodian": reference("Reference"),
            **_CLIENTS,
        },
    ),
    "Reference": an_object(
        "A bare reference.",
        {
            "type": _concept(
                "eHealth/resources",
                ["person", "preperson", "encounter", "employee", "composition", "legal_entity"],
            ),
            "value": ID,
        },
    ),
    "Event": an_object(
        "The days that it is about.",
        {
            "code": _concept("COMPOSITION_EVENTS", ["COMPOSITION_VALIDITY_PERIOD"]),
            "period": an_object(
                "From and to, inclusive: dates, or times whose days count.",
                {"start": STRING, "end": {"type": ["string", "null"]}},
                optional=("end",),
            ),
        },
    ),
    "Extension": an_object(
        "A further fact; its value stands in the member that its code has.",
        {
            "valueCode": {"enum": list(EXTENSIONS)},
            "valueUuid": ID,
            "valueBoolean": {"type": "boolean"},
            "valueString": STRING,
            "valueDate": {"type": "string", "format": "date"},
        },
        optional=("valueUuid", "valueBoolean", "valueString", "valueDate"),
    ),
    "RelatesTo": an_object(
        "How it relates to an earlier one. Clients send `replaces`; the others the system sets.",
        {
            "code": {"enum": [each.value for each in RelationCode]},
            "targetIdentifier": reference("Reference"),
        },
    ),
}
