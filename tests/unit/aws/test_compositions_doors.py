"""The doors of compositions, each loaded from its file as Lambda does it, over AWS in memory."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from longrun.aws import clients
from longrun.aws.directory import DynamoDirectory
from longrun.aws.environment import environment
from longrun.aws.operations import DynamoOperations
from longrun.compositions.document import Composition
from longrun.compositions.jobs.engine import WorkRefused
from longrun.compositions.refusals import Code
from longrun.compositions.statuses import CompositionStatus
from longrun.contracts.kinds import KINDS
from longrun.identity.directory import Tenant
from longrun.operations.errors import Interrupted
from longrun.operations.lifecycle import Lifecycle, Request
from longrun.operations.operation import Operation
from tests.unit.compositions.fakes import Somebody, cancellation
from tests.unit.compositions.signatures.authorities import Plan, authority, ec_key, name
from tests.unit.compositions.signatures.messages import by_hand
from tests.unit.operations.fakes import MemoryWorkflows

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples" / "compositions"
REGISTRY: dict[str, Any] = json.loads((SAMPLES / "registry.json").read_bytes())
DOCTOR: dict[str, Any] = REGISTRY["employees"][0]
TODAY = datetime.now(UTC)
DAY = timedelta(days=1)

CA = authority("Root", ec_key(200)).to(start=TODAY - DAY, end=TODAY + DAY).signed_by(None)
SIGNER = (
    Plan(key=ec_key(201))
    .to(
        subject=name(DOCTOR["name"], serial_numbers=[f"TINUA-{DOCTOR['taxNumber']}"]),
        start=TODAY - DAY,
        end=TODAY + DAY,
    )
    .signed_by(CA)
)

type Load = Callable[[str], Any]


def _forget() -> None:
    for cached in (clients.dynamodb, clients.s3, clients._session, environment):
        cached.cache_clear()


@pytest.fixture
def load(
    table: str, bucket: str, s3: "S3Client", monkeypatch: pytest.MonkeyPatch
) -> Iterator[Load]:
    """Loads a door, with the variables that the template gives it."""
    s3.create_bucket(Bucket="longrun-signed", ObjectLockEnabledForBucket=True)
    for variable, value in {
        "TABLE": table,
        "BUCKET": bucket,
        "SIGNED_BUCKET": "longrun-signed",
        "TIME_ZONE": "Europe/Kyiv",
        "RETENTION_DAYS": "7",
    }.items():
        monkeypatch.setenv(variable, value)
    _forget()

    def loaded(door: str) -> Any:
        path = ROOT / "functions" / "compositions" / door / "app.py"
        spec = spec_from_file_location(f"compositions_{door}_door", path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield loaded
    _forget()


class Stack:
    """The doors, and what comes before and after them."""

    def __init__(self, load: Load, operations: DynamoOperations) -> None:
        self.doors = {name: load(name) for name in ("create", "sign", "cancel", "registry")}
        self.operations = operations
        self.lifecycle = Lifecycle(
            store=operations,
            kinds=KINDS,
            retention=timedelta(days=7),
            clock=lambda: datetime.now(UTC),
            workflows=MemoryWorkflows(),
        )

    def admin(self, command: str, **arguments: object) -> dict[str, Any]:
        document = {"command": command, "tenant": "acme"} | arguments
        answer: dict[str, Any] = self.doors["registry"].handler(document, None)
        return answer

    def load_registry(self) -> dict[str, Any]:
        content = base64.b64encode((SAMPLES / "registry.json").read_bytes()).decode()
        return self.admin("registry.load", file="registry.json", content=content)

    def job(self, verb: str, order: Mapping[str, Any]) -> Operation:
        request = Request(kind=f"composition.{verb}", input=order)
        caller = Somebody(id=DOCTOR["principal"])
        operation_id = self.lifecycle.accept(request, caller).operation.id
        self.lifecycle.begin(operation_id)
        try:
            assert self.doors[verb].handler({"operationId": operation_id}, None) is None
        except WorkRefused:
            return self.operations.get(operation_id)
        return self.lifecycle.succeed(operation_id)

    def create(self) -> Composition:
        document = json.loads((SAMPLES / "sickness.json").read_bytes())
        return self.composition(self.job("create", {"composition": document}))

    def sign(self, composition: Composition, content: object) -> Operation:
        return self.job("sign", _signed(composition, content))

    def composition(self, operation: Operation) -> Composition:
        assert operation.errors == ()
        (resource,) = [each for each in operation.resources if each.type == "COMPOSITION"]
        found: Composition = self.doors["create"]._ENGINE.composition("acme", resource.id)
        return found


def _signed(composition: Composition, content: object) -> dict[str, str]:
    blob = by_hand(json.dumps(content).encode(), SIGNER)
    return {"composition": composition.id, "data": base64.b64encode(blob).decode()}


@pytest.fixture
def stack(load: Load, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str) -> Stack:
    directory = DynamoDirectory(client=dynamodb, table=table)
    directory.add_tenant(Tenant(id="acme", name="Acme", active=True, created=TODAY, version=1))
    return Stack(load, dynamo)


def test_a_composition_is_created_signed_and_canceled(
    stack: Stack, s3: "S3Client", caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        loaded = stack.load_registry()
        trusted = stack.admin("compositions.trust", roots=CA.pem)
    assert loaded["registry"]["loaded"]["employees"] == len(REGISTRY["employees"])
    assert [root["subject"] for root in trusted["trust"]["roots"]] == ["CN=Root,C=UA"]
    for said in (DOCTOR["name"], DOCTOR["taxNumber"]):
        assert said not in caplog.text

    created = stack.create()
    final = stack.composition(stack.sign(created, created.data))
    assert final.status is CompositionStatus.FINAL
    assert final.signature is not None
    assert (final.signature.signer, final.signature.tax_number) == (
        DOCTOR["name"],
        DOCTOR["taxNumber"],
    )
    key = f"signed/acme/{final.id}/{final.signature.operation}.p7s"
    assert final.signature.key == key
    archived = s3.get_object(Bucket="longrun-signed", Key=key)["Body"].read()
    assert archived.startswith(b"0")

    order = _signed(final, cancellation(final, "INCORRECT_OTHER"))
    canceled = stack.composition(stack.job("cancel", order))
    assert canceled.status is CompositionStatus.ENTERED_IN_ERROR
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket="longrun-signed")["Contents"]]
    assert len(keys) == 2


def test_without_trusted_roots_nobodys_signature_holds(stack: Stack) -> None:
    stack.load_registry()
    created = stack.create()
    refused = stack.sign(created, created.data)
    assert [fault.code for fault in refused.errors] == [str(int(Code.SIGNATURE_INVALID))]


def test_another_tenants_roots_are_not_ours(stack: Stack) -> None:
    stack.load_registry()
    assert stack.admin("compositions.trust", tenant="globex", roots=CA.pem)["error"]["code"] == (
        "unknown"
    )
    created = stack.create()
    assert stack.sign(created, created.data).errors


def test_the_sample_event_is_answered(stack: Stack) -> None:
    event = json.loads((ROOT / "events" / "compositions-registry-load.json").read_bytes())
    loaded = stack.doors["registry"].handler(event, None)["registry"]["loaded"]
    assert loaded["positions"] == 1


def test_what_breaks_on_our_side_is_logged_and_told_in_a_sentence(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    door = stack.doors["registry"]

    def failing(error: Exception) -> None:
        def fail(document: object, office: object) -> None:
            raise error

        monkeypatch.setattr(door, "answer", fail)

    failing(Interrupted("The registry"))
    assert stack.admin("registry.load")["error"]["code"] == "unavailable"
    failing(RuntimeError("boom"))
    with caplog.at_level("INFO"):
        assert stack.admin("registry.load")["error"]["code"] == "internal"
        assert "error" in door.handler([], None)
    assert "boom" in caplog.text
