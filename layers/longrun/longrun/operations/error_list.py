"""All errors of an operation, in an artefact, where they are more than the operation itself keeps.

JSON lines, each with a `code` and a `message`; written by steps, read by contracts.
"""

import json
from collections.abc import Iterable

from longrun.operations.artefacts import ArtefactStore
from longrun.operations.operation import Operation


def error_list_key(operation: Operation) -> str:
    """Where the list is, beside the operation's results."""
    return f"results/{operation.tenant}/{operation.id}/errors.jsonl"


def keep_error_list(
    operation: Operation, errors: Iterable[tuple[str, str]], artefacts: ArtefactStore
) -> None:
    """Keep the whole list.

    Args:
        operation: What fails.
        errors: The code and the message of each, in order.
        artefacts: Where the list is kept.
    """
    lines = (
        json.dumps({"code": code, "message": message}, ensure_ascii=False).encode() + b"\n"
        for code, message in errors
    )
    artefacts.write(error_list_key(operation), lines, media_type="application/jsonl")
