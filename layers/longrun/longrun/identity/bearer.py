"""Bearer tokens: from `Authorization: Bearer` to the principal that an issuer's token speaks of.

That the token holds is `json_web_tokens`'; who may have which scopes is the directory's, and what
they permit is `roles`'.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from longrun.identity.credentials import Reason, Unauthenticated, header_value
from longrun.identity.directory import Client, Directory
from longrun.identity.json_web_keys import KeyRing, KeySource
from longrun.identity.json_web_tokens import Claims, TokenVerifier
from longrun.identity.principal import Principal
from longrun.identity.roles import SCOPE_PREFIX, permissions_of

ID_LIMIT: Final = 255
"""Of a client's id, a subject, a tenant, in characters."""

_SCOPE_CLAIMS: Final = ("scope", "scp")
_ROLE_CLAIMS: Final = ("cognito:groups", "roles", "groups")
_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9_.-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Whose tokens are accepted, as the template's parameters say it."""

    url: str
    audience: str = ""
    """What `aud` must hold. Empty: the tokens are Cognito's access tokens, which have no `aud`;
    instead, `token_use` must be `access` and their client one of the directory's."""
    tenant_claim: str = ""
    """The claim that names the tenant. Empty: the client's tenant in the directory."""


class BearerAuthenticator:
    """Proves callers by the access tokens of an OIDC issuer."""

    def __init__(
        self,
        *,
        directory: Directory,
        issuer: Issuer,
        keys: KeySource,
        clock: Callable[[], datetime],
    ) -> None:
        self._directory = directory
        self._issuer = issuer
        self._tokens = TokenVerifier(
            issuer=issuer.url,
            audience=issuer.audience or None,
            keys=KeyRing(source=keys, clock=clock),
            clock=clock,
        )

    def authenticate(self, headers: Mapping[str, str]) -> Principal:
        """The principal whose token the headers carry.

        Args:
            headers: Name → value; the names' case does not matter.

        Raises:
            Unauthenticated: Whatever is wrong with it; the reason is for the log only.
            Interrupted: The issuer's keys, or the directory, cannot be had just now.
        """
        claims = self._tokens.verify(_token(headers))
        # Only Cognito says what a token is for; where it does, an ID token never opens a door.
        if claims.get("token_use", "access" if self._issuer.audience else None) != "access":
            raise Unauthenticated(Reason.WRONG_USE)
        client = self._client(claims)
        tenant = self._tenant(claims, client)
        permissions = permissions_of(_scopes(claims))
        if client is not None:
            permissions &= permissions_of(client.scopes)
        identity, name = _identity(claims, tenant, client)
        return Principal(tenant=tenant, id=identity, permissions=permissions, name=name)

    def _client(self, claims: Claims) -> Client | None:
        """The client that the token was given to, if the directory has it; refused if revoked."""
        client_id = _client_id(claims)
        client = None if client_id is None else self._directory.client(client_id)
        if client is not None and not client.active:
            raise Unauthenticated(Reason.CLIENT_REVOKED)
        if client is None and not (self._issuer.audience and self._issuer.tenant_claim):
            raise Unauthenticated(Reason.UNKNOWN_CLIENT)
        return client

    def _tenant(self, claims: Claims, client: Client | None) -> str:
        if self._issuer.tenant_claim:
            tenant_id = _text(claims.get(self._issuer.tenant_claim))
        else:
            tenant_id = None if client is None else client.tenant
        if tenant_id is None:
            raise Unauthenticated(Reason.UNKNOWN_TENANT)
        if client is not None and client.tenant != tenant_id:
            raise Unauthenticated(Reason.UNKNOWN_CLIENT)
        tenant = self._directory.tenant(tenant_id)
        if tenant is None:
            raise Unauthenticated(Reason.UNKNOWN_TENANT)
        if not tenant.active:
            raise Unauthenticated(Reason.TENANT_REVOKED)
        return tenant_id


def _token(headers: Mapping[str, str]) -> str:
    value = header_value(headers, "authorization")
    if not value:
        raise Unauthenticated(Reason.MISSING)
    match = _BEARER.fullmatch(value)
    if match is None:
        raise Unauthenticated(Reason.MALFORMED)
    return match[1]


def _client_id(claims: Claims) -> str | None:
    """The client: `client_id` of Cognito and RFC 9068, or OpenID Connect's authorized party."""
    return _text(claims.get("client_id")) or _text(claims.get("azp"))


def _identity(claims: Claims, tenant: str, client: Client | None) -> tuple[str, str]:
    """The principal's id and name: a client's own by its registered name, or a subject's.

    Both hold a colon, which no user of the directory may have in its name, and the tenant, which
    keeps those of two tenants apart.
    """
    if client is not None and claims.get("sub") in {None, client.id}:
        return f"client:{tenant}/{client.name}", client.name
    subject = _text(claims.get("sub"))
    if subject is None:
        raise Unauthenticated(Reason.MALFORMED)
    named = (claims.get(name) for name in ("username", "preferred_username", "name"))
    names = [text for each in named if (text := _text(each))]
    return f"subject:{tenant}/{subject}", next(iter(names), subject)


def _scopes(claims: Claims) -> set[str]:
    """What the token grants: scopes, roles and groups, without the resource server's prefix."""
    granted = {scope for name in _SCOPE_CLAIMS for scope in _words(claims.get(name))}
    # Not split: the name of a role may hold blanks.
    granted |= {role for name in _ROLE_CLAIMS for role in _listed(claims.get(name))}
    return {scope.removeprefix(SCOPE_PREFIX) for scope in granted}


def _words(value: Any) -> Iterable[str]:
    return value.split() if isinstance(value, str) else _listed(value)


def _listed(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    """A claim's text, if it is one that may stand in a key."""
    fits = isinstance(value, str) and 0 < len(value) <= ID_LIMIT and value.isprintable()
    return str(value) if fits else None
