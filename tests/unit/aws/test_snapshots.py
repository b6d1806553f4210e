"""Snapshots in DynamoDB, against moto."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber

from longrun.aws.snapshots import DynamoSnapshots
from longrun.datasets.snapshots.snapshots import Snapshot, SnapshotIndex
from longrun.operations.artefacts import Artefact
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SNAPSHOT = Snapshot(
    id="s-1",
    tenant="acme",
    name="Friday",
    description="before the change",
    owner="adam",
    created=datetime(2026, 11, 20, 10, 30, 0, 123456, tzinfo=UTC),
    operation="s-1",
)
COMPLETE = replace(
    SNAPSHOT,
    archive=Artefact(key=SNAPSHOT.key, media_type="application/zip", size=7, sha256="ab" * 32),
    contents={"datasets": 2},
)


@pytest.fixture
def index(dynamodb: "DynamoDBClient", table: str) -> DynamoSnapshots:
    return DynamoSnapshots(dynamodb, table)


def test_it_is_a_snapshot_index(index: DynamoSnapshots) -> None:
    protocol: SnapshotIndex = index
    assert protocol is index


@pytest.mark.parametrize("snapshot", [SNAPSHOT, COMPLETE, replace(SNAPSHOT, description=None)])
def test_a_snapshot_comes_back_as_it_was_entered(
    index: DynamoSnapshots, snapshot: Snapshot
) -> None:
    index.enter(snapshot)
    assert index.get("acme", "s-1") == snapshot
    assert index.get("globex", "s-1") is None


def test_entering_again_changes_nothing(index: DynamoSnapshots) -> None:
    index.enter(COMPLETE)
    index.enter(SNAPSHOT)
    assert index.get("acme", "s-1") == COMPLETE


def test_only_what_is_there_is_completed_or_held(index: DynamoSnapshots) -> None:
    assert not index.complete(COMPLETE)
    assert not index.hold("acme", "s-1", "op-1")
    index.enter(SNAPSHOT)
    assert index.complete(COMPLETE)
    assert index.hold("acme", "s-1", "op-1")
    assert index.get("acme", "s-1") == replace(COMPLETE, operation="op-1")


def test_a_snapshot_that_somebody_works_on_by_now_is_not_removed(index: DynamoSnapshots) -> None:
    index.enter(SNAPSHOT)
    index.hold("acme", "s-1", "op-1")
    assert not index.remove(SNAPSHOT)
    assert index.remove(replace(SNAPSHOT, operation="op-1"))
    assert not index.remove(replace(SNAPSHOT, operation="op-1"))


def test_a_snapshot_loses_its_archive_unless_somebody_works_on_it_by_now(
    index: DynamoSnapshots,
) -> None:
    index.enter(COMPLETE)
    assert index.close(COMPLETE)
    assert index.get("acme", "s-1") == replace(COMPLETE, archive=None)
    index.hold("acme", "s-1", "op-1")
    assert not index.close(COMPLETE)


def test_pages_go_on_after_the_last_id(index: DynamoSnapshots) -> None:
    for number in range(5):
        index.enter(replace(SNAPSHOT, id=f"s-{number}"))
    index.enter(replace(SNAPSHOT, tenant="globex"))
    seen: list[str] = []
    after = None
    while True:
        page = index.page("acme", after=after, limit=2)
        seen += [snapshot.id for snapshot in page.snapshots]
        after = page.after
        if after is None:
            break
    assert seen == [f"s-{number}" for number in range(5)]


def test_throttling_is_a_passing_fault(dynamodb: "DynamoDBClient", table: str) -> None:
    with Stubber(dynamodb) as stubbed:
        stubbed.add_client_error("get_item", "ThrottlingException")
        with pytest.raises(Interrupted):
            DynamoSnapshots(dynamodb, table).get("acme", "s-1")
