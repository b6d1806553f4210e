"""What the bus is told of compositions: which became what, by ids alone."""

from collections.abc import Sequence
from typing import Any

from longrun.aws.bus import EventBridgeBus, Notice
from longrun.aws.composition_items import PREFIX, from_item
from longrun.aws.stream import Record
from longrun.compositions.document import Composition
from longrun.compositions.statuses import change_of


class CompositionEvents:
    """Follows the table's stream: every change of a composition's status is told.

    The events are `composition.created`, `.signed`, `.amended`, `.restored`, `.entered-in-error`.
    """

    def __init__(self, bus: EventBridgeBus) -> None:
        self._bus = bus

    def __call__(self, group: Sequence[Record]) -> None:
        """See `stream.Follower`."""
        told = [_notice(record) for record in group if record.sort.startswith(PREFIX)]
        notices = [notice for notice in told if notice is not None]
        if notices:
            self._bus.tell(notices)


def _notice(record: Record) -> Notice | None:
    after = from_item(record.after)
    before = from_item(record.before).status if record.before else None
    word = change_of(before, after.status)
    if word is None:
        return None
    return Notice(name=f"composition.{word}", time=record.time, detail=_detail(after))


def _detail(composition: Composition) -> dict[str, Any]:
    """Who it is about, what it says and who signed it is not for everybody on the bus."""
    detail: dict[str, Any] = {
        "compositionId": composition.id,
        "tenant": composition.tenant,
        "sequence": composition.version,
        "status": composition.status.value,
        "type": composition.type.value,
    }
    if composition.relation is not None:
        relation = composition.relation
        detail["relatesTo"] = {"code": relation.code.value, "compositionId": relation.target}
    if composition.amended:
        detail["amended"] = list(composition.amended)
    if composition.amended_by is not None:
        detail["amendedBy"] = composition.amended_by
    return detail
