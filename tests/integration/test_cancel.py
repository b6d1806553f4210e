"""Cancel, in each phase: work in flight stops, and what it would have made never shows."""

from collections.abc import Mapping

import pytest

from longrun.operations.states import Status
from tests.integration.breakage import Breakage
from tests.integration.caller import Caller, refusal
from tests.integration.letters import Letters
from tests.integration.root import Root
from tests.integration.waiting import eventually

# While which function works; how the list of running operations calls that; the sets made before.
PHASES: Mapping[str, tuple[str, set[str]]] = {
    "Lifecycle": ("Waiting", set()),
    "PrintMapData": ("Waiting", set()),
    "PrintOpenContent": ("Data Mapping", {"DATA_SET"}),
    "PrintCreateContent": ("Content Creation", {"DATA_SET"}),
    "PrintCreateJobs": ("Content Creation", {"DATA_SET", "CONTENT_SET"}),
    "PrintCreateOutput": ("Output Creation", {"DATA_SET", "CONTENT_SET", "JOB_SET"}),
    "PrintDeliverOutput": ("Output Creation", {"DATA_SET", "CONTENT_SET", "JOB_SET"}),
}


@pytest.mark.parametrize("function", PHASES)
def test_an_operation_is_canceled_whatever_it_is_at(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage, function: str
) -> None:
    phase, made = PHASES[function]
    with breakage.told(function, "hold") as held:
        operation = acme.submit(letters.configuration())
        held.wait()
        assert acme.running()[operation]["subTask"].startswith(phase)

        answers = [acme.cancel(operation) for _ in range(2)]

        assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
        acme.wait(operation)
        held.release()
        gone = acme.result(operation)
        assert gone.status_code == 404
        assert "canceled" in refusal(gone)
    assert acme.cancel(operation).status_code == 204
    assert operation not in acme.running()
    assert root.execution_status(operation) == "ABORTED"
    # What was held goes on, sees that it should stop, and makes nothing known.
    breakage.idle(function)
    after = root.operation(operation)
    assert after.status is Status.CANCELED
    assert {resource.type for resource in after.resources} == made
    assert after.result is None
    sets = {
        kind
        for kind in ("DATA_SET", "CONTENT_SET", "JOB_SET")
        for item in root.partition(f"{kind}#acme")
        if item["operation"] == operation
    }
    assert sets == made


def test_a_cancellation_that_comes_too_late_leaves_the_success(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    with breakage.told("Lifecycle", "hold", when={"transition": "succeed"}, after=True) as held:
        operation = acme.submit(letters.configuration())
        held.wait()

        assert acme.cancel(operation).status_code == 204
        assert acme.result(operation).status_code == 200
    eventually(lambda: root.execution_status(operation), until="SUCCEEDED".__eq__)
    assert root.operation(operation).status is Status.SUCCEEDED


def test_canceling_a_fresh_operation_at_once_ends_it(
    root: Root, acme: Caller, letters: Letters
) -> None:
    operation = acme.submit(letters.configuration())

    assert acme.cancel(operation).status_code == 204
    acme.wait(operation)
    assert root.operation(operation).status is Status.CANCELED
    assert root.execution_status(operation) != "RUNNING"


def test_what_was_made_before_the_cancellation_can_be_used(
    acme: Caller, letters: Letters, breakage: Breakage, root: Root
) -> None:
    with breakage.told("PrintCreateJobs", "hold") as held:
        operation = acme.submit(letters.configuration())
        held.wait()
        acme.cancel(operation)
        acme.wait(operation)
    content_set = root.operation(operation).resource("CONTENT_SET")
    assert content_set is not None

    items = acme.ids(f"contentsets/{content_set.id}")

    assert len(items) == 5
    records = {"identifiers": [items[0]["record"]]}
    answer = acme.run(letters.configuration("contentcreation", contentcreation=records))
    assert answer.status_code == 200
