"""Bodies of requests: JSON, checked by a model, and what is wrong with one in a sentence.

pydantic is loaded by whoever has a model, with the first call that needs it.
"""

import json
from typing import TYPE_CHECKING, Any, Final, Never

from longrun.contracts.work_requests.analytics.errors import Refused

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

FAULTS_SHOWN: Final = 3


def read_body[M: BaseModel](body: bytes, model: type[M]) -> M:
    """The body as a model.

    Args:
        body: UTF-8 JSON, with or without a byte order mark.
        model: What it must be.

    Raises:
        Refused: 400: it is missing, no JSON object, or breaks a rule; says which and where.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(_object(body))
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: "ValidationError") -> Refused:
    """What a request is told that breaks the rules of a model; never the value itself."""
    faults = [_fault(each) for each in error.errors(include_url=False, include_input=False)]
    shown = "; ".join(faults[:FAULTS_SHOWN])
    more = len(faults) - FAULTS_SHOWN
    rest = f"; and {more} more" if more > 0 else ""
    return Refused(400, "InvalidParameter", f"The body is invalid: {shown}{rest}.")


def _object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        raise _refused("The request has no body; it must be a JSON object.")
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_constant)
    except UnicodeDecodeError:
        raise _refused("The body is not UTF-8 text.") from None
    except json.JSONDecodeError as broken:
        raise _refused(
            f"The body is not JSON at line {broken.lineno}, column {broken.colno}: {broken.msg}."
        ) from None
    except (ValueError, RecursionError):
        raise _refused("The body is not JSON: a number or the nesting is too large.") from None
    if not isinstance(document, dict):
        raise _refused("The body must be a JSON object.")
    return document


def _constant(name: str) -> Never:
    raise json.JSONDecodeError(f"{name} is no JSON", name, 0)


def _refused(message: str) -> Refused:
    return Refused(400, "InvalidParameter", message)


_REASONS: Final = {
    "missing": "this is required",
    "extra_forbidden": "this is not known",
    "bool_type": "this must be true or false",
    "int_type": "this must be a whole number",
    "string_type": "this must be a string",
    "list_type": "this must be a list",
    "dict_type": "this must be an object",
    "model_type": "this must be an object",
    "model_attributes_type": "this must be an object",
}


def _fault(detail: "ErrorDetails") -> str:
    place = "$"
    for step in detail["loc"]:
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    told = _REASONS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{place}: {told}"
