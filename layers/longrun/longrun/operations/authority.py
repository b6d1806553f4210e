"""Who may see an operation, and who may act on it; the same in every contract.

To start, cancel, retry, delete or fetch the result needs the kind's own permission. Others of
the tenant see kind, status and times. Of another tenant's operations nobody knows.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from longrun.operations.errors import OperationExpired, OperationUnknown, PermissionMissing
from longrun.operations.kinds import Kinds
from longrun.operations.operation import Operation
from longrun.operations.store import ListedPage, ListPosition, OperationStore


class Caller(Protocol):
    """What authority needs to know of whoever calls (`identity.Principal` is one)."""

    @property
    def tenant(self) -> str:
        """The tenant that the caller belongs to."""
        ...

    @property
    def id(self) -> str:
        """The caller's own id."""
        ...

    @property
    def permissions(self) -> frozenset[str]:
        """What the caller may do."""
        ...


def require(caller: Caller, *alternatives: str) -> None:
    """Let the caller pass who has one of the permissions.

    Raises:
        PermissionMissing: None of them; names the first.
    """
    if caller.permissions.isdisjoint(alternatives):
        raise PermissionMissing(alternatives[0])


_ID_LENGTH = 36
"""Of a UUID; what is not as long need not be asked for, and might not even fit in a key."""


class Authority:
    """Reads operations on behalf of callers."""

    def __init__(
        self, *, store: OperationStore, kinds: Kinds, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._kinds = kinds
        self._clock = clock

    def see(self, operation_id: str, caller: Caller) -> Operation:
        """The operation, for its kind, status and times.

        Raises:
            OperationUnknown: There is none in the caller's tenant.
            OperationExpired: There was one.
        """
        if len(operation_id) != _ID_LENGTH:
            raise OperationUnknown(operation_id)
        operation = self._store.get(operation_id)
        if operation.tenant != caller.tenant:
            raise OperationUnknown(operation_id)
        if operation.expired(self._clock()):
            raise OperationExpired(operation_id)
        return operation

    def act(self, operation_id: str, caller: Caller) -> Operation:
        """The operation, for its result or to change its course.

        Raises:
            OperationUnknown: There is none in the caller's tenant.
            OperationExpired: There was one.
            PermissionMissing: The caller lacks its kind's permission.
        """
        operation = self.see(operation_id, caller)
        require(caller, self._kinds[operation.kind].permission)
        return operation

    def listed(
        self, caller: Caller, *, newest_first: bool, after: ListPosition | None, limit: int
    ) -> ListedPage:
        """A stretch of the operations of the caller's tenant; see `OperationStore.listed`.

        The expired are left out, so a page may be short, or empty, before the end.
        """
        page = self._store.listed(
            caller.tenant, newest_first=newest_first, after=after, limit=limit
        )
        now = self._clock()
        return replace(page, operations=[each for each in page.operations if not each.expired(now)])
