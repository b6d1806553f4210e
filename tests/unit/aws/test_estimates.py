"""The last ends of each kind on DynamoDB: one item, and nobody's writes are lost."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from longrun.aws.estimates import DynamoEstimates
from longrun.operations.errors import Interrupted
from longrun.operations.estimates import LAST, End
from tests.unit.operations.fakes import NOW

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def an_end(number: int) -> End:
    return End(
        operation_id=f"op-{number}",
        finished=NOW + timedelta(seconds=number),
        taken=timedelta(milliseconds=1500 + number),
    )


@pytest.fixture
def estimates(dynamodb: "DynamoDBClient", table: str) -> DynamoEstimates:
    return DynamoEstimates(dynamodb, table)


def test_ends_are_read_back_each_kinds_own(estimates: DynamoEstimates) -> None:
    estimates.note("a.kind", [an_end(2), an_end(1)])
    estimates.note("b.kind", [an_end(3)])
    assert estimates.ends("a.kind") == [an_end(1), an_end(2)]
    assert estimates.ends("b.kind") == [an_end(3)]
    assert estimates.ends("c.kind") == []


def test_the_last_are_kept_in_one_item(
    estimates: DynamoEstimates, dynamodb: "DynamoDBClient", table: str
) -> None:
    for number in range(LAST + 5):
        estimates.note("a.kind", [an_end(number)])
    assert estimates.ends("a.kind") == [an_end(number) for number in range(5, LAST + 5)]
    [item] = dynamodb.scan(TableName=table)["Items"]
    assert (item["PK"], item["SK"]) == ({"S": "ESTIMATE#a.kind"}, {"S": "ESTIMATE"})


def test_what_was_told_before_writes_nothing(
    estimates: DynamoEstimates, dynamodb: "DynamoDBClient", table: str
) -> None:
    estimates.note("a.kind", [an_end(number) for number in range(LAST + 1)])
    before = dynamodb.scan(TableName=table)["Items"]
    estimates.note("a.kind", [an_end(3), an_end(0)])
    assert dynamodb.scan(TableName=table)["Items"] == before


def test_a_write_that_was_overtaken_looks_again(
    estimates: DynamoEstimates,
    dynamodb: "DynamoDBClient",
    table: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = DynamoEstimates(dynamodb, table)
    read = estimates._read
    others = [[an_end(2)], [an_end(3)]]

    def overtaken(kind: str, *, consistent: bool) -> Any:
        found = read(kind, consistent=consistent)
        if others:
            other.note(kind, others.pop())
        return found

    monkeypatch.setattr(estimates, "_read", overtaken)
    estimates.note("a.kind", [an_end(1)])
    assert other.ends("a.kind") == [an_end(1), an_end(2), an_end(3)]


def test_a_silent_database_interrupts(
    estimates: DynamoEstimates, dynamodb: "DynamoDBClient"
) -> None:
    with Stubber(dynamodb) as stubber:
        for call in (estimates.ends, lambda kind: estimates.note(kind, [an_end(1)])):
            stubber.add_client_error("get_item", "ThrottlingException")
            with pytest.raises(Interrupted):
                call("a.kind")
        for _ in range(5):
            stubber.add_response("get_item", {})
            stubber.add_client_error("put_item", "ConditionalCheckFailedException")
        with pytest.raises(Interrupted):
            estimates.note("a.kind", [an_end(1)])
        stubber.assert_no_pending_responses()
