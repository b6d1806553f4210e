"""What can be wrong with a call to the kernel.

    OperationError
    ├── OperationUnknown      no such operation for this caller
    ├── OperationExpired      it was there; its retention is over
    ├── OperationStopped      the work should stop: canceled, or ended already
    ├── PermissionMissing     the caller may not do that to this kind
    ├── KindUnknown           nobody registered such a kind
    ├── KeyReused             an idempotency key came back with another payload
    ├── Claimed               another operation has to itself what this one needs
    ├── StatusChanged         the operation is no longer in the status that the caller saw
    ├── SecretGone            the operation's secret is erased: it has ended, or there was none
    └── Interrupted           a passing fault of the platform; the same call may succeed later
        └── KeyInUse          another request with the same idempotency key is being accepted

Contracts map these to their own statuses and shapes.
"""


class OperationError(Exception):
    """Base of the kernel's errors."""


class OperationUnknown(OperationError):
    """No such operation, or none that this caller may know of."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"There is no operation {operation_id!r}.")
        self.operation_id = operation_id


class OperationExpired(OperationError):
    """The operation's retention is over; its results are gone."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"Operation {operation_id!r} has expired.")
        self.operation_id = operation_id


class OperationStopped(OperationError):
    """A step asked to go on with an operation that is being canceled or has ended."""

    def __init__(self, operation_id: str, status: str) -> None:
        super().__init__(f"Operation {operation_id!r} is {status}; the work stops here.")
        self.operation_id = operation_id
        self.status = status


class PermissionMissing(OperationError):
    """The caller lacks a permission."""

    def __init__(self, permission: str) -> None:
        super().__init__(f"This needs the permission {permission!r}.")
        self.permission = permission


class KindUnknown(OperationError):
    """No kind of that name is registered."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no kind of operation {name!r}.")
        self.name = name


class KeyReused(OperationError):
    """An idempotency key was used before, with another payload."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used before, with another request body.")


class Claimed(OperationError):
    """What the request asks to have to itself, an operation that has not ended has."""

    def __init__(self, claim: str, operation_id: str) -> None:
        super().__init__(f"Operation {operation_id!r} is at work on {claim!r}; only one may be.")
        self.claim = claim
        self.operation_id = operation_id


class StatusChanged(OperationError):
    """The operation is in another status than the caller took it to be in."""

    def __init__(self, operation_id: str, status: str) -> None:
        super().__init__(f"Operation {operation_id!r} is {status} by now.")
        self.operation_id = operation_id
        self.status = status


class SecretGone(OperationError):
    """The operation has no secret: it was accepted without one, or it has ended."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"Operation {operation_id!r} has no secret, or none any more.")
        self.operation_id = operation_id


class Interrupted(OperationError):
    """The platform could not serve the call just now: throttled, or unavailable.

    Workflows retry a step that raises this (by the class's name, so it must not be renamed
    without them).
    """

    def __init__(self, service: str) -> None:
        super().__init__(f"{service} could not answer just now; the same call may succeed later.")
        self.service = service


class KeyInUse(Interrupted):
    """Another request with the same idempotency key is being accepted at this moment."""

    def __init__(self) -> None:
        super().__init__("The state store")
        message = (
            "Another request with this Idempotency-Key is being accepted just now; "
            "the same call may succeed later."
        )
        self.args = (message,)
