"""What follows from a change, on AWS: the stream it is read from, the log and the bus."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.stub import Stubber

from longrun.aws.bus import EventBridgeBus, EventsRefused, Notice
from longrun.aws.history import DynamoEventLog
from longrun.aws.operation_items import TOMBSTONE
from longrun.aws.operations import DynamoOperations
from longrun.aws.stream import GROUP, Follower, Record, again_from, follow_up, operations, records
from longrun.operations.errors import Interrupted
from longrun.operations.history import Event
from longrun.operations.operation import Operation
from longrun.operations.states import RUNNING, Status
from longrun.operations.store import Change
from tests.unit.operations.fakes import NOW, RETENTION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient

OPERATION = str(uuid4())


def an_event(sequence: int = 1, **parts: Any) -> Event:
    defaults: dict[str, Any] = {
        "operation_id": OPERATION,
        "tenant": "acme",
        "sequence": sequence,
        "type": "progress",
        "time": NOW + timedelta(seconds=sequence),
        "detail": {"kind": "test.work", "status": "IN_PROGRESS", "percentComplete": 12.5},
    }
    return Event(**defaults | parts)


class TestStream:
    def test_a_change_is_read_as_the_operation_before_and_after_it(
        self, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        store = DynamoOperations(client=dynamodb, table=table)
        before = Operation(
            id=OPERATION,
            kind="test.work",
            tenant="acme",
            owner="ann",
            status=Status.ACCEPTED,
            accepted=NOW,
            tags={"batch": "1"},
        )
        store.create(before, {}, due=NOW, input_until=NOW, idempotency=None)
        old = _image(dynamodb, table)
        after = store.change(
            OPERATION, Change(allowed=RUNNING, status=Status.IN_PROGRESS, started=NOW)
        )
        batch = {
            "Records": [
                _record("101", NewImage=old),
                _record("102", OldImage=old, NewImage=_image(dynamodb, table)),
            ]
        }
        found = list(records(batch))
        assert [record.mark for record in found] == ["101", "102"]
        new, changed = operations(found)
        assert (new.before, new.after) == (None, before)
        assert (changed.before, changed.after) == (before, after)
        assert changed.time == datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def test_what_else_the_table_holds_is_passed_over(self) -> None:
        batch = [
            _record("1", "INPUT", NewImage={"PK": {"S": "OP#x"}}),
            _record("2", "EV#00000001", NewImage={"PK": {"S": "OP#x"}}),
            _record("3", "OP", OldImage={"PK": {"S": "OP#x"}}),
        ]
        found = list(records({"Records": batch}))
        assert [record.mark for record in found] == ["1", "2"]
        assert operations(found) == []

    def test_every_follower_sees_every_record_in_order(self) -> None:
        seen: dict[str, list[str]] = {"one": [], "other": []}

        def following(name: str) -> Follower:
            return lambda group: seen[name].extend(record.mark for record in group)

        assert follow_up(_batch(25), [following("one"), following("other")]) is None
        assert seen["one"] == seen["other"] == [str(number) for number in range(25)]

    def test_the_stream_is_seen_again_from_the_first_record_that_may_be_lost(self) -> None:
        followed: list[str] = []

        def refusing(group: Sequence[Record]) -> None:
            if any(record.mark == "17" for record in group):
                raise Interrupted("The bus")

        def following(group: Sequence[Record]) -> None:
            followed.extend(record.mark for record in group)

        assert follow_up(_batch(25), [refusing, following]) == str(GROUP)
        assert followed == [str(number) for number in range(GROUP)]

    def test_the_answer_names_the_record_to_begin_again_from(self) -> None:
        assert again_from(None) == {"batchItemFailures": []}
        assert again_from("102") == {"batchItemFailures": [{"itemIdentifier": "102"}]}


class TestLog:
    @pytest.fixture
    def log(self, dynamodb: "DynamoDBClient", table: str) -> DynamoEventLog:
        return DynamoEventLog(client=dynamodb, table=table, retention=RETENTION)

    def test_events_are_read_back_in_order(self, log: DynamoEventLog) -> None:
        events = [an_event(sequence) for sequence in range(1, 31)]
        log.keep(events[::-1])
        log.keep([an_event(operation_id=str(uuid4()))])
        assert list(log.events(OPERATION)) == events
        assert list(log.events("nobody")) == []

    def test_reading_goes_on_after_what_is_known(self, log: DynamoEventLog) -> None:
        events = [an_event(sequence) for sequence in range(1, 13)]
        log.keep(events)
        assert list(log.events(OPERATION, after=9)) == events[9:]
        assert list(log.events(OPERATION, after=12)) == []

    def test_an_event_kept_twice_is_one(self, log: DynamoEventLog) -> None:
        log.keep([an_event(), an_event()])
        log.keep([an_event()])
        assert list(log.events(OPERATION)) == [an_event()]

    @pytest.mark.parametrize(
        ("expires", "until"),
        [(None, NOW + RETENTION), (NOW + timedelta(days=1), NOW + timedelta(days=1))],
    )
    def test_an_event_goes_with_its_operation(
        self,
        log: DynamoEventLog,
        dynamodb: "DynamoDBClient",
        table: str,
        expires: datetime | None,
        until: datetime,
    ) -> None:
        log.keep([an_event(time=NOW, expires=expires)])
        [item] = dynamodb.scan(TableName=table)["Items"]
        assert (item["PK"], item["SK"]) == ({"S": f"OP#{OPERATION}"}, {"S": "EV#00000001"})
        assert item["ttl"] == {"N": str(int((until + TOMBSTONE).timestamp()))}
        assert item.keys().isdisjoint({"activeIn", "listedIn", "dueIn"})

    def test_events_that_found_no_capacity_are_tried_again(
        self, log: DynamoEventLog, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        left = {table: [{"PutRequest": {"Item": {"PK": {"S": "x"}, "SK": {"S": "y"}}}}]}
        with Stubber(dynamodb) as stubber:
            stubber.add_response("batch_write_item", {"UnprocessedItems": left})
            stubber.add_response(
                "batch_write_item", {"UnprocessedItems": {}}, {"RequestItems": left}
            )
            log.keep([an_event()])
            for _ in range(3):
                stubber.add_response("batch_write_item", {"UnprocessedItems": left})
            with pytest.raises(Interrupted):
                log.keep([an_event()])
            stubber.add_client_error("batch_write_item", "ThrottlingException")
            with pytest.raises(Interrupted):
                log.keep([an_event()])


class TestBus:
    @pytest.fixture
    def client(self, aws: None) -> "EventBridgeClient":
        return boto3.client("events", region_name="us-east-1")

    @pytest.fixture
    def stubber(self, client: "EventBridgeClient") -> Iterator[Stubber]:
        with Stubber(client) as stubber:
            yield stubber
            stubber.assert_no_pending_responses()

    @pytest.fixture
    def bus(self, client: "EventBridgeClient") -> EventBridgeBus:
        return EventBridgeBus(client=client, name="longrun-test")

    def test_an_event_says_whose_and_which_and_what(
        self, bus: EventBridgeBus, stubber: Stubber
    ) -> None:
        detail = {
            "operationId": OPERATION,
            "tenant": "acme",
            "sequence": 1,
            "kind": "test.work",
            "status": "IN_PROGRESS",
            "percentComplete": 12.5,
        }
        entry = {
            "EventBusName": "longrun-test",
            "Source": "longrun",
            "DetailType": "Operation Progress",
            "Time": NOW + timedelta(seconds=1),
            "Detail": json.dumps(detail),
        }
        taken = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
        stubber.add_response("put_events", taken, {"Entries": [entry]})
        bus.announce([an_event()])

    def test_a_notice_goes_as_it_is(self, bus: EventBridgeBus, stubber: Stubber) -> None:
        entry = {
            "EventBusName": "longrun-test",
            "Source": "longrun",
            "DetailType": "something.happened",
            "Time": NOW,
            "Detail": '{"id": "1"}',
        }
        taken = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
        stubber.add_response("put_events", taken, {"Entries": [entry]})
        bus.tell([Notice(name="something.happened", time=NOW, detail={"id": "1"})])

    def test_many_events_go_ten_at_a_time(self, bus: EventBridgeBus, stubber: Stubber) -> None:
        for count in (10, 10, 5):
            entries = [{"EventId": str(number)} for number in range(count)]
            stubber.add_response("put_events", {"FailedEntryCount": 0, "Entries": entries})
        bus.announce([an_event(sequence) for sequence in range(25)])

    @pytest.mark.parametrize("code", ["ThrottlingException", "InternalFailure"])
    def test_events_that_were_throttled_interrupt(
        self, bus: EventBridgeBus, stubber: Stubber, code: str
    ) -> None:
        entries = [{"EventId": "1"}, {"ErrorCode": code, "ErrorMessage": "…"}]
        stubber.add_response("put_events", {"FailedEntryCount": 1, "Entries": entries})
        with pytest.raises(Interrupted):
            bus.announce([an_event(1), an_event(2)])
        stubber.add_client_error("put_events", code)
        with pytest.raises(Interrupted):
            bus.announce([an_event(1)])

    def test_events_refused_for_good_are_told_by_their_codes(
        self, bus: EventBridgeBus, stubber: Stubber
    ) -> None:
        entries = [{"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "…"}]
        stubber.add_response("put_events", {"FailedEntryCount": 1, "Entries": entries})
        with pytest.raises(EventsRefused, match="NotAuthorizedForSourceException"):
            bus.announce([an_event()])


def _image(dynamodb: "DynamoDBClient", table: str) -> Any:
    key: Any = {"PK": {"S": f"OP#{OPERATION}"}, "SK": {"S": "OP"}}
    return dynamodb.get_item(TableName=table, Key=key)["Item"]


def _batch(count: int) -> dict[str, Any]:
    image = {"PK": {"S": f"OP#{OPERATION}"}}
    return {"Records": [_record(str(number), NewImage=image) for number in range(count)]}


def _record(mark: str, sort: str = "OP", **images: Any) -> dict[str, Any]:
    change = {
        "Keys": {"PK": {"S": f"OP#{OPERATION}"}, "SK": {"S": sort}},
        "SequenceNumber": mark,
        "ApproximateCreationDateTime": NOW.timestamp(),
        **images,
    }
    return {"eventSource": "aws:dynamodb", "dynamodb": change}
