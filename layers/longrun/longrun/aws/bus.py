"""The event bus on EventBridge. Implements `longrun.operations.history.Bus`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from longrun.aws.faults import PASSING, interrupted
from longrun.operations.errors import Interrupted
from longrun.operations.history import Event

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE: Final = "longrun"
"""The `source` of every event of ours."""

_AT_ONCE: Final = 10
"""So many entries are all that PutEvents takes."""

_SERVICE: Final = "The event bus"


class EventsRefused(Exception):
    """The bus took some events and refused others, for a reason that does not pass."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"The event bus refused {len(codes)} events: {', '.join(sorted(codes))}.")
        self.codes = codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the bus is told of something that has happened."""

    name: str
    """The event's `detail-type`."""
    time: datetime
    detail: Mapping[str, Any]
    """In JSON types; nobody's data."""


class EventBridgeBus:
    """Tells of what has happened, from the source `longrun`."""

    def __init__(self, *, client: "EventBridgeClient", name: str) -> None:
        self._client = client
        self._name = name

    def announce(self, events: Sequence[Event]) -> None:
        """See `Bus.announce`: `Operation Succeeded` and the like."""
        self.tell(_notice(event) for event in events)

    def tell(self, notices: Iterable[Notice]) -> None:
        """Tell of each notice, at least once.

        Raises:
            Interrupted: Some may not have been told.
            EventsRefused: Some were refused for good.
        """
        for group in batched(notices, _AT_ONCE, strict=False):
            with interrupted(_SERVICE):
                answer = self._client.put_events(Entries=[self._entry(each) for each in group])
            codes = [entry["ErrorCode"] for entry in answer["Entries"] if "ErrorCode" in entry]
            if not PASSING.isdisjoint(codes):
                raise Interrupted(_SERVICE)
            if codes:
                raise EventsRefused(codes)

    def _entry(self, notice: Notice) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": notice.name,
            "Time": notice.time,
            "Detail": json.dumps(notice.detail),
        }


def _notice(event: Event) -> Notice:
    detail = {
        "operationId": event.operation_id,
        "tenant": event.tenant,
        "sequence": event.sequence,
        **event.detail,
    }
    return Notice(name=f"Operation {event.type.capitalize()}", time=event.time, detail=detail)
