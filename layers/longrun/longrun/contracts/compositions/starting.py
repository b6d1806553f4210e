"""Create, sign, cancel: the outer body is looked at, the rest is the job's, which is answered.

The same request of the same caller, while its job is pending, is that job.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from longrun.contracts.compositions.errors import broken
from longrun.contracts.compositions.jobs import answer_with
from longrun.contracts.compositions.kinds import (
    CANCEL_COMPOSITION,
    CREATE_COMPOSITION,
    SIGN_COMPOSITION,
)
from longrun.contracts.compositions.requests import (
    BODY,
    body_text,
    path_id,
    read_object,
    speaking_json,
)
from longrun.contracts.compositions.services import Services
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.operations.errors import Claimed
from longrun.operations.kinds import Kind
from longrun.operations.request import Request

LARGEST_COMPOSITION: Final = 256 * 1024
"""In bytes, of the body; a composition itself may have fewer, which the job tells."""
LARGEST_SIGNED: Final = 4 * 1024 * 1024
"""In bytes, of the body: a little less than what an invocation carries in base64."""


@speaking_json
def create_composition(call: Call[Services]) -> Answer:
    """Create a composition, PRELIMINARY. Whether what is sent is one, the job tells."""
    from longrun.compositions.canonical import canonical

    composition = read_object(call, largest=LARGEST_COMPOSITION)
    said = canonical(composition)
    return _started(call, CREATE_COMPOSITION, {"composition": composition}, said=said)


@speaking_json
def sign_composition(call: Call[Services]) -> Answer:
    """Make a PRELIMINARY composition FINAL by its author's signature, which the job verifies."""
    return _signed(call, SIGN_COMPOSITION)


@speaking_json
def cancel_composition(call: Call[Services]) -> Answer:
    """Mark a FINAL composition as entered in error, by its author's signed cancellation."""
    return _signed(call, CANCEL_COMPOSITION)


def _signed(call: Call[Services], kind: Kind) -> Answer:
    from longrun.compositions.signatures.encoding import decode
    from longrun.compositions.signatures.refusal import SignatureInvalid

    # Whether there is such a composition is the job's to say: 1000.
    composition = path_id(call, "id", "composition")
    body = read_object(call, largest=LARGEST_SIGNED)
    signed = body_text(body, "data")
    try:
        decode(signed)
    except SignatureInvalid as invalid:
        raise broken(BODY, "$.data", "format", invalid.sentence, "base64") from None
    order = {"composition": composition, "data": signed}
    return _started(call, kind, order, said=signed.encode(), composition=composition)


def _started(
    call: Call[Services],
    kind: Kind,
    order: Mapping[str, Any],
    *,
    said: bytes,
    composition: str | None = None,
) -> Answer:
    """The job that does it: a new one, or the pending one of an identical request.

    Args:
        call: The caller's.
        kind: Of the job.
        order: Its input.
        said: What the body says, the same for identical requests.
        composition: Which one it is about, where the path names it.
    """
    # Another caller's is another request, though it be the same in words: the job depends on who
    # asks, and one that is not allowed to must not stand in the way of the one who is.
    asked = hashlib.sha256(call.principal.id.encode() + b"\n" + said).hexdigest()
    request = Request(
        kind=kind.name,
        input=order,
        subject=composition,
        claim="/".join(filter(None, (kind.name, composition, asked))),
    )
    try:
        operation = call.services.lifecycle.accept(request, call.principal).operation
    except Claimed as claimed:
        operation = call.services.authority.see(claimed.operation_id, call.principal)
    return answer_with(call, operation)


ENDPOINTS: Final = (
    Endpoint[Services](
        name="createComposition",
        verbs=("POST",),
        path="/patients/composition",
        needs=(CREATE_COMPOSITION.permission,),
        answer=create_composition,
    ),
    Endpoint[Services](
        name="signComposition",
        verbs=("PATCH",),
        path="/patients/composition/{id}/sign",
        needs=(SIGN_COMPOSITION.permission,),
        answer=sign_composition,
    ),
    Endpoint[Services](
        name="cancelComposition",
        verbs=("PATCH",),
        path="/patients/composition/{id}/cancel",
        needs=(CANCEL_COMPOSITION.permission,),
        answer=cancel_composition,
    ),
)
