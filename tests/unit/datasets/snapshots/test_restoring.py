"""Taking and restoring, whole: by the steps, over the adapters; and what dies half-way."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longrun.aws.data_sets import DynamoDataSets
from longrun.datasets.errors import WorkRefused
from longrun.datasets.snapshots.creating import abandon_snapshot, create_snapshot
from longrun.datasets.snapshots.restoring import restore_snapshot, tidy_restore
from longrun.datasets.snapshots.work import run
from longrun.filestore import FileType
from longrun.operations.errors import Interrupted, OperationStopped
from longrun.operations.states import Status
from tests.unit.aws.conftest import aws, dynamodb
from tests.unit.datasets.snapshots.town import PASSWORD, Town, a_town

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["aws", "dynamodb"]


@pytest.fixture
def town(dynamodb: "DynamoDBClient", quick: None) -> Town:
    return furnished(a_town(dynamodb))


def furnished(town: Town) -> Town:
    town.data_set("sales", b"old sales")
    town.data_set("never loaded", None)
    town.workbook("letters")
    town.resource("letter.zip", b"old letter")
    town.resource("map.yaml", b"old map", FileType.DATA_MAPPING_CONFIG, persistent=False)
    town.resource("data.csv", b"some data", FileType.DATA_FILE)
    return town


def changed(town: Town) -> None:
    town.data_set("sales", b"new sales")
    town.forget("never loaded")
    town.data_set("later", b"later rows")
    letters = town.workbooks.get(town.tenant, "letters")
    assert letters is not None
    town.workbooks.delete(letters)
    town.workbook("reports", "report")
    for file in list(town.files.list(town.tenant, [FileType.TEMPLATE])):
        town.remove(file)
    town.resource("letter.zip", b"new letter")
    town.resource("data2.csv", b"more data", FileType.DATA_FILE)


def data_files(town: Town) -> list[str]:
    return [file.name for file in town.files.list(town.tenant, [FileType.DATA_FILE])]


def faults(town: Town, work: str) -> list[str]:
    return [fault.code for fault in town.operation(work).errors]


def test_a_restored_catalogue_is_exactly_the_snapshots(town: Town) -> None:
    old = town.look()
    snapshot = town.take()
    changed(town)
    assert town.look() != old
    work = town.order_restore(snapshot)
    town.restore(work)

    assert town.look() == old
    assert town.operation(work).status is Status.SUCCEEDED
    (resource,) = town.operation(work).resources
    assert (resource.type, resource.action, resource.id) == ("SYSTEM", "RESTORED", snapshot.id)
    assert dict(resource.metadata) == {"datasets": "2", "workbooks": "1", "resources": "2"}


def test_data_files_are_not_touched(town: Town) -> None:
    snapshot = town.take()
    changed(town)
    town.restore(town.order_restore(snapshot))
    assert data_files(town) == ["data.csv", "data2.csv"]


def test_resources_are_found_again_by_id_and_by_name(town: Town) -> None:
    [letter] = town.files.named(town.tenant, FileType.TEMPLATE, "letter")
    snapshot = town.take()
    changed(town)
    town.restore(town.order_restore(snapshot))

    [restored] = town.files.named(town.tenant, FileType.TEMPLATE, "letter")
    assert (restored.id, restored.sha256) == (letter.id, letter.sha256)
    assert town.files.get(town.tenant, letter.id) == restored
    assert restored.key.startswith(f"files/persistent/{town.tenant}/{letter.id}/")


def test_a_restored_resource_that_is_not_persistent_has_a_life_of_its_own(town: Town) -> None:
    snapshot = town.take()
    town.pass_by(timedelta(days=30))
    town.restore(town.order_restore(snapshot))
    [mapping] = town.files.list(town.tenant, [FileType.DATA_MAPPING_CONFIG])
    assert mapping.expires == town.now + timedelta(days=7)


def test_an_expired_resource_is_in_no_snapshot(town: Town) -> None:
    town.pass_by(timedelta(days=30))
    snapshot = town.take()
    assert snapshot.contents == {"datasets": 2, "workbooks": 1, "resources": 1}


def test_nothing_is_left_of_a_restore_but_its_commit(town: Town) -> None:
    snapshot = town.take()
    changed(town)
    work = town.order_restore(snapshot)
    town.restore(work)
    tidy_restore(town.workshop, town.operation(work))

    left = [item for item in town.items() if "pending" in item or "placeholder" in item]
    assert left == []
    [commit] = [item for item in town.items() if item["PK"]["S"] == f"RESTORE#{town.tenant}"]
    assert (commit["SK"]["S"], "ttl" in commit) == (work, True)
    assert not [key for key in town.memory.contents if key.startswith("work/")]


def test_bytes_of_data_sets_that_are_gone_go_too_and_others_stay_for_readers_in_flight(
    town: Town,
) -> None:
    snapshot = town.take()
    changed(town)
    replaced = [key for key, old in town.memory.contents.items() if old[-1] == b"new sales"]
    work = town.order_restore(snapshot)
    town.restore(work)
    tidy_restore(town.workshop, town.operation(work))

    contents = [versions[-1] for versions in town.memory.contents.values()]
    assert b"later rows" not in contents
    assert replaced[0] in town.memory.contents


def test_bytes_that_still_stand_are_not_put_in_place_again(town: Town) -> None:
    [letter] = town.files.list(town.tenant, [FileType.TEMPLATE])
    old = town.look()
    snapshot = town.take()
    town.workbook("reports")
    keys = set(town.memory.contents)
    for _ in range(3):
        work = town.order_restore(snapshot)
        town.restore(work)
        tidy_restore(town.workshop, town.operation(work))
        assert town.look() == old
    assert set(town.memory.contents) == keys
    assert town.files.get(town.tenant, letter.id) == letter


@pytest.mark.parametrize("meanwhile", ["reloaded", "deleted"])
def test_bytes_that_go_between_are_a_reason_to_begin_again(town: Town, meanwhile: str) -> None:
    old = town.look()
    snapshot = town.take()
    work = town.order_restore(snapshot)
    exchange = town.workshop.catalogue.exchange

    def late(tenant: str, restore: str) -> Any:
        town.workshop.catalogue.exchange = exchange  # type: ignore[method-assign]
        if meanwhile == "reloaded":
            town.data_set("sales", b"reloaded")
        else:
            town.remove(next(town.files.list(tenant, [FileType.TEMPLATE])))
        return exchange(tenant, restore)

    town.workshop.catalogue.exchange = late  # type: ignore[method-assign]
    with pytest.raises(Interrupted):
        town.restore(work)
    assert town.look() != old
    town.restore(work)
    assert town.look() == old


def test_restores_one_after_another_leave_no_state_behind(town: Town) -> None:
    first = town.take()
    town.forget("sales")
    town.data_set("sales", b"new sales", previous="datasets/p", surplus="datasets/s")
    for key in ("datasets/p", "datasets/s"):
        town.memory.write(key, b"before", media_type="t")
    second = town.take()
    for snapshot in (first, second, first, second, first):
        work = town.order_restore(snapshot)
        town.restore(work)
        tidy_restore(town.workshop, town.operation(work))
    kept = [key for key in town.memory.contents if key.startswith("datasets/")]
    # The state that counts, and the one before it for readers in flight, as after a reload.
    assert len(kept) == 2


def test_what_a_restore_leaves_is_known_to_the_next_reload(town: Town) -> None:
    snapshot = town.take()
    town.forget("sales")
    town.data_set("sales", b"new sales", previous="datasets/p")
    town.memory.write("datasets/p", b"before", media_type="t")
    work = town.order_restore(snapshot)
    town.restore(work)
    tidy_restore(town.workshop, town.operation(work))
    restored = DynamoDataSets(town.client, town.table).get(town.tenant, "sales")
    assert restored is not None
    kept = {key for key in town.memory.contents if key.startswith("datasets/")}
    # A reload removes what is told as surplus, once what is previous now has become that.
    assert restored.surplus is None
    assert kept == set(restored.states)


def test_a_snapshot_can_be_restored_again_and_another_after_it(town: Town) -> None:
    old = town.look()
    first = town.take()
    changed(town)
    new = town.look()
    second = town.take()
    for snapshot, expected in ((first, old), (second, new), (first, old), (first, old)):
        work = town.order_restore(snapshot)
        town.restore(work)
        assert town.look() == expected
        tidy_restore(town.workshop, town.operation(work))
        assert town.look() == expected


def test_a_wrong_password_changes_nothing_and_says_so(town: Town) -> None:
    snapshot = town.take()
    changed(town)
    new = town.look()
    work = town.order_restore(snapshot, "another password")
    with pytest.raises(WorkRefused):
        town.restore(work)
    tidy_restore(town.workshop, town.operation(work))

    assert faults(town, work) == ["WrongPassword"]
    assert town.operation(work).resources == ()
    assert town.look() == new
    assert "another password" not in str(town.operation(work))


def test_damage_changes_nothing_and_leaves_nothing(town: Town) -> None:
    snapshot = town.take()
    changed(town)
    new = town.look()
    keys = set(town.memory.contents)
    content = bytearray(town.memory.contents[snapshot.key][-1])
    content[len(content) // 2] ^= 1
    town.memory.contents[snapshot.key] = [bytes(content)]
    work = town.order_restore(snapshot)
    with pytest.raises(WorkRefused):
        town.restore(work)
    tidy_restore(town.workshop, town.operation(work))

    assert faults(town, work) == ["ArchiveDamaged"]
    assert town.look() == new
    assert set(town.memory.contents) == keys


def test_the_bytes_of_another_tenants_snapshot_are_refused(town: Town) -> None:
    snapshot = town.take()
    neighbour = Town(town.client, town.table)
    neighbour.data_set("secret", b"secret rows")
    foreign = neighbour.take()
    town.memory.contents[snapshot.key] = neighbour.memory.contents[foreign.key]
    work = town.order_restore(snapshot)
    with pytest.raises(WorkRefused):
        town.restore(work)
    assert faults(town, work) == ["ForeignArchive"]


def test_a_snapshot_that_was_deleted_meanwhile_is_gone(town: Town) -> None:
    snapshot = town.take()
    work = town.order_restore(snapshot)
    town.snapshots.remove(snapshot)
    with pytest.raises(WorkRefused):
        town.restore(work)
    assert faults(town, work) == ["SnapshotGone"]


def test_a_restore_that_is_canceled_before_the_exchange_changes_nothing(town: Town) -> None:
    snapshot = town.take()
    changed(town)
    new = town.look()
    work = town.order_restore(snapshot)
    exchange = town.workshop.catalogue.exchange

    class Late:
        """Cancels when the marks are made and nothing is committed."""

        def __init__(self, *args: Any) -> None:
            self._made = exchange(*args)

        def stage(self, entries: Any) -> Any:
            return self._made.stage(entries)

        def commit(self) -> None:
            town.workshop.lifecycle.cancel(work)
            self._made.commit()

    town.workshop.catalogue.exchange = Late  # type: ignore[method-assign,assignment]
    with pytest.raises(OperationStopped):
        town.restore(work)

    assert town.look() == new
    assert not [item for item in town.items() if "pending" in item or "placeholder" in item]
    assert not [item for item in town.items() if item["PK"]["S"].startswith("RESTORE#")]


def test_a_writer_meets_the_gate_while_marks_are_made_and_not_after(town: Town) -> None:
    snapshot = town.take()
    letter = next(town.files.list(town.tenant, [FileType.TEMPLATE]))
    work = town.order_restore(snapshot)
    exchange = town.workshop.catalogue.exchange(town.tenant, work)
    exchange.stage(town.workshop.catalogue.entries(town.tenant))
    with pytest.raises(Interrupted, match="being restored"):
        town.workbook("new")
    with pytest.raises(Interrupted, match="being restored"):
        town.resource("new.zip", b"new")
    with pytest.raises(Interrupted, match="being restored"):
        town.files.remove(letter)
    town.resource("new.csv", b"a data file is no part of it", FileType.DATA_FILE)
    exchange.commit()

    town.workbook("new")
    town.resource("new.zip", b"new")
    assert town.files.remove(letter)
    assert town.files.get(town.tenant, letter.id) is None


def test_what_a_dead_restore_left_stops_no_writer_for_long(town: Town) -> None:
    snapshot = town.take()
    letter = next(town.files.list(town.tenant, [FileType.TEMPLATE]))
    letters = town.workbooks.get(town.tenant, "letters")
    assert letters is not None
    exchange = town.workshop.catalogue.exchange(town.tenant, town.order_restore(snapshot))
    exchange.stage([])
    real = replace(letters, revision="newer")
    with pytest.raises(Interrupted):
        town.workbooks.put(real, replacing=letters.revision)
    # The adapters' clock is the world's: the lease, made in the town's, has long been over by it.
    _lapse(town)

    assert town.workbooks.put(real, replacing=letters.revision)
    assert town.files.remove(letter)
    with pytest.raises(Interrupted):
        exchange.commit()
    assert town.workbooks.get(town.tenant, "letters") == real


def _lapse(town: Town) -> None:
    """Let the gate's time be over."""
    town.client.update_item(
        TableName=town.table,
        Key={"PK": {"S": f"RESTORE#{town.tenant}"}, "SK": {"S": "GATE"}},
        UpdateExpression="SET #until = :past",
        ExpressionAttributeNames={"#until": "until"},
        ExpressionAttributeValues={":past": {"N": "1"}},
    )


