"""Where the certificates that a tenant trusts are kept: whose signatures count."""

from typing import Final

LARGEST: Final = 1 << 20
"""In bytes, of all of them in PEM."""


def roots_key(tenant: str) -> str:
    """The key of the tenant's roots in the artefact store: certificates in PEM."""
    return f"trust/{tenant}/roots.pem"
