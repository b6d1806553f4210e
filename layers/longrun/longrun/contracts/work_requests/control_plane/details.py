"""What happened to one work request: its errors and its log, in pages.

The first errors stand in the operation; where there are more, all of them are in an artefact.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from longrun.contracts.work_requests.control_plane.paging import (
    BYTES,
    Pages,
    limit_of,
    no_token,
    number_in,
)
from longrun.contracts.work_requests.control_plane.sentences import sentence
from longrun.contracts.work_requests.control_plane.views import error_view
from longrun.contracts.work_requests.services import Services
from longrun.contracts.work_requests.times import written
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.operations.artefacts import ArtefactMissing
from longrun.operations.error_list import error_list_key
from longrun.operations.operation import Operation
from longrun.operations.states import Status


def list_work_request_errors(call: Call[Services]) -> Answer:
    """What the work failed for, in the order in which it was found."""
    operation = call.services.authority.act(call.path["workRequestId"], call.principal)
    limit = limit_of(call)
    pages = Pages(call, "errors", operation.id)
    offset = pages.place(lambda said: number_in(said, "offset")) or 0
    if operation.status is Status.FAILED and operation.error_count > len(operation.errors):
        try:
            return _from_artefact(call, operation, pages, limit, offset)
        except ArtefactMissing:
            pass  # There was nobody to write it: what is kept is all that is known.
    return _from_operation(operation, pages, limit, offset)


def _from_operation(operation: Operation, pages: Pages, limit: int, offset: int) -> Answer:
    entries = [error_view(fault, operation) for fault in operation.errors[offset : offset + limit]]
    end = offset + len(entries)
    return pages.answer(entries, {"offset": end} if end < len(operation.errors) else None)


def _from_artefact(
    call: Call[Services], operation: Operation, pages: Pages, limit: int, offset: int
) -> Answer:
    """A page of the artefact; `offset` counts its bytes."""
    key = error_list_key(operation)
    pieces = call.services.artefacts.stream(key, start=offset)
    entries: list[dict[str, Any]] = []
    following: int | None = None
    for line in _lines(pieces, offset):
        if len(entries) == limit or (entries and line.end - offset > BYTES):
            following = line.start
            break
        entries.append(_listed_error(line.text, operation))
    return pages.answer(entries, None if following is None else {"offset": following})


def _listed_error(text: bytes, operation: Operation) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        raise no_token() from None  # it begins within a line
    time = written(operation.finished or operation.accepted)
    return {"code": said["code"], "message": said["message"], "timestamp": time}


@dataclass(frozen=True, slots=True)
class _Line:
    text: bytes
    start: int
    end: int


def _lines(pieces: Iterator[bytes], offset: int) -> Iterator[_Line]:
    """The lines of a stream that begins at `offset`, each with its place."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for text in whole:
            end = offset + len(text) + 1
            if text:
                yield _Line(text, offset, end)
            offset = end
    if rest:
        yield _Line(rest, offset, offset + len(rest))


def list_work_request_logs(call: Call[Services]) -> Answer:
    """What happened to the work request, in sentences, in order."""
    operation = call.services.authority.act(call.path["workRequestId"], call.principal)
    limit = limit_of(call)
    pages = Pages(call, "logs", operation.id)
    after = pages.place(lambda said: number_in(said, "sequence")) or 0
    events = call.services.events.events(operation.id, after=after)
    page = list(islice(events, limit + 1))
    more = len(page) > limit
    page = page[:limit]
    entries = [{"message": sentence(event), "timestamp": written(event.time)} for event in page]
    return pages.answer(entries, {"sequence": page[-1].sequence} if more else None)