def test_an_attempt_that_was_overtaken_commits_nothing(town: Town) -> None:
    snapshot = town.take()
    changed(town)
    new = town.look()
    work = town.order_restore(snapshot)
    first = town.workshop.catalogue.exchange(town.tenant, work)
    first.stage([])
    second = town.workshop.catalogue.exchange(town.tenant, work)
    with pytest.raises(Interrupted):
        first.commit()
    assert town.look() == new
    entries = town.workshop.catalogue.entries(town.tenant)
    second.stage(entries)
    second.commit()
    assert town.look() == new


@pytest.mark.parametrize(("then", "step"), [("repeated", 2), ("failed", 5)])
def test_a_restore_that_dies_after_any_write_is_seen_wholly_or_not_at_all(
    dynamodb: "DynamoDBClient", quick: None, then: str, step: int
) -> None:
    """Moto takes its time: after every one is done by the test below, some at a time."""
    after = 0
    died = True
    committed = False
    while died:
        after += step
        town = a_town(dynamodb)
        town.data_set("sales", b"old")
        town.resource("letter.zip", b"old letter")
        snapshot = town.take()
        old = town.look()
        town.data_set("sales", b"new")
        town.data_set("later", b"later")
        town.resource("letter.zip", b"new letter")
        new = town.look()
        work = town.order_restore(snapshot)
        died = town.restore_and_die(work, after)

        seen = town.look()
        assert seen in (old, new), after
        assert not (committed and seen == new), "what dies later is further"
        committed = seen == old
        if then == "repeated":
            town.restore(work)
            assert town.look() == old, after
        elif died:
            town.workshop.lifecycle.fail(work, [])
        tidy_restore(town.workshop, town.operation(work))
        assert town.look() == (old if then == "repeated" else seen), after
        assert not [item for item in town.items() if "pending" in item or "placeholder" in item]
    assert after > 20
    assert committed


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=st.dictionaries(st.sampled_from("abcd"), st.binary(max_size=20), max_size=4),
    after=st.dictionaries(st.sampled_from("abcd"), st.binary(max_size=20), max_size=4),
    deaths=st.lists(st.integers(1, 60), max_size=4),
)
def test_whatever_the_catalogues_and_the_deaths_readers_see_one_or_the_other(
    dynamodb: "DynamoDBClient",
    quick: None,
    before: dict[str, bytes],
    after: dict[str, bytes],
    deaths: list[int],
) -> None:
    town = a_town(dynamodb)
    for name, content in before.items():
        town.data_set(name, content)
        town.workbook(name)
        town.resource(f"{name}.zip", content)
    old = town.look()
    snapshot = town.take()
    for name in before:
        if name not in after:
            town.forget(name)
    for file in list(town.files.list(town.tenant, [FileType.TEMPLATE])):
        town.remove(file)
    for name, content in after.items():
        town.data_set(name, content)
        town.resource(f"{name}.zip", content)
    new = town.look()
    work = town.order_restore(snapshot)
    committed = False
    for death in deaths:
        town.restore_and_die(work, death)
        seen = town.look()
        assert seen in (old, new)
        assert not (committed and seen != old), "a commit is never taken back"
        committed = committed or (seen == old and seen != new)
    town.restore(work)
    assert town.look() == old
    tidy_restore(town.workshop, town.operation(work))
    assert town.look() == old
    assert not [item for item in town.items() if "pending" in item or "placeholder" in item]


