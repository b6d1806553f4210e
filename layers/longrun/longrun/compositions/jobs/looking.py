"""What the rules look at, read so that a commit notices when it no longer holds."""

from dataclasses import dataclass

from longrun.compositions.document import Composition
from longrun.compositions.jobs.engine import Engine
from longrun.compositions.rules import Newcomer, Situation
from longrun.compositions.store import SubjectView


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A newcomer's situation, and what a commit must find unchanged."""

    situation: Situation
    itself: Composition | None
    """The newcomer as it stands, if it was created before."""
    heads: dict[str, int]


def look(engine: Engine, tenant: str, newcomer: Newcomer, composition_id: str) -> Seen:
    """See what there is beside a newcomer.

    Args:
        engine: The services.
        tenant: Whose.
        newcomer: What the rules are asked about.
        composition_id: Its id.
    """
    own = engine.compositions.of_subject(tenant, newcomer.subject.id)
    heads = {newcomer.subject.id: own.version}
    others = tuple(each for each in own.compositions if each.id != composition_id)
    itself = find(own, composition_id)
    target = find(own, newcomer.replaces)
    if newcomer.replaces is None or target is not None:
        situation = Situation(own=others, target=target, targets=others)
        return Seen(situation=situation, itself=itself, heads=heads)
    elsewhere = engine.compositions.get(tenant, newcomer.replaces)
    if elsewhere is None:
        return Seen(situation=Situation(own=others), itself=itself, heads=heads)
    subject = elsewhere.subject
    theirs = engine.compositions.of_subject(tenant, subject.id)
    heads[subject.id] = theirs.version
    merged = None
    if subject.kind == "preperson":
        preperson = engine.registry.preperson(tenant, subject.id)
        merged = preperson.merged_into if preperson is not None else None
    situation = Situation(
        own=others,
        target=find(theirs, newcomer.replaces),
        targets=theirs.compositions,
        target_merged_into=merged,
    )
    return Seen(situation=situation, itself=itself, heads=heads)


def find(view: SubjectView, composition_id: str | None) -> Composition | None:
    """The composition of that id among a subject's."""
    return next((each for each in view.compositions if each.id == composition_id), None)
