"""The commands over clients and API keys as JSON documents; see `clients` and `api_keys`."""

from typing import Literal

from longrun.identity.api_keys import KeyOutcome
from longrun.identity.clients import ClientOutcome
from longrun.identity.command_models import Command, Json, ListCommand, Offices, time_text
from longrun.identity.directory import ApiKey, Client
from longrun.identity.ocids import tenancy_ocid, user_ocid


class CreateClient(Command):
    """Create a client, or register one by the id that its issuer gave it."""

    command: Literal["clients.create"]
    client: str
    tenant: str
    scopes: list[str]
    client_id: str | None = None

    def run(self, offices: Offices) -> Json:
        """The client, whether it is new, and its secret if one was made."""
        return _client_outcome(
            offices.clients.create(
                self.client, tenant_id=self.tenant, scopes=self.scopes, client_id=self.client_id
            )
        )


class RotateClient(Command):
    """Give a client another id and secret."""

    command: Literal["clients.rotate"]
    client: str
    tenant: str

    def run(self, offices: Offices) -> Json:
        """The client, and its secret."""
        return _client_outcome(offices.clients.rotate(self.client, tenant_id=self.tenant))


class RevokeClient(Command):
    """Keep a client out."""

    command: Literal["clients.revoke"]
    client: str
    tenant: str

    def run(self, offices: Offices) -> Json:
        """The client, and whether it changed."""
        return _client_outcome(offices.clients.revoke(self.client, tenant_id=self.tenant))


class RestoreClient(Command):
    """Let a revoked client in again."""

    command: Literal["clients.restore"]
    client: str
    tenant: str

    def run(self, offices: Offices) -> Json:
        """The client, whether it changed, and its secret if one was made."""
        return _client_outcome(offices.clients.restore(self.client, tenant_id=self.tenant))


class ListClients(ListCommand):
    """List a tenant's clients."""

    command: Literal["clients.list"]
    tenant: str

    def run(self, offices: Offices) -> Json:
        """One page of clients."""
        page = offices.clients.clients(self.tenant, after=self.after, limit=self.limit)
        return {"clients": [_client(client) for client in page.entries], "after": page.after}


class AddKey(Command):
    """Let a user sign requests with a key."""

    command: Literal["keys.add"]
    user: str
    public_key: str

    def run(self, offices: Offices) -> Json:
        """The key, and whether it is new."""
        return _key_outcome(offices.keys.add(self.user, public_key=self.public_key))


class RevokeKey(Command):
    """Refuse what is signed with a key."""

    command: Literal["keys.revoke"]
    user: str
    fingerprint: str

    def run(self, offices: Offices) -> Json:
        """The key, and whether it changed."""
        return _key_outcome(offices.keys.revoke(self.user, fingerprint=self.fingerprint))


class ListKeys(ListCommand):
    """List the keys of a tenant's users."""

    command: Literal["keys.list"]
    tenant: str

    def run(self, offices: Offices) -> Json:
        """One page of keys."""
        page = offices.keys.keys(self.tenant, after=self.after, limit=self.limit)
        return {"keys": [_key(key) for key in page.entries], "after": page.after}


def _client_outcome(outcome: ClientOutcome) -> Json:
    document: Json = {"client": _client(outcome.client), "changed": outcome.changed}
    if outcome.secret is not None:
        document |= {"clientSecret": outcome.secret, "tokenUrl": outcome.token_url}
    return document


def _client(client: Client) -> Json:
    return {
        "name": client.name,
        "tenant": client.tenant,
        "clientId": client.id,
        "scopes": sorted(client.scopes),
        "managed": client.managed,
        "active": client.active,
        "timeCreated": time_text(client.created),
    }


def _key_outcome(outcome: KeyOutcome) -> Json:
    return {"key": _key(outcome.key), "changed": outcome.changed}


def _key(key: ApiKey) -> Json:
    return {
        "user": key.user,
        "tenant": key.tenant,
        "fingerprint": key.fingerprint,
        "userOcid": user_ocid(key.user),
        "tenancyOcid": tenancy_ocid(key.tenant),
        "active": key.active,
        "timeCreated": time_text(key.created),
    }