def test_a_snapshot_holds_what_stood_at_one_moment(town: Town) -> None:
    """A change between two readings makes both readings be done again."""
    entries = town.workshop.catalogue.entries
    calls = 0

    def moving(tenant: str) -> Any:
        nonlocal calls
        calls += 1
        found = entries(tenant)
        if calls < 4:
            town.data_set("sales", f"sales {calls}".encode())
        return found

    town.workshop.catalogue.entries = moving  # type: ignore[method-assign]
    snapshot = town.take()
    town.workshop.catalogue.entries = entries  # type: ignore[method-assign]
    last = town.look()
    changed(town)
    town.restore(town.order_restore(snapshot))
    assert calls == 5
    assert town.look() == last


def test_a_catalogue_that_is_never_still_is_tried_again_by_the_workflow(town: Town) -> None:
    entries = town.workshop.catalogue.entries

    def moving(tenant: str) -> Any:
        town.data_set("sales", b"again")
        return entries(tenant)

    town.workshop.catalogue.entries = moving  # type: ignore[method-assign]
    with pytest.raises(Interrupted):
        town.take()


def test_bytes_that_go_while_they_are_packed_are_no_reason_to_fail(town: Town) -> None:
    entries = town.workshop.catalogue.entries

    def stale(tenant: str) -> Any:
        found = entries(tenant)
        for key in [key for key in town.memory.contents if key.startswith("datasets/")]:
            town.memory.delete(key)
        return found

    town.workshop.catalogue.entries = stale  # type: ignore[method-assign]
    with pytest.raises(Interrupted):
        town.take()


