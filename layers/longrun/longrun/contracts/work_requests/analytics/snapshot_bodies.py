"""Bodies about snapshots: what takes one, what restores one. Loaded by who reads one.

A password is 1 to 1024 characters: the published contract sets no rule, each guess at an archive
costs a second and up to a gigabyte (age's scrypt), and how strong a password must be is for those
to say who keep it.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from longrun.contracts.work_requests.analytics.names import Name

LONGEST_PASSWORD: Final = 1024


def _password(value: object) -> object:
    # Half a surrogate pair, which JSON can smuggle in, is no text.
    if (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_PASSWORD
        and not any("\ud800" <= each <= "\udfff" for each in value)
    ):
        return value
    raise ValueError(f"this must be a password of 1 to {LONGEST_PASSWORD} characters")


def _type(value: object) -> object:
    if value == "REGISTER":
        raise ValueError("archives from elsewhere cannot be registered here; the type is CREATE")
    return value


def _no_storage(value: object) -> object:
    if value is None:
        return None
    raise ValueError("snapshots are kept in the storage of this service and nowhere else")


def _no_uri(value: object) -> object:
    if value is None:
        return None
    raise ValueError("an archive is kept in the storage of this service; it has no uri of yours")


type Password = Annotated[
    str,
    BeforeValidator(_password),
    Field(
        json_schema_extra={
            "minLength": 1,
            "maxLength": LONGEST_PASSWORD,
            "format": "password",
            "writeOnly": True,
        },
    ),
]


class SnapshotBar(BaseModel):
    """The archive that is to be made."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    password: Password = Field(repr=False)
    """Opens the archive, here and anywhere. It is kept, encrypted, while the work runs."""
    uri: Annotated[Any, BeforeValidator(_no_uri), Field(exclude=True)] = None
    """Not here: the archive stays in the storage of this service."""


class SnapshotBody(BaseModel):
    """A snapshot that is to be taken."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    type: Annotated[Literal["CREATE"], BeforeValidator(_type)]
    """REGISTER, for archives from elsewhere, is not to be had here."""
    name: Name
    """What it is called."""
    bar: SnapshotBar
    """The archive."""
    description: Annotated[str, Field(max_length=1000)] | None = None
    """What it is for."""
    storage: Annotated[Any, BeforeValidator(_no_storage), Field(exclude=True)] = None
    """Not here: snapshots stay in the storage of this service."""


class RestoredSnapshot(BaseModel):
    """The snapshot that is to be restored."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: str
    """Its id."""
    password: Password = Field(repr=False)
    """The one that it was taken with."""


class RestoreBody(BaseModel):
    """A restore of the tenant's catalogue."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    snapshot: RestoredSnapshot
    """The snapshot, and what opens it."""
