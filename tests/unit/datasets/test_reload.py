"""The reload step: one exchange at its end, whatever happens before it."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from longrun.contracts.work_requests.kinds import RELOAD_DATA_SET
from longrun.datasets import columnar
from longrun.datasets.data_sets import DataSet, DataSetPage, DataSets, Definition
from longrun.datasets.errors import DataSetReplaced, EntryTooLarge, WorkRefused
from longrun.datasets.reload import ReloadEngine, run, tidy
from longrun.datasets.rows import Rows
from longrun.filestore import FileStore, FileType
from longrun.operations.artefacts import Artefact
from longrun.operations.errors import OperationStopped
from longrun.operations.kinds import Kinds
from longrun.operations.lifecycle import Lifecycle, Request
from longrun.operations.operation import Operation
from longrun.operations.states import Status
from tests.unit.datasets.sources import rule
from tests.unit.filestore.conftest import Artefacts, Ids, Index
from tests.unit.operations.fakes import Clock, MemoryOperations, MemoryWorkflows, Person

KINDS = Kinds([RELOAD_DATA_SET])
ANN = Person(permissions=frozenset({RELOAD_DATA_SET.permission}))
CSV = b"id,amount\n1,5\n2,6\n"


class MemoryDataSets:
    """Implements `DataSetIndex` in memory."""

    def __init__(self) -> None:
        self.data_sets: dict[tuple[str, str], DataSet] = {}
        self.lost_answers = 0
        """So many writes are made, and their answers never arrive."""

    def get(self, tenant: str, name: str) -> DataSet | None:
        return self.data_sets.get((tenant, name))

    def put(self, data_set: DataSet, *, replacing: str | None) -> bool:
        there = self.get(data_set.tenant, data_set.name)
        if (there.revision if there else None) != replacing:
            return False
        self.data_sets[data_set.tenant, data_set.name] = data_set
        if self.lost_answers:
            self.lost_answers -= 1
            raise KilledHalfWay
        return True

    def delete(self, data_set: DataSet) -> bool:
        there = self.get(data_set.tenant, data_set.name)
        if there is None or there.revision != data_set.revision:
            return False
        del self.data_sets[data_set.tenant, data_set.name]
        return True

    def page(self, tenant: str, *, after: str | None, limit: int) -> DataSetPage:
        raise NotImplementedError


class KilledHalfWay(Exception):
    """The function is gone."""


class Store(Artefacts):
    """An artefact store in which things may happen while something is written."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Any = None

    def write(
        self, key: str, content: bytes | BinaryIO | Iterable[bytes], *, media_type: str
    ) -> Artefact:
        stored = super().write(key, content, media_type=media_type)
        if key.startswith("datasets/") and self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return stored

    @property
    def states(self) -> set[str]:
        return {key for key in self.objects if key.startswith("datasets/")}


class World:
    def __init__(self) -> None:
        self.clock = Clock()
        self.artefacts = Store()
        self.index = MemoryDataSets()
        self.operations = MemoryOperations()
        self.lifecycle = Lifecycle(
            store=self.operations,
            kinds=KINDS,
            retention=timedelta(days=7),
            clock=self.clock,
            workflows=MemoryWorkflows(),
        )
        self.files = FileStore(artefacts=self.artefacts, index=Index(), ids=Ids(), now=self.clock)
        self.data_sets = DataSets(
            index=self.index, artefacts=lambda: self.artefacts, now=self.clock
        )
        self.engine = ReloadEngine(
            lifecycle=self.lifecycle,
            operations=self.operations,
            artefacts=self.artefacts,
            files=self.files,
            data_sets=self.index,
            clock=self.clock,
        )
        self.rows = Rows(data_sets=self.index, artefacts=self.artefacts)

    def define(self, **parts: Any) -> DataSet:
        definition = replace(Definition(source="sales.csv"), **parts)
        there = self.data_sets.find("acme", "sales")
        return self.data_sets.define("acme", "sales", definition, there)

    def upload(self, content: bytes, name: str = "sales.csv") -> int:
        return self.files.add("acme", FileType.DATA_FILE, name, content).id

    def begun(self) -> str:
        request = Request(kind=RELOAD_DATA_SET.name, input={"dataset": "sales"}, subject="sales")
        operation = self.lifecycle.accept(request, ANN).operation
        return self.lifecycle.begin(operation.id).id

    def reload(self) -> Operation:
        """A reload that succeeds."""
        operation_id = self.begun()
        run(self.engine, operation_id)
        return self.lifecycle.succeed(operation_id)

    def refused(self) -> Operation:
        """A reload that fails for a fault of the caller's."""
        operation_id = self.begun()
        with pytest.raises(WorkRefused):
            run(self.engine, operation_id)
        return self.operations.get(operation_id)

    def read(self) -> list[dict[str, Any]]:
        state = self.rows.state("acme", "sales")
        return [dict(row) for row in self.rows.rows("acme", "sales", state.id)]

    @property
    def data_set(self) -> DataSet:
        return self.data_sets.get("acme", "sales")


