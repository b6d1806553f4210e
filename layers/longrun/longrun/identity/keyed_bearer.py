"""Two credentials at once: a Bearer token that says who calls, and an API secret of its tenant.

Source: contracts/compositions.md, "Headers". Neither lets anybody in without the other.
"""

from collections.abc import Mapping
from typing import Protocol

from longrun.identity.api_secrets import find
from longrun.identity.credentials import Reason, Unauthenticated, header_value
from longrun.identity.directory import Directory
from longrun.identity.principal import Principal

API_KEY = "api-key"
"""The header with the secret."""


class Tokens(Protocol):
    """Who proves callers by their tokens: `bearer.BearerAuthenticator`."""

    def authenticate(self, headers: Mapping[str, str]) -> Principal:
        """The principal whose token the headers carry.

        Raises:
            Unauthenticated: There is none that holds.
        """
        ...


class KeyedBearerAuthenticator:
    """Proves callers by `Authorization: Bearer` and `api-key`."""

    def __init__(self, *, tokens: Tokens, directory: Directory) -> None:
        self._tokens = tokens
        self._directory = directory

    def authenticate(self, headers: Mapping[str, str]) -> Principal:
        """The principal whose token the headers carry, if the secret beside it is its tenant's.

        Args:
            headers: Name → value; the names' case does not matter.

        Raises:
            Unauthenticated: Whatever is wrong with either; the reason is for the log only.
            Interrupted: The issuer's keys, or the directory, cannot be had just now.
        """
        secret = header_value(headers, API_KEY)
        if not secret:
            raise Unauthenticated(Reason.MISSING)
        principal = self._tokens.authenticate(headers)
        entry = find(self._directory, secret)
        if entry is None:
            raise Unauthenticated(Reason.UNKNOWN_KEY)
        if not entry.active:
            raise Unauthenticated(Reason.KEY_REVOKED)
        if entry.tenant != principal.tenant:
            raise Unauthenticated(Reason.OTHER_TENANT)
        return principal
