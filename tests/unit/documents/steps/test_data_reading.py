"""An All-In-One on a named data set, in the place of a data file."""

import pytest

from longrun.documents.dataset_chunks import read_records
from longrun.documents.records import Record, Value, decode_record
from longrun.documents.sets import SetMissing, SetType
from longrun.documents.steps.engine import WorkRefused
from longrun.operations.errors import OperationStopped
from longrun.operations.states import Status
from tests.unit.documents.steps.conftest import Press

PEOPLE: list[dict[str, Value]] = [
    {"customer": "Ada", "country": "GB", "born": "1815-12-10", "score": 1.5, "member": True},
    {"customer": "Blaise", "country": "FR", "born": None, "score": 2, "member": False},
]
TEMPLATE = """
#let document(record, parameters) = [
  #set page(width: 100mm, height: 100mm)
  Dear #record.customer
]
"""


def an_order(press: Press, **parts: object) -> dict[str, object]:
    defaults: dict[str, object] = {
        "datamining": {"dataset": "people"},
        "contentcreation": {"config": press.template(TEMPLATE)},
    }
    return press.order(**{**defaults, **parts})


def records_of(press: Press, operation_id: str) -> list[Record]:
    operation = press.engine.operations.get(operation_id)
    made = press.engine.made_set(operation, SetType.DATA)
    runs = [(made.members[0], made.members[-1])]
    return [decode_record(line) for _, line in read_records(press.engine.artefacts, made, runs)]


def test_the_records_of_the_data_set_become_the_documents(press: Press) -> None:
    press.data_sets.load("people", PEOPLE)
    operation = press.run(an_order(press))
    assert operation.status is Status.SUCCEEDED, operation.errors
    data, content = operation.resource(SetType.DATA), operation.resource(SetType.CONTENT)
    assert data is not None and content is not None
    assert data.metadata["count"] == content.metadata["count"] == "2"


def test_values_are_kept_as_they_are(press: Press) -> None:
    press.data_sets.load("people", PEOPLE)
    operation_id = press.accept({"datamining": {"dataset": "people"}})
    for step in press.steps(operation_id):
        press.step(operation_id, step)
    assert [record.values for record in records_of(press, operation_id)] == PEOPLE


def test_a_print_range_selects_records_of_the_data_set(press: Press) -> None:
    press.data_sets.load("people", PEOPLE)
    operation = press.run(an_order(press, printRange=[[2, 2]]))
    content = operation.resource(SetType.CONTENT)
    assert content is not None
    assert content.metadata["count"] == "1"


def test_a_copy_that_is_not_to_persist_leaves_nothing_behind(press: Press) -> None:
    press.data_sets.load("people", PEOPLE)
    mining = {"dataset": "people", "persistDataset": False}
    operation = press.run(an_order(press, datamining=mining))
    assert operation.resource(SetType.DATA) is None
    with pytest.raises(SetMissing):
        press.engine.made_set(operation, SetType.DATA)


def test_a_data_set_that_is_gone_fails_the_operation_in_words(press: Press) -> None:
    operation_id = press.accept({"datamining": {"dataset": "people"}})
    with pytest.raises(WorkRefused):
        for step in press.steps(operation_id):
            press.step(operation_id, step)
    operation = press.engine.operations.get(operation_id)
    assert operation.status is Status.FAILED
    [fault] = operation.errors
    assert (fault.code, fault.message) == ("DataSetMissing", "There is no data set 'people'.")


def test_a_data_set_without_records_fails_by_its_name(press: Press) -> None:
    press.data_sets.load("people", [])
    operation_id = press.accept(an_order(press))
    with pytest.raises(WorkRefused):
        for step in press.steps(operation_id):
            press.step(operation_id, step)
    [fault] = press.engine.operations.get(operation_id).errors
    assert fault.message == "Data set 'people' has no records."


def test_a_repeated_step_reads_what_the_first_run_met_although_it_was_reloaded(
    press: Press,
) -> None:
    press.data_sets.load("people", PEOPLE)
    operation_id = press.accept({"datamining": {"dataset": "people"}})
    steps = press.steps(operation_id)
    reading = next(steps)
    press.step(operation_id, reading)
    press.data_sets.load("people", [*PEOPLE, *PEOPLE])
    press.step(operation_id, reading)
    assert len(records_of(press, operation_id)) == 2


def test_a_state_that_was_replaced_twice_fails_the_operation_in_words(press: Press) -> None:
    press.data_sets.load("people", PEOPLE)
    operation_id = press.accept({"datamining": {"dataset": "people"}})
    reading = next(press.steps(operation_id))
    press.step(operation_id, reading)
    press.data_sets.load("people", PEOPLE)
    press.data_sets.load("people", PEOPLE)
    with pytest.raises(WorkRefused):
        press.step(operation_id, reading)
    [fault] = press.engine.operations.get(operation_id).errors
    assert fault.code == "DataSetReplaced"


def test_reading_notices_that_it_is_canceled(press: Press) -> None:
    press.data_sets.load("people", PEOPLE * 100)
    operation_id = press.accept({"datamining": {"dataset": "people"}})
    reading = next(press.steps(operation_id))
    press.data_sets.before_reading = lambda: press.engine.lifecycle.cancel(operation_id)
    with pytest.raises(OperationStopped):
        press.step(operation_id, reading)
