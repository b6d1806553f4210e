"""Data sets in the single table: as entered, by revision, page by page, under restores."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

import pytest

from longrun.aws.catalogue import LARGEST
from longrun.aws.data_sets import DynamoDataSets, from_item, to_item
from longrun.aws.restoring import Mark, commit_key, gate_key
from longrun.datasets.columns import MOST_COLUMNS, Column, ColumnRule, ColumnType
from longrun.datasets.data_sets import Contents, DataSet, Definition
from longrun.datasets.errors import EntryTooLarge
from longrun.operations.artefacts import Artefact
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RULE = ColumnRule(name="Tag", source="day", type=ColumnType.DATE, required=True, format="%d.%m.%Y")
CONTENTS = Contents(
    artefact=Artefact(
        key="datasets/acme/op-1.parquet",
        media_type="application/vnd.apache.parquet",
        size=12,
        sha256="ab",
        version="v1",
    ),
    columns=(
        Column(name="Tag", type=ColumnType.DATE),
        Column(name="größe", type=ColumnType.STRING, known=False),
    ),
    rows=2**40,
    rejected=1,
    operation="op-1",
    loaded=NOW,
    file="sales.csv",
    facts={"rowsRead": "3"},
)
SALES = DataSet(
    tenant="acme",
    name="sales",
    definition=Definition(
        source="sales.csv",
        format="csv",
        columns=(RULE, ColumnRule(name="größe")),
        delimiter="\t",
        reject_limit=5,
        description="Sales by day",
    ),
    created=NOW,
    changed=NOW,
    revision="r-1",
    contents=CONTENTS,
    held=True,
    previous="datasets/acme/op-0.parquet",
    surplus="datasets/acme/op-9.parquet",
)
BARE = DataSet(
    tenant="acme",
    name="bare",
    definition=Definition(source="1001", sheet="Daten"),
    created=NOW,
    changed=NOW,
    revision="b-1",
)


@pytest.fixture
def index(dynamodb: "DynamoDBClient", table: str) -> DynamoDataSets:
    return DynamoDataSets(dynamodb, table)


@pytest.mark.parametrize("data_set", [SALES, BARE])
def test_a_data_set_comes_back_as_it_was_entered(index: DynamoDataSets, data_set: DataSet) -> None:
    assert index.put(data_set, replacing=None)
    assert index.get("acme", data_set.name) == data_set
    assert index.get("globex", data_set.name) is None


def test_a_new_one_takes_nobodys_place(index: DynamoDataSets) -> None:
    assert index.put(SALES, replacing=None)
    assert not index.put(replace(SALES, revision="r-2"), replacing=None)
    assert index.get("acme", "sales") == SALES


def test_one_of_several_changes_of_a_revision_is_made(index: DynamoDataSets) -> None:
    index.put(SALES, replacing=None)
    first, second = (replace(SALES, revision=each) for each in ("r-2", "r-3"))
    assert index.put(first, replacing="r-1")
    assert not index.put(second, replacing="r-1")
    assert not index.delete(SALES)
    assert index.get("acme", "sales") == first
    assert index.delete(first)
    assert index.get("acme", "sales") is None


def test_an_exchange_of_what_was_deleted_brings_nothing_back(index: DynamoDataSets) -> None:
    index.put(SALES, replacing=None)
    index.delete(SALES)
    assert not index.put(replace(SALES, revision="r-2"), replacing="r-1")
    assert index.get("acme", "sales") is None


def test_pages_go_by_name_and_stay_within_the_tenant(index: DynamoDataSets) -> None:
    for name in ("c", "a", "b#1", "b"):
        index.put(replace(BARE, name=name), replacing=None)
    index.put(replace(BARE, tenant="globex", name="aa"), replacing=None)
    names: list[str] = []
    after: str | None = None
    while True:
        page = index.page("acme", after=after, limit=2)
        names += [each.name for each in page.data_sets]
        after = page.after
        if after is None:
            break
    assert names == ["a", "b", "b#1", "c"]


def _mark(entry: DataSet | None) -> Mark:
    item = to_item(entry) if entry else None
    if item:
        del item["PK"], item["SK"]
    return Mark(restore="op-7", attempt="a-1", tenant="acme", entry=item)


def test_what_a_restore_makes_of_it_counts_once_that_is_committed(
    index: DynamoDataSets, dynamodb: "DynamoDBClient", table: str
) -> None:
    restored = replace(SALES, revision="r-7", contents=None, held=False)
    item: Any = {**to_item(SALES), "pending": _mark(restored).value()}
    dynamodb.put_item(TableName=table, Item=item)
    assert index.get("acme", "sales") == SALES
    commit: Any = {**commit_key("acme", "op-7"), "attempt": {"S": "a-1"}}
    dynamodb.put_item(TableName=table, Item=commit)
    assert index.get("acme", "sales") == restored
    assert [each.revision for each in index.page("acme", after=None, limit=10).data_sets] == ["r-7"]
    assert not index.put(replace(SALES, revision="r-2"), replacing="r-1")
    assert index.put(replace(restored, revision="r-8"), replacing="r-7")


def test_nobody_writes_while_a_restore_is_at_work(
    index: DynamoDataSets, dynamodb: "DynamoDBClient", table: str
) -> None:
    closed: Any = {
        **gate_key("acme"),
        "restore": {"S": "op-7"},
        "attempt": {"S": "a-1"},
        "until": {"N": "99999999999"},
    }
    dynamodb.put_item(TableName=table, Item=closed)
    with pytest.raises(Interrupted):
        index.put(BARE, replacing=None)
    assert index.get("acme", "bare") is None


def test_thousands_of_columns_fit_into_one_item() -> None:
    columns = tuple(
        Column(name=f"a column with a name, number {n}", type=ColumnType.TIMESTAMP)
        for n in range(MOST_COLUMNS)
    )
    rules = tuple(ColumnRule(name=column.name, type=column.type) for column in columns)
    definition = replace(SALES.definition, columns=rules)
    item = to_item(
        replace(SALES, definition=definition, contents=replace(CONTENTS, columns=columns))
    )
    assert len(str(item)) < LARGEST
    assert from_item(item).schema == columns


def test_an_entry_in_which_a_restore_would_find_no_room_is_refused(index: DynamoDataSets) -> None:
    digests = [hashlib.sha512(str(n).encode()).hexdigest() for n in range(2 * MOST_COLUMNS)]
    names = [first + second[:127] for first, second in batched(digests, 2, strict=True)]
    rules = tuple(ColumnRule(name=name) for name in names)
    with pytest.raises(EntryTooLarge):
        index.put(replace(BARE, definition=replace(BARE.definition, columns=rules)), replacing=None)
    assert index.get("acme", "bare") is None
