"""The kernel's surroundings in memory: a store, an engine, a kind, callers and a clock.

The store keeps the guards of `Change` to the letter; `tests/unit/aws/test_operations.py` holds it
and the one on DynamoDB to the same behaviour.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from longrun.operations.artefacts import Artefact, ArtefactMissing
from longrun.operations.errors import Claimed, Interrupted, OperationUnknown
from longrun.operations.history import Event
from longrun.operations.kinds import InputModel, Kind, Kinds
from longrun.operations.lifecycle import Lifecycle, Request
from longrun.operations.operation import Operation, Progress, Resource
from longrun.operations.secrets import SealBroken
from longrun.operations.store import (
    Change,
    ChangeRefused,
    Idempotency,
    KeyTaken,
    ListedPage,
    ListPosition,
    Outcome,
)
from longrun.operations.sweep import Sweep

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RETENTION = timedelta(days=7)
DEADLINE = timedelta(minutes=30)
KEY_LIFETIME = timedelta(hours=24)


class Clock:
    """A time of day that passes when told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass(frozen=True)
class Person:
    """A caller."""

    tenant: str = "acme"
    id: str = "ann"
    permissions: frozenset[str] = frozenset({"work"})


class Errand:
    """The input of the test's kind: it says what is to be done."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = dict(document)

    @classmethod
    def model_validate(cls, document: Any, /) -> "Errand":
        if not isinstance(document, Mapping) or "what" not in document:
            raise ValueError("what: is missing")
        return cls(document)

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return {"type": "object", "required": ["what"]}

    def model_dump(self, *, mode: str, exclude_none: bool) -> dict[str, Any]:
        return self._document


def _errand() -> InputModel:
    return Errand


WORK = Kind(
    name="test.work",
    permission="work",
    input=_errand,
    typical=timedelta(minutes=1),
    deadline=DEADLINE,
)
KINDS = Kinds([WORK])


def an_errand(what: str = "letters", **more: Any) -> Request:
    """A request of the test's kind; its payload tells one `what` from another."""
    return Request(kind=WORK.name, input={"what": what}, payload=what.encode(), **more)


