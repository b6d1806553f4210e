"""What the commands' documents have in common, and the offices that carry them out."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from longrun.identity.administration import Administration
from longrun.identity.api_keys import KeyAdministration
from longrun.identity.api_secrets import SecretAdministration
from longrun.identity.clients import ClientAdministration

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offices:
    """Whoever carries out a command."""

    accounts: Administration
    clients: ClientAdministration
    keys: KeyAdministration
    secrets: SecretAdministration


class Command(BaseModel):
    """A command as it comes in, by its fields in camelCase."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)

    @abstractmethod
    def run(self, offices: Offices) -> Json:
        """Carry it out; the outcome as it goes out."""


class ListCommand(Command):
    """A command that lists, a part at a time."""

    after: str | None = Field(default=None, min_length=1, max_length=255)
    limit: int = Field(default=100, ge=1, le=1000)


def time_text(time: datetime) -> str:
    """A time as the answers show it: UTC, in whole seconds."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
