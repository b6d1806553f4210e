"""The facts of a work request that both faces word."""

from dataclasses import replace
from datetime import timedelta

import pytest

from longrun.contracts.work_requests.work_request import operation_type, work_request
from longrun.operations.kinds import Kind, Kinds
from longrun.operations.operation import Fault, Operation, Resource, Source
from longrun.operations.states import Status
from tests.unit.operations.fakes import NOW, WORK, Person


def a_kind(name: str) -> Kind:
    return replace(WORK, name=name)


KINDS = Kinds(a_kind(name) for name in ("composition.sign", "dataset.reload", "snapshot.restore"))


def an_operation(kind: str, **more: object) -> Operation:
    operation = Operation(
        id="1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        kind=kind,
        tenant="acme",
        owner="ann",
        status=Status.IN_PROGRESS,
        accepted=NOW,
        started=NOW + timedelta(seconds=1),
    )
    return replace(operation, **more)  # type: ignore[arg-type] # fields of Operation


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("dataset.reload", "RELOAD_DATASET"),
        ("workbook.export", "CREATE_WORKBOOK_EXPORT"),
        ("snapshot.create", "CREATE_SNAPSHOT"),
        ("snapshot.restore", "RESTORE_SNAPSHOT"),
        ("print.all-in-one", "CREATE_PRINT_OUTPUT"),
        ("composition.create", "CREATE_COMPOSITION"),
        ("composition.sign", "SIGN_COMPOSITION"),
        ("composition.cancel", "CANCEL_COMPOSITION"),
        ("mail.send-again", "SEND_AGAIN_MAIL"),
        ("tidy", "TIDY"),
    ],
)
def test_a_kind_has_an_operation_type_in_the_published_style(kind: str, name: str) -> None:
    assert operation_type(kind) == name


def test_a_kind_that_is_not_published_has_no_resource_type() -> None:
    seen = work_request(an_operation("composition.sign"), Person(), KINDS)

    assert seen.resource_type is None
    assert seen.type == "SIGN_COMPOSITION"


def test_who_may_not_act_sees_type_status_and_times() -> None:
    operation = an_operation(
        "dataset.reload",
        subject="sales",
        resources=(Resource(type="DATASET", id="sales", action="RELOADED"),),
        errors=(Fault(code="RowBad", message="Row 3.", source=Source.USER),),
        error_count=7,
    )

    other = work_request(operation, Person(permissions=frozenset()), KINDS)
    own = work_request(operation, Person(), KINDS)

    assert (other.resources, other.errors, other.error_count) == ((), (), 0)
    assert (other.type, other.status, other.started) == (own.type, own.status, own.started)
    assert not other.whole
    assert len(own.resources) == len(own.errors) == 1
    assert own.error_count == 7
    assert other.etag != own.etag


def test_the_etag_changes_with_each_change_and_needs_no_escape() -> None:
    tags = {
        work_request(an_operation("dataset.reload", version=version), Person(), KINDS).etag
        for version in (1, 2, 11)
    }

    assert len(tags) == 3
    assert all(tag.replace(".", "").isalnum() for tag in tags)


def test_what_is_restored_is_the_system_and_has_no_id_before() -> None:
    seen = work_request(an_operation("snapshot.restore", subject="17"), Person(), KINDS)

    assert seen.resource_type == "SYSTEM"
    assert seen.resources == ()


@pytest.mark.parametrize("status", list(Status))
def test_there_is_something_to_wait_for_until_the_end(status: Status) -> None:
    seen = work_request(an_operation("dataset.reload", status=status), Person(), KINDS)

    assert (seen.retry_after is None) is status.terminal
