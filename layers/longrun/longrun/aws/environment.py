"""The environment of a deployed function, as one typed value read once."""

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import cache


class EnvironmentIncomplete(Exception):
    """A variable that the template should have set is missing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The environment variable {name} is not set.")
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What template.yaml tells a function; a function asks only for what its part sets."""

    variables: "os._Environ[str] | dict[str, str]"

    def _require(self, name: str) -> str:
        try:
            return self.variables[name]
        except KeyError:
            raise EnvironmentIncomplete(name) from None

    @property
    def table(self) -> str:
        """The name of the state table."""
        return self._require("TABLE")

    @property
    def bucket(self) -> str:
        """The name of the artefact bucket."""
        return self._require("BUCKET")

    @property
    def signed_bucket(self) -> str:
        """The name of the bucket that keeps signed messages for good."""
        return self._require("SIGNED_BUCKET")

    @property
    def time_zone(self) -> str:
        """Whose days the periods of compositions are in: a name such as `Europe/Kyiv`."""
        return self._require("TIME_ZONE")

    @property
    def bus(self) -> str:
        """The name of the event bus."""
        return self._require("BUS")

    @property
    def workflow_prefix(self) -> str:
        """The ARN of the stack's state machines, up to where the workflow's name follows."""
        return self._require("WORKFLOW_PREFIX")

    @property
    def results_role(self) -> str:
        """The ARN of the role that may read results and nothing else, to presign with."""
        return self._require("RESULTS_ROLE")

    @property
    def secrets_key(self) -> str:
        """The ARN of the key that seals secrets of operations."""
        return self._require("SECRETS_KEY")

    @property
    def public_base_url(self) -> str:
        """Where the API's callers see it, without a slash at the end."""
        return self._require("PUBLIC_BASE_URL").rstrip("/")

    @property
    def retention(self) -> timedelta:
        """How long ended operations, sets and files are kept."""
        return timedelta(days=int(self._require("RETENTION_DAYS")))

    @property
    def token_lifetime(self) -> timedelta:
        """How long a session token lives."""
        return timedelta(minutes=int(self._require("TOKEN_MINUTES")))

    @property
    def oidc_issuer(self) -> str:
        """Whose access tokens are accepted: `iss`."""
        return self._require("OIDC_ISSUER")

    @property
    def oidc_audience(self) -> str:
        """What a token's `aud` must hold; empty: the issuer is a Cognito user pool."""
        return self._require("OIDC_AUDIENCE")

    @property
    def oidc_tenant_claim(self) -> str:
        """The claim that names the tenant; empty: the client's."""
        return self._require("OIDC_TENANT_CLAIM")

    @property
    def oidc_jwks_url(self) -> str:
        """Where the issuer's public keys are."""
        return self._require("OIDC_JWKS_URL")

    @property
    def user_pool(self) -> str:
        """The id of the stack's user pool; empty if another issuer's tokens are accepted."""
        return self._require("USER_POOL")

    @property
    def token_url(self) -> str:
        """Where the user pool's clients get their tokens."""
        return self._require("TOKEN_URL")


@cache
def environment() -> Environment:
    """This process's environment."""
    return Environment(variables=os.environ)
