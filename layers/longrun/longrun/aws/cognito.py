"""Clients in the stack's own user pool, on Cognito."""

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from longrun.aws.faults import interrupted
from longrun.identity.clients import IssuedClient
from longrun.identity.roles import SCOPE_PREFIX

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

TOKEN_HOURS: Final = 24
"""How long an access token lives: Cognito's maximum."""
_SERVICE: Final = "The user pool"


class CognitoPool:
    """Implements `longrun.identity.clients.ClientPool`."""

    def __init__(
        self, *, client: "CognitoIdentityProviderClient", pool: str, token_url: str
    ) -> None:
        self._client = client
        self._pool = pool
        self._token_url = token_url

    @property
    def token_url(self) -> str:
        """See `ClientPool.token_url`."""
        return self._token_url

    def create(self, label: str, scopes: frozenset[str]) -> IssuedClient:
        """See `ClientPool.create`."""
        with interrupted(_SERVICE):
            answer = self._client.create_user_pool_client(
                UserPoolId=self._pool,
                ClientName=label,
                GenerateSecret=True,
                AllowedOAuthFlowsUserPoolClient=True,
                AllowedOAuthFlows=["client_credentials"],
                AllowedOAuthScopes=[SCOPE_PREFIX + scope for scope in sorted(scopes)],
                # No user signs in by it: without this, Cognito lets them by SRP.
                ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"],
                AccessTokenValidity=TOKEN_HOURS,
                TokenValidityUnits={"AccessToken": "hours"},
            )
        made = answer["UserPoolClient"]
        return IssuedClient(made["ClientId"], made["ClientSecret"])

    def delete(self, client_id: str) -> None:
        """See `ClientPool.delete`."""
        gone = suppress(self._client.exceptions.ResourceNotFoundException)
        with interrupted(_SERVICE), gone:
            self._client.delete_user_pool_client(UserPoolId=self._pool, ClientId=client_id)
