"""The commands over clients: programs that call with access tokens of the OIDC issuer.

A client is made in the stack's own user pool, whose secret is shown once, or registered by the id
that another issuer gave it. Every command is safe to repeat.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from longrun.identity.directory import Client, Directory, Page
from longrun.identity.rules import (
    ChangedMeanwhile,
    Conflict,
    InvalidArgument,
    NotFound,
    checked_client_id,
    checked_client_name,
    checked_scopes,
    noticing,
)


class IssuedClient(NamedTuple):
    """A client as the user pool made it."""

    id: str
    secret: str

    def __repr__(self) -> str:
        """Without the secret, for whoever logs it."""
        return f"IssuedClient(id={self.id!r})"


class ClientPool(Protocol):
    """The stack's own issuer: a user pool, in which a client gets tokens for itself."""

    @property
    def token_url(self) -> str:
        """Where a client gets them."""
        ...

    def create(self, label: str, scopes: frozenset[str]) -> IssuedClient:
        """A new client that may have these scopes; `label` is for people who look at the pool."""
        ...

    def delete(self, client_id: str) -> None:
        """No more tokens for the client; one that is gone already is no fault."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOutcome:
    """A client after a command."""

    client: Client
    changed: bool
    """False: it was so already."""
    secret: str | None = field(default=None, repr=False)
    """The secret, where one was made: this is the only time that it is seen."""
    token_url: str | None = None
    """Where the secret is good for tokens."""


class ClientAdministration:
    """The commands, over a directory and, if the stack has one, its user pool."""

    def __init__(
        self, *, directory: Directory, clock: Callable[[], datetime], pool: ClientPool | None
    ) -> None:
        """Args: `pool` is None where another issuer's tokens are taken."""
        self._directory = directory
        self._clock = clock
        self._pool = pool

    def create(
        self, name: str, *, tenant_id: str, scopes: Iterable[str], client_id: str | None = None
    ) -> ClientOutcome:
        """A new client of a tenant.

        Args:
            name: Unique in the tenant; what the client owns stays its own when it is rotated.
            tenant_id: The tenant.
            scopes: Of `roles.SCOPES`: what its tokens may permit at most.
            client_id: The id by which the issuer knows the client already. If left out, the
                client is made in the user pool, and its secret stands in the outcome, once.

        Raises:
            InvalidArgument: An argument breaks its rule, or there is no user pool to make it in.
            NotFound: There is no such tenant.
            Conflict: The name or the id is taken, with other scopes or by a revoked client.
            ChangedMeanwhile: Another command came in between.
        """
        name, wanted = checked_client_name(name), checked_scopes(scopes)
        if client_id is not None:
            checked_client_id(client_id)
        self._check_tenant(tenant_id)
        existing = self._directory.client_named(tenant_id, name)
        if existing is not None:
            _check_same(existing, scopes=wanted, client_id=client_id)
            return ClientOutcome(client=existing, changed=False)
        client = Client(
            id=client_id or "",
            name=name,
            tenant=tenant_id,
            scopes=wanted,
            created=self._clock(),
            managed=client_id is None,
        )
        if client.managed:
            return self._issue(client, self._add)
        self._add(client)
        return ClientOutcome(client=client, changed=True)

    def rotate(self, name: str, *, tenant_id: str) -> ClientOutcome:
        """Another id and secret; those before, and their tokens, are dead from the next call on.

        Raises:
            NotFound: There is no such client.
            InvalidArgument: Its secret is another issuer's to keep.
            Conflict: It is revoked.
            ChangedMeanwhile: Another command came in between.
        """
        client = self._client(tenant_id, name)
        if not client.managed:
            raise InvalidArgument(
                f"The secret of client {name!r} is kept by the issuer that gave its id; rotate it"
                " there.",
                target="client",
            )
        if not client.active:
            raise Conflict(
                f"Client {name!r} is revoked; the restore command gives it a new secret.",
                target="client",
            )
        return self._reissue(client)

    def revoke(self, name: str, *, tenant_id: str) -> ClientOutcome:
        """Keep the client out, its tokens too, from the next call on.

        Raises:
            NotFound: There is no such client.
            ChangedMeanwhile: Another command came in between.
        """
        client = self._client(tenant_id, name)
        revoked = replace(client, active=False)
        if client.active:
            with noticing("client"):
                self._directory.replace_client(client, revoked)
        # Also if it was revoked already: that command may have broken off here.
        self._forget(client)
        return ClientOutcome(client=revoked, changed=client.active)

    def restore(self, name: str, *, tenant_id: str) -> ClientOutcome:
        """Let a revoked client in again; one of the user pool gets another id and secret.

        Raises:
            NotFound: There is no such client.
            InvalidArgument: It was made in a user pool that the stack no longer has.
            ChangedMeanwhile: Another command came in between.
        """
        client = self._client(tenant_id, name)
        if client.active:
            return ClientOutcome(client=client, changed=False)
        if client.managed:
            return self._reissue(client)
        restored = replace(client, active=True)
        with noticing("client"):
            self._directory.replace_client(client, restored)
        return ClientOutcome(client=restored, changed=True)

    def clients(
        self, tenant_id: str, *, after: str | None = None, limit: int = 100
    ) -> Page[Client]:
        """The clients of a tenant, by name, behind the name `after`.

        Raises:
            NotFound: There is no such tenant.
        """
        self._check_tenant(tenant_id)
        return self._directory.clients(tenant_id, after=after, limit=limit)

    def _issue(self, client: Client, keep: Callable[[Client], None]) -> ClientOutcome:
        """Make the client in the pool and keep it; what cannot be kept is unmade."""
        if self._pool is None:
            raise InvalidArgument(
                "This stack takes the tokens of another issuer: make the client there, and"
                " register the id that it gets.",
                target="clientId",
            )
        issued = self._pool.create(f"{client.tenant}-{client.name}", client.scopes)
        made = replace(client, id=issued.id, active=True)
        try:
            keep(made)
        except BaseException:
            self._pool.delete(issued.id)
            raise
        return ClientOutcome(
            client=made, changed=True, secret=issued.secret, token_url=self._pool.token_url
        )

    def _reissue(self, client: Client) -> ClientOutcome:
        def keep(made: Client) -> None:
            with noticing("client"):
                self._directory.replace_client(client, made)

        outcome = self._issue(client, keep)
        self._forget(client)
        return outcome

    def _forget(self, client: Client) -> None:
        if client.managed and self._pool is not None:
            self._pool.delete(client.id)

    def _add(self, client: Client) -> None:
        with noticing("client"):
            if self._directory.add_client(client):
                return
        holder = self._directory.client(client.id)
        if holder is not None:
            raise Conflict(
                f"The client id is taken by client {holder.name!r} of tenant {holder.tenant!r};"
                " ids are unique over all tenants.",
                target="clientId",
            )
        raise ChangedMeanwhile(
            f"Client {client.name!r} was made by somebody else at the same moment. Nothing was"
            " written; repeat the command.",
            target="client",
        )

    def _client(self, tenant_id: str, name: str) -> Client:
        client = self._directory.client_named(tenant_id, name)
        if client is None:
            raise NotFound(f"Tenant {tenant_id!r} has no client {name!r}.", target="client")
        return client

    def _check_tenant(self, tenant_id: str) -> None:
        if self._directory.tenant(tenant_id) is None:
            raise NotFound(f"There is no tenant {tenant_id!r}.", target="tenant")


def _check_same(client: Client, *, scopes: frozenset[str], client_id: str | None) -> None:
    """Raise `Conflict` unless the client is what the create command asks for."""
    if not client.active:
        raise Conflict(
            f"Client {client.name!r} exists and is revoked; the restore command lets it in again.",
            target="client",
        )
    if client.managed != (client_id is None) or client_id not in {None, client.id}:
        raise Conflict(f"Client {client.name!r} exists with another id.", target="clientId")
    if client.scopes != scopes:
        raise Conflict(
            f"Client {client.name!r} exists with the scopes {', '.join(sorted(client.scopes))}.",
            target="scopes",
        )
