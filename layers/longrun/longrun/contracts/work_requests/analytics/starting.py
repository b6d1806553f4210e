"""Starting work: the 202 with its header and body, and retry tokens.

Every starter of this face asks `replayed` first, for what a repeated request refers to may be gone
by now, and ends in `started`.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from longrun.contracts.work_requests.analytics.errors import Refused
from longrun.contracts.work_requests.services import Services
from longrun.gateway.answer import Answer, document
from longrun.gateway.call import Call
from longrun.operations.operation import Operation
from longrun.operations.request import Request

HEADER: Final = "oa-work-request-id"
RETRY_TOKEN: Final = "opc-retry-token"  # noqa: S105 - a header's name
LONGEST_TOKEN: Final = 64

type ExtraBody = Callable[[Operation], Mapping[str, Any]]
"""What the body says besides the work request's id."""


def replayed(
    call: Call[Services],
    kind: str,
    *,
    extra_body: ExtraBody | None = None,
    confidential: bool = False,
) -> Answer | None:
    """The answer to a request that was made before with the same retry token, if it was.

    Args:
        call: The caller's.
        kind: The kind that is to be started.
        extra_body: As for `started`.
        confidential: Whether the body holds a secret (then the request has one too).

    Raises:
        Refused: 400: the token is none.
        KeyReused: The token was used for another request.
    """
    key = _retry_token(call)
    if key is None:
        return None
    payload = _payload(call, key, confidential=confidential)
    earlier = call.services.lifecycle.replay(kind, key, payload, call.principal)
    return _accepted(earlier.operation, extra_body) if earlier else None


def started(
    call: Call[Services], request: Request, *, extra_body: ExtraBody | None = None
) -> Answer:
    """Have the work accepted: 202, the work request readable by then.

    Args:
        call: The caller's; may carry an `opc-retry-token`.
        request: Without key and payload: they are the call's.
        extra_body: What the body says besides the work request's id.

    Raises:
        Refused: 400: the retry token is none.
        KeyReused: It was used for another request.
        Claimed: Another work request holds what this one needs to itself.
        PermissionMissing: The caller may not start this kind.
    """
    key = _retry_token(call)
    if key is not None:
        payload = _payload(call, key, confidential=request.secret is not None)
        request = replace(request, key=key, payload=payload)
    accepted = call.services.lifecycle.accept(request, call.principal)
    return _accepted(accepted.operation, extra_body)


def _accepted(operation: Operation, extra_body: ExtraBody | None) -> Answer:
    extra = extra_body(operation) if extra_body else {}
    return document(
        {"workRequestId": operation.id, **extra}, status=202, headers={HEADER: operation.id}
    )


def _retry_token(call: Call[Services]) -> str | None:
    token = call.header(RETRY_TOKEN)
    if token is None:
        return None
    if not 0 < len(token) <= LONGEST_TOKEN or not token.isascii() or not token.isprintable():
        raise Refused(
            400,
            "InvalidParameter",
            f"{RETRY_TOKEN} must have 1 to {LONGEST_TOKEN} printable ASCII characters.",
        )
    return token


def _payload(call: Call[Services], token: str, *, confidential: bool) -> bytes:
    """What tells this request from another with the same token: what it is about, and its body.

    A fast digest of it is kept for as long as the token counts. Of a body with a secret that would
    give the secret away to guesses, so what is digested is a slow one, salted with the token.
    """
    about = [f"{name}={value.rstrip('=')}" for name, value in sorted(call.path.items())]
    payload = "\n".join(about).encode() + b"\n\n" + call.body
    if not confidential:
        return payload
    salt = f"{call.principal.tenant}\n{call.principal.id}\n{token}".encode()
    return hashlib.scrypt(payload, salt=salt, n=2**14, r=8, p=1)
