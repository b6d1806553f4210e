"""Chains: compositions of one subject that go on from one another by their `relatesTo`."""

from collections.abc import Sequence
from datetime import date, datetime

from longrun.compositions.document import Composition
from longrun.compositions.statuses import CompositionStatus


def finals(compositions: Sequence[Composition]) -> list[Composition]:
    """Those that count: the FINAL ones."""
    return [each for each in compositions if each.status is CompositionStatus.FINAL]


def chain_of(member: Composition, compositions: Sequence[Composition]) -> list[Composition]:
    """The FINAL compositions that are connected with one, itself included if it is one.

    Whatever was signed connects, replaced and canceled ones too: what came after them is still
    the same case.

    Args:
        member: One of them.
        compositions: All of its subject.
    """
    signed = {each.id: each for each in compositions if each.signature is not None}
    neighbours: dict[str, set[str]] = {each: set() for each in signed}
    for each in signed.values():
        if each.relation is not None and each.relation.target in signed:
            neighbours[each.id].add(each.relation.target)
            neighbours[each.relation.target].add(each.id)
    reached = {member.id} & signed.keys()
    border = list(reached)
    while border:
        beyond = neighbours[border.pop()] - reached
        reached |= beyond
        border.extend(beyond)
    return finals([signed[each] for each in reached])


def last_of(chain: Sequence[Composition]) -> Composition:
    """The one that a chain ends with: it starts last, and of those it was signed last."""
    return max(chain, key=_order)


def _order(composition: Composition) -> tuple[date, datetime, str]:
    assert composition.signature is not None, "what is FINAL was signed"
    return (composition.period.start, composition.signature.signed, composition.id)
