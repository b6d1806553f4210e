"""The archive's form: its three members, and the manifest that is readable without the password.

    manifest.json       what the archive is: format, tenant, snapshot, name, time, digests
    key.age             the key of the content, encrypted with the password
    catalogue.tar.age   catalogue.json, then the bytes of its entries; encrypted to that key

What the manifest says is said again inside the content, but for the content's own digest, which
age's authentication stands for: a manifest that was changed does not fit.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, Self

from longrun.datasets.snapshots.errors import ArchiveDamaged

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
KEY: Final = "key.age"
CONTENT: Final = "catalogue.tar.age"
CATALOGUE: Final = "catalogue.json"
"""The first member of the content."""
LONGEST_MANIFEST: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an archive is of: in the manifest, and again inside the content."""

    tenant: str
    snapshot: str
    name: str
    created: str
    """RFC 3339."""
    key: str
    """SHA-256 of the encrypted key."""

    def document(self) -> dict[str, Any]:
        """In JSON types; `read` is its inverse."""
        return {
            "format": FORMAT,
            "tenant": self.tenant,
            "snapshot": self.snapshot,
            "name": self.name,
            "created": self.created,
            "keySha256": self.key,
        }

    @classmethod
    def read(cls, document: Any) -> Self:
        """What `document` wrote.

        Raises:
            ArchiveDamaged: It is something else.
        """
        match document:
            case {
                "format": int(form),
                "tenant": str(tenant),
                "snapshot": str(snapshot),
                "name": str(name),
                "created": str(created),
                "keySha256": str(key),
                **rest,
            } if not rest:
                if form != FORMAT:
                    raise ArchiveDamaged(f"it is of format {form}, not {FORMAT}")
                return cls(tenant=tenant, snapshot=snapshot, name=name, created=created, key=key)
        raise ArchiveDamaged(f"its {MANIFEST} is not as it was made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in the clear."""

    about: About
    size: int
    """Of the encrypted content, in bytes."""
    sha256: str
    """Of the encrypted content."""

    def write(self) -> bytes:
        """As JSON; `read` is its inverse."""
        content = {"catalogueSize": self.size, "catalogueSha256": self.sha256}
        return json.dumps({**self.about.document(), **content}, indent=1).encode()

    @classmethod
    def read(cls, content: bytes) -> Self:
        """What `write` wrote.

        Raises:
            ArchiveDamaged: It is something else.
        """
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            raise ArchiveDamaged(f"its {MANIFEST} is no JSON") from None
        match document:
            case {"catalogueSize": int(size), "catalogueSha256": str(sha256), **about}:
                return cls(about=About.read(about), size=size, sha256=sha256)
        raise ArchiveDamaged(f"its {MANIFEST} is not as it was made")
