"""Marks of restores: what counts, who may write, and what a reader pays."""

from typing import TYPE_CHECKING, Any

import pytest

from longrun.aws.restoring import Mark, Restores, commit_key, gate_key, standing
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = {"PK": {"S": "DATASET#acme"}, "SK": {"S": "sales"}}
OLD = {**KEY, "rows": {"N": "1"}}
NEW = {"rows": {"N": "2"}}


def mark(entry: dict[str, Any] | None = NEW, *, attempt: str = "a-1") -> Mark:
    return Mark(restore="op-1", attempt=attempt, tenant="acme", entry=entry)


def marked(item: dict[str, Any], made: Mark) -> dict[str, Any]:
    return {**item, "pending": made.value()}


PLACEHOLDER = {**KEY, "placeholder": {"BOOL": True}}


@pytest.mark.parametrize(
    ("item", "committed", "expected"),
    [
        (marked(OLD, mark()), False, OLD),
        (marked(OLD, mark()), True, {**KEY, **NEW}),
        (marked(OLD, mark(None)), False, OLD),
        (marked(OLD, mark(None)), True, None),
        (marked(PLACEHOLDER, mark()), False, None),
        (marked(PLACEHOLDER, mark()), True, {**KEY, **NEW}),
    ],
)
def test_a_marked_item_stands_for_what_its_commit_says(
    item: dict[str, Any], committed: bool, expected: dict[str, Any] | None
) -> None:
    assert standing(item, lambda _: committed) == expected


def test_where_there_is_no_mark_nobody_asks() -> None:
    def never(_: Mark) -> bool:
        raise AssertionError

    assert standing(OLD, never) is OLD


def test_a_mark_comes_back_as_it_was_made() -> None:
    for made in (mark(), mark(None)):
        assert Mark.of(marked(OLD, made)) == made


class Row:
    """One item, and what a restore says of it."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.client = client
        self.table = table
        self.now = 1000.0
        self.restores = Restores(client, table, now=lambda: self.now)

    def put(self, *items: dict[str, Any]) -> None:
        for item in items:
            self.client.put_item(TableName=self.table, Item=item)

    def commit(self, attempt: str = "a-1") -> None:
        self.put({**commit_key("acme", "op-1"), "attempt": {"S": attempt}})

    def close_gate(self, attempt: str = "a-1", *, seconds: float = 60) -> None:
        self.put(
            {
                **gate_key("acme"),
                "restore": {"S": "op-1"},
                "attempt": {"S": attempt},
                "until": {"N": str(self.now + seconds)},
            }
        )

    @property
    def item(self) -> dict[str, Any] | None:
        found: Any = self.client.get_item(TableName=self.table, Key=KEY, ConsistentRead=True)
        item: dict[str, Any] | None = found.get("Item")
        return item

    def page(self) -> list[Any]:
        items, _ = self.restores.page(
            KeyConditionExpression="PK = :partition",
            ExpressionAttributeValues={":partition": KEY["PK"]},
        )
        return items


@pytest.fixture
def row(dynamodb: "DynamoDBClient", table: str) -> Row:
    return Row(dynamodb, table)


def test_a_mark_counts_from_its_commit_on(row: Row) -> None:
    row.put(marked(OLD, mark()))
    assert row.page() == [OLD]
    row.commit()
    assert row.page() == [{**KEY, **NEW}]


def test_the_mark_of_an_attempt_that_was_overtaken_does_not_count(row: Row) -> None:
    row.put(marked(OLD, mark()))
    row.commit("a-2")
    assert row.page() == [OLD]


def test_what_is_placed_or_taken_out_appears_and_goes_with_the_commit(row: Row) -> None:
    other = {**KEY, "SK": {"S": "later"}}
    row.put(marked(OLD, mark(None)), marked({**other, "placeholder": {"BOOL": True}}, mark()))
    assert row.page() == [OLD]
    row.commit()
    assert row.page() == [{**other, **NEW}]


def test_a_page_that_was_read_while_marks_were_made_is_read_again_after_the_commit(
    row: Row,
) -> None:
    other = {**KEY, "SK": {"S": "other"}, "rows": {"N": "1"}}
    row.put(marked(OLD, mark()), other)
    query = row.client.query
    read = 0

    class Slow:
        """Between this reader's two looks, the last mark is made and all is committed."""

        def __getattr__(self, name: str) -> Any:
            return getattr(row.client, name)

        def query(self, **request: Any) -> Any:
            nonlocal read
            read += 1
            answer = query(**request)
            if read == 1:
                row.put(marked(other, mark()))
                row.commit()
            return answer

    slow: Any = Slow()
    items, _ = Restores(slow, row.table).page(
        KeyConditionExpression="PK = :partition",
        ExpressionAttributeValues={":partition": KEY["PK"]},
    )
    assert [item["rows"] for item in items] == [{"N": "2"}, {"N": "2"}]


def test_a_writer_folds_in_what_was_committed(row: Row) -> None:
    row.put(marked(OLD, mark()))
    row.commit()
    assert row.restores.settle(KEY)
    assert row.item == {**KEY, **NEW}
    assert not row.restores.settle(KEY)


def test_a_writer_waits_for_a_restore_at_work(row: Row) -> None:
    row.put(marked(OLD, mark()))
    row.close_gate()
    with pytest.raises(Interrupted, match="being restored"):
        row.restores.settle(KEY)
    assert row.item == marked(OLD, mark())


@pytest.mark.parametrize("gate", ["lapsed", "open", "another's"])
def test_a_writer_drops_the_mark_of_a_restore_that_is_over(row: Row, gate: str) -> None:
    row.put(marked(OLD, mark()))
    if gate != "open":
        row.close_gate("a-2" if gate == "another's" else "a-1")
    if gate == "lapsed":
        row.now += 61
    assert row.restores.settle(KEY)
    assert row.item == OLD


def test_a_placeholder_of_a_restore_that_is_over_goes(row: Row) -> None:
    row.put(marked(PLACEHOLDER, mark()))
    assert row.restores.settle(KEY)
    assert row.item is None


def test_a_gate_is_passed_when_it_is_open_or_was_left_closed(row: Row) -> None:
    row.restores.pass_gate("acme")
    row.close_gate()
    with pytest.raises(Interrupted):
        row.restores.pass_gate("acme")
    row.restores.pass_gate("globex")
    row.now += 61
    row.restores.pass_gate("acme")
    assert "Item" not in row.client.get_item(TableName=row.table, Key=gate_key("acme"))


def test_who_meets_no_mark_asks_nothing(row: Row) -> None:
    row.put(OLD)
    asked: list[str] = []

    class Counting:
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            return getattr(row.client, name)

    counting: Any = Counting()
    restores = Restores(counting, row.table)
    assert restores.standing(OLD) is OLD
    restores.page(
        KeyConditionExpression="PK = :partition",
        ExpressionAttributeValues={":partition": KEY["PK"]},
    )
    assert asked == ["query"]
