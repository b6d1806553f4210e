"""Entries of the catalogue that a restore is about to change: what stands, and who may write.

A restore changes many items at once, more than a transaction holds. Each gets a mark, `pending`,
with its new state or none; one commit record makes all the marks count at once; then they are
folded in, one by one. Used by every adapter whose items a restore changes: data sets, workbooks,
managed files. Making marks and committing is `aws.exchange`.

    the mark        attribute `pending`: restore, attempt, tenant, entry (the new item, or null)
    a placeholder   an item that is nothing but its keys, a mark and `placeholder`
    the commit      PK RESTORE#<tenant>  SK <operation id>  attempt
    the gate        PK RESTORE#<tenant>  SK GATE  restore, attempt, until: closed while marks are
                    made, so that nothing enters the catalogue between them and the commit
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from longrun.aws.faults import interrupted
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

PENDING: Final = "pending"
PLACEHOLDER: Final = "placeholder"
UNMARKED: Final = "attribute_not_exists(pending)"
"""A part of the condition of every write that replaces, changes or removes an entry. Where it does
not hold, `Restores.settle` comes first, then the write again."""

GATE: Final = "GATE"
_SERVICE: Final = "The state store"

type Item = Mapping[str, Any]
"""As DynamoDB has it: `{"name": {"S": "…"}}`."""


def restoring() -> Interrupted:
    """The catalogue is being exchanged at this moment; in a few seconds it can be written again.

    No class of its own: workflows know by the name which errors pass.
    """
    error = Interrupted(_SERVICE)
    error.args = ("A snapshot is being restored just now; the same call may succeed later.",)
    return error


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a restore is about to make of an item."""

    restore: str
    """The operation's id."""
    attempt: str
    """Unique to each time that the marks are made."""
    tenant: str
    entry: Item | None
    """The new item but for its keys; None: there will be none."""

    @classmethod
    def of(cls, item: Item) -> Self | None:
        """The mark that an item bears, if any."""
        if PENDING not in item:
            return None
        mark = item[PENDING]["M"]
        return cls(
            restore=mark["restore"]["S"],
            attempt=mark["attempt"]["S"],
            tenant=mark["tenant"]["S"],
            entry=mark["entry"].get("M"),
        )

    def value(self) -> dict[str, Any]:
        """The attribute `pending`; `of` is its inverse."""
        return {
            "M": {
                "restore": {"S": self.restore},
                "attempt": {"S": self.attempt},
                "tenant": {"S": self.tenant},
                "entry": {"NULL": True} if self.entry is None else {"M": dict(self.entry)},
            }
        }


def standing(item: Item, committed: Callable[[Mark], bool]) -> Item | None:
    """What an item stands for: the one rule that every reader follows.

    Args:
        item: As it was read.
        committed: Whether a mark's restore counts; asked only where there is a mark.

    Returns:
        The item without its mark; the mark's entry if its restore counts; None if there is none.
    """
    mark = Mark.of(item)
    if mark is None:
        return item
    if committed(mark):
        return None if mark.entry is None else {**mark.entry, **keys_of(item)}
    if PLACEHOLDER in item:
        return None
    return {name: value for name, value in item.items() if name != PENDING}


def keys_of(item: Item) -> dict[str, Any]:
    """The keys of an item."""
    return {"PK": item["PK"], "SK": item["SK"]}