@pytest.fixture
def world() -> World:
    world = World()
    world.define()
    world.upload(CSV)
    return world


def test_a_reload_makes_the_sources_rows_the_data_sets(world: World) -> None:
    done = world.reload()
    assert world.read() == [{"id": 1, "amount": 5}, {"id": 2, "amount": 6}]
    (resource,) = done.resources
    assert (resource.type, resource.id, resource.action) == ("DATASET", "sales", "RELOADED")
    size = world.data_set.contents and world.data_set.contents.artefact.size
    assert resource.metadata == {
        "file": "sales.csv",
        "rowsRead": "2",
        "rowsLoaded": "2",
        "rowsRejected": "0",
        "bytes": str(size),
        "columns": "2",
    }


def test_the_percentage_rises_through_three_phases(world: World) -> None:
    world.reload()
    phases = [after.phase for _, after in world.operations.changes if after.phase]
    assert list(dict.fromkeys(phases)) == ["Fetching", "Reading", "Storing"]


def test_the_newest_file_of_the_name_is_read(world: World) -> None:
    world.upload(b"id,amount\n3,7\n")
    world.reload()
    assert world.read() == [{"id": 3, "amount": 7}]


def test_a_source_may_be_named_by_its_id(world: World) -> None:
    other = world.upload(b"x\n1\n", "other.csv")
    world.define(source=str(other))
    world.reload()
    assert world.read() == [{"x": 1}]


def test_rows_left_out_are_told_with_reasons(world: World) -> None:
    world.define(reject_limit=1, columns=(rule("id"), rule("amount", type="integer")))
    world.upload(b"id,amount\n1,5\n2,n/a\n")
    metadata = world.reload().resources[0].metadata
    assert metadata["rowsRead"] == "2"
    assert metadata["rowsLoaded"] == "1"
    assert metadata["rowsRejected"] == "1"
    assert metadata["rejections"] == (
        "sales.csv, line 3, column \"amount\": 'n/a' is not an integer."
    )


def test_new_columns_are_told(world: World) -> None:
    world.reload()
    world.upload(b"id,amount,why\n1,5,x\n")
    assert world.reload().resources[0].metadata["columnsAdded"] == "why"


def test_bad_rows_fail_the_reload_with_each_place_and_the_old_data_stays(world: World) -> None:
    world.reload()
    world.upload(b"id,amount\n1,5\n2,6\n3,7\n4,n/a\n")
    failed = world.refused()
    assert failed.status is Status.FAILED
    summary, row = failed.errors
    assert summary.code == "RowsRejected"
    assert "1 of 4 rows of sales.csv" in summary.message
    assert (row.code, row.target) == ("RowRejected", "line 5, column amount")
    assert failed.error_count == 2
    assert len(world.read()) == 2
    assert failed.resources == ()


def test_more_than_a_hundred_reasons_are_listed_in_a_file(world: World) -> None:
    world.define(columns=(rule("id", type="integer"),))
    world.upload(b"id\n" + b"x\n" * 150)
    failed = world.refused()
    assert len(failed.errors) == 100
    assert failed.error_count == 151
    lines = world.artefacts.read(f"results/acme/{failed.id}/errors.jsonl").splitlines()
    assert len(lines) == 151
    assert json.loads(lines[150]) == {
        "code": "RowRejected",
        "message": "sales.csv, line 151, column \"id\": 'x' is not an integer.",
    }


def test_a_changed_schema_fails_the_reload_until_it_is_defined_again(world: World) -> None:
    world.reload()
    world.upload(b"id,amount\n1,much\n2,more\n")
    (fault,) = world.refused().errors
    assert fault.code == "SchemaChanged"
    assert 'Column "amount" was integer; in sales.csv it is text' in fault.message
    world.define()
    world.reload()
    assert world.read()[0] == {"id": 1, "amount": "much"}


def test_a_source_that_is_gone_fails_the_reload(world: World) -> None:
    world.reload()
    world.define(source="other.csv")
    (fault,) = world.refused().errors
    assert fault.code == "SourceMissing"
    assert "'other.csv'" in fault.message
    assert len(world.read()) == 2


def test_the_state_before_the_present_stays_for_readers_and_older_ones_go(world: World) -> None:
    ids = []
    for number in range(3):
        world.upload(f"id,amount\n{number},5\n".encode())
        world.reload()
        ids.append(world.rows.state("acme", "sales").id)
    assert [next(iter(world.rows.rows("acme", "sales", each)))["id"] for each in ids[1:]] == [1, 2]
    with pytest.raises(DataSetReplaced):
        next(iter(world.rows.rows("acme", "sales", ids[0])))
    assert len(world.artefacts.states) == 2
    assert world.data_set.surplus is None
    assert set(world.data_set.states) == world.artefacts.states


