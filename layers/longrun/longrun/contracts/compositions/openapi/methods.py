"""What the table of endpoints does not say of a method: its parameters, bodies and answers."""

from typing import Final

from longrun.compositions.document import CompositionType
from longrun.compositions.print_form import TEMPLATES
from longrun.compositions.statuses import CompositionStatus
from longrun.contracts.compositions.compositions import FARTHEST, MOST, USUAL
from longrun.contracts.compositions.envelope import REQUEST_ID
from longrun.contracts.compositions.openapi.schemas import ID, STRING
from longrun.contracts.compositions.print_forms import PDF
from longrun.gateway.answer import JSON
from longrun.gateway.openapi import Described, Method, json_method, method, reference

HEADERS: Final = {
    "Content-Disposition": "With a name for the file.",
    "Cache-Control": "It is nobody's to keep.",
}
PATH: Final[dict[str, Described]] = {
    "asyncJobId": ("The job's id. A malformed one is 404, too.", ID),
    "patientId": ("The patient: a person or preperson that the composition is about.", ID),
    "id": ("The composition's id.", ID),
    "episodeId": ("The episode of its encounter.", ID),
    "encounterId": ("Its encounter.", ID),
}
SENT: Final[dict[str, Described]] = {
    REQUEST_ID: (
        "Told back as `meta.request_id`, if it is one: up to 128 letters, digits and ._:/+=@-",
        STRING,
    ),
}
ERRORS: Final = {
    400: "request_malformed: the outer body, or the query, breaks a rule; `invalid` says which.",
    401: "access_denied: a credential is missing, wrong or expired, or lacks the scope.",
    403: "forbidden: the caller may not see this composition.",
    404: "not_found: there is no such thing in the caller's tenant.",
    413: "request_too_large: the body is too large.",
    415: "content_type_invalid: the media type is not application/json.",
    429: "too_many_requests: not just now; ask again after Retry-After.",
    500: "internal_error: the service failed; the message has the request's id.",
}

_SENT: Final = (REQUEST_ID,)


def _start(body: str, *errors: int) -> Method:
    return json_method(
        "The job; of an identical request that is pending, that one's.",
        reference("JobAnswer"),
        body={JSON: reference(body)},
        sent=_SENT,
        errors=(400, 413, *errors),
    )


METHODS: Final[dict[str, Method]] = {
    "getJob": json_method(
        "The job, whatever became of it.", reference("JobAnswer"), sent=_SENT, errors=(404,)
    ),
    "createComposition": _start("Draft"),
    "signComposition": _start("Signed", 404),
    "cancelComposition": _start("Signed", 404),
    "getComposition": json_method(
        "The composition; what is signed is its `data`.",
        reference("CompositionAnswer"),
        sent=_SENT,
        errors=(403, 404),
    ),
    "searchCompositions": json_method(
        "A page of those that the caller may see.",
        reference("CompositionsAnswer"),
        query={
            "subject": ("Whom it is about. This or `focus`, and not both.", ID),
            "focus": ("Who is in its section's focus.", ID),
            "type": ("Of this type alone.", {"enum": [each.value for each in CompositionType]}),
            "status": (
                "In this status alone.",
                {"enum": [each.value for each in CompositionStatus]},
            ),
            "encounter": ("Of this encounter alone.", ID),
            "episodeOfCare": ("Of encounters of this episode alone.", ID),
            "offset": (
                "How many to leave out.",
                {"type": "integer", "minimum": 0, "maximum": FARTHEST, "default": 0},
            ),
            "limit": (
                "Entries of a page.",
                {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
            ),
        },
        sent=_SENT,
        errors=(400,),
    ),
    "getPrintForm": method(
        "The print form, PDF/A-2b.",
        {PDF: {}},
        query={"templateId": ("The form.", {"enum": list(TEMPLATES), "default": TEMPLATES[0]})},
        sent=_SENT,
        headers=("Content-Disposition", "Cache-Control"),
        errors=(400, 403, 404),
    ),
}
"""By the endpoints' names."""
