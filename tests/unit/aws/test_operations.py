"""The operation store: what every one must do, held against the fake and against DynamoDB (moto).

Then what only the one on DynamoDB can get wrong: its items, its indexes, its faults.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longrun.aws.operation_items import TOMBSTONE, key
from longrun.aws.operations import INPUT_INLINE, DynamoOperations
from longrun.operations.artefacts import Artefact
from longrun.operations.errors import Interrupted, KeyInUse, OperationUnknown
from longrun.operations.operation import (
    Fault,
    Operation,
    Phase,
    Progress,
    Resource,
    Result,
    ResultFile,
    Source,
)
from longrun.operations.states import RUNNING, Status
from longrun.operations.store import (
    Change,
    ChangeRefused,
    Idempotency,
    KeyTaken,
    OperationStore,
)
from tests.unit.aws.stored import DUE, INPUT_UNTIL, REQUEST, SECOND, an_operation, begun, kept
from tests.unit.operations.fakes import KEY_LIFETIME, NOW, MemoryOperations

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

FIRST = Phase(name="First", start=0, end=100 / 3)
THEN = Phase(name="Then", start=100 / 3, end=100)
ACROSS = Phase(name="Across", start=20, end=50)
A_FAULT = Fault(
    code="FieldMissing",
    message="Record 17 has no name.",
    source=Source.USER,
    target="record 17, field name",
    timestamp=NOW,
)
LETTERS = Result(
    type="Output-Streamed",
    count=1,
    values={"fileId": "1002"},
    files=(
        ResultFile(
            name="letters.pdf",
            artefact=Artefact(
                key="results/acme/1/letters.pdf",
                media_type="application/pdf",
                size=12_345,
                sha256="ab" * 32,
                version="v1",
            ),
        ),
    ),
)
MANY = Result(
    type="Output-Managed-Info",
    count=5_000,
    manifest=Artefact(key="m", media_type="application/jsonl", size=1, sha256="cd" * 32),
)
UNDER_WAY = frozenset({Status.IN_PROGRESS})


class TestEveryStore:
    def test_what_was_kept_is_read_back(self, store: OperationStore) -> None:
        operation = kept(store, tags={"batch": "2026-11"}, subject="letter", retry_of="x")
        assert store.get(operation.id) == operation
        assert store.input(operation.id) == REQUEST

    def test_a_large_input_is_read_back_too(self, store: OperationStore) -> None:
        operation = an_operation()
        large = {"names": ["Zoë"] * 20_000}
        store.create(operation, large, due=DUE, input_until=INPUT_UNTIL, idempotency=None)
        assert store.input(operation.id) == large

    @pytest.mark.parametrize("operation_id", ["6f1c4f53-6c0e-4a0e-9f53-0d1d3a7f9a11", "junk", ""])
    def test_an_unknown_operation_is_told_as_such(
        self, store: OperationStore, operation_id: str
    ) -> None:
        change = Change(allowed=RUNNING, due=DUE)
        for call in (store.get, store.input, lambda each: store.change(each, change)):
            with pytest.raises(OperationUnknown) as unknown:
                call(operation_id)
            assert unknown.value.operation_id == operation_id

    def test_a_change_is_made_whole_and_read_back(self, store: OperationStore) -> None:
        operation = begun(store)
        assert (operation.status, operation.started, operation.version) == (
            Status.IN_PROGRESS,
            NOW,
            2,
        )
        change = Change(
            allowed=UNDER_WAY,
            status=Status.SUCCEEDED,
            finished=NOW + SECOND,
            expires=NOW + timedelta(days=7),
            errors=(A_FAULT, A_FAULT),
            error_count=150,
            result=LETTERS,
            resources=(Resource(type="DATA_SET", id="1", action="CREATED"),),
        )
        after = store.change(operation.id, change)
        assert after == store.get(operation.id)
        assert after == an_operation(
            id=operation.id,
            status=Status.SUCCEEDED,
            started=NOW,
            finished=change.finished,
            expires=change.expires,
            errors=change.errors,
            error_count=150,
            result=LETTERS,
            resources=change.resources,
            version=3,
        )

    def test_a_result_of_many_files_is_read_back(self, store: OperationStore) -> None:
        operation = begun(store)
        change = Change(allowed=UNDER_WAY, status=Status.SUCCEEDED, result=MANY)
        assert store.change(operation.id, change).result == MANY

    @pytest.mark.parametrize("allowed", [UNDER_WAY, frozenset({Status.CANCELING, Status.FAILED})])
    def test_a_change_from_another_state_is_refused_and_changes_nothing(
        self, store: OperationStore, allowed: frozenset[Status]
    ) -> None:
        operation = kept(store)
        with pytest.raises(ChangeRefused) as refused:
            store.change(operation.id, Change(allowed=allowed, status=Status.SUCCEEDED))
        assert refused.value.current == operation
        assert store.get(operation.id) == operation

    def test_phases_follow_one_another_and_are_begun_once(self, store: OperationStore) -> None:
        operation = begun(store)
        first = store.change(operation.id, Change(allowed=UNDER_WAY, enter=FIRST, total=4))
        assert first.progress == Progress(phase=FIRST, done=0, total=4)
        for refused in (FIRST, ACROSS):
            with pytest.raises(ChangeRefused):
                store.change(operation.id, Change(allowed=UNDER_WAY, enter=refused))
        then = store.change(operation.id, Change(allowed=UNDER_WAY, enter=THEN, total=0))
        assert then.progress == Progress(phase=THEN, done=0, total=0)
        with pytest.raises(ChangeRefused) as late:
            store.change(operation.id, Change(allowed=UNDER_WAY, enter=FIRST))
        assert late.value.current == then

    def test_units_count_within_their_phase_only(self, store: OperationStore) -> None:
        operation = begun(store)
        more = Change(allowed=UNDER_WAY, within="First", done=3)
        with pytest.raises(ChangeRefused):
            store.change(operation.id, more)
        store.change(operation.id, Change(allowed=UNDER_WAY, enter=FIRST, total=10))
        store.change(operation.id, more)
        after = store.change(operation.id, more)
        assert after.progress == Progress(phase=FIRST, done=6, total=10)
        store.change(operation.id, Change(allowed=UNDER_WAY, enter=THEN))
        with pytest.raises(ChangeRefused):
            store.change(operation.id, more)

    def test_resources_are_added_and_the_same_replaces(self, store: OperationStore) -> None:
        operation = begun(store)
        data = Resource(type="DATA_SET", id="9", action="CREATED", metadata={"count": "1"})
        more = Resource(type="DATA_SET", id="9", action="CREATED", metadata={"count": "2"})
        jobs = Resource(type="JOB_SET", id="10", action="CREATED")
        store.change(operation.id, Change(allowed=UNDER_WAY, resources=(jobs, data)))
        after = store.change(operation.id, Change(allowed=UNDER_WAY, resources=(data, more)))
        assert after.resources == (more, jobs)

    @pytest.mark.parametrize("end", [Status.FAILED, Status.CANCELED])
    def test_no_end_but_success_leaves_a_result(self, store: OperationStore, end: Status) -> None:
        operation = begun(store)
        store.change(operation.id, Change(allowed=UNDER_WAY, result=LETTERS))
        assert store.change(operation.id, Change(allowed=RUNNING, status=end)).result is None

    def test_running_are_the_tenants_own_oldest_first(self, store: OperationStore) -> None:
        young = kept(store, accepted=NOW + SECOND)
        old = kept(store, accepted=NOW - SECOND)
        kept(store, tenant="globex")
        over = kept(store)
        store.change(over.id, Change(allowed=RUNNING, status=Status.FAILED))
        canceling = store.change(old.id, Change(allowed=RUNNING, status=Status.CANCELING))
        assert list(store.running("acme")) == [canceling, young]
        assert list(store.running("nobody")) == []

    def test_due_is_what_has_not_ended_and_whose_time_has_come(self, store: OperationStore) -> None:
        operations = [kept(store) for _ in range(12)]
        moved, over, *others = operations
        store.change(moved.id, Change(allowed=RUNNING, due=DUE + SECOND))
        store.change(over.id, Change(allowed=RUNNING, status=Status.FAILED, finished=NOW))
        assert list(store.due(DUE - SECOND)) == []
        assert sorted(store.due(DUE)) == sorted(each.id for each in others)
        assert set(store.due(DUE + SECOND)) - set(store.due(DUE)) == {moved.id}

    def test_a_taken_key_tells_whose_it_is_and_keeps_nothing(self, store: OperationStore) -> None:
        first = kept(store, idempotency=Idempotency(key="k1", digest="aa"))
        second = an_operation(accepted=NOW + KEY_LIFETIME)
        with pytest.raises(KeyTaken) as taken:
            store.create(
                second,
                REQUEST,
                due=DUE,
                input_until=INPUT_UNTIL,
                idempotency=Idempotency(key="k1", digest="bb"),
            )
        assert (taken.value.operation_id, taken.value.digest) == (first.id, "aa")
        for call in (store.get, store.input):
            with pytest.raises(OperationUnknown):
                call(second.id)
        assert list(store.due(DUE)) == [first.id]

    @pytest.mark.parametrize(
        "other",
        [{"owner": "bob"}, {"tenant": "globex"}, {"accepted": NOW + KEY_LIFETIME + SECOND}],
    )
    def test_a_key_is_its_owners_and_for_a_day(
        self, store: OperationStore, other: dict[str, Any]
    ) -> None:
        idempotency = Idempotency(key="k1", digest="aa")
        kept(store, idempotency=idempotency)
        second = kept(store, idempotency=idempotency, **other)
        assert store.get(second.id) == second
        with pytest.raises(KeyTaken) as taken:
            kept(store, idempotency=idempotency, **other)
        assert taken.value.operation_id == second.id


_RESOURCES = st.builds(
    Resource,
    type=st.sampled_from(["DATA_SET", "JOB_SET"]),
    id=st.sampled_from(["7", "8", "10"]),
    action=st.sampled_from(["CREATED", "UPDATED"]),
)
_WITHIN = st.sampled_from([FIRST, THEN, ACROSS])
_CHANGES = st.builds(
    Change,
    allowed=st.sets(st.sampled_from(Status), min_size=1).map(frozenset),
    status=st.none() | st.sampled_from(Status),
    due=st.none() | st.just(DUE + SECOND),
    resources=st.lists(_RESOURCES, max_size=3).map(tuple),
    errors=st.just(()) | st.just((A_FAULT,)),
    error_count=st.integers(1, 9),
) | st.one_of(
    st.builds(Change, allowed=st.just(RUNNING), enter=_WITHIN, total=st.integers(0, 3)),
    st.builds(
        Change,
        allowed=st.just(RUNNING),
        within=_WITHIN.map(lambda phase: phase.name),
        done=st.integers(0, 3),
    ),
    st.builds(Change, allowed=st.just(RUNNING), result=st.sampled_from([LETTERS, MANY])),
)


@given(changes=st.lists(_CHANGES, max_size=8))
@settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_both_stores_make_and_refuse_the_same_changes(
    dynamo: DynamoOperations, changes: list[Change]
) -> None:
    memory = MemoryOperations()
    operation = kept(dynamo)
    memory.create(operation, REQUEST, due=DUE, input_until=INPUT_UNTIL, idempotency=None)
    for change in changes:
        told: list[tuple[str, Operation]] = []
        for store in (memory, dynamo):
            try:
                told.append(("made", store.change(operation.id, change)))
            except ChangeRefused as refused:
                told.append(("refused", refused.current))
        assert told[0] == told[1]
        assert memory.get(operation.id) == dynamo.get(operation.id)
    for time in (DUE, DUE + SECOND):
        assert (operation.id in memory.due(time)) == (operation.id in dynamo.due(time))


def stored(dynamodb: "DynamoDBClient", table: str, operation: Operation, sort: str) -> Any:
    return dynamodb.get_item(
        TableName=table, Key={"PK": {"S": f"OP#{operation.id}"}, "SK": {"S": sort}}
    )["Item"]


class TestItems:
    def test_an_operation_is_in_the_indexes_until_it_ends(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        operation = begun(dynamo)
        item = stored(dynamodb, table, operation, "OP")
        assert item["activeIn"] == item["listedIn"] == {"S": "acme"}
        assert item["dueIn"]["S"].startswith("DUE#")
        assert item["dueAt"] == {"N": str(int(DUE.timestamp()))}
        expires = NOW + timedelta(days=7)
        change = Change(
            allowed=RUNNING, status=Status.FAILED, finished=NOW, expires=expires, due=None
        )
        dynamo.change(operation.id, change)
        item = stored(dynamodb, table, operation, "OP")
        assert item.keys().isdisjoint({"activeIn", "dueIn", "dueAt"})
        assert item["listedIn"] == {"S": "acme"}
        assert item["ttl"] == {"N": str(int((expires + TOMBSTONE).timestamp()))}

    def test_progress_touches_no_index(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        operation = begun(dynamo)
        dynamo.change(operation.id, Change(allowed=UNDER_WAY, enter=FIRST, total=4))
        before = stored(dynamodb, table, operation, "OP")
        dynamo.change(operation.id, Change(allowed=UNDER_WAY, within="First", done=1))
        after = stored(dynamodb, table, operation, "OP")
        assert {name for name in after if after[name] != before.get(name)} == {"done", "version"}

    def test_the_input_stands_beside_the_operation_and_goes_by_itself(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        item = stored(dynamodb, table, kept(dynamo), "INPUT")
        assert item["ttl"] == {"N": str(int((INPUT_UNTIL + TOMBSTONE).timestamp()))}
        assert item.keys() == {"PK", "SK", "document", "ttl"}

    def test_a_large_input_is_an_artefact(
        self,
        dynamo: DynamoOperations,
        dynamodb: "DynamoDBClient",
        table: str,
        s3: "S3Client",
        bucket: str,
    ) -> None:
        operation = an_operation()
        # Fewer characters than the bound, more bytes.
        request = {"name": "ë" * (INPUT_INLINE - 100)}
        dynamo.create(operation, request, due=DUE, input_until=INPUT_UNTIL, idempotency=None)
        item = stored(dynamodb, table, operation, "INPUT")
        assert item["key"] == {"S": f"inputs/{operation.id}.json"}
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
        assert dynamo.input(operation.id) == request

    def test_without_an_artefact_store_it_says_what_it_lacks(
        self, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        bare = DynamoOperations(client=dynamodb, table=table)
        with pytest.raises(TypeError, match="without artefacts"):
            bare.create(
                an_operation(),
                {"name": "x" * INPUT_INLINE},
                due=DUE,
                input_until=INPUT_UNTIL,
                idempotency=None,
            )

    def test_the_callers_key_is_kept_as_a_digest_for_a_day(
        self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        kept(dynamo, idempotency=Idempotency(key="a secret?", digest="aa"))
        entries = dynamodb.scan(TableName=table)["Items"]
        [entry] = [each for each in entries if each["SK"]["S"] == "IDEM"]
        assert entry["PK"]["S"].startswith("IDEM#acme#ann#")
        assert "a secret?" not in str(entry)
        assert entry["ttl"] == {"N": str(int((NOW + KEY_LIFETIME).timestamp()))}


class TestFaults:
    """The client is stubbed: what it is asked is beside the point, what it answers is not."""

    @pytest.fixture
    def stubbed(self, dynamo: DynamoOperations, dynamodb: "DynamoDBClient") -> Iterator[Stubber]:
        with Stubber(dynamodb) as stubber:
            yield stubber

    @pytest.mark.parametrize(
        "code",
        ["ProvisionedThroughputExceededException", "ThrottlingException", "InternalServerError"],
    )
    def test_a_throttled_or_ailing_database_interrupts(
        self, dynamo: DynamoOperations, stubbed: Stubber, code: str
    ) -> None:
        for method, call in (
            ("transact_write_items", lambda: kept(dynamo)),
            ("get_item", lambda: dynamo.get("x")),
            ("get_item", lambda: dynamo.input("x")),
            ("update_item", lambda: dynamo.change("x", Change(allowed=RUNNING))),
            ("query", lambda: list(dynamo.running("acme"))),
            ("query", lambda: list(dynamo.due(NOW))),
        ):
            stubbed.add_client_error(method, code)
            with pytest.raises(Interrupted, match="The state store could not answer"):
                call()

    def test_what_will_not_pass_is_not_called_passing(
        self, dynamo: DynamoOperations, stubbed: Stubber
    ) -> None:
        stubbed.add_client_error("get_item", "AccessDeniedException")
        with pytest.raises(ClientError):
            dynamo.get("x")

    @pytest.mark.parametrize(
        "error",
        [
            EndpointConnectionError(endpoint_url="https://nowhere"),
            ReadTimeoutError(endpoint_url="https://nowhere"),
        ],
    )
    def test_a_database_out_of_reach_interrupts(
        self,
        dynamo: DynamoOperations,
        dynamodb: "DynamoDBClient",
        monkeypatch: pytest.MonkeyPatch,
        error: Exception,
    ) -> None:
        def unreachable(**arguments: Any) -> None:
            raise error

        monkeypatch.setattr(dynamodb, "get_item", unreachable)
        with pytest.raises(Interrupted):
            dynamo.get("x")

    def test_a_key_that_is_being_used_at_this_moment_is_told_apart(
        self, dynamo: DynamoOperations, stubbed: Stubber
    ) -> None:
        _cancel_transaction(stubbed, "None", "None", "TransactionConflict")
        with pytest.raises(KeyInUse, match="is being accepted just now"):
            kept(dynamo, idempotency=Idempotency(key="k1", digest="aa"))

    @pytest.mark.parametrize(
        "reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
    )
    def test_a_transaction_that_may_succeed_later_interrupts(
        self, dynamo: DynamoOperations, stubbed: Stubber, reason: str
    ) -> None:
        _cancel_transaction(stubbed, reason, "None")
        with pytest.raises(Interrupted):
            kept(dynamo)

    def test_an_operation_id_that_is_taken_overwrites_nothing(
        self, dynamo: DynamoOperations
    ) -> None:
        operation = begun(dynamo)
        with pytest.raises(ClientError, match="TransactionCanceled"):
            kept(dynamo, id=operation.id, owner="bob")
        assert dynamo.get(operation.id) == operation

    def test_a_list_is_never_shorter_for_want_of_capacity(
        self, dynamo: DynamoOperations, stubbed: Stubber, table: str
    ) -> None:
        entry = {**key(str(uuid4())), "activeIn": {"S": "acme"}}
        stubbed.add_response("query", {"Items": [entry]})
        unprocessed = {table: {"Keys": [{"PK": entry["PK"], "SK": entry["SK"]}]}}
        for _ in range(5):
            stubbed.add_response(
                "batch_get_item", {"Responses": {}, "UnprocessedKeys": unprocessed}
            )
        with pytest.raises(Interrupted):
            list(dynamo.running("acme"))


def _cancel_transaction(stubbed: Stubber, *reasons: str) -> None:
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": reason} for reason in reasons]},
    )
