"""The control plane over AWS in memory, for each test its own."""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from longrun.aws import clients
from longrun.aws.environment import environment
from longrun.aws.platform import AwsPlatform
from tests.contract.work_requests_control_plane.world import World

# The bucket and the table are those of the adapters' tests, made by the doors' own clients.
from tests.unit.aws.conftest import aws, bucket, table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

__all__ = ["aws", "bucket", "table"]


@pytest.fixture(scope="package", autouse=True)
def made_here() -> Iterator[None]:
    """Clients are slow to make: these tests make them once, in memory's AWS."""
    _forget_clients()
    yield
    _forget_clients()


@pytest.fixture
def s3(aws: None) -> "S3Client":
    return clients.s3()


@pytest.fixture
def dynamodb(aws: None) -> "DynamoDBClient":
    return clients.dynamodb()


@pytest.fixture
def deployed(bucket: str, table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of the function."""
    for name, value in {
        "TABLE": table,
        "BUCKET": bucket,
        "RETENTION_DAYS": "7",
        "WORKFLOW_PREFIX": "arn:aws:states:us-east-1:123456789012:stateMachine:longrun-",
    }.items():
        monkeypatch.setenv(name, value)
    environment.cache_clear()
    yield
    environment.cache_clear()


@pytest.fixture
def world(deployed: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """The door, wired as deployed but for the workflow engine."""
    # Only now, for it reads the environment, as a function's process does.
    door = importlib.import_module("functions.work_requests.control_plane.app")
    made = World(AwsPlatform(), door)
    monkeypatch.setattr(door, "app", made.app)
    return made


def _forget_clients() -> None:
    for made in (clients.dynamodb, clients.s3):
        made.cache_clear()
