"""Door: the admin commands over tenants, users, clients, keys. Invoked directly, behind no API."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from longrun.aws.clients import cognito, dynamodb
from longrun.aws.cognito import CognitoPool
from longrun.aws.directory import DynamoDirectory
from longrun.aws.environment import environment
from longrun.identity.administration import Administration
from longrun.identity.api_keys import KeyAdministration
from longrun.identity.api_secrets import SecretAdministration
from longrun.identity.clients import ClientAdministration
from longrun.identity.command_models import Offices
from longrun.identity.commands import answer, error
from longrun.operations.errors import Interrupted

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


directory = DynamoDirectory(client=dynamodb(), table=environment().table)
pool = (
    CognitoPool(client=cognito(), pool=environment().user_pool, token_url=environment().token_url)
    if environment().user_pool
    else None
)
offices = Offices(
    accounts=Administration(directory=directory, clock=clock),
    clients=ClientAdministration(directory=directory, clock=clock, pool=pool),
    keys=KeyAdministration(directory=directory, clock=clock),
    secrets=SecretAdministration(directory=directory, clock=clock),
)


def handler(event: object, context: object) -> dict[str, Any]:
    """Run one command.

    Args:
        event: `{"command": "users.create", "user": …}`; the arguments stand in
            `identity.account_commands`, `client_commands` and `secret_commands`.
        context: Of the invocation; not used.

    Returns:
        The outcome, or `{"error": {"code", "message", "target"}}`; never a stack trace.
    """
    try:
        outcome = answer(event, offices)
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
    named = ("command", "tenant", "user", "roles", "client", "scopes", "fingerprint", "apikey")
    said = {name: arguments[name] for name in named if name in arguments}
    logger.info("Admin command %r: %s", said, code)
