"""The compositions API over AWS in memory, for each test its own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from longrun.aws import clients
from longrun.aws.environment import environment
from tests.contract.compositions.world import BUCKET, PUBLIC, World, make_world

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
def world(bucket: str, table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Both doors, wired as deployed but for the workflow engine and the signatures."""
    assert bucket == BUCKET
    for name, value in {
        "TABLE": table,
        "BUCKET": bucket,
        "PUBLIC_BASE_URL": PUBLIC + "/",
        "RETENTION_DAYS": "7",
        "TIME_ZONE": "Europe/Kyiv",
        "WORKFLOW_PREFIX": "arn:aws:states:us-east-1:123456789012:stateMachine:longrun-",
    }.items():
        monkeypatch.setenv(name, value)
    environment.cache_clear()
    yield make_world(monkeypatch)
    environment.cache_clear()


def _forget_clients() -> None:
    for made in (clients.dynamodb, clients.s3):
        made.cache_clear()
