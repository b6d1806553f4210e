"""The inputs of the jobs, as `compositions.jobs` reads them.

No more than their outline: what a composition or a signature is, the job itself decides. Loaded by
who accepts work alone (pydantic).
"""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Draft(_Order):
    """A composition that is to be created."""

    composition: dict[str, Any]
    """As the client sent it."""


class Signed(_Order):
    """A composition that is to be signed or canceled."""

    composition: UUID
    data: str = Field(min_length=1)
    """The signed message, in base64: CMS with the content attached."""
