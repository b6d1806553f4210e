"""Functions that crash, run out of time or are killed: the operation ends, in words."""

import pytest

from longrun.operations.states import Status
from tests.integration.breakage import DOORS, Breakage
from tests.integration.caller import Caller, refusal
from tests.integration.letters import PAGES, TEMPLATE, Letters, customers, zipped
from tests.integration.pdf import page_count
from tests.integration.root import Root
from tests.integration.waiting import eventually

EXPORTS = "PrintExportPages"
"""Has work in exports of workbooks alone (`test_workbooks`)."""
TASKS = [each for each in DOORS if each.startswith("Print") and each != EXPORTS]
CRASHED = "a fault of the service, not of your data"
LATE = "took longer than allowed"


def check_failed(root: Root, acme: Caller, operation: str, said: str) -> None:
    """It has ended in FAILED, everywhere, and says why."""
    acme.wait(operation)
    answer = acme.result(operation)
    assert answer.status_code == 500
    assert said in refusal(answer)
    assert operation not in acme.running()
    assert root.operation(operation).status is Status.FAILED
    assert root.operation(operation).result is None
    eventually(lambda: root.execution_status(operation), until="FAILED".__eq__)


@pytest.mark.parametrize("function", TASKS)
def test_a_function_that_crashes_fails_the_operation(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage, function: str
) -> None:
    with breakage.told(function, "crash"):
        operation = acme.submit(letters.configuration())
        check_failed(root, acme, operation, CRASHED)


@pytest.mark.parametrize("function", ["PrintMapData", "PrintCreateContent", "PrintCreateOutput"])
def test_a_process_that_is_killed_at_work_fails_the_operation(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage, function: str
) -> None:
    with breakage.told(function, "hold") as held:
        operation = acme.submit(letters.configuration())
        held.wait()
        held.kill()
        check_failed(root, acme, operation, CRASHED)


def test_a_process_that_dies_after_its_work_leaves_nothing_that_is_served(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    with breakage.told("PrintDeliverOutput", "die", after=True):
        operation = acme.submit(letters.configuration())
        check_failed(root, acme, operation, CRASHED)
    for method in ("getResultTxt", "getManagedResult"):
        assert acme.result(operation, method).status_code == 500


@pytest.mark.parametrize("function", ["PrintMapData", "PrintCreateContent", "PrintCreateOutput"])
def test_a_function_that_runs_out_of_time_fails_the_operation(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage, function: str
) -> None:
    with breakage.limited(function, seconds=1), breakage.told(function, "hold"):
        operation = acme.submit(letters.configuration())
        check_failed(root, acme, operation, LATE)


def test_a_step_that_runs_out_of_time_once_is_repeated_to_the_same_result(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    # Its work is done, but it does not say so: the repeated step finds what the first one left.
    with (
        breakage.limited("PrintMapData", seconds=4),
        breakage.told("PrintMapData", "hang", once=True, after=True),
    ):
        operation = acme.submit(letters.configuration(returnIdInHeader=True))
        acme.wait(operation)

    answer = acme.result(operation)
    assert answer.status_code == 200, answer.text
    assert page_count(answer.content) == PAGES
    made = root.operation(operation).resources
    assert [each.type for each in made] == ["DATA_SET", "CONTENT_SET", "JOB_SET"]
    assert len(acme.ids(f"datasets/{answer.headers['X-Data-Set-ID']}")) == 5


def test_a_template_that_never_ends_is_stopped(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    loops = (
        "for a in range(9999) { for b in range(9999) { for c in range(9999) { let c = a * b } } }"
    )
    source = TEMPLATE.replace("set page", f"{loops}\n  set page")
    template = acme.upload("template", "loop.zip", zipped(template__typ=source))
    with breakage.limited("PrintCreateContent", seconds=3):
        operation = acme.submit(letters.configuration(contentcreation={"config": template}))
        check_failed(root, acme, operation, LATE)
    assert "during Content Creation" in root.operation(operation).errors[0].message


def test_one_chunk_of_several_that_crashes_fails_the_whole(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    data = acme.upload("DataFile", "many.csv", customers(230))
    with breakage.told("PrintCreateContent", "crash", when={"number": 1}):
        operation = acme.submit(letters.configuration(datamining={"identifier": data}))
        check_failed(root, acme, operation, CRASHED)
    assert root.operation(operation).resource("CONTENT_SET") is None


def test_an_operation_ends_even_when_what_begins_and_fails_it_is_broken(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    with breakage.told("Lifecycle", "crash"):
        operation = acme.submit(letters.configuration())
        check_failed(root, acme, operation, CRASHED)


def test_an_operation_whose_success_cannot_be_told_ends_as_failed(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    with breakage.told("Lifecycle", "crash", when={"transition": "succeed"}):
        operation = acme.submit(letters.configuration())
        check_failed(root, acme, operation, CRASHED)


def test_the_next_operation_after_a_crash_is_none_the_worse(
    acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    with breakage.told("PrintCreateContent", "die"):
        failed = acme.submit(letters.configuration())
        acme.wait(failed)
    assert acme.result(failed).status_code == 500

    assert page_count(acme.run(letters.configuration()).content) == PAGES
