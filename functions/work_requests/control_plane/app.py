"""Door: the OCI control plane, for which an HTTP API stands in front without an authorizer."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from longrun.aws.platform import AwsPlatform
from longrun.contracts.work_requests.control_plane.api import ENDPOINTS, face
from longrun.contracts.work_requests.services import Services
from longrun.gateway.api import build

logger = Logger(service="longrun")
"""Takes what all of our modules log. Events are never logged: they hold signatures."""

platform = AwsPlatform()
services = Services(platform)
app = build(ENDPOINTS, services, face(services))
# What every call needs is made with the function, not with its first call.
platform.states  # noqa: B018
services.signatures  # noqa: B018


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request, once its signature is verified.

    Args:
        event: API Gateway's HTTP API event, payload 2.0.
        context: Of the invocation.
    """
    return app.resolve(event, context)
