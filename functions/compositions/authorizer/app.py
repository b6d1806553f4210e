"""Door: the authorizer of compositions. An access token and its tenant's API secret → principal."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from longrun.aws.clients import dynamodb
from longrun.aws.directory import DynamoDirectory
from longrun.aws.environment import environment
from longrun.aws.jwks import HttpKeySource
from longrun.identity.bearer import BearerAuthenticator, Issuer
from longrun.identity.credentials import Unauthenticated
from longrun.identity.keyed_bearer import KeyedBearerAuthenticator

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

directory = DynamoDirectory(client=dynamodb(), table=environment().table)
tokens = BearerAuthenticator(
    directory=directory,
    issuer=Issuer(
        url=environment().oidc_issuer,
        audience=environment().oidc_audience,
        tenant_claim=environment().oidc_tenant_claim,
    ),
    keys=HttpKeySource(environment().oidc_jwks_url),
    clock=lambda: datetime.now(UTC),
)
authenticator = KeyedBearerAuthenticator(tokens=tokens, directory=directory)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Let a known caller through to every method; permissions are the methods' own matter.

    Args:
        event: Of a REQUEST authorizer of a REST API.
        context: Of the invocation; not used.

    Returns:
        A policy that allows the API's whole stage, with the principal as its context.

    Raises:
        Exception: "Unauthorized", word for word: what API Gateway answers by its UNAUTHORIZED
            response (401 with WWW-Authenticate), while any other error, such as an issuer whose
            keys cannot be had, becomes a 500. See
            https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
    """
    try:
        principal = authenticator.authenticate(event.get("headers") or {})
    except Unauthenticated as refused:
        logger.info("Refused: %s", refused.reason)
        # API Gateway answers 401 to this very text, whatever the class.
        raise Exception("Unauthorized") from None  # noqa: TRY002
    return {
        "principalId": principal.id,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": _whole_stage(event["methodArn"]),
                }
            ],
        },
        "context": principal.to_context(),
    }


def _whole_stage(method_arn: str) -> str:
    """`arn:…:api/stage/GET/path` → `arn:…:api/stage/*`."""
    api, stage, *_ = method_arn.split("/")
    return f"{api}/{stage}/*"
