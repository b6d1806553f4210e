"""The transition table, and the document that is generated from it."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from longrun.operations.states import RUNNING, TRANSITIONS, Status, sources

ROOT = Path(__file__).parents[3]


def test_the_table_says_of_every_state_what_may_follow() -> None:
    assert set(TRANSITIONS) == set(Status)


def test_what_has_ended_stays_so() -> None:
    ended = {Status.SUCCEEDED, Status.FAILED, Status.CANCELED}
    assert {status for status in Status if status.terminal} == ended
    assert set(Status) - ended == RUNNING


@pytest.mark.parametrize("status", Status)
def test_every_state_can_be_reached_and_every_running_one_can_end(status: Status) -> None:
    assert status in _reachable(Status.ACCEPTED)
    assert any(each.terminal for each in _reachable(status))


@pytest.mark.parametrize("status", Status)
def test_sources_are_the_table_read_backwards(status: Status) -> None:
    assert sources(status) == {each for each in Status if status in TRANSITIONS[each]}


def test_cancellation_leads_to_canceled_or_to_the_success_that_won_the_race() -> None:
    assert TRANSITIONS[Status.CANCELING] == {Status.CANCELED, Status.SUCCEEDED}


def test_the_committed_document_shows_the_table() -> None:
    spec = spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = module_from_spec(spec)
    spec.loader.exec_module(generate)
    committed = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    assert generate.lifecycle(committed) == committed, "run docs/generate.py"
    for source, targets in TRANSITIONS.items():
        for target in targets:
            assert f"    {source} --> {target}\n" in committed


def _reachable(start: Status) -> set[Status]:
    found = {start}
    while more := {target for each in found for target in TRANSITIONS[each]} - found:
        found |= more
    return found