def test_a_snapshot_that_is_canceled_leaves_no_archive(town: Town) -> None:
    from longrun.contracts.work_requests.kinds import CREATE_SNAPSHOT

    work = town.begun(CREATE_SNAPSHOT.name, {"name": "n"})
    town.workshop.lifecycle.cancel(work)
    with pytest.raises(OperationStopped):
        run(town.workshop, work, create_snapshot)
    abandon_snapshot(town.workshop, town.operation(work))
    assert not [key for key in town.memory.contents if key.startswith("snapshots/")]


def test_a_snapshot_taken_again_by_the_same_operation_is_one_snapshot(town: Town) -> None:
    from longrun.contracts.work_requests.kinds import CREATE_SNAPSHOT

    work = town.begun(CREATE_SNAPSHOT.name, {"name": "n", "description": "d"})
    run(town.workshop, work, create_snapshot)
    run(town.workshop, work, create_snapshot)
    page = town.snapshots.page(town.tenant, after=None, limit=10)
    [snapshot] = page.snapshots
    assert (snapshot.id, snapshot.name, snapshot.description) == (work, "n", "d")
    assert snapshot.archive is not None


def test_progress_is_told_and_never_falls(town: Town) -> None:
    for number in range(30):
        town.data_set(f"d{number}", bytes(5000))
    snapshot = town.take()
    work = town.order_restore(snapshot)
    seen: list[float] = []
    change = town.workshop.operations.change

    def watched(operation_id: str, what: Any) -> Any:
        operation = change(operation_id, what)
        seen.append(operation.percent)
        return operation

    town.workshop.operations.change = watched  # type: ignore[method-assign,assignment]
    run(town.workshop, work, restore_snapshot)
    assert seen == sorted(seen)
    assert len(set(seen)) > 10
    assert PASSWORD not in str(seen)
