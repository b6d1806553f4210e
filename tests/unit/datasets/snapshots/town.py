"""A tenant's catalogue over the real adapters, in moto's table and a dictionary of bytes.

Readers look through the adapters that everybody uses; tasks may die after any of their writes.
"""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from longrun.aws import data_sets as data_set_items
from longrun.aws.files import DynamoFiles
from longrun.aws.operations import DynamoOperations
from longrun.aws.restoring import Restores
from longrun.aws.snapshots import DynamoSnapshots
from longrun.aws.whole_catalogue import DynamoCatalogue
from longrun.aws.workbooks import DynamoWorkbooks
from longrun.contracts.kinds import KINDS
from longrun.contracts.work_requests.kinds import CREATE_SNAPSHOT, RESTORE_SNAPSHOT
from longrun.datasets.columns import Column, ColumnType
from longrun.datasets.data_sets import Contents, DataSet, Definition, state_key
from longrun.datasets.snapshots.creating import create_snapshot
from longrun.datasets.snapshots.resources import RESOURCES
from longrun.datasets.snapshots.restoring import restore_snapshot
from longrun.datasets.snapshots.snapshots import Snapshot
from longrun.datasets.snapshots.work import Workshop, run
from longrun.datasets.workbooks import Workbook, WorkbookDefinition
from longrun.filestore import FileType, ManagedFile
from longrun.filestore.managed_file import awaited_file
from longrun.identity.principal import Principal
from longrun.identity.roles import SNAPSHOTS_ADMIN
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.operation import Operation
from longrun.operations.request import Request
from tests.contract.work_requests.world import PlainSealer
from tests.unit.datasets.snapshots.conftest import Memory
from tests.unit.operations.fakes import MemoryWorkflows

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFETIME = timedelta(days=7)
PASSWORD = "a password"
_WRITES = {"put_item", "update_item", "delete_item", "transact_write_items"}
_TENANTS = itertools.count(1)


def a_town(client: "DynamoDBClient") -> "Town":
    """A town alone in a table: moto copies all that it has with every transaction."""
    for name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)
    client.create_table(
        TableName="town",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
    )
    return Town(client, "town")


class Died(BaseException):
    """The task's process is gone."""


