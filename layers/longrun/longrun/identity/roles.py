"""Roles and what they permit: the one table.

It is the matrix of the print contract ("Errors and authentication"). Handshakes, versions and
login need no permission, only a known caller.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

PRINT_RUN: Final = "print:run"
"""Submit, results, cancel, entity services; data files and outputs of the file store."""
PRINT_MONITOR: Final = "print:monitor"
"""getOperations, getProgress."""
RESOURCES_READ: Final = "resources:read"
"""Fetch configurations, templates, presets."""
RESOURCES_WRITE: Final = "resources:write"
"""Upload and delete configurations, templates, presets."""
RESOURCES_LIST: Final = "resources:list"
"""List resources."""

ROLES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "ROLE_DATA": frozenset({PRINT_RUN, PRINT_MONITOR, RESOURCES_LIST}),
        "ROLE_RESOURCE": frozenset({RESOURCES_READ, RESOURCES_WRITE, RESOURCES_LIST}),
        "ROLE_MONITOR": frozenset({PRINT_MONITOR}),
    }
)


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """What the roles permit together; a role that is no longer in the table permits nothing."""
    return frozenset[str]().union(*(ROLES.get(role, frozenset()) for role in roles))
