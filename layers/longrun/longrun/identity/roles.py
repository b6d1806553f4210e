"""Roles and what they permit: the one table.

Its first three rows are the matrix of the print contract ("Errors and authentication").
Handshakes, versions and login need no permission, only a known caller. An OIDC scope is the name of
a role or of a permission. What no role permits, compositions, is had by its scope alone.
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
DATASETS_AUTHOR: Final = "datasets:author"
"""Data sets and workbooks: define, reload, export, read."""
SNAPSHOTS_ADMIN: Final = "snapshots:admin"
"""Snapshots: create, list, delete, restore."""
COMPOSITION_READ: Final = "composition:read"
"""Compositions one by one, their print forms, the states of jobs."""
COMPOSITION_SEARCH: Final = "composition:search"
"""Find compositions."""
COMPOSITION_CREATE: Final = "composition:create"
"""Create unsigned compositions."""
COMPOSITION_SIGN: Final = "composition:sign"
"""Hand in signed compositions."""
COMPOSITION_CANCEL: Final = "composition:cancel"
"""Hand in signed cancellations."""

PERMISSIONS: Final = frozenset(
    {
        PRINT_RUN,
        PRINT_MONITOR,
        RESOURCES_READ,
        RESOURCES_WRITE,
        RESOURCES_LIST,
        DATASETS_AUTHOR,
        SNAPSHOTS_ADMIN,
        COMPOSITION_READ,
        COMPOSITION_SEARCH,
        COMPOSITION_CREATE,
        COMPOSITION_SIGN,
        COMPOSITION_CANCEL,
    }
)

ROLES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "ROLE_DATA": frozenset({PRINT_RUN, PRINT_MONITOR, RESOURCES_LIST}),
        "ROLE_RESOURCE": frozenset({RESOURCES_READ, RESOURCES_WRITE, RESOURCES_LIST}),
        "ROLE_MONITOR": frozenset({PRINT_MONITOR}),
        "DV Content Author": frozenset({DATASETS_AUTHOR}),
        "BI Service Administrator": frozenset({SNAPSHOTS_ADMIN, DATASETS_AUTHOR}),
    }
)


SCOPE_PREFIX: Final = "longrun/"
"""The resource server's, which Cognito puts before every scope."""


def scope_of(name: str) -> str:
    """The name of a role or a permission as a scope, or as a group of Cognito's: without blanks."""
    return "".join(name.split())


_GRANTS: Final = {scope_of(role): permitted for role, permitted in ROLES.items()} | {
    permission: frozenset({permission}) for permission in PERMISSIONS
}

SCOPES: Final = tuple(sorted(_GRANTS))
"""Every scope that grants something."""


def permissions_of(names: Iterable[str]) -> frozenset[str]:
    """What roles and scopes permit together; what is not, or no longer, known permits nothing."""
    return frozenset[str]().union(*(_GRANTS.get(scope_of(name), frozenset()) for name in names))
