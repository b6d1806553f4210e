"""docs/adding-a-kind.md keeps its word: its blocks are run as they stand there."""

import importlib.util
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_s3 import S3Client

from longrun.aws.artefacts import S3Artefacts
from longrun.aws.operations import DynamoOperations
from longrun.operations.kinds import Kinds
from longrun.operations.lifecycle import Lifecycle, Request
from longrun.operations.states import Status
from longrun.operations.store import Outcome
from tests.unit.aws.conftest import aws, bucket, dynamodb, s3, table
from tests.unit.operations.fakes import RETENTION, Clock, MemoryWorkflows, Person

__all__ = ["aws", "bucket", "dynamodb", "s3", "table"]

PAGE = Path(__file__).parents[3] / "docs" / "adding-a-kind.md"
_BLOCK = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

type Step = Callable[[dict[str, Any]], dict[str, Any] | None]


@pytest.fixture
def blocks() -> dict[str, str]:
    """The page's files by name."""
    return dict(_BLOCK.findall(PAGE.read_text()))


def module(name: str, source: str, folder: Path) -> ModuleType:
    """A block of the page as a module."""
    path = folder / name
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def walk(workflow: Mapping[str, Any], steps: Mapping[str, Step], operation_id: str) -> list[str]:
    """Go through a workflow of tasks as Step Functions would; the states that were entered."""
    state: dict[str, Any] = {"operationId": operation_id}
    name = workflow["StartAt"]
    entered: list[str] = []
    while name:
        definition = workflow["States"][name]
        entered.append(name)
        if definition["Type"] == "Fail":
            break
        given = {
            key.removesuffix(".$"): state[value.removeprefix("$.")] if key.endswith(".$") else value
            for key, value in definition["Parameters"].items()
        }
        try:
            answer = steps[definition["Resource"]](given)
            if answer is not None and "ResultPath" not in definition:
                state = state | answer
            name = definition.get("Next")
        except Exception as error:  # noqa: BLE001  # a Catch takes whatever was raised
            [catch] = definition["Catch"]
            state = state | {"error": {"Error": type(error).__name__, "Cause": "{}"}}
            name = catch["Next"]
    return entered


class Notes:
    """The kind of the page, over AWS in memory."""

    def __init__(
        self,
        blocks: Mapping[str, str],
        folder: Path,
        operations: DynamoOperations,
        artefacts: S3Artefacts,
    ) -> None:
        self.kind = module("notes_kind.py", blocks["notes_kind.py"], folder).WRITE_NOTE
        self.write = module("notes_write.py", blocks["notes_write.py"], folder).write_note
        self.workflow = yaml.safe_load(blocks["write.asl.yaml"])
        self.operations = operations
        self.artefacts = artefacts
        self.lifecycle = Lifecycle(
            store=operations,
            workflows=MemoryWorkflows(),
            kinds=Kinds([self.kind]),
            retention=RETENTION,
            clock=Clock(),
        )

    def transition(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """What the lifecycle's door does."""
        match event["transition"]:
            case "begin":
                self.lifecycle.begin(event["operationId"])
            case "succeed":
                self.lifecycle.succeed(event["operationId"])
            case _:
                outcome = Outcome(status="FAILED", error=event["error"]["Error"])
                self.lifecycle.settle(event["operationId"], outcome)
        return {"operationId": event["operationId"]}

    def step(self, event: Mapping[str, Any]) -> None:
        """What the step's door does."""
        self.write(
            event["operationId"],
            lifecycle=self.lifecycle,
            store=self.operations,
            artefacts=self.artefacts,
        )

    def run(self, text: str, write: Step | None = None) -> tuple[str, list[str]]:
        """Accept a note and walk through its workflow."""
        request = Request(kind="notes.write", input={"text": text})
        caller = Person(permissions=frozenset({"notes:write"}))
        operation_id = self.lifecycle.accept(request, caller).operation.id
        steps: dict[str, Step] = {
            "${Lifecycle}": self.transition,
            "${Write}": write or self.step,
        }
        return operation_id, walk(self.workflow, steps, operation_id)


@pytest.fixture
def notes(
    blocks: Mapping[str, str],
    tmp_path: Path,
    dynamodb: DynamoDBClient,
    table: str,
    s3: S3Client,
    bucket: str,
) -> Notes:
    artefacts = S3Artefacts(s3, bucket)
    operations = DynamoOperations(client=dynamodb, table=table, artefacts=artefacts)
    return Notes(blocks, tmp_path, operations, artefacts)


def test_the_new_kind_runs_to_its_result(notes: Notes) -> None:
    operation_id, entered = notes.run("Remember the milk.")
    assert entered == ["Begin", "Write", "Succeed"]
    operation = notes.operations.get(operation_id)
    assert operation.status is Status.SUCCEEDED
    assert operation.result is not None
    [file] = operation.result.files
    assert notes.artefacts.read(file.artefact.key) == b"Remember the milk."


def test_a_step_that_breaks_fails_the_new_kind(notes: Notes) -> None:
    def broken(event: dict[str, Any]) -> None:
        raise RuntimeError(event["operationId"])

    operation_id, entered = notes.run("Never written.", broken)
    assert entered == ["Begin", "Write", "Fail", "Failed"]
    operation = notes.operations.get(operation_id)
    assert operation.status is Status.FAILED
    assert operation.result is None


def test_the_new_kinds_input_is_checked_before_anything_is_kept(notes: Notes) -> None:
    with pytest.raises(ValueError, match="text"):
        notes.run("")
