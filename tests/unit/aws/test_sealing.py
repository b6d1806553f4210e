"""Secrets sealed with a key of the platform's, in moto."""

import logging
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from longrun.aws.operations import DynamoOperations
from longrun.aws.sealing import KmsSealer
from longrun.aws.stream import operations, records
from longrun.operations.errors import Interrupted
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.secrets import SECRET_BYTES, SealBroken
from tests.unit.aws.conftest import REGION
from tests.unit.operations.fakes import KINDS, NOW, RETENTION, MemoryWorkflows, Person, an_errand

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

SECRET = "correct horse, Grüße"


@pytest.fixture
def kms(aws: None) -> "KMSClient":
    return boto3.client("kms", region_name=REGION)


@pytest.fixture
def key(kms: "KMSClient") -> str:
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def sealer(kms: "KMSClient", key: str) -> KmsSealer:
    return KmsSealer(client=lambda: kms, key=lambda: key)


@pytest.mark.parametrize("secret", [SECRET, "four", "é" * (SECRET_BYTES // 2)])
def test_what_was_sealed_opens_in_its_own_context(sealer: KmsSealer, secret: str) -> None:
    sealed = sealer.seal(secret, "one")
    assert secret.encode() not in sealed
    assert sealer.open(sealed, "one") == secret


def test_it_opens_in_no_other_and_not_when_damaged(sealer: KmsSealer) -> None:
    sealed = sealer.seal(SECRET, "one")
    for broken, context in ((sealed, "other"), (sealed[:-1] + b"?", "one")):
        with pytest.raises(SealBroken, match=context) as refused:
            sealer.open(broken, context)
        assert SECRET not in str(refused.value)


def test_neither_client_nor_key_is_asked_for_before_there_is_a_secret() -> None:
    def never() -> Any:
        raise AssertionError

    KmsSealer(client=never, key=never)


class TestFaults:
    @pytest.fixture
    def stubbed(self, kms: "KMSClient") -> Iterator[Stubber]:
        with Stubber(kms) as stubber:
            yield stubber

    @pytest.mark.parametrize(
        "code",
        [
            "ThrottlingException",
            "KMSInternalException",
            "DependencyTimeoutException",
            "KeyUnavailableException",
        ],
    )
    def test_a_throttled_or_ailing_service_interrupts(
        self, sealer: KmsSealer, stubbed: Stubber, code: str
    ) -> None:
        for method, call in (
            ("encrypt", lambda: sealer.seal(SECRET, "one")),
            ("decrypt", lambda: sealer.open(b"sealed", "one")),
        ):
            stubbed.add_client_error(method, code)
            with pytest.raises(Interrupted, match="The key service could not answer"):
                call()

    def test_what_opens_as_no_text_was_not_sealed_here(
        self, sealer: KmsSealer, stubbed: Stubber
    ) -> None:
        stubbed.add_response("decrypt", {"Plaintext": b"secret \xff"})
        with pytest.raises(SealBroken) as refused:
            sealer.open(b"sealed", "one")
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__

    def test_what_is_forbidden_is_not_called_broken(
        self, sealer: KmsSealer, stubbed: Stubber
    ) -> None:
        stubbed.add_client_error("decrypt", "AccessDeniedException")
        with pytest.raises(ClientError):
            sealer.open(b"sealed", "one")


def test_an_accepted_secret_stands_nowhere_in_the_table_and_in_no_event(
    sealer: KmsSealer, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
) -> None:
    lifecycle = Lifecycle(
        store=dynamo,
        workflows=MemoryWorkflows(),
        kinds=KINDS,
        retention=RETENTION,
        clock=lambda: NOW,
        sealer=sealer,
    )
    request = an_errand(secret=SECRET, key="k1", claim="catalogue")
    operation = lifecycle.accept(request, Person()).operation
    assert lifecycle.secret(operation.id) == SECRET
    entries = dynamodb.scan(TableName=table)["Items"]
    assert len(entries) == 4
    assert not any(SECRET in repr(entry) for entry in entries)
    [item] = [entry for entry in entries if entry["SK"]["S"] == "OP"]
    # A stream hands bytes over as base64.
    image = {**item, "sealed": {"B": "AQIDAHg="}}
    keys = {"PK": item["PK"], "SK": item["SK"]}
    record = {"Keys": keys, "NewImage": image, "SequenceNumber": "1"}
    record["ApproximateCreationDateTime"] = NOW.timestamp()
    [seen] = operations(list(records({"Records": [{"dynamodb": record}]})))
    assert seen.after == operation


def test_no_client_writes_its_requests_into_the_log(
    sealer: KmsSealer, caplog: pytest.LogCaptureFixture
) -> None:
    # Whoever has a client has loaded this module.
    import_module("longrun.aws.clients")
    caplog.set_level(logging.DEBUG)
    sealer.open(sealer.seal(SECRET, "one"), "one")
    assert not [record for record in caplog.records if "Plaintext" in record.getMessage()]
    assert not logging.getLogger("botocore.endpoint").isEnabledFor(logging.DEBUG)
