"""The three result calls: which of the six result types an ended operation has, and its body."""

import json
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

from longrun.contracts.print.delivering import answered, asked
from longrun.contracts.print.errors import RETRY_AFTER, Refused
from longrun.contracts.print.holding import RESULT_HELD
from longrun.contracts.print.services import Services
from longrun.delivery.representation import Representation
from longrun.delivery.request import Request
from longrun.documents.sets import SetType
from longrun.gateway.answer import OCTETS, TEXT, Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import PRINT_RUN
from longrun.operations.operation import Operation, Result, ResultFile
from longrun.operations.results import read
from longrun.operations.states import Status

CAUSES_TOLD: Final = 3
"""So many causes of a failure are told in its message, and how many more there are."""

_SETS: Final = {
    "Data-Set-ID": SetType.DATA,
    "Content-Set-ID": SetType.CONTENT,
    "Job-Set-ID": SetType.JOB,
}
"""Result types that are a set; the headers `X-<type>` carry their ids as well."""


class Way(Enum):
    """By which call a result is fetched."""

    BYTES = "getResult"
    TEXT = "getResultTxt"
    MANAGED = "getManagedResult"


def get_result(call: Call[Services]) -> Answer:
    """The id, the paths, or the bytes of the only spool file."""
    return _held(call, Way.BYTES)


def get_result_txt(call: Call[Services]) -> Answer:
    """The id or the paths, never the bytes."""
    return _held(call, Way.TEXT)


def get_managed_result(call: Call[Services]) -> Answer:
    """The output's file id and the names of its files, as JSON in plain text; or the id."""
    return _held(call, Way.MANAGED)


def _held(call: Call[Services], way: Way) -> Answer:
    wanted = asked(call)
    operation_id = call.path["operationId"]
    operation = call.services.holding.until_ended(
        lambda: call.services.authority.act(operation_id, call.principal),
        seconds=RESULT_HELD,
        seconds_left=call.seconds_left(),
    )
    if not operation.status.terminal:
        raise Refused(
            f"The operation is still running ({int(operation.percent)} %); ask again.",
            status=503,
            parameter="operationId",
            headers={"Retry-After": RETRY_AFTER},
        )
    return result_of(call, operation, way, wanted)


def result_of(call: Call[Services], operation: Operation, way: Way, wanted: Request) -> Answer:
    """The result of an operation that has ended.

    Args:
        call: Which asked for it, or for the operation.
        operation: In a terminal state.
        way: By which call it is fetched.
        wanted: How its bytes are to come, if it is bytes; always all of them, for this is a POST.

    Raises:
        Refused: It failed, or was canceled.
        ArtefactMissing: The output was deleted since.
        TooLargeToCarry: The bytes must come in the response, and do not fit.
    """
    if operation.status is Status.CANCELED:
        raise Refused("The operation was canceled.", status=404, parameter="operationId")
    if operation.status is not Status.SUCCEEDED or operation.result is None:
        raise Refused(_failure(operation), status=500, parameter="operationId")
    result = operation.result
    ids = _ids(call, operation)
    if result.type in _SETS:
        entity = operation.resource(_SETS[result.type])
        return _answer(entity.id if entity else "", result.type, ids, way)
    if way is Way.MANAGED:
        return _answer(_managed(call, result), "Output-Managed-Info", ids, way)
    if way is Way.BYTES and result.count == 1:
        [file] = _files(call, result)
        return _streamed(call, operation, file, ids, wanted)
    return _answer(_paths(call, result), "Output-Local-Filepath", ids, way)


def _answer(body: str, result_type: str, ids: Mapping[str, str], way: Way) -> Answer:
    return Answer(
        media_type=OCTETS if way is Way.BYTES else TEXT,
        headers={"X-Result-Type": result_type, **ids},
        body=body,
    )


def _streamed(
    call: Call[Services],
    operation: Operation,
    file: ResultFile,
    ids: Mapping[str, str],
    wanted: Request,
) -> Answer:
    what = Representation(
        artefact=file.artefact, name=file.name, media_type=OCTETS, modified=operation.finished
    )
    return answered(
        call.services.delivery.deliver(what, wanted),
        {**_elsewhere(call, operation.result), "X-Result-Type": "Output-Streamed", **ids},
    )


def _elsewhere(call: Call[Services], result: Result | None) -> dict[str, str]:
    """Where the same bytes are got by GET, so that what breaks off can be resumed by Range."""
    if result is None or "identifier" not in result.values:
        return {}
    return {"Content-Location": f"{call.base_url}/filestore/file/{result.values['identifier']}"}


def _ids(call: Call[Services], operation: Operation) -> dict[str, str]:
    """The headers with the ids of the sets that remain, if they were asked for."""
    asked: Mapping[str, Any] = call.services.platform.operations.input(operation.id)
    if not asked.get("returnIdInHeader"):
        return {}
    found = ((name, operation.resource(set_type)) for name, set_type in _SETS.items())
    return {f"X-{name}": entity.id for name, entity in found if entity is not None}


def _managed(call: Call[Services], result: Result) -> str:
    # In ASCII: text/plain without a charset is read in any encoding.
    return json.dumps(
        {
            "identifier": int(result.values["identifier"]),
            "files": [file.name for file in _files(call, result)],
        }
    )


def _paths(call: Call[Services], result: Result) -> str:
    """The absolute paths, comma-separated: of the delivered copies, else of the files kept."""
    bucket = call.services.platform.bucket
    delivered = result.values.get("delivered")
    keys = (
        file.artefact.key if delivered is None else f"{delivered.rstrip('/')}/{file.name}"
        for file in _files(call, result)
    )
    return ",".join(f"s3://{bucket}/{key}" for key in keys)


def _files(call: Call[Services], result: Result) -> Iterator[ResultFile]:
    return read(result, call.services.platform.artefacts)


def _failure(operation: Operation) -> str:
    """The first causes in words, and how many more there are."""
    told = [fault.message for fault in operation.errors[:CAUSES_TOLD]]
    more = max(operation.error_count, len(operation.errors)) - len(told)
    if more > 0:
        told.append(f"There {'is 1 more cause' if more == 1 else f'are {more} more causes'}.")
    return f"The operation failed. {' '.join(told)}".strip()


def _method(name: str, answer: Any) -> Endpoint[Services]:
    return Endpoint(
        name=name,
        verbs=("POST",),
        path=f"/workflow/print/{name}/{{operationId}}",
        needs=(PRINT_RUN,),
        answer=answer,
    )


ENDPOINTS: Final = (
    _method("getResult", get_result),
    _method("getResultTxt", get_result_txt),
    _method("getManagedResult", get_managed_result),
)
