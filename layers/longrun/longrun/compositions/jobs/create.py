"""The job that creates a composition, PRELIMINARY."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from longrun.compositions import effects
from longrun.compositions.admission import Admitted, admit
from longrun.compositions.document import Composition, Relation
from longrun.compositions.drafts import Draft, complete, composition_id_of, read_document
from longrun.compositions.jobs.engine import Engine, settled
from longrun.compositions.jobs.looking import look
from longrun.compositions.rules import Newcomer, standing_of
from longrun.compositions.statuses import CompositionStatus
from longrun.operations.operation import Operation, Phase

CREATING: Final = Phase(name="Creating", start=0, end=100)


def create(engine: Engine, operation: Operation) -> None:
    """Create the composition that the operation's input `{composition: document}` asks for.

    Raises:
        Refusal: The document, or what it refers to, does not allow it.
    """
    engine.lifecycle.enter(operation.id, CREATING)
    composition_id = composition_id_of(operation.id)
    composition = engine.compositions.get(operation.tenant, composition_id)
    if composition is None:
        request: Mapping[str, Any] = engine.operations.input(operation.id)
        draft = read_document(request["composition"], engine.zone)
        admitted = admit(draft, engine.registry, operation.tenant, engine.today())
        now = engine.clock()
        composition = settled(
            engine, operation, lambda: _commit(engine, operation, draft, admitted, now)
        )
    engine.report(operation, composition, "CREATED")


def _commit(
    engine: Engine, operation: Operation, draft: Draft, admitted: Admitted, now: datetime
) -> Composition:
    newcomer = Newcomer.drafted(draft)
    seen = look(engine, operation.tenant, newcomer, composition_id_of(operation.id))
    if seen.itself is not None:
        return seen.itself
    relation = standing_of(newcomer, seen.situation).relation
    composition = _composition(operation, draft, admitted, now, relation)
    engine.compositions.commit(operation.tenant, effects.created(composition), seen.heads)
    return composition


def _composition(
    operation: Operation,
    draft: Draft,
    admitted: Admitted,
    now: datetime,
    relation: Relation | None,
) -> Composition:
    composition_id = composition_id_of(operation.id)
    return Composition(
        id=composition_id,
        tenant=operation.tenant,
        status=CompositionStatus.PRELIMINARY,
        document=complete(
            draft,
            composition_id,
            created=now,
            custodian=admitted.author.legal_entity,
            relation=relation,
        ),
        created=now,
        operation=operation.id,
        type=draft.type,
        category=draft.category,
        subject=draft.subject,
        focus=draft.focus,
        encounter=draft.encounter,
        episode=admitted.encounter.episode,
        author=draft.author,
        period=draft.period,
        force_renew=draft.force_renew,
        relation=relation,
    )
