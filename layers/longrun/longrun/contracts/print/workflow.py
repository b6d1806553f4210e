"""`/workflow/print`: submit, watch and cancel.

Results are brought by `results`, data in the call is taken by `adhoc`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from longrun.contracts.print.errors import Refused
from longrun.contracts.print.handshake import handshake
from longrun.contracts.print.kind import ALL_IN_ONE
from longrun.contracts.print.services import Services
from longrun.gateway.answer import Answer, document, no_content, text
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import PRINT_MONITOR, PRINT_RUN
from longrun.operations.lifecycle import Accepted, Request
from longrun.operations.operation import Operation
from longrun.operations.states import Status

SERVICE: Final = "PrintRestService"
LONGEST_KEY: Final = 255
"""Characters of an Idempotency-Key."""


def submit(call: Call[Services]) -> Answer:
    """Start an All-In-One operation; 202 once it is kept."""
    # Loaded here: pydantic would double the start-up of every poll.
    from longrun.contracts.print.configuration import read_configuration

    body = call.body
    accepted = accept(call, read_configuration(body), payload=body)
    return started(call, accepted.operation)


def accept(call: Call[Services], configuration: Any, *, payload: bytes) -> Accepted:
    """Find what the configuration refers to, keep the operation and start it.

    Args:
        call: The caller's; may carry an `Idempotency-Key`.
        configuration: Checked, a `configuration.Configuration`.
        payload: What tells this request from another with the same key.

    Raises:
        Refused: Something that it refers to is not there, or the key is none.
        KeyReused: The key was used for another request.
    """
    from longrun.contracts.print.resolution import resolve

    key = _idempotency_key(call)
    if key is not None:
        earlier = call.services.lifecycle.replay(ALL_IN_ONE.name, key, payload, call.principal)
        if earlier is not None:
            return earlier
    resolved = resolve(
        configuration,
        call.principal.tenant,
        files=call.services.files,
        sets=call.services.platform.sets,
        source=lambda: call.services.platform.record_source,
    )
    return call.services.lifecycle.accept(
        Request(
            kind=ALL_IN_ONE.name,
            input=resolved.document,
            subject=resolved.template,
            key=key,
            payload=payload,
        ),
        call.principal,
    )


def started(call: Call[Services], operation: Operation) -> Answer:
    """202: nothing in the body, everything in the headers."""
    base = f"{call.base_url}/workflow/print"
    links = (("progress", "getProgress"), ("result", "getResult"), ("cancel", "cancel"))
    return Answer(
        status=202,
        headers={
            "operationId": operation.id,
            "Link": [f'<{base}/{method}/{operation.id}>; rel="{rel}"' for rel, method in links],
        },
    )


def get_operations(call: Call[Services]) -> Answer:
    """The tenant's running operations, oldest first."""
    running = call.services.platform.states.running(call.principal.tenant)
    return document([_row(each) for each in running if each.kind == ALL_IN_ONE.name])


def get_progress(call: Call[Services]) -> Answer:
    """0 to 100 while the operation runs, then `done`, however it ended and until it expires."""
    operation = call.services.authority.see(call.path["operationId"], call.principal)
    return text("done" if operation.status.terminal else str(int(operation.percent)))


def cancel(call: Call[Services]) -> Answer:
    """Request that the operation stops; again, or after its end, that changes nothing."""
    operation = call.services.authority.act(call.path["operationId"], call.principal)
    if not operation.status.terminal:
        call.services.lifecycle.cancel(operation.id)
    return no_content()


def _idempotency_key(call: Call[Services]) -> str | None:
    key = call.header("Idempotency-Key")
    if key is None:
        return None
    key = key.strip()
    if not 0 < len(key) <= LONGEST_KEY:
        raise Refused(
            f"Idempotency-Key must have 1 to {LONGEST_KEY} characters.",
            parameter="Idempotency-Key",
        )
    return key


def _row(operation: Operation) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": operation.id,
        "type": SERVICE,
        "subTask": _sub_task(operation),
        "startTime": _milliseconds(operation.started or operation.accepted),
        "progress": int(operation.percent),
    }
    if operation.subject is not None:
        row["template"] = operation.subject
    return row


def _sub_task(operation: Operation) -> str:
    if operation.status is Status.CANCELING:
        return "Canceling"
    if operation.progress is None:
        return "Waiting"
    return f"{operation.progress.phase.name} {int(operation.progress.fraction * 100)}%"


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)


def _method(
    name: str, verb: str, path: str, permission: str, answer: Callable[[Call[Services]], Answer]
) -> Endpoint[Services]:
    return Endpoint(
        name=name,
        verbs=(verb,),
        path=f"/workflow/print/{path}",
        needs=(permission,),
        answer=answer,
    )


ENDPOINTS: Final = (
    # First, for it is what is called most and paths are compared in order.
    _method("getProgress", "GET", "getProgress/{operationId}", PRINT_MONITOR, get_progress),
    *handshake(SERVICE, "/workflow/print", "print"),
    _method("submit", "POST", "submit", PRINT_RUN, submit),
    _method("getOperations", "GET", "getOperations", PRINT_MONITOR, get_operations),
    _method("cancel", "POST", "cancel/{operationId}", PRINT_RUN, cancel),
)
