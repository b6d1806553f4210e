"""The job that cancels a composition: FINAL → ENTERED_IN_ERROR, and what it replaced → FINAL."""

from collections.abc import Mapping
from typing import Any, Final

from longrun.compositions import effects
from longrun.compositions.cancelling import check_cancellable, read_cancellation, restored_by
from longrun.compositions.comparing import read_signed
from longrun.compositions.document import Composition, Signature
from longrun.compositions.jobs.engine import Engine, at_work, settled
from longrun.compositions.jobs.looking import find
from longrun.compositions.jobs.signing import archived, author_of, opened
from longrun.compositions.refusals import Missing
from longrun.operations.operation import Operation, Phase

CANCELING: Final = Phase(name="Canceling", start=0, end=100)


def cancel(engine: Engine, operation: Operation) -> None:
    """Cancel as the operation's input `{composition: id, data: base64}` asks.

    Raises:
        Refusal: The signature, its content, the caller or the rules do not allow it.
    """
    engine.lifecycle.enter(operation.id, CANCELING)
    request: Mapping[str, Any] = engine.operations.input(operation.id)
    composition = engine.composition(operation.tenant, request["composition"])
    if not _canceled_by(operation, composition):
        composition = _cancel(engine, operation, composition, request["data"])
    engine.report(operation, composition, "CANCELED", composition.amended, "RESTORED")


def _cancel(
    engine: Engine, operation: Operation, composition: Composition, data: str
) -> Composition:
    author = author_of(engine, operation, composition)
    with at_work(engine, operation, composition.id):
        now = engine.clock()
        check_cancellable(composition, now, engine.zone)
        found = opened(engine, data, author, now)
        reason = read_cancellation(read_signed(found.signed.content), composition)
        # Before anything is archived, for that is for good.
        restored_by(composition, _look(engine, composition)[0])
        cancellation = archived(engine, operation, composition, found, now)
        return settled(
            engine, operation, lambda: _commit(engine, operation, composition, cancellation, reason)
        )


def _commit(
    engine: Engine,
    operation: Operation,
    composition: Composition,
    cancellation: Signature,
    reason: str,
) -> Composition:
    found, heads = _look(engine, composition)
    current = found.get(composition.id)
    if current is None:
        raise Missing("composition", composition.id)
    if _canceled_by(operation, current):
        return current
    check_cancellable(current, cancellation.signed, engine.zone)
    changes = effects.canceled(current, cancellation, reason, restored_by(current, found))
    engine.compositions.commit(operation.tenant, changes, heads)
    return changes[0].after


def _look(
    engine: Engine, composition: Composition
) -> tuple[dict[str, Composition], dict[str, int]]:
    """The composition and those that it turned AMENDED, with what a commit must find unchanged."""
    tenant = composition.tenant
    subjects = {composition.subject.id}
    for each in composition.amended:
        amended = engine.compositions.get(tenant, each)
        if amended is not None:
            subjects.add(amended.subject.id)
    views = {each: engine.compositions.of_subject(tenant, each) for each in sorted(subjects)}
    found = {}
    for view in views.values():
        for each in (composition.id, *composition.amended):
            current = find(view, each)
            if current is not None:
                found[each] = current
    return found, {subject: view.version for subject, view in views.items()}


def _canceled_by(operation: Operation, composition: Composition) -> bool:
    cancellation = composition.cancellation
    return cancellation is not None and cancellation.operation == operation.id
