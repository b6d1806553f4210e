"""OCIDs: the names by which the OCI SDK speaks of a tenant and of a user.

Both are computed, so nothing keeps them: https://docs.oracle.com/iaas/Content/General/Concepts/identifiers.htm
"""

import base64
import hashlib

from longrun.identity.directory import canonical


def tenancy_ocid(tenant: str) -> str:
    """The OCID of a tenant: its tenancy, which is also its only compartment."""
    return f"ocid1.tenancy.oc1..{tenant}"


def user_ocid(name: str) -> str:
    """The OCID of a user: of a digest, because a name may hold what no OCID holds."""
    digest = hashlib.sha256(canonical(name).encode()).digest()
    return f"ocid1.user.oc1..{base64.b32encode(digest).decode().rstrip('=').lower()}"


def key_id(tenant: str, user: str, fingerprint: str) -> str:
    """What a request signature calls the key of a user: three names with slashes between."""
    return f"{tenancy_ocid(tenant)}/{user_ocid(user)}/{fingerprint}"
