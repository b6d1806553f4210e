"""Workbooks in the catalogue: rules of the service, and the item that keeps one."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from longrun.aws.artefacts import S3Artefacts
from longrun.aws.data_sets import DynamoDataSets
from longrun.aws.entity_ids import DynamoEntityIds
from longrun.aws.files import DynamoFiles
from longrun.aws.restoring import Mark, commit_key, gate_key
from longrun.aws.workbooks import DynamoWorkbooks
from longrun.datasets.data_sets import DataSets, Definition
from longrun.datasets.workbooks import (
    PartMissing,
    Workbook,
    WorkbookChanged,
    WorkbookDefinition,
    WorkbookMissing,
    Workbooks,
)
from longrun.filestore import FileStore, FileType
from longrun.operations.errors import Interrupted
from tests.unit.aws.conftest import aws, bucket, dynamodb, s3, table

__all__ = ["aws", "bucket", "dynamodb", "s3", "table"]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LETTER = WorkbookDefinition(
    template="letter",
    dataset="sales",
    parameters={"greeting": "Hallo", "copies": 2, "ratio": 1.5, "draft": True},
    description="Sales by letter",
)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def index(dynamodb: Any, table: str) -> DynamoWorkbooks:
    return DynamoWorkbooks(dynamodb, table)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(s3: Any, bucket: str, dynamodb: Any, table: str) -> FileStore:
    store = FileStore(
        artefacts=S3Artefacts(s3, bucket),
        index=DynamoFiles(dynamodb, table),
        ids=DynamoEntityIds(dynamodb, table),
    )
    store.add("acme", FileType.TEMPLATE, "letter.zip", a_template())
    return store


@pytest.fixture
def data_sets(dynamodb: Any, table: str, clock: Clock) -> DataSets:
    """In which acme has one."""
    made = DataSets(index=DynamoDataSets(dynamodb, table), artefacts=NotImplemented, now=clock)
    made.define("acme", "sales", Definition(source="sales.csv"), None)
    return made


@pytest.fixture
def workbooks(
    index: DynamoWorkbooks, store: FileStore, data_sets: DataSets, clock: Clock
) -> Workbooks:
    return Workbooks(
        index=index,
        files=store,
        data_sets=data_sets,
        now=clock,
    )


def a_template() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("template.typ", "#let document(record, parameters) = [Hello]")
    return target.getvalue()


def a_workbook(name: str = "Letters", **more: Any) -> Workbook:
    values: dict[str, Any] = {
        "tenant": "acme",
        "name": name,
        "definition": LETTER,
        "created": NOW,
        "changed": NOW,
        "revision": "r1",
    }
    return Workbook(**{**values, **more})


def test_a_workbook_is_found_as_it_was_defined(workbooks: Workbooks) -> None:
    defined = workbooks.define("acme", "Briefe für 2026", LETTER, None)
    assert workbooks.get("acme", "Briefe für 2026") == defined
    assert defined.definition == LETTER
    assert (defined.created, defined.changed) == (NOW, NOW)


def test_a_new_definition_keeps_the_time_of_the_first_and_has_another_revision(
    workbooks: Workbooks, clock: Clock
) -> None:
    first = workbooks.define("acme", "Letters", LETTER, None)
    clock.now += timedelta(hours=1)
    second = workbooks.define("acme", "Letters", replace(LETTER, description=None), first)
    assert (second.created, second.changed) == (NOW, NOW + timedelta(hours=1))
    assert second.revision != first.revision
    assert workbooks.get("acme", "Letters") == second


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (
            replace(LETTER, template="invoice"),
            "There is no template 'invoice', which workbook 'Letters' names.",
        ),
        (
            replace(LETTER, dataset="stock"),
            "There is no data set 'stock', which workbook 'Letters' names.",
        ),
    ],
)
def test_what_a_workbook_consists_of_must_be_there(
    workbooks: Workbooks, definition: WorkbookDefinition, message: str
) -> None:
    with pytest.raises(PartMissing) as missing:
        workbooks.define("acme", "Letters", definition, None)
    assert str(missing.value) == message
    assert workbooks.find("acme", "Letters") is None


def test_the_newest_template_of_the_name_counts(workbooks: Workbooks, store: FileStore) -> None:
    workbook = workbooks.define("acme", "Letters", LETTER, None)
    newest = store.add("acme", FileType.TEMPLATE, "letter.zip", a_template())
    assert workbooks.template(workbook).id == newest.id


def test_another_tenants_workbook_is_not_there(workbooks: Workbooks) -> None:
    workbooks.define("acme", "Letters", LETTER, None)
    with pytest.raises(WorkbookMissing):
        workbooks.get("globex", "Letters")
    assert workbooks.page("globex", after=None, limit=10).workbooks == []


def test_who_saw_an_older_state_changes_and_removes_nothing(workbooks: Workbooks) -> None:
    first = workbooks.define("acme", "Letters", LETTER, None)
    second = workbooks.define("acme", "Letters", LETTER, first)
    with pytest.raises(WorkbookChanged):
        workbooks.define("acme", "Letters", LETTER, first)
    with pytest.raises(WorkbookChanged):
        workbooks.define("acme", "Letters", LETTER, None)
    with pytest.raises(WorkbookChanged):
        workbooks.delete(first)
    assert workbooks.get("acme", "Letters") == second


def test_a_removed_workbook_is_gone_and_can_be_defined_anew(workbooks: Workbooks) -> None:
    workbooks.delete(workbooks.define("acme", "Letters", LETTER, None))
    assert workbooks.find("acme", "Letters") is None
    workbooks.define("acme", "Letters", LETTER, None)


def test_pages_go_on_after_the_last_name(index: DynamoWorkbooks) -> None:
    for name in ("c", "a", "b"):
        assert index.put(a_workbook(name), replacing=None)
    first = index.page("acme", after=None, limit=2)
    assert [each.name for each in first.workbooks] == ["a", "b"]
    second = index.page("acme", after=first.after, limit=2)
    assert [each.name for each in second.workbooks] == ["c"]
    assert second.after is None


class TestWhileASnapshotIsRestored:
    """`aws.restoring` has the rule; here it is followed."""

    def mark(self, dynamodb: Any, table: str, workbook: Workbook, entry: Any) -> Mark:
        mark = Mark(restore="restore-1", attempt="attempt-1", tenant="acme", entry=entry)
        dynamodb.update_item(
            TableName=table,
            Key={"PK": {"S": "WORKBOOK#acme"}, "SK": {"S": workbook.name}},
            UpdateExpression="SET pending = :mark",
            ExpressionAttributeValues={":mark": mark.value()},
        )
        return mark

    def commit(self, dynamodb: Any, table: str, mark: Mark) -> None:
        key = commit_key("acme", mark.restore)
        dynamodb.put_item(TableName=table, Item={**key, "attempt": {"S": mark.attempt}})

    def test_a_mark_counts_for_nothing_before_the_commit_and_for_all_after_it(
        self, index: DynamoWorkbooks, dynamodb: Any, table: str
    ) -> None:
        workbook = a_workbook()
        index.put(workbook, replacing=None)
        mark = self.mark(dynamodb, table, workbook, None)
        assert index.get("acme", "Letters") == workbook
        self.commit(dynamodb, table, mark)
        assert index.get("acme", "Letters") is None
        assert index.page("acme", after=None, limit=10).workbooks == []
        assert index.put(a_workbook(revision="r2"), replacing=None)
        assert index.get("acme", "Letters") == a_workbook(revision="r2")

    def test_what_a_restore_left_uncommitted_stands_in_nobodys_way(
        self, index: DynamoWorkbooks, dynamodb: Any, table: str
    ) -> None:
        workbook = a_workbook()
        index.put(workbook, replacing=None)
        self.mark(dynamodb, table, workbook, None)
        assert index.put(a_workbook(revision="r2"), replacing="r1")
        assert index.delete(a_workbook(revision="r2"))
        assert index.get("acme", "Letters") is None

    def test_nothing_is_entered_while_marks_are_being_made(
        self, index: DynamoWorkbooks, dynamodb: Any, table: str
    ) -> None:
        until = {"N": str(datetime.now(UTC).timestamp() + 60)}
        gate = {"attempt": {"S": "attempt-1"}, "restore": {"S": "restore-1"}, "until": until}
        dynamodb.put_item(TableName=table, Item={**gate_key("acme"), **gate})
        with pytest.raises(Interrupted):
            index.put(a_workbook(), replacing=None)
        assert index.get("acme", "Letters") is None
