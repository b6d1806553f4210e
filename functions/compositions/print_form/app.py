"""Door: the print forms of compositions."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from longrun.aws.platform import AwsPlatform
from longrun.contracts.compositions.api import face
from longrun.contracts.compositions.print_forms import ENDPOINTS
from longrun.contracts.compositions.services import Services
from longrun.gateway.api import build

logger = Logger(service="longrun")
"""Takes what all of our modules log. Events are never logged: they hold credentials and data."""

platform = AwsPlatform()
app = build(ENDPOINTS, Services(platform), face(platform), cors_origin=platform.cors_origin)
# What every call needs is made with the function, not with its first call.
platform.compositions  # noqa: B018


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request.

    Args:
        event: API Gateway's REST proxy event; the authorizer's principal is in its context.
        context: Of the invocation.
    """
    return app.resolve(event, context)
