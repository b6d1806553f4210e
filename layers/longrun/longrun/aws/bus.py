"""The event bus on EventBridge. Implements `longrun.operations.history.Bus`."""

import json
from collections.abc import Sequence
from itertools import batched
from typing import TYPE_CHECKING, Final

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


class EventBridgeBus:
    """Tells of events as `Operation Succeeded` and the like, from the source `longrun`."""

    def __init__(self, *, client: "EventBridgeClient", name: str) -> None:
        self._client = client
        self._name = name

    def announce(self, events: Sequence[Event]) -> None:
        """See `Bus.announce`."""
        for group in batched(events, _AT_ONCE, strict=False):
            with interrupted(_SERVICE):
                answer = self._client.put_events(Entries=[self._entry(event) for event in group])
            codes = [entry["ErrorCode"] for entry in answer["Entries"] if "ErrorCode" in entry]
            if not PASSING.isdisjoint(codes):
                raise Interrupted(_SERVICE)
            if codes:
                raise EventsRefused(codes)

    def _entry(self, event: Event) -> "PutEventsRequestEntryTypeDef":
        detail = {
            "operationId": event.operation_id,
            "tenant": event.tenant,
            "sequence": event.sequence,
            **event.detail,
        }
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": f"Operation {event.type.capitalize()}",
            "Time": event.time,
            "Detail": json.dumps(detail),
        }