class MemoryOperations:
    """Implements `OperationStore` in memory, and remembers every change as (before, after)."""

    def __init__(self) -> None:
        self.changes: list[tuple[Operation, Operation]] = []
        self.also_due: set[str] = set()
        """What the list of due operations shows though it is not: an index that lags."""
        self._operations: dict[str, Operation] = {}
        self._inputs: dict[str, Mapping[str, Any]] = {}
        self._due: dict[str, datetime] = {}
        self._sealed: dict[str, bytes] = {}
        self._claims: dict[tuple[str, str], str] = {}
        self._keys: dict[tuple[str, str, str], tuple[str, str, datetime]] = {}

    def create(
        self,
        operation: Operation,
        request: Mapping[str, Any],
        *,
        due: datetime,
        input_until: datetime,
        idempotency: Idempotency | None,
        claim: str | None = None,
        sealed: bytes | None = None,
    ) -> None:
        if idempotency is not None:
            taken = self.keyed(
                operation.tenant, operation.owner, idempotency.key, operation.accepted
            )
            if taken:
                raise taken
        if claim is not None:
            holder = self._operations.get(self._claims.get((operation.tenant, claim), ""))
            if holder and not holder.status.terminal:
                raise Claimed(claim, holder.id)
            self._claims[operation.tenant, claim] = operation.id
        if idempotency is not None:
            key = (operation.tenant, operation.owner, idempotency.key)
            until = operation.accepted + KEY_LIFETIME
            self._keys[key] = (operation.id, idempotency.digest, until)
        if sealed is not None:
            self._sealed[operation.id] = sealed
        self._operations[operation.id] = operation
        self._inputs[operation.id] = request
        self._due[operation.id] = due

    def keyed(self, tenant: str, owner: str, key: str, now: datetime) -> KeyTaken | None:
        taken = self._keys.get((tenant, owner, key))
        return KeyTaken(taken[0], taken[1]) if taken and taken[2] >= now else None

    def get(self, operation_id: str) -> Operation:
        try:
            return self._operations[operation_id]
        except KeyError:
            raise OperationUnknown(operation_id) from None

    def input(self, operation_id: str) -> Mapping[str, Any]:
        try:
            return self._inputs[operation_id]
        except KeyError:
            raise OperationUnknown(operation_id) from None

    def sealed(self, operation_id: str) -> bytes | None:
        self.get(operation_id)
        return self._sealed.get(operation_id)

    def change(self, operation_id: str, change: Change) -> Operation:
        before = self.get(operation_id)
        if not _fits(before, change):
            raise ChangeRefused(before)
        after = _applied(before, change)
        self._operations[operation_id] = after
        self.changes.append((before, after))
        if change.ends:
            self._due.pop(operation_id, None)
            self._sealed.pop(operation_id, None)
        elif change.due:
            self._due[operation_id] = change.due
        return after

    def running(self, tenant: str) -> Iterator[Operation]:
        mine = (each for each in self._operations.values() if each.tenant == tenant)
        yield from sorted(
            (each for each in mine if not each.status.terminal), key=lambda each: each.accepted
        )

    def listed(
        self, tenant: str, *, newest_first: bool, after: ListPosition | None, limit: int
    ) -> ListedPage:
        mine = sorted(
            (each for each in self._operations.values() if each.tenant == tenant),
            key=lambda each: (each.accepted, each.id),
            reverse=newest_first,
        )
        if after is not None:
            place = (after.accepted, after.operation_id)
            mine = [
                each
                for each in mine
                if (each.accepted, each.id) != place
                and ((each.accepted, each.id) < place) == newest_first
            ]
        page, rest = mine[:limit], mine[limit:]
        last = ListPosition(accepted=page[-1].accepted, operation_id=page[-1].id) if rest else None
        return ListedPage(operations=page, after=last)

    def due(self, now: datetime) -> Iterator[str]:
        due = {operation_id for operation_id, at in self._due.items() if at <= now}
        yield from sorted(due | self.also_due)

    def forget(self, operation_id: str) -> None:
        """As TTL does, while the index still shows the operation."""
        del self._operations[operation_id]
        self.also_due.add(operation_id)


def _fits(current: Operation, change: Change) -> bool:
    if current.status not in change.allowed:
        return False
    phase = current.progress.phase if current.progress else None
    if change.enter and phase and phase.end > change.enter.start:
        return False
    return not (change.within and (phase is None or phase.name != change.within))


def _applied(before: Operation, change: Change) -> Operation:
    after = replace(
        before,
        version=before.version + 1,
        status=change.status or before.status,
        started=change.started or before.started,
        finished=change.finished or before.finished,
        expires=change.expires or before.expires,
        result=None if change.drops_result else change.result or before.result,
    )
    if change.enter:
        after = replace(after, progress=Progress(phase=change.enter, total=change.total))
    if change.within and after.progress:
        done = after.progress.done + change.done
        after = replace(after, progress=replace(after.progress, done=done))
    if change.errors:
        after = replace(after, errors=change.errors, error_count=change.error_count)
    if change.resources:
        resources = {(each.type, each.id): each for each in before.resources}
        resources |= {(each.type, each.id): each for each in change.resources}
        after = replace(after, resources=_in_order(resources.values()))
    return after


def _in_order(resources: Any) -> tuple[Resource, ...]:
    return tuple(sorted(resources, key=lambda each: (len(each.id), each.id)))


