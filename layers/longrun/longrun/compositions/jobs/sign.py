"""The job that signs a composition: PRELIMINARY → FINAL, and what it replaces → AMENDED."""

from collections.abc import Mapping
from typing import Any, Final

from longrun.compositions import effects
from longrun.compositions.admission import check_position
from longrun.compositions.comparing import check_signed
from longrun.compositions.document import Composition, Signature
from longrun.compositions.jobs.engine import Engine, at_work, settled
from longrun.compositions.jobs.looking import look
from longrun.compositions.jobs.signing import archived, author_of, opened
from longrun.compositions.refusals import Code, Missing, Refusal
from longrun.compositions.rules import Newcomer, Situation, Standing, standing_of
from longrun.compositions.statuses import CompositionStatus
from longrun.operations.operation import Operation, Phase

SIGNING: Final = Phase(name="Signing", start=0, end=100)


def sign(engine: Engine, operation: Operation) -> None:
    """Sign as the operation's input `{composition: id, data: base64}` asks.

    Raises:
        Refusal: The signature, its content, the caller or the rules do not allow it.
    """
    engine.lifecycle.enter(operation.id, SIGNING)
    request: Mapping[str, Any] = engine.operations.input(operation.id)
    composition = engine.composition(operation.tenant, request["composition"])
    if not _signed_by(operation, composition):
        composition = _sign(engine, operation, composition, request["data"])
    engine.report(operation, composition, "SIGNED", composition.amended, "AMENDED")


def _sign(engine: Engine, operation: Operation, composition: Composition, data: str) -> Composition:
    author = author_of(engine, operation, composition)
    with at_work(engine, operation, composition.id):
        _check_preliminary(composition)
        check_position(author, composition.type, engine.registry, operation.tenant)
        now = engine.clock()
        found = opened(engine, data, author, now)
        check_signed(found.signed.content, composition)
        # Before anything is archived, for that is for good.
        newcomer = Newcomer.created(composition)
        seen = look(engine, operation.tenant, newcomer, composition.id)
        _standing(composition, newcomer, seen.situation)
        signature = archived(engine, operation, composition, found, now)
        return settled(
            engine, operation, lambda: _commit(engine, operation, composition, signature)
        )


def _commit(
    engine: Engine, operation: Operation, composition: Composition, signature: Signature
) -> Composition:
    newcomer = Newcomer.created(composition)
    seen = look(engine, operation.tenant, newcomer, composition.id)
    current = seen.itself
    if current is None:
        raise Missing("composition", composition.id)
    if _signed_by(operation, current):
        return current
    _check_preliminary(current)
    standing = _standing(current, newcomer, seen.situation)
    changes = effects.signed(current, signature, standing.amends)
    engine.compositions.commit(operation.tenant, changes, seen.heads)
    return changes[0].after


def _standing(composition: Composition, newcomer: Newcomer, situation: Situation) -> Standing:
    """Where the composition stands by now; what it says of that was signed and must still hold.

    Raises:
        Refusal: It has no place there any more, or another one.
    """
    relation = composition.relation
    if relation is not None:
        for each in situation.own:
            if each.id == relation.target and each.status is CompositionStatus.ENTERED_IN_ERROR:
                raise Refusal(
                    Code.TARGET_ENTERED_IN_ERROR,
                    f"Composition {each.id}, which this one relates to, was entered in error.",
                    path="$.relatesTo.targetIdentifier",
                )
    standing = standing_of(newcomer, situation)
    if standing.relation != relation:
        raise Refusal(
            Code.RELATION_OVERTAKEN,
            f"Composition {composition.id} was created before others were signed or canceled, and "
            "its relatesTo no longer holds. Please create it again.",
            path="$.relatesTo",
        )
    return standing


def _check_preliminary(composition: Composition) -> None:
    if composition.status is not CompositionStatus.PRELIMINARY:
        raise Refusal(
            Code.NOT_PRELIMINARY,
            f"Only a PRELIMINARY composition can be signed; {composition.id} is "
            f"{composition.status}.",
        )


def _signed_by(operation: Operation, composition: Composition) -> bool:
    signature = composition.signature
    return signature is not None and signature.operation == operation.id
