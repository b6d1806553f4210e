"""Operations to keep in a store, for the tests of every part of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from longrun.operations.operation import Operation
from longrun.operations.states import Status
from longrun.operations.store import Change, Idempotency, OperationStore
from tests.unit.operations.fakes import NOW

SECOND = timedelta(seconds=1)
DUE = NOW + timedelta(minutes=1)
INPUT_UNTIL = NOW + timedelta(days=8)
REQUEST = {"what": "letters", "copies": 2, "share": 0.5, "to": ["ann", None]}


def an_operation(**parts: Any) -> Operation:
    defaults: dict[str, Any] = {
        "id": str(uuid4()),
        "kind": "test.work",
        "tenant": "acme",
        "owner": "ann",
        "status": Status.ACCEPTED,
        "accepted": NOW,
    }
    return Operation(**defaults | parts)


def kept(
    store: OperationStore,
    *,
    idempotency: Idempotency | None = None,
    claim: str | None = None,
    sealed: bytes | None = None,
    **parts: Any,
) -> Operation:
    operation = an_operation(**parts)
    store.create(
        operation,
        REQUEST,
        due=DUE,
        input_until=INPUT_UNTIL,
        idempotency=idempotency,
        claim=claim,
        sealed=sealed,
    )
    return operation


def begun(store: OperationStore) -> Operation:
    operation = kept(store)
    return store.change(
        operation.id,
        Change(allowed=frozenset({Status.ACCEPTED}), status=Status.IN_PROGRESS, started=NOW),
    )