class Restores:
    """What adapters ask of the restores of their tenants. Where no mark is met, this costs nothing.

    Needs `dynamodb:GetItem` on `RESTORE#*` to read, and `ConditionCheckItem` and `DeleteItem`
    there to write.
    """

    def __init__(
        self, client: "DynamoDBClient", table: str, *, now: Callable[[], float] = time.time
    ) -> None:
        """
        Args:
            client: Of the table's region.
            table: Its name.
            now: Seconds since the epoch.
        """
        self._client = client
        self._table = table
        self._now = now
        self._counting: set[tuple[str, str]] = set()

    def standing(self, item: Item) -> Item | None:
        """What one item stands for; see `standing`."""
        return standing(item, self.committed)

    @interrupted(_SERVICE)
    def page(self, **query: Any) -> tuple[list[Item], dict[str, Any] | None]:
        """What the items of one page of a query stand for: all of before a restore, or of after it.

        Args:
            query: As for the client, but for the table's name; the read is consistent.

        Returns:
            The items, without those that stand for nothing, and where the next page begins.
        """
        query |= {"TableName": self._table, "ConsistentRead": True}
        answer = self._client.query(**query)
        marks = [mark for mark in map(Mark.of, answer["Items"]) if mark is not None]
        # Some may have been read before they were marked: what is read after the commit is whole.
        if any(self.committed(mark) for mark in marks):
            answer = self._client.query(**query)
            marks = [mark for mark in map(Mark.of, answer["Items"]) if mark is not None]
        decided = {mark.attempt: self.committed(mark) for mark in marks}
        found = (standing(item, lambda mark: decided[mark.attempt]) for item in answer["Items"])
        return [item for item in found if item is not None], answer.get("LastEvaluatedKey")

    @interrupted(_SERVICE)
    def committed(self, mark: Mark) -> bool:
        """Whether the mark counts."""
        known = (mark.restore, mark.attempt)
        if known in self._counting:
            return True
        answer = self._client.get_item(
            TableName=self._table,
            Key=commit_key(mark.tenant, mark.restore),
            ConsistentRead=True,
        )
        if answer.get("Item", {}).get("attempt") != {"S": mark.attempt}:
            return False
        self._counting.add(known)  # a commit is never taken back
        return True

    @interrupted(_SERVICE)
    def settle(self, key: Item) -> bool:
        """A write was refused: if a mark was in its way, fold that in or drop it.

        Args:
            key: `PK` and `SK` of the item.

        Returns:
            Whether there was a mark; the write may then be tried again.

        Raises:
            Interrupted: Its restore is at work just now.
        """
        item = self._get(key)
        mark = Mark.of(item) if item else None
        if item is None or mark is None:
            return False
        if self.committed(mark):
            self.fold(item)
            return True
        self.pass_gate(mark.tenant, unless=mark.attempt)
        # Between the two looks it may have been committed.
        if self.committed(mark):
            self.fold(item)
        else:
            self.drop(item)
        return True

    def open_gate(self, tenant: str) -> "TransactWriteItemTypeDef":
        """To be added to the transaction that enters something new: it fails at a closed gate.

        A failed transaction then asks `pass_gate`.
        """
        return {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": gate_key(tenant),
                "ConditionExpression": "attribute_not_exists(PK)",
            }
        }

    @interrupted(_SERVICE)
    def pass_gate(self, tenant: str, *, unless: str | None = None) -> None:
        """Open a gate that was left closed.

        Args:
            tenant: Whose.
            unless: The attempt that must not have it closed; None: nobody.

        Raises:
            Interrupted: A restore is at work just now.
        """
        gate = self._get(gate_key(tenant))
        if gate is None or (unless is not None and gate["attempt"]["S"] != unless):
            return
        if float(gate["until"]["N"]) > self._now():
            raise restoring()
        # Whoever closed it and still lives cannot commit from here on.
        self._conditional(
            self._client.delete_item,
            Key=gate_key(tenant),
            ConditionExpression="attempt = :attempt AND #until = :until",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":attempt": gate["attempt"], ":until": gate["until"]},
        )
        if self._get(gate_key(tenant)) is not None:
            raise restoring()

    @interrupted(_SERVICE)
    def fold(self, item: Item) -> None:
        """Make a marked item what its mark says, if it still bears it."""
        mark = Mark.of(item)
        assert mark is not None
        if mark.entry is None:
            self._conditional(self._client.delete_item, Key=keys_of(item), **_still(mark))
        else:
            entry = {**mark.entry, **keys_of(item)}
            self._conditional(self._client.put_item, Item=entry, **_still(mark))

    @interrupted(_SERVICE)
    def drop(self, item: Item) -> None:
        """Take the mark off an item, if it still bears it."""
        mark = Mark.of(item)
        assert mark is not None
        if PLACEHOLDER in item:
            self._conditional(self._client.delete_item, Key=keys_of(item), **_still(mark))
        else:
            self._conditional(
                self._client.update_item,
                Key=keys_of(item),
                UpdateExpression="REMOVE pending",
                **_still(mark),
            )

    def _get(self, key: Item) -> Item | None:
        answer = self._client.get_item(TableName=self._table, Key=dict(key), ConsistentRead=True)
        return answer.get("Item")

    def _conditional(self, write: Callable[..., Any], **request: Any) -> None:
        """Make a write whose condition says that nobody did it before."""
        try:
            write(TableName=self._table, **request)
        except self._client.exceptions.ConditionalCheckFailedException:
            return


def commit_key(tenant: str, restore: str) -> dict[str, Any]:
    """Where the commit of a restore is recorded."""
    return {"PK": {"S": f"RESTORE#{tenant}"}, "SK": {"S": restore}}


def gate_key(tenant: str) -> dict[str, Any]:
    """Where a restore says that marks are being made."""
    return commit_key(tenant, GATE)


def _still(mark: Mark) -> dict[str, Any]:
    """The condition that an item bears this very mark."""
    return {
        "ConditionExpression": "pending.attempt = :attempt",
        "ExpressionAttributeValues": {":attempt": {"S": mark.attempt}},
    }
