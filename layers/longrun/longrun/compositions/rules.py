"""What a composition relates to, and what signing it does to others: RC_5, RC_6, RC_7, 1002.

Pure functions over values. They are asked when a composition is created and again when it is
signed, each time about what holds at that moment; only FINAL compositions count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from longrun.compositions.chains import chain_of, finals, last_of
from longrun.compositions.document import (
    Composition,
    CompositionType,
    Period,
    Reference,
    Relation,
    RelationCode,
)
from longrun.compositions.drafts import Draft
from longrun.compositions.refusals import Code, Missing, Refusal
from longrun.compositions.statuses import CompositionStatus

_TARGET = "$.relatesTo.targetIdentifier"
_START = "$.event[0].period.start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What the rules ask of a composition that is not yet FINAL."""

    type: CompositionType
    category: str
    subject: Reference
    period: Period
    force_renew: bool
    replaces: str | None

    @classmethod
    def drafted(cls, draft: Draft) -> "Newcomer":
        """The composition that a draft would become."""
        return cls(
            type=draft.type,
            category=draft.category,
            subject=draft.subject,
            period=draft.period,
            force_renew=draft.force_renew,
            replaces=draft.replaces,
        )

    @classmethod
    def created(cls, composition: Composition) -> "Newcomer":
        """A PRELIMINARY composition."""
        relation = composition.relation
        replaces = relation is not None and relation.code is RelationCode.REPLACES
        return cls(
            type=composition.type,
            category=composition.category,
            subject=composition.subject,
            period=composition.period,
            force_renew=composition.force_renew,
            replaces=relation.target if relation is not None and replaces else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What there is beside the newcomer."""

    own: Sequence[Composition]
    """The other compositions of its subject."""
    target: Composition | None = None
    """The one that it is to replace, if there is one of that id."""
    targets: Sequence[Composition] = ()
    """All of the target's subject."""
    target_merged_into: str | None = None
    """The person that the target's subject was merged into, if it is such a preperson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a newcomer stands among the others."""

    relation: Relation | None
    amends: tuple[Composition, ...] = ()
    """What its signing turns AMENDED."""


def standing_of(newcomer: Newcomer, situation: Situation) -> Standing:
    """Where the newcomer stands.

    Raises:
        Refusal: It has no place there.
    """
    if newcomer.replaces is not None:
        standing = _replacing(newcomer, newcomer.replaces, situation)
    elif newcomer.type is CompositionType.TEMP_DISABILITY and not newcomer.force_renew:
        standing = Standing(relation=_following(newcomer, situation.own))
    else:
        standing = Standing(relation=None)
    if newcomer.type is CompositionType.NEWBORN:
        _only_newborn(situation.own, standing)
    return standing


def _replacing(newcomer: Newcomer, replaced: str, situation: Situation) -> Standing:
    """RC_6 and RC_7: a client's `replaces`."""
    target = situation.target
    if target is None:
        raise Missing("composition", replaced, _TARGET)
    if target.type is not newcomer.type:
        raise Refusal(
            Code.TYPE_CHANGED,
            f"Composition {target.id} is of another type; a replacement keeps the type.",
            path="$.type",
        )
    if target.status is CompositionStatus.ENTERED_IN_ERROR:
        raise Refusal(
            Code.TARGET_ENTERED_IN_ERROR,
            f"Composition {target.id} was entered in error; there is nothing to replace.",
            path=_TARGET,
        )
    relation = Relation(code=RelationCode.REPLACES, target=target.id)
    if target.subject != newcomer.subject:
        return Standing(relation=relation, amends=_refined(newcomer, target, situation))
    if target.status is not CompositionStatus.FINAL:
        raise Refusal(
            Code.NOT_FOUND,
            f"There is no FINAL composition {target.id}; it is {target.status}.",
            path=_TARGET,
        )
    return Standing(relation=relation, amends=(target,))


def _refined(
    newcomer: Newcomer, target: Composition, situation: Situation
) -> tuple[Composition, ...]:
    """RC_6: what is refined, once it is known who the preperson is."""
    merged = target.subject.kind == "preperson" and newcomer.subject == Reference(
        kind="person", id=situation.target_merged_into or ""
    )
    if newcomer.type is not CompositionType.TEMP_DISABILITY or not merged:
        raise Refusal(
            Code.ONLY_PREPERSON_TO_PERSON,
            "The subject may change only from a preperson to the person that it was merged into, "
            "and only for a temporary disability.",
            path="$.subject",
        )
    chain = chain_of(target, situation.targets)
    if target.status is not CompositionStatus.FINAL or last_of(chain) != target:
        raise Refusal(
            Code.ONLY_PREPERSON_TO_PERSON,
            f"Composition {target.id} is not the last FINAL one of the preperson's chain.",
            path=_TARGET,
        )
    return tuple(sorted(chain, key=lambda each: each.id))


def _following(newcomer: Newcomer, own: Sequence[Composition]) -> Relation | None:
    """RC_5: which earlier composition the newcomer goes on from, and how."""
    touched = [
        each
        for each in finals(own)
        if each.type is newcomer.type
        and each.category == newcomer.category
        and _touch(each.period, newcomer.period)
    ]
    # An earlier one may have been shortened or prolonged: its chain's end is what counts. Of
    # several chains, which only a forced renewal begins, those count that end at the newcomer.
    ends = [_end_of(each, own) for each in touched]
    ends = [
        each
        for each in ends
        if newcomer.period.start < each.period.start or _touch(each.period, newcomer.period)
    ]
    if not ends:
        return None
    previous = last_of(ends)
    if newcomer.period.start < previous.period.start:
        raise Refusal(
            Code.STARTS_BEFORE_PREVIOUS,
            f"The period starts before that of the previous composition, {previous.id}.",
            path=_START,
        )
    shortens = _ends(newcomer.period) < _ends(previous.period)
    code = RelationCode.TRANSFORMS if shortens else RelationCode.APPENDS
    return Relation(code=code, target=previous.id)


def _end_of(member: Composition, own: Sequence[Composition]) -> Composition:
    """What its chain ends with, of its own category: a replacement may be of another."""
    chain = chain_of(member, own)
    return last_of([each for each in chain if each.category == member.category])


def _only_newborn(own: Sequence[Composition], standing: Standing) -> None:
    amended = {each.id for each in standing.amends}
    for each in finals(own):
        if each.type is CompositionType.NEWBORN and each.id not in amended:
            raise Refusal(
                Code.EXISTS_FOR_SUBJECT,
                f"There is a FINAL composition of that type for the subject already: {each.id}.",
                path="$.subject",
            )


def _touch(one: Period, other: Period) -> bool:
    """Whether periods overlap, or one starts on the day after the other."""
    # Differences of days: there is none before the first that a calendar has.
    day = timedelta(days=1)
    return one.start - _ends(other) <= day and other.start - _ends(one) <= day


def _ends(period: Period) -> date:
    return date.max if period.end is None else period.end
