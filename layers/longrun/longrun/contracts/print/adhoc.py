"""Data in the call: the body is the data file, the path names everything else."""

import json
import logging
from typing import Any, Final

from longrun.contracts.print.delivering import asked
from longrun.contracts.print.files import uploaded
from longrun.contracts.print.holding import SYNCHRONOUS_HELD
from longrun.contracts.print.results import Way, result_of
from longrun.contracts.print.services import Services
from longrun.contracts.print.workflow import accept, started
from longrun.filestore import FileType, ManagedFile
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import PRINT_RUN
from longrun.operations.errors import Interrupted
from longrun.operations.lifecycle import Accepted

_logger = logging.getLogger(__name__)

_NONE: Final = "0"
"""In the place of the job creation preset: there is none."""


def process(call: Call[Services]) -> Answer:
    """Run the data file through all four parts; at once, or within this one call.

    A synchronous call that is not ready in time is answered as an asynchronous one: an error would
    make its client send, and print, the same again.
    """
    asynchronous = call.flag("async", default=True)
    way = Way.TEXT if call.flag("resultAsTxt") else Way.BYTES
    create_only = call.flag("createOnly")
    wanted = asked(call)
    operation = _accept(call, create_only=create_only).operation
    if asynchronous:
        return started(call, operation)
    operation = call.services.holding.until_ended(
        lambda: call.services.authority.act(operation.id, call.principal),
        seconds=SYNCHRONOUS_HELD,
        seconds_left=call.seconds_left(),
    )
    if not operation.status.terminal:
        return started(call, operation)
    return result_of(call, operation, way, wanted)


def _accept(call: Call[Services], *, create_only: bool) -> Accepted:
    """Keep the data file and start; where that fails, or was done before, the file goes again."""
    # Loaded here: pydantic would double the start-up of every result call.
    from longrun.contracts.print.configuration import check_configuration

    body = uploaded(call)
    file = call.services.files.add(
        call.principal.tenant, FileType.DATA_FILE, call.query("filename"), body
    )
    try:
        configuration = check_configuration(_configuration(call, file.id, create_only=create_only))
        accepted = accept(call, configuration, payload=_payload(call, body))
    except Interrupted:
        # It may have been accepted all the same, and the same key would lead to it: its data stays.
        raise
    except Exception:
        _drop(call, file)
        raise
    if accepted.replayed:
        _drop(call, file)
    return accepted


def _configuration(call: Call[Services], data_file: int, *, create_only: bool) -> dict[str, Any]:
    preset = call.path["jcConfigId"]
    document: dict[str, Any] = {
        "datamining": {"identifier": data_file, "config": call.path["dmConfigId"]},
        "contentcreation": {"config": call.path["templateId"]},
        "jobcreation": {} if preset == _NONE else {"config": preset},
        "outputcreation": {"config": call.path["ocConfigId"], "createOnly": create_only},
    }
    if (print_range := call.query("printRange")) is not None:
        document["printRange"] = print_range
    return document


def _payload(call: Call[Services], body: bytes) -> bytes:
    """What tells one request from another with the same idempotency key."""
    asked = {"path": dict(call.path), "query": dict(call.request.query)}
    return json.dumps(asked, sort_keys=True).encode() + b"\n" + body


def _drop(call: Call[Services], file: ManagedFile) -> None:
    """Remove a data file that nobody will use; what stays of it expires like every other."""
    try:
        call.services.files.delete(file.tenant, file.id, in_use=lambda *_: False)
    except Exception:
        # The caller is to hear what was wrong with the call, not with the tidying after it.
        _logger.exception("The unused data file %s was not removed", file.id)


ENDPOINTS: Final = (
    Endpoint(
        name="process",
        verbs=("POST",),
        path="/workflow/print/{dmConfigId}/{templateId}/{jcConfigId}/{ocConfigId}",
        needs=(PRINT_RUN,),
        answer=process,
    ),
)