@dataclass
class MemoryWorkflows:
    """Implements `Workflows` in memory. It can be told to refuse, and executions to end."""

    refuses: bool = False
    executions: dict[str, Outcome] = field(default_factory=dict)
    on_start: Callable[[str], object] | None = None
    """Runs within `start`, as soon as there is a new execution: an engine that is quick."""

    def start(self, workflow: str, operation_id: str) -> None:
        self._answer()
        if operation_id not in self.executions:
            self.executions[operation_id] = Outcome(status="RUNNING")
            if self.on_start:
                self.on_start(operation_id)

    def stop(self, workflow: str, operation_id: str) -> bool:
        self._answer()
        outcome = self.executions.get(operation_id)
        if outcome is None or not outcome.running:
            return False
        self.end(operation_id, "ABORTED")
        return True

    def outcome(self, workflow: str, operation_id: str) -> Outcome | None:
        self._answer()
        return self.executions.get(operation_id)

    def end(self, operation_id: str, status: str, error: str | None = None) -> Outcome:
        self.executions[operation_id] = Outcome(status=status, error=error)
        return self.executions[operation_id]

    def _answer(self) -> None:
        if self.refuses:
            raise Interrupted("The workflow engine")


class MemoryEvents:
    """Implements `EventLog` in memory."""

    def __init__(self) -> None:
        self._events: dict[str, dict[int, Event]] = {}

    def keep(self, events: Sequence[Event]) -> None:
        for event in events:
            self._events.setdefault(event.operation_id, {})[event.sequence] = event

    def events(self, operation_id: str, *, after: int = 0) -> Iterator[Event]:
        mine = self._events.get(operation_id, {})
        return (mine[number] for number in sorted(mine) if number > after)


class MemorySealer:
    """Implements `Sealer`: what is sealed cannot be read by chance, and tells what it is for."""

    def seal(self, plain: str, context: str) -> bytes:
        return context.encode() + b"\n" + plain.encode()[::-1]

    def open(self, sealed: bytes, context: str) -> str:
        sealed_for, _, turned = sealed.partition(b"\n")
        if sealed_for != context.encode():
            raise SealBroken(context)
        return turned[::-1].decode()


class MemoryArtefacts:
    """Implements `ArtefactStore` in memory; there is one version of everything."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def read(self, key: str, *, version: str | None = None) -> bytes:
        try:
            return self.contents[key]
        except KeyError:
            raise ArtefactMissing(key) from None

    def stream(
        self, key: str, *, version: str | None = None, start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        end = None if length is None else start + length
        return iter([self.read(key)[start:end]])

    def download(self, key: str, target: BinaryIO, *, version: str | None = None) -> int:
        return target.write(self.read(key))

    def write(
        self, key: str, content: bytes | BinaryIO | Iterable[bytes], *, media_type: str
    ) -> Artefact:
        whole = content if isinstance(content, bytes) else b"".join(content)
        self.contents[key] = whole
        return Artefact(
            key=key,
            media_type=media_type,
            size=len(whole),
            sha256=hashlib.sha256(whole).hexdigest(),
        )

    def copy(self, source: Artefact, key: str) -> Artefact:
        return self.write(key, self.read(source.key), media_type=source.media_type)

    def delete(self, prefix: str) -> None:
        for key in [key for key in self.contents if key.startswith(prefix)]:
            del self.contents[key]


class World:
    """A lifecycle and all that it touches."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryOperations()
        self.workflows = MemoryWorkflows()
        self.lifecycle = Lifecycle(
            store=self.store,
            workflows=self.workflows,
            kinds=KINDS,
            retention=RETENTION,
            clock=self.clock,
            sealer=MemorySealer(),
        )
        self.sweep = Sweep(
            lifecycle=self.lifecycle,
            store=self.store,
            workflows=self.workflows,
            kinds=KINDS,
            clock=self.clock,
        )

    def accepted(self) -> str:
        """The id of an operation that was just accepted, its execution running."""
        return self.lifecycle.accept(an_errand(), Person()).operation.id

    def begun(self) -> str:
        """The id of an operation in progress."""
        return self.lifecycle.begin(self.accepted()).id

    def canceling(self) -> str:
        """The id of an operation that is being canceled; its execution's end is not known yet."""
        return self.lifecycle.cancel(self.begun()).id
