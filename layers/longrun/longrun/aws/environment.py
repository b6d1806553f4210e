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


@cache
def environment() -> Environment:
    """This process's environment."""
    return Environment(variables=os.environ)