class Life:
    """How many more writes a process makes before it dies; None: it lives."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.made = 0

    def spend(self) -> None:
        self.made += 1
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                raise Died


class MortalClient:
    """A client in a process that may die right after a write."""

    def __init__(self, client: "DynamoDBClient", life: Life) -> None:
        self._client = client
        self._life = life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if name not in _WRITES:
            return method

        def write(**request: Any) -> Any:
            answer = method(**request)
            self._life.spend()
            return answer

        return write


class MortalMemory(Memory):
    """An artefact store in a process that may die right after a write."""

    life: Life

    def write(self, key: str, content: Any, *, media_type: str) -> Any:
        written = super().write(key, content, media_type=media_type)
        self.life.spend()
        return written


class Town:
    """One tenant, its catalogue, its administrator and a task that works for it."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.tenant = f"tenant-{next(_TENANTS)}"
        self.client = client
        self.table = table
        # The adapters that readers and writers use go by the time of day.
        self.now = datetime.now(UTC)
        self.life = Life()
        self.memory = MortalMemory()
        self.memory.life = Life()
        self.files = DynamoFiles(client, table)
        self.workbooks = DynamoWorkbooks(client, table)
        self.snapshots = DynamoSnapshots(client, table)
        self.workshop = self._workshop(client)
        mortal: Any = MortalClient(client, self.life)
        self.mortal = self._workshop(mortal)
        self._ids = itertools.count(1001)

    def _workshop(self, client: "DynamoDBClient") -> Workshop:
        operations = DynamoOperations(client=client, table=self.table, artefacts=self.memory)
        return Workshop(
            lifecycle=Lifecycle(
                store=operations,
                kinds=KINDS,
                retention=LIFETIME,
                clock=lambda: self.now,
                workflows=MemoryWorkflows(),
                sealer=PlainSealer(),
            ),
            operations=operations,
            artefacts=self.memory,
            snapshots=DynamoSnapshots(client, self.table),
            catalogue=DynamoCatalogue(client, self.table, lifetime=LIFETIME, now=self._seconds),
        )

    def _seconds(self) -> float:
        return self.now.timestamp()

    # --- what stands ---------------------------------------------------------------------------
    def data_set(self, name: str, content: bytes | None, **more: Any) -> DataSet:
        """Enter a data set in whatever stands there, loaded or not."""
        contents = None
        if content is not None:
            key = state_key(self.tenant, f"load-{next(self._ids)}")
            contents = Contents(
                artefact=self.memory.write(key, content, media_type="application/x-parquet"),
                columns=(Column(name="id", type=ColumnType.INTEGER),),
                rows=len(content),
                rejected=0,
                operation="load",
                loaded=self.now,
                file="a.csv",
            )
        data_set = DataSet(
            tenant=self.tenant,
            name=name,
            definition=Definition(source="a.csv", delimiter=";"),
            created=self.now,
            changed=self.now,
            revision=f"r{next(self._ids)}",
            contents=contents,
            **more,
        )
        self.client.put_item(TableName=self.table, Item=data_set_items.to_item(data_set))
        return data_set

    def workbook(self, name: str, template: str = "letter") -> Workbook:
        workbook = Workbook(
            tenant=self.tenant,
            name=name,
            definition=WorkbookDefinition(
                template=template, dataset="sales", parameters={"n": 1, "x": 1.5, "b": True}
            ),
            created=self.now,
            changed=self.now,
            revision=f"r{next(self._ids)}",
        )
        assert self.workbooks.put(workbook, replacing=None)
        return workbook

    def resource(
        self,
        name: str,
        content: bytes,
        kind: FileType = FileType.TEMPLATE,
        *,
        persistent: bool = True,
    ) -> ManagedFile:
        file = awaited_file(
            file_id=next(self._ids),
            tenant=self.tenant,
            kind=kind,
            name=name,
            media_type=None,
            persistent=persistent,
            created=self.now,
            lifetime=LIFETIME,
        )
        file = file.filled(self.memory.write(file.key, content, media_type=file.media_type))
        self.files.put(file)
        return file

    def remove(self, file: ManagedFile) -> None:
        assert self.files.remove(file)
        self.memory.delete(file.key)

    def forget(self, name: str) -> None:
        """Remove a data set with its bytes."""
        key = {"PK": {"S": f"DATASET#{self.tenant}"}, "SK": {"S": name}}
        item = self.client.get_item(TableName=self.table, Key=key)["Item"]
        contents = data_set_items.from_item(item).contents
        self.client.delete_item(TableName=self.table, Key=key)
        if contents:
            self.memory.delete(contents.artefact.key)

    def look(self) -> dict[str, Any]:
        """The catalogue as readers have it: every entry with its bytes, by id and by name."""
        restores = Restores(self.client, self.table)
        seen: dict[str, Any] = {}
        items, _ = restores.page(
            KeyConditionExpression="PK = :partition",
            ExpressionAttributeValues={":partition": {"S": f"DATASET#{self.tenant}"}},
        )
        for item in items:
            data_set = data_set_items.from_item(item)
            artefact = data_set.contents.artefact if data_set.contents else None
            content = self.memory.read(artefact.key, version=artefact.version) if artefact else None
            seen[f"data set {data_set.name}"] = (data_set.definition, data_set.created, content)
        for workbook in self.workbooks.page(self.tenant, after=None, limit=100).workbooks:
            assert self.workbooks.get(self.tenant, workbook.name) == workbook
            seen[f"workbook {workbook.name}"] = (workbook.definition, workbook.created)
        for file in self.files.list(self.tenant, RESOURCES):
            assert self.files.get(self.tenant, file.id) == file
            content = self.memory.read(file.key, version=file.version)
            seen[f"file {file.id}"] = (file.name, file.type, file.persistent, content)
        return seen

    def items(self) -> Iterator[dict[str, Any]]:
        """All items of the tenant's catalogue, as they are."""
        for item in self.client.scan(TableName=self.table, ConsistentRead=True)["Items"]:
            partition = item["PK"]["S"].split("#")
            if self.tenant in partition and partition[0] not in ("SNAPSHOT", "CLAIM", "IDEM"):
                yield dict(item)

    # --- work ----------------------------------------------------------------------------------
    @property
    def admin(self) -> Principal:
        return Principal(
            tenant=self.tenant, id="adam", permissions=frozenset({SNAPSHOTS_ADMIN}), name="adam"
        )

    def begun(self, kind: str, order: dict[str, Any], password: str = PASSWORD) -> str:
        """The id of an operation in progress."""
        claim = "catalogue" if kind == RESTORE_SNAPSHOT.name else None
        request = Request(kind=kind, input=order, secret=password, claim=claim)
        accepted = self.workshop.lifecycle.accept(request, self.admin).operation
        self.workshop.lifecycle.begin(accepted.id)
        return accepted.id

    def take(self, password: str = PASSWORD) -> Snapshot:
        """A snapshot of what stands."""
        work = self.begun(CREATE_SNAPSHOT.name, {"name": "Friday"}, password)
        run(self.workshop, work, create_snapshot)
        self.workshop.lifecycle.succeed(work)
        snapshot = self.snapshots.get(self.tenant, work)
        assert snapshot is not None
        return snapshot

    def order_restore(self, snapshot: Snapshot, password: str = PASSWORD) -> str:
        return self.begun(RESTORE_SNAPSHOT.name, {"snapshot": snapshot.id}, password)

    def restore(self, work: str) -> None:
        run(self.workshop, work, restore_snapshot)

    def restore_and_die(self, work: str, after: int) -> bool:
        """Whether the task died; else it was through before."""
        self.life.left = self.memory.life.left = None
        shared = Life()
        shared.left = after
        self.life.spend = self.memory.life.spend = shared.spend  # type: ignore[method-assign]
        try:
            run(self.mortal, work, restore_snapshot)
        except Died:
            return True
        finally:
            nothing: Callable[[], None] = lambda: None  # noqa: E731 - one line says it
            self.life.spend = self.memory.life.spend = nothing  # type: ignore[method-assign]
        return False

    def operation(self, work: str) -> Operation:
        return self.workshop.operations.get(work)

    def pass_by(self, time: timedelta) -> None:
        self.now += time
