"""The commands over API secrets as JSON documents; what they do is `api_secrets`."""

from typing import Literal

from longrun.identity.api_secrets import SecretOutcome
from longrun.identity.command_models import Command, Json, ListCommand, Offices, time_text
from longrun.identity.directory import ApiSecret


class CreateSecret(Command):
    """Create an API secret."""

    command: Literal["apikeys.create"]
    apikey: str
    tenant: str

    def run(self, offices: Offices) -> Json:
        """Its name, whether it is new, and if so the secret."""
        return _outcome(offices.secrets.create(self.apikey, tenant_id=self.tenant))


class RevokeSecret(Command):
    """Refuse calls with an API secret."""

    command: Literal["apikeys.revoke"]
    apikey: str
    tenant: str

    def run(self, offices: Offices) -> Json:
        """Its name, and whether it changed."""
        return _outcome(offices.secrets.revoke(self.apikey, tenant_id=self.tenant))


class ListSecrets(ListCommand):
    """List a tenant's API secrets by name."""

    command: Literal["apikeys.list"]
    tenant: str

    def run(self, offices: Offices) -> Json:
        """One page of names."""
        page = offices.secrets.listed(self.tenant, after=self.after, limit=self.limit)
        return {"apikeys": [_entry(entry) for entry in page.entries], "after": page.after}


def _outcome(outcome: SecretOutcome) -> Json:
    document: Json = {"apikey": _entry(outcome.entry), "changed": outcome.changed}
    return document if outcome.secret is None else document | {"apiKey": outcome.secret}


def _entry(entry: ApiSecret) -> Json:
    return {
        "name": entry.name,
        "tenant": entry.tenant,
        "active": entry.active,
        "timeCreated": time_text(entry.created),
    }
