"""The bucket and the table as the template makes them, in moto: no sockets, no account."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from longrun.aws.artefacts import S3Artefacts
from longrun.aws.operations import DynamoOperations
from longrun.operations.store import OperationStore
from tests.unit.operations.fakes import MemoryOperations

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

REGION = "us-east-1"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """AWS in memory, with credentials that are none, whatever the environment says."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


@pytest.fixture
def s3(aws: None) -> "S3Client":
    """A client of the object store."""
    return boto3.client("s3", region_name=REGION)


@pytest.fixture
def bucket(s3: "S3Client") -> str:
    """The name of an empty, versioned bucket."""
    name = "longrun-test"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


@pytest.fixture
def dynamodb(aws: None) -> "DynamoDBClient":
    """A client of the database."""
    return boto3.client("dynamodb", region_name=REGION)


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> str:
    """The name of the single table, empty, with its indexes and its stream."""
    name = "longrun-test"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
            {"AttributeName": "activeIn", "AttributeType": "S"},
            {"AttributeName": "dueIn", "AttributeType": "S"},
            {"AttributeName": "dueAt", "AttributeType": "N"},
            {"AttributeName": "listedIn", "AttributeType": "S"},
            {"AttributeName": "timeAccepted", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": partition, "KeyType": "HASH"},
                    {"AttributeName": order, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, partition, order in (
                ("active", "activeIn", "timeAccepted"),
                ("due", "dueIn", "dueAt"),
                ("tenant", "listedIn", "timeAccepted"),
            )
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return name


@pytest.fixture
def dynamo(dynamodb: "DynamoDBClient", table: str, s3: "S3Client", bucket: str) -> DynamoOperations:
    """The store on DynamoDB."""
    return DynamoOperations(client=dynamodb, table=table, artefacts=S3Artefacts(s3, bucket))


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> OperationStore:
    """Each store: what every one must do is held against both."""
    if request.param == "memory":
        return MemoryOperations()
    store: DynamoOperations = request.getfixturevalue("dynamo")
    return store
