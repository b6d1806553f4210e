"""One work request: get it, cancel it."""

from typing import Final

from longrun.contracts.kinds import KINDS
from longrun.contracts.work_requests.control_plane.errors import AlreadyEnded, EtagMismatch
from longrun.contracts.work_requests.control_plane.views import etag_of, whole_view
from longrun.contracts.work_requests.services import Services
from longrun.contracts.work_requests.work_request import work_request
from longrun.gateway.answer import Answer, document, no_content
from longrun.gateway.call import Call
from longrun.operations.errors import StatusChanged
from longrun.operations.operation import Operation
from longrun.operations.states import Status

WORK_REQUEST: Final = "/workRequests/{workRequestId}"


def get_work_request(call: Call[Services]) -> Answer:
    """A work request; without its kind's permission no more than its type, status and times."""
    operation = call.services.authority.see(call.path["workRequestId"], call.principal)
    seen = work_request(operation, call.principal, KINDS)
    headers = {"etag": etag_of(operation)}
    if seen.retry_after is not None:
        headers["retry-after"] = str(seen.retry_after)
    return document(whole_view(seen, call.principal.tenant), headers=headers)


def delete_work_request(call: Call[Services]) -> Answer:
    """Cancel a work request; with `if-match` only in the state whose etag that is.

    Again, while it is being canceled, this changes nothing. What has ended cannot be canceled.
    """
    work_request_id = call.path["workRequestId"]
    operation = call.services.authority.act(work_request_id, call.principal)
    condition = call.header("if-match")
    # What would be refused without a condition is refused as that (RFC 9110, 13.2.1).
    if operation.status.terminal:
        raise AlreadyEnded(operation.status)
    if condition is not None and not _matches(condition, operation):
        raise EtagMismatch
    bound = condition is not None and condition.strip() != "*"
    _cancel(call, operation, only_from=operation.status if bound else None)
    return no_content()


def _cancel(call: Call[Services], operation: Operation, *, only_from: Status | None) -> None:
    try:
        after = call.services.canceling.cancel(operation.id, only_from=only_from)
    except StatusChanged as changed:
        if Status(changed.status).terminal:
            raise AlreadyEnded(changed.status) from None
        raise EtagMismatch from None
    # It may have ended between the look at it and the cancel.
    if after.status not in (Status.CANCELING, Status.CANCELED):
        raise AlreadyEnded(after.status)


def _matches(condition: str, operation: Operation) -> bool:
    """Whether `if-match` names the state that the work request is in.

    Tags may come without their quotes: people copy them out of the CLI's output so.
    """
    if condition.strip() == "*":
        return True
    current = etag_of(operation)
    tags = {tag.strip() for tag in condition.split(",")}
    return not tags.isdisjoint({current, current.strip('"')})
