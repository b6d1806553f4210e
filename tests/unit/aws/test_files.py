"""The catalogue of files in DynamoDB, against moto."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from longrun.aws.artefacts import S3Artefacts
from longrun.aws.entity_ids import DynamoEntityIds
from longrun.aws.files import DynamoFiles, keys, to_item
from longrun.aws.restoring import Mark
from longrun.filestore import (
    FileIdTaken,
    FileIndex,
    FileNotFound,
    FileStore,
    FileType,
    ManagedFile,
)
from longrun.filestore.managed_file import awaited_file
from longrun.operations.artefacts import Artefact
from longrun.operations.errors import Interrupted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

CREATED = datetime(2026, 11, 20, 10, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def index(dynamodb: "DynamoDBClient", table: str) -> DynamoFiles:
    return DynamoFiles(dynamodb, table, page=2)


def a_file(
    file_id: int,
    name: str = "customers.csv",
    *,
    tenant: str = "acme",
    kind: FileType = FileType.DATA_FILE,
    persistent: bool = False,
) -> ManagedFile:
    file = awaited_file(
        file_id=file_id,
        tenant=tenant,
        kind=kind,
        name=name,
        media_type="text/csv",
        persistent=persistent,
        created=CREATED,
        lifetime=timedelta(days=7),
    )
    return file.filled(
        Artefact(key=file.key, media_type="text/csv", size=12, sha256="ab" * 32, version="v1")
    )


def count(dynamodb: "DynamoDBClient", table: str) -> int:
    return dynamodb.scan(TableName=table, Select="COUNT")["Count"]


def test_it_is_a_file_index(index: DynamoFiles) -> None:
    protocol: FileIndex = index
    assert protocol is index


@pytest.mark.parametrize("persistent", [True, False])
def test_a_file_comes_back_as_it_was_entered(index: DynamoFiles, persistent: bool) -> None:
    file = a_file(1000, persistent=persistent)
    index.put(file)
    assert index.get("acme", 1000) == file
    assert list(index.named("acme", FileType.DATA_FILE, "customers")) == [file]


def test_a_directory_comes_back_as_it_was_entered(index: DynamoFiles) -> None:
    directory = replace(a_file(1000, "letters", kind=FileType.OUTPUT), entries=3, version=None)
    index.put(directory)
    assert index.get("acme", 1000) == directory


def test_another_tenants_file_is_not_there(index: DynamoFiles) -> None:
    index.put(a_file(1000))
    assert index.get("globex", 1000) is None
    assert list(index.named("globex", FileType.DATA_FILE, "customers")) == []
    assert list(index.list("globex", list(FileType))) == []


def test_entering_the_same_file_twice_is_harmless(
    index: DynamoFiles, dynamodb: "DynamoDBClient", table: str
) -> None:
    index.put(a_file(1000))
    index.put(a_file(1000))
    assert count(dynamodb, table) == 2


def test_an_id_is_never_given_to_another_file(index: DynamoFiles) -> None:
    index.put(a_file(1000))
    with pytest.raises(FileIdTaken):
        index.put(a_file(1000, "other.csv"))
    assert list(index.named("acme", FileType.DATA_FILE, "other")) == []


def test_of_one_name_the_newest_comes_first(index: DynamoFiles) -> None:
    for file_id in (999, 1000, 20000):
        index.put(a_file(file_id))
    found = index.named("acme", FileType.DATA_FILE, "customers")
    assert [file.id for file in found] == [20000, 1000, 999]


def test_stems_with_the_separator_in_them_are_not_mixed_up(index: DynamoFiles) -> None:
    index.put(a_file(1000, "a.csv"))
    index.put(a_file(1001, "a#1.csv"))
    index.put(a_file(1002, "a#5#0000000000001000.csv"))
    assert [f.id for f in index.named("acme", FileType.DATA_FILE, "a")] == [1000]
    assert [f.id for f in index.named("acme", FileType.DATA_FILE, "a#1")] == [1001]


def test_a_list_goes_beyond_one_page_and_keeps_to_the_types(index: DynamoFiles) -> None:
    for file_id in range(1000, 1007):
        index.put(a_file(file_id, f"{file_id}.zip", kind=FileType.TEMPLATE))
    index.put(a_file(2000, "preset.yaml", kind=FileType.JOB_CREATION_CONFIG))
    index.put(a_file(2001))
    found = index.list("acme", [FileType.TEMPLATE, FileType.JOB_CREATION_CONFIG])
    assert [file.id for file in found] == [*range(1000, 1007), 2000]


def test_removing_takes_id_and_name_and_only_once(
    index: DynamoFiles, dynamodb: "DynamoDBClient", table: str
) -> None:
    index.put(a_file(1000))
    assert index.remove(a_file(1000)) is True
    assert count(dynamodb, table) == 0
    assert index.remove(a_file(1000)) is False


def test_items_of_transient_files_outlive_them_by_the_tombstone(
    index: DynamoFiles, dynamodb: "DynamoDBClient", table: str
) -> None:
    index.put(a_file(1000))
    index.put(a_file(1001, persistent=True))
    items = dynamodb.scan(TableName=table)["Items"]
    expected = str(int((CREATED + timedelta(days=7 + 3)).timestamp()))
    assert [item["ttl"]["N"] for item in items if "ttl" in item] == [expected] * 2


def test_an_awaited_file_arrives_once(index: DynamoFiles) -> None:
    file = a_file(1000)
    index.put(replace(file, awaited=True, size=0, sha256="", version=None))
    assert index.arrive(file) is True
    assert index.get("acme", 1000) == file
    assert list(index.named("acme", FileType.DATA_FILE, "customers")) == [file]
    assert index.arrive(replace(file, version="v2")) is False
    assert index.get("acme", 1000) == file


def test_what_was_never_announced_cannot_arrive(index: DynamoFiles) -> None:
    assert index.arrive(a_file(1000)) is False
    assert index.get("acme", 1000) is None


def cancelled(*codes: str) -> dict[str, list[dict[str, str]]]:
    return {"CancellationReasons": [{"Code": code} for code in codes]}


def test_a_conflict_with_another_transaction_is_tried_again(
    index: DynamoFiles, dynamodb: "DynamoDBClient"
) -> None:
    with Stubber(dynamodb) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields=cancelled("TransactionConflict", "None"),
        )
        stub.add_response("transact_write_items", {})
        assert index.remove(a_file(1000)) is True
        stub.assert_no_pending_responses()


def test_conflicts_without_end_interrupt_the_caller(
    index: DynamoFiles, dynamodb: "DynamoDBClient"
) -> None:
    with Stubber(dynamodb) as stub:
        for _ in range(3):
            stub.add_client_error(
                "transact_write_items",
                "TransactionCanceledException",
                modeled_fields=cancelled("TransactionConflict", "None"),
            )
        with pytest.raises(Interrupted):
            index.remove(a_file(1000))


def test_other_reasons_are_not_hidden(index: DynamoFiles, dynamodb: "DynamoDBClient") -> None:
    with Stubber(dynamodb) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields=cancelled("ValidationError", "None"),
        )
        with pytest.raises(ClientError):
            index.remove(a_file(1000))


def test_a_throttled_table_interrupts_the_caller(
    index: DynamoFiles, dynamodb: "DynamoDBClient"
) -> None:
    with Stubber(dynamodb) as stub:
        stub.add_client_error("get_item", "ProvisionedThroughputExceededException")
        stub.add_client_error("query", "ThrottlingException")
        with pytest.raises(Interrupted):
            index.get("acme", 1)
        with pytest.raises(Interrupted):
            list(index.list("acme", [FileType.TEMPLATE]))


def test_the_file_store_works_on_aws(
    index: DynamoFiles, dynamodb: "DynamoDBClient", table: str, s3: "S3Client", bucket: str
) -> None:
    store = FileStore(
        artefacts=S3Artefacts(s3, bucket), index=index, ids=DynamoEntityIds(dynamodb, table)
    )
    file = store.add("acme", FileType.DATA_FILE, "Kunden №1 (März).csv", b"a,b\n1,2\n")
    assert file.key == f"files/transient/acme/{file.id}/Kunden №1 (März).csv"
    assert store.find("acme", FileType.DATA_FILE, "Kunden №1 (März)") == file
    awaited = store.announce("acme", FileType.DATA_FILE, "big.csv")
    with pytest.raises(FileNotFound):
        store.get("acme", awaited.id)
    s3.put_object(Bucket=bucket, Key=awaited.key, Body=b"uploaded")
    assert store.get("acme", awaited.id).size == 8
    for doomed in (file, awaited):
        assert store.delete("acme", doomed.id, in_use=lambda *_: False) is True
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)


def close_gate(dynamodb: "DynamoDBClient", table: str, until: float) -> None:
    gate = {
        "PK": {"S": "RESTORE#acme"},
        "SK": {"S": "GATE"},
        "restore": {"S": "op-1"},
        "attempt": {"S": "a-1"},
        "until": {"N": str(until)},
    }
    dynamodb.put_item(TableName=table, Item=gate)


def mark(
    dynamodb: "DynamoDBClient", table: str, file: ManagedFile, becomes: ManagedFile | None
) -> None:
    entry = to_item(becomes) if becomes else None
    made = Mark(restore="op-1", attempt="a-1", tenant="acme", entry=entry)
    for key in keys(file):
        dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET pending = :mark",
            ExpressionAttributeValues={":mark": made.value()},
        )


def commit(dynamodb: "DynamoDBClient", table: str) -> None:
    item = {"PK": {"S": "RESTORE#acme"}, "SK": {"S": "op-1"}, "attempt": {"S": "a-1"}}
    dynamodb.put_item(TableName=table, Item=item)


def resource(file_id: int, name: str = "letter.zip") -> ManagedFile:
    return a_file(file_id, name, kind=FileType.TEMPLATE, persistent=True)


def test_a_resource_is_what_a_restore_makes_of_it_from_its_commit_on(
    dynamodb: "DynamoDBClient", table: str, index: DynamoFiles
) -> None:
    file = resource(1000)
    restored = replace(file, key="files/persistent/acme/1000/op-1/letter.zip", version="v2")
    gone = resource(1001)
    for each in (file, gone):
        index.put(each)
    mark(dynamodb, table, file, restored)
    mark(dynamodb, table, gone, None)
    assert index.get("acme", 1000) == file
    assert list(index.named("acme", FileType.TEMPLATE, "letter")) == [gone, file]
    assert list(index.list("acme", [FileType.TEMPLATE])) == [file, gone]

    commit(dynamodb, table)

    assert index.get("acme", 1000) == restored
    assert index.get("acme", 1001) is None
    assert list(index.named("acme", FileType.TEMPLATE, "letter")) == [restored]
    assert list(index.list("acme", [FileType.TEMPLATE])) == [restored]


def test_a_resource_that_a_restore_brings_is_there_from_its_commit_on(
    dynamodb: "DynamoDBClient", table: str, index: DynamoFiles
) -> None:
    brought = resource(1000)
    mark(dynamodb, table, brought, brought)
    for key in keys(brought):
        dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET placeholder = :true",
            ExpressionAttributeValues={":true": {"BOOL": True}},
        )
    assert index.get("acme", 1000) is None
    assert list(index.named("acme", FileType.TEMPLATE, "letter")) == []
    commit(dynamodb, table)
    assert index.get("acme", 1000) == brought
    assert list(index.named("acme", FileType.TEMPLATE, "letter")) == [brought]
    assert index.remove(brought)
    assert index.get("acme", 1000) is None


def test_no_resource_comes_or_goes_while_a_restore_is_at_work(
    dynamodb: "DynamoDBClient", table: str, index: DynamoFiles
) -> None:
    file = resource(1000)
    index.put(file)
    mark(dynamodb, table, file, None)
    close_gate(dynamodb, table, time.time() + 60)
    with pytest.raises(Interrupted, match="being restored"):
        index.put(resource(1001))
    with pytest.raises(Interrupted, match="being restored"):
        index.remove(file)
    index.put(a_file(1002))
    assert index.get("acme", 1001) is None


def test_a_restore_that_died_stops_nobody_for_long(
    dynamodb: "DynamoDBClient", table: str, index: DynamoFiles
) -> None:
    file, awaited = resource(1000), replace(resource(1001), awaited=True)
    for each in (file, awaited):
        index.put(each)
        mark(dynamodb, table, each, None)
    close_gate(dynamodb, table, time.time() - 1)
    index.put(resource(1002))
    assert index.arrive(replace(awaited, awaited=False))
    assert index.remove(file)
    assert [each.id for each in index.list("acme", [FileType.TEMPLATE])] == [1001, 1002]
