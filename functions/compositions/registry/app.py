"""Door: the commands over registries and trusted roots. Invoked directly, behind no API."""

import logging
from collections.abc import Mapping
from typing import Any

from longrun.aws.artefacts import S3Artefacts
from longrun.aws.clients import dynamodb, s3
from longrun.aws.directory import DynamoDirectory
from longrun.aws.environment import environment
from longrun.aws.registry import DynamoRegistry
from longrun.compositions.administration import Office, answer, error
from longrun.operations.errors import Interrupted

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

directory = DynamoDirectory(client=dynamodb(), table=environment().table)
office = Office(
    has_tenant=lambda tenant: directory.tenant(tenant) is not None,
    registry=DynamoRegistry(dynamodb(), environment().table),
    artefacts=S3Artefacts(s3(), environment().bucket),
)


def handler(event: object, context: object) -> dict[str, Any]:
    """Run one command.

    Args:
        event: `{"command": "registry.load", "tenant": …}`; the arguments stand in
            `compositions.administration`.
        context: Of the invocation; not used.

    Returns:
        The outcome, or `{"error": {"code", "message", "target"}}`; never a stack trace.
    """
    try:
        outcome = answer(event, office)
    except Interrupted as interrupted:
        logger.warning("A command was interrupted: %s", interrupted)
        outcome = error("unavailable", f"{interrupted} Repeat the command: that is safe.")
    except Exception:
        # The caller is an operator at a prompt; what happened stands in the log.
        logger.exception("A command failed.")
        outcome = error("internal", "The command failed on our side; the function's log says why.")
    code = outcome["error"]["code"] if "error" in outcome else "done"
    arguments = event if isinstance(event, Mapping) else {}
    # Names and codes; the entries are people's data.
    said = {name: arguments[name] for name in ("command", "tenant", "file") if name in arguments}
    logger.info("Command %r: %s", said, code)
    return outcome
