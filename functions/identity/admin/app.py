"""Door: the admin commands over tenants and users. Invoked directly, behind no API."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from longrun.aws.clients import dynamodb
from longrun.aws.directory import DynamoDirectory
from longrun.aws.environment import environment
from longrun.identity.administration import Administration
from longrun.identity.commands import answer, error
from longrun.operations.errors import Interrupted

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

administration = Administration(
    directory=DynamoDirectory(client=dynamodb(), table=environment().table),
    clock=lambda: datetime.now(UTC),
)


def handler(event: object, context: object) -> dict[str, Any]:
    """Run one command.

    Args:
        event: `{"command": "users.create", "user": …}`; the arguments are `identity.commands`'.
        context: Of the invocation; not used.

    Returns:
        The outcome, or `{"error": {"code", "message", "target"}}`; never a stack trace.
    """
    try:
        outcome = answer(event, administration)
    except Interrupted as interrupted:
        logger.warning("An admin command was interrupted: %s", interrupted)
        outcome = error("unavailable", f"{interrupted} Repeat the command: that is safe.")
    except Exception:
        # The caller is an operator at a prompt; what happened stands in the log.
        logger.exception("An admin command failed.")
        outcome = error("internal", "The command failed on our side; the function's log says why.")
    _audit(event, outcome)
    return outcome


def _audit(event: object, outcome: Mapping[str, Any]) -> None:
    """Who was changed, and how it ended: names and codes, never an argument that may be secret."""
    code = outcome["error"]["code"] if "error" in outcome else "done"
    arguments = event if isinstance(event, Mapping) else {}
    said = {name: arguments.get(name) for name in ("command", "tenant", "user", "roles")}
    logger.info("Admin command %r: %s", said, code)
