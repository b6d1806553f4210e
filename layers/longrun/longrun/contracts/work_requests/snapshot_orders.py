"""What operations on snapshots are accepted with; a password is no part of it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class SnapshotOrder(BaseModel):
    """The input of `snapshot.create`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=255)]
    description: str | None = None


class RestoreOrder(BaseModel):
    """The input of `snapshot.restore`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    snapshot: str
