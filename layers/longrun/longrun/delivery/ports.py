"""What delivery needs of the outside; `longrun.aws.downloads` implements it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from longrun.operations.artefacts import Artefact


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUrl:
    """A URL that fetches one object, for a short time."""

    url: str
    expires: datetime
    """The earlier of the URL's and its credentials' end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedForm:
    """A form that uploads one object (`multipart/form-data`), for a short time."""

    url: str
    fields: Mapping[str, str]
    """To be sent before the field `file`."""
    expires: datetime


class Downloads(Protocol):
    """Signs URLs that read."""

    def url(self, artefact: Artefact, *, disposition: str, media_type: str) -> SignedUrl:
        """A fresh URL of just this version of the artefact.

        Args:
            artefact: What to fetch.
            disposition: The Content-Disposition that it is served with.
            media_type: The Content-Type that it is served with.
        """
        ...


class Uploads(Protocol):
    """Signs forms that write."""

    def form(
        self, key: str, *, media_type: str, largest: int, sha256: str | None = None
    ) -> SignedForm:
        """A fresh form that writes one object; sent again, it writes another version of it.

        Args:
            key: Where to.
            media_type: The only Content-Type that is taken.
            largest: In bytes; nothing larger is taken, nor an empty file.
            sha256: Lower-case hex; the store takes nothing else than what has it.
        """
        ...
