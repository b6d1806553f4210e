"""The table's stream: batches of records, and who follows them up.

What a record tells of, each follower knows for itself; what concerns none is passed over.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from typing import Any, Final

from longrun.aws.operation_items import Item, from_item
from longrun.operations.errors import Interrupted
from longrun.operations.history import Seen

GROUP: Final = 10
"""So many records are followed up at once, and again if one of them could not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A new or changed item, as the stream tells of it."""

    mark: str
    """The change's place in the stream."""
    sort: str
    """The item's SK."""
    before: Item | None
    """None: the item is new."""
    after: Item
    time: datetime


type Follower = Callable[[Sequence[Record]], None]
"""Does what follows from records, in their order; again is harmless. Raises `Interrupted` where
some may not have been followed up."""


def records(batch: Mapping[str, Any]) -> Iterator[Record]:
    """The new and changed items of a batch, in its order.

    Args:
        batch: The event of a Lambda function on a stream with new and old images.
    """
    for record in batch["Records"]:
        change = record["dynamodb"]
        # Without a new image it was removed, by TTL or by hand: nothing follows.
        if "NewImage" in change:
            yield Record(
                mark=change["SequenceNumber"],
                sort=change["Keys"]["SK"]["S"],
                before=change.get("OldImage"),
                after=change["NewImage"],
                time=datetime.fromtimestamp(change["ApproximateCreationDateTime"], UTC),
            )


def operations(group: Sequence[Record]) -> list[Seen]:
    """The changes of operations among records."""
    return [
        Seen(
            before=from_item(record.before) if record.before else None,
            after=from_item(record.after),
            time=record.time,
        )
        for record in group
        if record.sort == "OP"
    ]


def follow_up(batch: Mapping[str, Any], followers: Sequence[Follower]) -> str | None:
    """Have a batch followed up, group by group.

    Args:
        batch: As for `records`.
        followers: Who follow; each sees every record.

    Returns:
        The mark of the record from which on the batch must be handed out again; None: it is done.
    """
    for group in batched(records(batch), GROUP, strict=False):
        try:
            for follower in followers:
                follower(group)
        except Interrupted:
            return group[0].mark
    return None


def again_from(mark: str | None) -> dict[str, Any]:
    """What a function on a stream answers (ReportBatchItemFailures).

    Args:
        mark: From which record on the batch must be handed out again; None: it is done.
    """
    failures = [] if mark is None else [{"itemIdentifier": mark}]
    return {"batchItemFailures": failures}