def test_a_function_killed_before_the_exchange_leaves_the_old_state(world: World) -> None:
    world.reload()
    world.upload(b"id,amount\n9,9\n")

    def killed() -> None:
        raise KilledHalfWay

    world.artefacts.meanwhile = killed
    operation_id = world.begun()
    with pytest.raises(KilledHalfWay):
        run(world.engine, operation_id)
    assert world.read()[0] == {"id": 1, "amount": 5}
    run(world.engine, operation_id)
    assert world.read() == [{"id": 9, "amount": 9}]


def test_what_a_step_wrote_that_died_each_time_is_removed_once_the_operation_failed(
    world: World,
) -> None:
    world.reload()
    before = world.artefacts.states

    def killed() -> None:
        raise KilledHalfWay

    operation_id = world.begun()
    for _ in range(2):
        world.artefacts.meanwhile = killed
        with pytest.raises(KilledHalfWay):
            run(world.engine, operation_id)
    tidy(world.engine, operation_id)  # not before it has ended
    assert len(world.artefacts.states) == 2
    world.lifecycle.fail(operation_id, [])
    for _ in range(2):
        tidy(world.engine, operation_id)
        assert world.artefacts.states == before


def test_nothing_that_was_exchanged_is_tidied_away(world: World) -> None:
    world.index.lost_answers = 1
    operation_id = world.begun()
    with pytest.raises(KilledHalfWay):
        run(world.engine, operation_id)
    world.lifecycle.fail(operation_id, [])
    tidy(world.engine, operation_id)
    assert len(world.read()) == 2


def test_a_step_repeated_after_its_exchange_changes_nothing_and_tells_the_same(
    world: World,
) -> None:
    world.index.lost_answers = 1
    operation_id = world.begun()
    with pytest.raises(KilledHalfWay):
        run(world.engine, operation_id)
    made = world.data_set
    run(world.engine, operation_id)
    assert world.data_set == made
    assert world.operations.get(operation_id).resources[0].metadata["rowsRead"] == "2"


def test_a_definition_that_changes_meanwhile_fails_the_reload(world: World) -> None:
    world.reload()
    world.artefacts.meanwhile = lambda: world.define(source="other.csv")
    (fault,) = world.refused().errors
    assert fault.code == "DefinitionChanged"
    assert len(world.artefacts.states) == 1


def test_a_data_set_that_is_deleted_meanwhile_fails_the_reload(world: World) -> None:
    world.artefacts.meanwhile = lambda: world.data_sets.delete(world.data_set)
    (fault,) = world.refused().errors
    assert fault.code == "DataSetDeleted"
    assert world.artefacts.states == set()
    (fault,) = world.refused().errors
    assert fault.code == "DataSetDeleted"


def test_a_cancellation_before_the_exchange_leaves_the_old_state(world: World) -> None:
    operation_id = world.begun()
    world.artefacts.meanwhile = lambda: world.lifecycle.cancel(operation_id)
    with pytest.raises(OperationStopped):
        run(world.engine, operation_id)
    assert world.data_set.contents is None
    assert world.artefacts.states == set()


def test_a_step_that_comes_after_the_end_removes_nothing_that_is_read(world: World) -> None:
    first, second = world.reload(), world.reload()
    for operation in (first, second):
        with pytest.raises(OperationStopped):
            run(world.engine, operation.id)
    assert len(world.artefacts.states) == 2
    assert len(world.read()) == 2


def test_a_source_whose_columns_find_no_room_in_the_catalogue_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(data_set: DataSet, *, replacing: str | None) -> bool:
        raise EntryTooLarge(data_set.name, 300_000, 200_000)

    monkeypatch.setattr(world.index, "put", put)
    (fault,) = world.refused().errors
    assert (fault.code, "300,000 bytes" in fault.message) == ("SourceInvalid", True)
    assert world.artefacts.states == set()


def test_a_cancellation_is_noticed_while_the_engine_reads(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columnar, "PULSE", 0.0)
    lines = b"".join(b"%d,%d\n" % (number, number) for number in range(300_000))
    world.upload(b"id,amount\n" + lines)
    operation_id = world.begun()
    enter = world.lifecycle.enter

    def canceled(operation: str, phase: Any, total: int = 1) -> Operation:
        entered = enter(operation, phase, total)
        if phase.name == "Reading":
            world.lifecycle.cancel(operation)
        return entered

    monkeypatch.setattr(world.lifecycle, "enter", canceled)
    with pytest.raises(OperationStopped):
        run(world.engine, operation_id)
    assert world.artefacts.states == set()


def test_nothing_of_it_is_left_in_the_functions_folder(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    world.reload()
    world.upload(b"id,amount\nx,y\n")
    world.refused()
    assert list(tmp_path.iterdir()) == []


def test_the_engine_sees_its_folder_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "outside.csv").write_text("a\n1\n")
    with columnar.columnar(tmp_path / "in") as engine:
        for query in (
            f"SELECT * FROM read_csv('{tmp_path}/outside.csv')",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            "INSTALL httpfs",
            "SET enable_external_access = true",
        ):
            with pytest.raises(columnar.EngineFailed) as failed:
                engine.rows(query)
            assert str(tmp_path) not in str(failed.value)
