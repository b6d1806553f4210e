"""A press: the steps' engine over AWS in memory, and an order's way through them."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from longrun.aws.artefacts import S3Artefacts
from longrun.aws.entity_ids import DynamoEntityIds
from longrun.aws.files import DynamoFiles
from longrun.aws.operations import DynamoOperations
from longrun.aws.sets import DynamoSets
from longrun.documents.records import Value
from longrun.documents.sources import DataSetMissing, DataSetReplaced, SourceState
from longrun.documents.steps import (
    content_creation,
    data_mapping,
    data_reading,
    job_creation,
    output_creation,
    output_writing,
    page_export,
    plan,
    typesetting,
)
from longrun.documents.steps.engine import Engine, run, work_prefix
from longrun.documents.steps.tidy import tidy
from longrun.filestore import FileStore, FileType, KeptOutputs
from longrun.operations.kinds import Kind, Kinds
from longrun.operations.lifecycle import Lifecycle, Request
from longrun.operations.operation import Operation
from longrun.operations.store import Outcome
from tests.unit.aws.conftest import aws, bucket, dynamodb, s3, table

__all__ = ["aws", "bucket", "dynamodb", "s3", "table"]

TENANT = "acme"

MAPPING = """
source: {format: csv}
group: [customer]
fields:
  - {name: customer, required: true}
  - {name: country}
tables:
  - name: lines
    fields:
      - {name: item}
      - {name: amount, type: number, required: true}
"""

DATA = """customer,country,item,amount
Ada,GB,Engine,10
Ada,GB,Cards,2.5
Blaise,FR,Wheel,7
Carl,DE,Heptadecagon,17
"""

TEMPLATE = """
#let document(record, parameters) = [
  #set page(width: 100mm, height: 100mm)
  Dear #record.customer, #record.lines.len() lines
  #if record.country == "FR" { pagebreak() }
]
"""


def zipped(source: str) -> bytes:
    """A template archive of one file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("template.typ", source)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever starts operations here."""

    tenant: str = TENANT
    id: str = "operator"
    permissions: frozenset[str] = frozenset({"print:run"})


class AnyInput:
    """Takes what it gets for checked."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = dict(document)

    @classmethod
    def model_validate(cls, document: Any, /) -> "AnyInput":
        return cls(document)

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return {}

    def model_dump(self, *, mode: str, exclude_none: bool) -> dict[str, Any]:
        return self._document


class NoWorkflows:
    """An engine that takes every start and runs nothing."""

    def start(self, workflow: str, operation_id: str) -> None:
        pass

    def stop(self, workflow: str, operation_id: str) -> bool:
        return True

    def outcome(self, workflow: str, operation_id: str) -> Outcome | None:
        return Outcome(status="RUNNING")


KIND = Kind(
    name="print.all-in-one",
    permission="print:run",
    input=lambda: AnyInput,
    typical=timedelta(minutes=1),
    deadline=timedelta(hours=1),
)


@dataclass
class DataSets:
    """Named data sets in memory, each with the states that can still be read."""

    states: dict[str, list[list[dict[str, Value]] | None]] = field(default_factory=dict)
    before_reading: Callable[[], object] = lambda: None

    def load(self, name: str, records: list[dict[str, Value]]) -> None:
        """Replace what the data set holds; the state before stays for who reads it."""
        states = self.states.setdefault(name, [])
        states.append(records)
        states[:-2] = [None] * len(states[:-2])

    def state(self, tenant: str, name: str) -> SourceState:
        if tenant != TENANT or name not in self.states:
            raise DataSetMissing(name)
        states = self.states[name]
        return SourceState(version=str(len(states) - 1), records=len(states[-1] or ()))

    def records(self, tenant: str, name: str, version: str) -> Iterator[Mapping[str, Value]]:
        self.before_reading()
        records = self.states[name][int(version)]
        if records is None:
            raise DataSetReplaced(name)
        return iter(records)


