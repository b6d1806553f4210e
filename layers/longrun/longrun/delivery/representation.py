"""What is downloaded, and what its headers tell of it."""

import base64
from dataclasses import dataclass
from datetime import datetime

from longrun.delivery.conditions import EntityTag, Validators
from longrun.delivery.disposition import attachment
from longrun.operations.artefacts import Artefact


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """An artefact as a file to be saved."""

    artefact: Artefact
    name: str
    """What it is to be saved as."""
    media_type: str
    """What it is served as."""
    modified: datetime | None = None
    """Since when its bytes are these."""

    @property
    def validators(self) -> Validators:
        """Strong: the digest of the bytes, else the version of the object."""
        artefact, tag = self.artefact, None
        if artefact.sha256:
            tag = EntityTag(opaque=artefact.sha256)
        elif artefact.version is not None:
            tag = EntityTag(opaque=f"v-{artefact.version}")
        return Validators(etag=tag, modified=self.modified)

    @property
    def digest(self) -> dict[str, str]:
        """Repr-Digest (RFC 9530), of the whole even where a part is sent; none if unknown."""
        if not self.artefact.sha256:
            return {}
        digest = base64.b64encode(bytes.fromhex(self.artefact.sha256)).decode()
        return {"Repr-Digest": f"sha-256=:{digest}:"}

    def headers(self, *, ranges: bool) -> dict[str, str]:
        """All but what depends on how much is sent.

        Args:
            ranges: Whether its parts can be had.
        """
        return {
            **described(self.name, self.validators, ranges=ranges),
            **self.digest,
        }


def described(name: str, validators: Validators, *, ranges: bool) -> dict[str, str]:
    """The headers of any download."""
    return {
        "Content-Disposition": attachment(name),
        "Accept-Ranges": "bytes" if ranges else "none",
        **kept(validators),
    }


def kept(validators: Validators) -> dict[str, str]:
    """Who may keep a download, and how it is told that it is still the same; all that 304 says.

    Caches between must not: not every credential is one that they know.
    """
    return {"Cache-Control": "private, no-cache", **validators.headers()}
