"""The unmodified OCI SDK against the control plane: an All-In-One is a work request too."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from local.stack import Oci, Stack
from tests.integration.breakage import Breakage
from tests.integration.caller import Caller
from tests.integration.letters import Letters
from tests.integration.oci.conftest import SdkAs
from tests.integration.oci.sdk import Sdk, ServiceError
from tests.integration.waiting import eventually

ENDED = ("SUCCEEDED", "FAILED", "CANCELED")
STEP = "PrintMapData"


def refused(sdk: Sdk, method: str, **arguments: object) -> tuple[int, str]:
    with pytest.raises(ServiceError) as caught:
        sdk.call(method, **arguments)
    assert caught.value.message
    assert caught.value.headers["opc-request-id"]
    return caught.value.status, caught.value.code


@pytest.fixture(scope="module")
def failed(acme: Caller, letters: Letters) -> str:
    """An operation that fails because of its data."""
    broken = acme.upload("DataFile", f"broken {uuid4().hex[:8]}.csv", b"id,name\nx,Ada\n,Bob\n")
    operation = acme.submit(letters.configuration(datamining={"identifier": broken}))
    acme.wait(operation)
    return operation


def test_there_is_no_gap_between_the_202_and_the_first_poll(
    acme: Caller, letters: Letters, sdk: Sdk
) -> None:
    operation = acme.submit(letters.configuration())

    seen = sdk.call("get_work_request", work_request_id=operation)

    assert seen.data["id"] == operation
    if seen.data["status"] not in ENDED:
        assert int(seen.headers["retry-after"]) > 0
    sdk.wait(operation, *ENDED)


def test_wait_until_sees_it_succeed(
    acme: Caller, letters: Letters, sdk: Sdk, keys: dict[str, Oci]
) -> None:
    operation = acme.submit(letters.configuration())

    ended = sdk.wait(operation, *ENDED)

    assert ended.data["status"] == "SUCCEEDED"
    assert ended.data["percent_complete"] == 100.0
    assert ended.data["compartment_id"] == keys["acme"].tenancy
    assert ended.data["time_accepted"] <= ended.data["time_started"] <= ended.data["time_finished"]
    # The SDK knows Oracle's own operations only.
    assert ended.data["operation_type"] == "UNKNOWN_ENUM_VALUE"
    assert "retry-after" not in ended.headers
    made = {each["identifier"] for each in ended.data["resources"]}
    assert made and all(made)


def test_the_paginator_gets_every_page_and_nothing_twice(
    acme: Caller, letters: Letters, sdk: Sdk, keys: dict[str, Oci]
) -> None:
    operations = [acme.submit(letters.configuration("datamining")) for _ in range(5)]
    for operation in operations:
        sdk.wait(operation, *ENDED)
    compartment = {"compartment_id": keys["acme"].tenancy}

    # What was just accepted may take a moment to be listed.
    eventually(
        lambda: {each["id"] for each in sdk.all("list_work_requests", **compartment).data},
        until=lambda ids: set(operations) <= ids,
    )
    by_time = {"sort_by": "timeFinished", "sort_order": "ASC"}
    for order in ({}, by_time, {"sort_by": "id"}):
        entries = sdk.all("list_work_requests", limit=2, **compartment, **order).data
        ids = [each["id"] for each in entries]
        assert set(operations) <= set(ids)
        assert len(ids) == len(set(ids))
        assert order != {"sort_by": "id"} or ids == sorted(ids)
    newest_first = sdk.all("list_work_requests", limit=2, **compartment).data
    assert all(a["time_accepted"] >= b["time_accepted"] for a, b in pairwise(newest_first))

    page = sdk.call("list_work_requests", limit=2, **compartment)
    assert len(page.data) == 2
    following = page.headers["opc-next-page"]
    assert set(sdk.call("list_work_requests", page=following, **compartment).data[0]) == set(
        page.data[0]
    )
    assert refused(sdk, "list_work_requests", page=following, sort_by="id", **compartment) == (
        400,
        "InvalidParameter",
    )


def test_the_list_is_filtered_by_status(sdk: Sdk, failed: str, keys: dict[str, Oci]) -> None:
    compartment = {"compartment_id": keys["acme"].tenancy, "limit": 3}

    eventually(
        lambda: sdk.all("list_work_requests", status=["FAILED", "CANCELED"], **compartment).data,
        until=lambda entries: failed in {each["id"] for each in entries},
    )
    for statuses in (["FAILED", "CANCELED"], ["SUCCEEDED"], ["ACCEPTED"]):
        entries = sdk.all("list_work_requests", status=statuses, **compartment).data
        assert {each["status"] for each in entries} <= set(statuses)


def test_another_tenancy_is_not_there(sdk: Sdk, sdk_as: SdkAs, keys: dict[str, Oci]) -> None:
    theirs = keys["globex"].tenancy

    assert refused(sdk, "list_work_requests", compartment_id=theirs) == (
        404,
        "NotAuthorizedOrNotFound",
    )
    mine = sdk.call("list_work_requests", compartment_id=keys["acme"].tenancy, limit=1).data
    globex = sdk_as(keys["globex"])
    assert globex.call("list_work_requests", compartment_id=theirs).status == 200
    for each in mine:
        assert refused(globex, "get_work_request", work_request_id=each["id"]) == (
            404,
            "NotAuthorizedOrNotFound",
        )


def test_errors_and_logs_tell_why_it_failed(sdk: Sdk, failed: str) -> None:
    assert sdk.call("get_work_request", work_request_id=failed).data["status"] == "FAILED"

    errors = sdk.all("list_work_request_errors", work_request_id=failed, limit=1).data
    assert errors
    assert all(each["code"] and each["message"] and each["timestamp"] for each in errors)
    assert "broken" in errors[0]["message"]

    # The log is derived from the table's stream, a moment later.
    log = eventually(
        lambda: sdk.all("list_work_request_logs", work_request_id=failed, limit=2).data,
        until=lambda entries: entries and "failed" in entries[-1]["message"],
    )
    assert log[0]["message"] == "The work request was accepted."
    times = [each["timestamp"] for each in log]
    assert times == sorted(times)


def test_a_cancel_with_another_etag_is_refused_and_with_the_right_one_is_done(
    acme: Caller, letters: Letters, sdk: Sdk, breakage: Breakage
) -> None:
    with breakage.told(STEP, "hold") as held:
        operation = acme.submit(letters.configuration())
        held.wait()
        seen = sdk.call("get_work_request", work_request_id=operation)

        cancel = {"work_request_id": operation}
        assert refused(sdk, "delete_work_request", if_match='"another"', **cancel) == (
            412,
            "NoEtagMatch",
        )
        assert sdk.call("get_work_request", **cancel).data["status"] == "IN_PROGRESS"

        answer = sdk.call("delete_work_request", if_match=seen.headers["etag"], **cancel)

        assert answer.status == 204
        held.release()
    assert sdk.wait(operation, *ENDED).data["status"] == "CANCELED"
    assert sdk.call("get_work_request", **cancel).data["time_finished"]
    assert refused(sdk, "delete_work_request", **cancel) == (409, "Conflict")


def test_what_has_ended_cannot_be_canceled(sdk: Sdk, failed: str) -> None:
    assert refused(sdk, "delete_work_request", work_request_id=failed) == (409, "Conflict")


def test_an_id_that_is_none_is_not_there(sdk: Sdk) -> None:
    for each in ("nothing", "ocid1.workrequest.oc1..aaaa", "a:b", "50% of it", str(uuid4())):
        assert refused(sdk, "get_work_request", work_request_id=each) == (
            404,
            "NotAuthorizedOrNotFound",
        )


def test_a_key_that_is_not_registered_opens_nothing(
    sdk_as: SdkAs, keys: dict[str, Oci], tmp_path: Path
) -> None:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    wrong = tmp_path / "wrong.pem"
    wrong.write_bytes(
        made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    acme = keys["acme"]

    for key in (
        replace(acme, key_file=str(wrong)),
        replace(acme, fingerprint=keys["globex"].fingerprint),
        replace(acme, tenancy=keys["globex"].tenancy),
    ):
        caller = sdk_as(key)
        assert refused(caller, "list_work_requests", compartment_id=key.tenancy) == (
            401,
            "NotAuthenticated",
        )


@pytest.mark.parametrize("clock_off", [-400, 400])
def test_a_clock_that_is_off_by_more_than_five_minutes_is_refused(
    sdk_as: SdkAs, keys: dict[str, Oci], clock_off: float
) -> None:
    off = sdk_as(keys["acme"], clock_off=clock_off)
    nearly = sdk_as(keys["acme"], clock_off=clock_off / 2)
    compartment = {"compartment_id": keys["acme"].tenancy}

    assert refused(off, "list_work_requests", **compartment) == (401, "NotAuthenticated")
    assert nearly.call("list_work_requests", **compartment).status == 200


def test_nobody_gets_in_unsigned(stack: Stack, keys: dict[str, Oci], failed: str) -> None:
    base = f"{stack.contracts['controlPlane']}/20190331"
    with httpx.Client(timeout=60) as client:
        for method, path in (
            ("GET", f"/workRequests?compartmentId={keys['acme'].tenancy}"),
            ("GET", f"/workRequests/{failed}"),
            ("DELETE", f"/workRequests/{failed}"),
            ("GET", f"/workRequests/{failed}/errors"),
            ("GET", f"/workRequests/{failed}/logs"),
            ("POST", "/workRequests"),
        ):
            answer = client.request(method, base + path, headers={"opc-request-id": "mine"})
            assert answer.status_code == 401, path
            assert answer.json()["code"] == "NotAuthenticated"
            assert answer.headers["opc-request-id"] == "mine"
            assert failed not in answer.text