@dataclass
class Press:
    """Takes files and orders, and runs an order's steps as the workflow would."""

    engine: Engine
    data_sets: DataSets = field(default_factory=DataSets)
    templates: typesetting.Templates = field(default_factory=typesetting.Templates)

    def file(self, kind: FileType, name: str, content: str | bytes) -> int:
        """Upload a file; its id."""
        data = content.encode() if isinstance(content, str) else content
        return self.engine.files.add(TENANT, kind, name, data).id

    def data(self, content: str = DATA, name: str = "customers.csv") -> int:
        return self.file(FileType.DATA_FILE, name, content)

    def mapping(self, content: str = MAPPING) -> int:
        return self.file(FileType.DATA_MAPPING_CONFIG, "customers.yaml", content)

    def template(self, source: str = TEMPLATE) -> int:
        return self.file(FileType.TEMPLATE, "letter.zip", zipped(source))

    def output(self, content: str = "{}") -> int:
        return self.file(FileType.OUTPUT_CREATION_CONFIG, "output.yaml", content)

    def jobs(self, content: str) -> int:
        return self.file(FileType.JOB_CREATION_CONFIG, "jobs.yaml", content)

    def order(self, **parts: Any) -> dict[str, Any]:
        """An order of all four parts, for the sample; parts given replace them, None drops them."""
        order: dict[str, Callable[[], dict[str, Any]]] = {
            "datamining": lambda: {"identifier": self.data(), "config": self.mapping()},
            "contentcreation": lambda: {"config": self.template()},
            "jobcreation": dict,
            "outputcreation": lambda: {"config": self.output(), "createOnly": True},
        }
        made = {name: make() for name, make in order.items() if name not in parts}
        return {
            name: parts.get(name, made.get(name))
            for name in (*order, "export", "printRange")
            if parts.get(name, made.get(name)) is not None
        }

    def accept(self, order: Mapping[str, Any]) -> str:
        """Accept the order and begin it; the operation's id."""
        request = Request(kind="print.all-in-one", input=order)
        operation = self.engine.lifecycle.accept(request, Caller()).operation
        self.engine.lifecycle.begin(operation.id)
        return operation.id

    def step(self, operation_id: str, step: Callable[[Operation], Any]) -> Any:
        """Run one step."""
        return run(self.engine, operation_id, step)

    def items(self, operation_id: str, name: str) -> list[dict[str, Any]]:
        """The items of one of the workflow's Maps."""
        operation = self.engine.operations.get(operation_id)
        items: list[dict[str, Any]] = json.loads(
            self.engine.artefacts.read(f"{work_prefix(operation)}{name}.json")
        )
        return items

    def steps(self, operation_id: str) -> Iterator[Callable[[Operation], Any]]:
        """The steps of the order, in the workflow's sequence."""
        engine = self.engine
        parts = self.step(operation_id, lambda op: plan.plan_work(engine, op))
        if parts["datamining"]:
            yield lambda op: data_mapping.map_data(engine, op)
        if parts["dataset"]:
            yield lambda op: data_reading.read_data_set(engine, op, self.data_sets)
        if parts["contentcreation"]:
            yield lambda op: content_creation.open_content(engine, op)
            for item in self.items(operation_id, "content"):
                task = content_creation.ContentTask.read(item)
                yield partial(
                    typesetting.create_content, engine, task=task, templates=self.templates
                )
            yield lambda op: content_creation.close_content(engine, op)
        if parts["jobcreation"]:
            yield lambda op: job_creation.create_jobs(engine, op)
        if parts["outputcreation"]:
            yield lambda op: output_creation.plan_output(engine, op)
            for item in self.items(operation_id, "output"):
                part = output_writing.OutputPart.read(item)
                yield partial(output_writing.create_output, engine, number=part.number)
            if parts["export"]:
                yield lambda op: page_export.export_pages(engine, op)
            else:
                yield lambda op: output_creation.deliver_output(engine, op)

    def run(self, order: Mapping[str, Any], *, times: int = 1) -> Operation:
        """Run an order to its end, each step so many times; the operation afterwards."""
        operation_id = self.accept(order)
        for step in self.steps(operation_id):
            for _ in range(times):
                self.step(operation_id, step)
        self.engine.lifecycle.succeed(operation_id)
        tidy(self.engine, operation_id)
        return self.engine.operations.get(operation_id)


@pytest.fixture
def press(s3: Any, bucket: str, dynamodb: Any, table: str) -> Iterator[Press]:
    """A press over an empty bucket and table."""
    artefacts = S3Artefacts(s3, bucket)
    operations = DynamoOperations(client=dynamodb, table=table, artefacts=artefacts)
    ids = DynamoEntityIds(dynamodb, table)
    index = DynamoFiles(dynamodb, table)
    retention = timedelta(days=7)

    def clock() -> datetime:
        return datetime.now(UTC)

    made = Press(
        Engine(
            lifecycle=Lifecycle(
                store=operations,
                workflows=NoWorkflows(),
                kinds=Kinds([KIND]),
                retention=retention,
                clock=clock,
            ),
            operations=operations,
            artefacts=artefacts,
            sets=DynamoSets(client=dynamodb, table=table, clock=clock),
            ids=ids,
            files=FileStore(artefacts=artefacts, index=index, ids=ids),
            outputs=KeptOutputs(artefacts=artefacts, index=index, ids=ids),
            retention=retention,
            clock=clock,
        )
    )
    yield made
    made.templates.discard()
