"""The table's stream: batches of records as the changes of operations that they tell of.

What else the table holds is passed over; what a change was is `operations.history`'s to say.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from longrun.aws.operation_items import from_item
from longrun.operations.history import Seen


def changes(batch: Mapping[str, Any]) -> Iterator[Seen]:
    """The new and changed operations of a batch, in its order.

    Args:
        batch: The event of a Lambda function on a stream with new and old images.
    """
    for record in batch["Records"]:
        change = record["dynamodb"]
        # Without a new image it was removed, by TTL or by hand: no event of the operation.
        if change["Keys"]["SK"]["S"] != "OP" or "NewImage" not in change:
            continue
        old = change.get("OldImage")
        yield Seen(
            mark=change["SequenceNumber"],
            before=from_item(old) if old else None,
            after=from_item(change["NewImage"]),
            time=datetime.fromtimestamp(change["ApproximateCreationDateTime"], UTC),
        )


def again_from(mark: str | None) -> dict[str, Any]:
    """What a function on a stream answers (ReportBatchItemFailures).

    Args:
        mark: From which record on the batch must be handed out again; None: it is done.
    """
    failures = [] if mark is None else [{"itemIdentifier": mark}]
    return {"batchItemFailures": failures}
