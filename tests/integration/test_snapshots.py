"""Snapshots: taken, restored wholly or not at all, refused; their password stands nowhere."""

import json
import os
import signal
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.integration.breakage import Breakage
from tests.integration.caller import Caller
from tests.integration.letters import zipped
from tests.integration.root import Root
from tests.integration.waiting import eventually

SALES = b"region,amount\nNorth,12.5\nSouth,7\n"
MORE = b"region,amount\nNorth,13\nSouth,8\nWest,1\n"
TEMPLATE = "#let document(record, parameters) = [#record.region]"
PASSWORD = f"a password that stands nowhere {uuid4().hex}"


def object_id(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode().rstrip("=")


class Administrator:
    """Calls the Analytics API with a tenant's bearer token."""

    def __init__(self, stack: Stack, tenant: str) -> None:
        [bearer] = [each.bearer for each in stack.tenants if each.id == tenant]
        self.http = httpx.Client(
            base_url=stack.contracts["workRequests"],
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=60,
        )

    def put(self, path: str, body: dict[str, Any]) -> None:
        answer = self.http.put(path, json=body)
        assert answer.status_code in {200, 201}, answer.text

    def ended(self, started: httpx.Response) -> dict[str, Any]:
        """The work request that was started, as soon as it has ended."""
        assert started.status_code == 202, started.text
        work_request = started.headers["oa-work-request-id"]
        assert started.json()["workRequestId"] == work_request
        return eventually(
            lambda: self.http.get(f"/workRequests/{work_request}").json(),
            until=lambda told: "timeFinished" in told,
            seconds=120,
        )

    def succeeded(self, started: httpx.Response) -> dict[str, Any]:
        told = self.ended(started)
        assert told["status"] == "SUCCEEDED", told
        return told

    def take(self, name: str = "Friday", password: str = PASSWORD) -> str:
        """A snapshot of all that stands; its id."""
        body = {"type": "CREATE", "name": name, "bar": {"password": password}}
        told = self.succeeded(self.http.post("/snapshots", json=body))
        [resource] = told["resources"]
        assert (resource["resourceType"], resource["actionResult"]) == ("SNAPSHOT", "CREATED")
        snapshot_id: str = resource["id"]
        return snapshot_id

    def restore(self, snapshot_id: str, password: str = PASSWORD) -> httpx.Response:
        body = {"snapshot": {"id": snapshot_id, "password": password}}
        return self.http.post("/system/actions/restoreSnapshot", json=body)

    def reload(self, name: str) -> None:
        self.succeeded(self.http.post(f"/catalog/datasets/{object_id(name)}/actions/reload"))

    def rows(self, name: str) -> int:
        answer = self.http.get(f"/catalog/datasets/{object_id(name)}")
        assert answer.status_code == 200, answer.text
        rows: int = answer.json()["contents"]["rows"]
        return rows

    def workbook(self, name: str) -> int:
        return self.http.get(f"/catalog/workbooks/{object_id(name)}").status_code


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Iterator[Administrator]:
    """The administrator of the tenant that fewer tests work with: a restore concerns all of it."""
    admin = Administrator(stack, "globex")
    yield admin
    admin.http.close()


@pytest.fixture
def name(admin: Administrator, globex: Caller) -> str:
    """A data set with two rows, a template and a workbook, all of one name."""
    name = f"sales {uuid4().hex[:8]}"
    globex.upload("DataFile", f"{name}.csv", SALES)
    globex.upload("template", f"{name}.zip", zipped(template__typ=TEMPLATE))
    admin.put(f"/catalog/datasets/{object_id(name)}", {"source": f"{name}.csv"})
    admin.reload(name)
    admin.put(f"/catalog/workbooks/{object_id(name)}", {"template": name, "dataset": name})
    return name


def change(admin: Administrator, globex: Caller, name: str) -> int:
    """Three rows in place of two, no workbook any more, another template; the template's id."""
    globex.upload("DataFile", f"{name}.csv", MORE)
    admin.reload(name)
    assert admin.http.delete(f"/catalog/workbooks/{object_id(name)}").status_code == 204
    return globex.upload("template", f"{name}-new.zip", zipped(template__typ=TEMPLATE))


def knows(caller: Caller, template: int) -> bool:
    return caller.get(f"/filestore/file/{template}").status_code in {200, 303}


def test_a_restored_catalogue_is_the_snapshots(
    admin: Administrator, globex: Caller, name: str, root: Root
) -> None:
    snapshot_id = admin.take()
    shown = admin.http.get(f"/snapshots/{snapshot_id}").json()
    assert (shown["status"], shown["name"]) == ("AVAILABLE", "Friday")
    assert shown["contents"]["datasets"] >= 1
    added = change(admin, globex, name)
    assert admin.rows(name) == 3

    told = admin.succeeded(admin.restore(snapshot_id))

    [resource] = told["resources"]
    assert (resource["resourceType"], resource["actionResult"]) == ("SYSTEM", "RESTORED")
    assert admin.rows(name) == 2
    assert admin.workbook(name) == 200
    assert not knows(globex, added)
    # What is restored can be worked with, and exchanged anew.
    export = {"name": "n", "type": "file", "format": "pdf"}
    path = f"/catalog/workbooks/{object_id(name)}/exports"
    admin.succeeded(admin.http.post(path, json=export))
    admin.reload(name)
    assert admin.rows(name) == 3
    eventually(lambda: not root.keys(f"work/{told['id']}/"))


def test_a_wrong_password_and_damage_change_nothing(
    admin: Administrator, globex: Caller, name: str, root: Root
) -> None:
    snapshot_id = admin.take()
    change(admin, globex, name)

    told = admin.ended(admin.restore(snapshot_id, "another"))
    assert (told["status"], told["Errors"][0]["code"]) == ("FAILED", "WrongPassword")

    key = f"snapshots/globex/{snapshot_id}.zip"
    content = root.s3.get_object(Bucket=root.bucket, Key=key)["Body"].read()
    middle = len(content) // 2
    broken = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    root.s3.put_object(Bucket=root.bucket, Key=key, Body=broken)
    told = admin.ended(admin.restore(snapshot_id))
    assert (told["status"], told["Errors"][0]["code"]) == ("FAILED", "ArchiveDamaged")

    assert admin.rows(name) == 3
    assert admin.workbook(name) == 404


def test_another_tenants_archive_is_refused_even_in_the_place_of_ours(
    stack: Stack, admin: Administrator, root: Root
) -> None:
    neighbour = Administrator(stack, "acme")
    foreign = neighbour.take()
    snapshot_id = admin.take()
    assert admin.restore(foreign).status_code == 404
    assert admin.http.get(f"/snapshots/{foreign}").status_code == 404
    source = root.s3.get_object(Bucket=root.bucket, Key=f"snapshots/acme/{foreign}.zip")
    root.s3.put_object(
        Bucket=root.bucket,
        Key=f"snapshots/globex/{snapshot_id}.zip",
        Body=source["Body"].read(),
    )

    told = admin.ended(admin.restore(snapshot_id))

    assert (told["status"], told["Errors"][0]["code"]) == ("FAILED", "ForeignArchive")
    neighbour.http.delete(f"/snapshots/{foreign}")
    neighbour.http.close()


def test_snapshots_are_listed_and_deleted_with_their_archives(
    admin: Administrator, root: Root
) -> None:
    snapshot_id = admin.take("to be deleted")
    listed = admin.http.get("/snapshots", params={"limit": "1000"}).json()["items"]
    assert snapshot_id in [each["id"] for each in listed]
    assert root.keys(f"snapshots/globex/{snapshot_id}")

    assert admin.http.delete(f"/snapshots/{snapshot_id}").status_code == 204

    assert admin.http.get(f"/snapshots/{snapshot_id}").status_code == 404
    assert root.keys(f"snapshots/globex/{snapshot_id}") == []


def test_a_password_is_in_no_item_no_input_no_history_and_is_erased(
    admin: Administrator, root: Root, stack: Stack
) -> None:
    snapshot_id = admin.take()
    restored = admin.succeeded(admin.restore(snapshot_id))["id"]

    for work in (snapshot_id, restored):
        assert "sealed" not in root.attributes(work)
        assert PASSWORD not in json.dumps(root.partition(f"OP#{work}"), default=str)
    for machine, work in (("snapshot-create", snapshot_id), ("snapshot-restore", restored)):
        arn = f"arn:aws:states:{stack.region}:000000000000:execution:{stack.stack}-{machine}:{work}"
        pages = root.workflows.get_paginator("get_execution_history").paginate(executionArn=arn)
        told = json.dumps([page["events"] for page in pages], default=str)
        assert PASSWORD not in told
        assert work in told


def test_a_canceled_restore_changes_nothing(
    admin: Administrator, globex: Caller, name: str, root: Root
) -> None:
    snapshot_id = admin.take()
    change(admin, globex, name)
    started = admin.restore(snapshot_id)
    work = started.headers["oa-work-request-id"]
    # As a cancel does that stops no execution: the task finds it out.
    root.change(work, status="CANCELING")

    told = admin.ended(started)

    assert told["status"] == "CANCELED"
    assert admin.rows(name) == 3
    assert admin.workbook(name) == 404


def test_a_snapshot_that_is_killed_at_work_has_failed_and_leaves_no_archive(
    admin: Administrator, name: str, root: Root, breakage: Breakage
) -> None:
    body = {"type": "CREATE", "name": "killed", "bar": {"password": PASSWORD}}
    with breakage.told("WorkRequestsCreateSnapshot", "hold") as held:
        started = admin.http.post("/snapshots", json=body)
        held.wait()
        held.kill()
        told = admin.ended(started)
    assert (told["status"], told["Errors"][0]["code"]) == ("FAILED", "Crashed")
    path = f"/snapshots/{told['id']}"
    assert admin.http.get(path).json()["status"] == "FAILED"
    assert root.keys(f"snapshots/globex/{told['id']}") == []
    assert admin.http.delete(path).status_code == 204


def test_a_restore_that_is_killed_half_way_is_whole_or_nothing(
    admin: Administrator, globex: Caller, name: str, root: Root, breakage: Breakage
) -> None:
    snapshot_id = admin.take()
    change(admin, globex, name)
    with breakage.told("WorkRequestsRestoreSnapshot", "hold") as held:
        started = admin.restore(snapshot_id)
        work = started.headers["oa-work-request-id"]
        held.wait()
        [process] = held.processes()
        held.release()
        # It puts bytes in place from now on; the exchange is near.
        eventually(lambda: root.keys(f"work/{work}/"))
        os.kill(process, signal.SIGKILL)
        told = admin.ended(started)
    seen = (admin.rows(name), admin.workbook(name))
    assert seen == {"FAILED": (3, 404), "SUCCEEDED": (2, 200)}[told["status"]]
    eventually(lambda: not root.keys(f"work/{work}/"))
    # Nothing of it is in the way of the next.
    admin.succeeded(admin.restore(snapshot_id))
    assert (admin.rows(name), admin.workbook(name)) == (2, 200)
