"""What a function's role does not allow is denied, shown by another function with the same role."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.root import Root
from tests.integration.waiting import eventually

type Call = tuple[str, str, dict[str, Any]]
"""A service, its method, the parameters."""
type Try = Callable[[str, Sequence[Call]], list[str]]

DENIED = {"AccessDenied", "AccessDeniedException", "403"}
FUNCTIONS = (
    "IdentityAdmin",
    "PrintAuthorizer",
    "PrintApi",
    "PrintDelivery",
    "PrintPlanWork",
    "PrintMapData",
    "PrintOpenContent",
    "PrintCreateContent",
    "PrintCloseContent",
    "PrintCreateJobs",
    "PrintPlanOutput",
    "PrintCreateOutput",
    "PrintDeliverOutput",
    "PrintTidy",
    "Lifecycle",
    "Settle",
    "Sweep",
    "History",
)
READERS = "results reader"

# Under which prefixes of the bucket a role may do what; all others are forbidden to it.
PREFIXES = ("files", "inputs", "work", "sets", "results", "delivered")
READS = {
    "PrintApi": {"files", "inputs", "sets"},
    "PrintDelivery": {"files", "inputs", "results"},
    READERS: {"files", "results"},
    "PrintPlanWork": {"files", "inputs", "work"},
    "PrintMapData": {"files", "inputs", "work", "sets"},
    "PrintOpenContent": {"inputs", "work", "sets"},
    "PrintCreateContent": {"files", "inputs", "work", "sets"},
    "PrintCloseContent": {"inputs", "work", "sets"},
    "PrintCreateJobs": {"inputs", "work", "sets"},
    "PrintPlanOutput": {"inputs", "work", "sets"},
    "PrintCreateOutput": {"inputs", "work", "sets"},
    "PrintDeliverOutput": {"files", "inputs", "work", "results", "delivered"},
    "PrintTidy": {"inputs", "work", "sets"},
}
WRITES = {
    "PrintApi": {"files", "inputs"},
    "PrintDelivery": {"files", "inputs"},
    "PrintPlanWork": {"work"},
    "PrintMapData": {"work", "sets", "results"},
    "PrintOpenContent": {"work"},
    "PrintCreateContent": {"work", "sets"},
    "PrintCloseContent": {"work", "sets"},
    "PrintCreateJobs": {"work", "sets"},
    "PrintPlanOutput": {"work"},
    "PrintCreateOutput": {"files", "work"},
    "PrintDeliverOutput": {"files", "work", "results", "delivered"},
}
DELETES = {
    "PrintApi": {"files", "sets"},
    "PrintDelivery": {"files"},
    "PrintTidy": {"work", "sets"},
}
WITHOUT_WRITES = {"PrintAuthorizer", "Lifecycle", "Settle", "Sweep", "PrintPlanWork", READERS}
"""Who makes no items."""
STARTS = {"PrintApi", "PrintDelivery", "Sweep"}
STOPS = {"PrintApi", "Sweep"}


@pytest.fixture(scope="module")
def reader(root: Root) -> str:
    """The ARN of the role that downloads are signed with."""
    [arn] = [
        role["Arn"]
        for role in root.iam.list_roles(MaxItems=1000)["Roles"]
        if "ResultsReaderRole" in role["RoleName"]
    ]
    return str(arn)


@pytest.fixture(scope="module")
def attempt(root: Root, reader: str) -> Iterator[Try]:
    """Makes calls to AWS with the role of a function; for each its error's code, or `done`."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("app.py", Path(__file__).with_name("burglar.py").read_text())
    made: dict[str, str] = {}

    def make(function: str) -> None:
        name = f"burglar-{function}-{uuid4().hex[:8]}"
        root.functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="app.handler",
            Role=root.role_of(function),
            Code={"ZipFile": archive.getvalue()},
            Timeout=30,
        )
        made[function] = name
        eventually(
            lambda: root.functions.get_function_configuration(FunctionName=name)["State"],
            until="Active".__eq__,
        )

    def attempt(who: str, calls: Sequence[Call]) -> list[str]:
        function = "PrintDelivery" if who == READERS else who
        event = {"role": reader if who == READERS else None, "calls": calls}
        answer = root.functions.invoke(FunctionName=made[function], Payload=json.dumps(event))
        with answer["Payload"] as payload:
            codes: list[str] = json.load(payload)
        assert "FunctionError" not in answer, codes
        return codes

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(make, FUNCTIONS))
    yield attempt
    for name in made.values():
        root.functions.delete_function(FunctionName=name)


@pytest.mark.parametrize("who", [*FUNCTIONS, READERS])
def test_a_role_reads_writes_and_deletes_under_its_prefixes_only(
    root: Root, attempt: Try, who: str
) -> None:
    allowed = {"get_object": READS, "put_object": WRITES, "delete_object": DELETES}
    more: dict[str, dict[str, str]] = {"delete_object": {"VersionId": "null"}}
    tried = [(method, prefix) for method in allowed for prefix in PREFIXES]
    calls = [
        (
            "s3",
            method,
            {"Bucket": root.bucket, "Key": f"{prefix}/burglar/{who}", **more.get(method, {})},
        )
        for method, prefix in tried
    ]

    codes = attempt(who, calls)

    passed = {call for call, code in zip(tried, codes, strict=True) if code not in DENIED}
    assert passed == {
        (method, prefix) for method in allowed for prefix in allowed[method].get(who, set())
    }


@pytest.mark.parametrize("who", [*FUNCTIONS, READERS])
def test_no_role_reaches_for_what_is_not_its_business(root: Root, attempt: Try, who: str) -> None:
    table, item = {"TableName": root.table}, {"PK": {"S": "OP#burglar"}, "SK": {"S": "OP"}}
    machine, execution = root.stack.resources["PrintAllInOne"], root.execution("burglar")
    calls: list[Call] = [
        ("dynamodb", "scan", table),
        ("dynamodb", "delete_table", table),
        ("s3", "get_bucket_policy", {"Bucket": root.bucket}),
        ("s3", "list_buckets", {}),
        ("iam", "list_roles", {}),
        ("lambda", "invoke", {"FunctionName": root.stack.resources["IdentityAdmin"]}),
    ]
    if who in WITHOUT_WRITES:
        calls += [
            ("dynamodb", "put_item", {**table, "Item": item}),
            ("dynamodb", "delete_item", {**table, "Key": item}),
        ]
    if who not in STARTS:
        calls.append(("stepfunctions", "start_execution", {"stateMachineArn": machine}))
    if who not in STOPS:
        calls.append(("stepfunctions", "stop_execution", {"executionArn": execution}))

    codes = attempt(who, calls)

    assert [
        (method, code)
        for (_, method, _), code in zip(calls, codes, strict=True)
        if code not in DENIED
    ] == []


@pytest.mark.parametrize("who", ["PrintApi", "PrintCreateOutput", "History"])
def test_only_delivery_may_sign_as_the_results_reader(attempt: Try, reader: str, who: str) -> None:
    [code] = attempt(
        who, [("sts", "assume_role", {"RoleArn": reader, "RoleSessionName": "burglar"})]
    )

    assert code in DENIED


def test_history_tells_its_own_bus_only(root: Root, attempt: Try) -> None:
    def tell(bus: str) -> Call:
        entry = {"EventBusName": bus, "Source": "burglar", "DetailType": "x", "Detail": "{}"}
        return "events", "put_events", {"Entries": [entry]}

    own, other = attempt("History", [tell(root.stack.resources["BusName"]), tell("default")])

    assert own == "done"
    assert other in DENIED
