"""What can be wrong with an order's files and data: each ends in FAILED, with its reason."""

import json

import pytest

from longrun.documents.steps.engine import WorkRefused
from longrun.filestore import FileType
from longrun.operations.errors import OperationStopped
from longrun.operations.operation import ERRORS_KEPT, Operation, Source
from longrun.operations.states import Status
from tests.unit.documents.steps.conftest import DATA, MAPPING, TENANT, Press

HEADER = "customer,country,item,amount\n"


def failed(press: Press, **parts: object) -> Operation:
    """Run an order that is to fail; the operation afterwards."""
    operation_id = press.accept(press.order(**parts))
    with pytest.raises(WorkRefused):
        for step in press.steps(operation_id):
            press.step(operation_id, step)
    operation = press.engine.operations.get(operation_id)
    assert operation.status is Status.FAILED
    assert all(fault.source is Source.USER for fault in operation.errors)
    return operation


def mining(press: Press, data: str, mapping: str = MAPPING) -> dict[str, int]:
    return {"identifier": press.data(data), "config": press.mapping(mapping)}


def test_no_records_is_said_of_the_data_file(press: Press) -> None:
    operation = failed(press, datamining=mining(press, HEADER))
    assert [fault.message for fault in operation.errors] == ["customers.csv has no records."]


def test_a_print_range_beyond_the_last_record_is_said(press: Press) -> None:
    operation = failed(press, printRange=[[10, 12]])
    [fault] = operation.errors
    assert fault.message == "customers.csv has no record in the print range."


def test_a_missing_required_field_names_file_record_and_field(press: Press) -> None:
    data = HEADER + "Ada,GB,Engine,10\nBlaise,FR,Wheel,\n"
    [fault] = failed(press, datamining=mining(press, data)).errors
    assert "customers.csv, record 2" in fault.message
    assert 'field "amount"' in fault.message


def test_every_bad_record_is_named_not_the_first_alone(press: Press) -> None:
    data = HEADER + "Ada,GB,Engine,ten\nBlaise,FR,Wheel,7\nCarl,DE,Ruler,many\n"
    operation = failed(press, datamining=mining(press, data))
    assert operation.error_count == 2
    assert ["record 1" in operation.errors[0].message, "record 3" in operation.errors[1].message]


def test_more_bad_records_than_are_kept_stand_in_an_artefact(press: Press) -> None:
    rows = "".join(f"C{number},GB,Engine,none\n" for number in range(130))
    operation = failed(press, datamining=mining(press, HEADER + rows))
    assert operation.error_count == 130
    assert len(operation.errors) == ERRORS_KEPT
    listed = press.engine.artefacts.read(f"results/{TENANT}/{operation.id}/errors.jsonl")
    assert len(listed.splitlines()) == 130
    assert "record 130" in json.loads(listed.splitlines()[-1])["message"]


def test_a_template_that_fails_on_a_record_names_the_record(press: Press) -> None:
    template = press.template(
        "#let document(record, parameters) = [#(12 / (record.lines.first().amount - 7))]"
    )
    [fault] = failed(press, contentcreation={"config": template}).errors
    assert "letter.zip" in fault.message
    assert "record 2" in fault.message


def test_a_template_without_its_function_is_said(press: Press) -> None:
    template = press.template("#let something = 1")
    [fault] = failed(press, contentcreation={"config": template}).errors
    assert "document(record, parameters)" in fault.message


def test_an_unknown_parameter_is_named(press: Press) -> None:
    part = mining(press, DATA) | {"parameters": {"colour": "red"}}
    [fault] = failed(press, datamining=part).errors
    assert "colour" in fault.message


def test_a_filter_that_leaves_nothing_is_said(press: Press) -> None:
    preset = press.jobs("filter: [{field: country, op: eq, value: XX}]")
    [fault] = failed(press, jobcreation={"config": preset}).errors
    assert "filter" in fault.message


def test_a_template_deleted_while_the_work_waits_is_said(press: Press) -> None:
    template = press.template()
    operation_id = press.accept(press.order(contentcreation={"config": template}))
    press.engine.files.delete(TENANT, template, in_use=lambda tenant, file: False)
    with pytest.raises(WorkRefused):
        for step in press.steps(operation_id):
            press.step(operation_id, step)
    [fault] = press.engine.operations.get(operation_id).errors
    assert "template" in fault.message


def test_a_step_of_a_canceled_operation_stops(press: Press) -> None:
    operation_id = press.accept(press.order())
    steps = press.steps(operation_id)
    press.step(operation_id, next(steps))
    press.engine.lifecycle.cancel(operation_id)
    with pytest.raises(OperationStopped):
        press.step(operation_id, next(steps))
    assert press.engine.operations.get(operation_id).result is None


def test_a_step_in_flight_notices_the_cancellation(press: Press) -> None:
    operation_id = press.accept(press.order(jobcreation=None, outputcreation=None))
    steps = press.steps(operation_id)
    press.step(operation_id, next(steps))
    press.step(operation_id, next(steps))
    typesetting = next(steps)
    in_flight = press.engine.operations.get(operation_id)
    press.engine.lifecycle.cancel(operation_id)
    with pytest.raises(OperationStopped):
        typesetting(in_flight)


def test_another_tenants_records_are_not_found(press: Press) -> None:
    stranger = press.order(
        datamining=None,
        contentcreation={"identifiers": [999_999], "config": press.template()},
    )
    operation_id = press.accept(stranger)
    with pytest.raises(WorkRefused):
        for step in press.steps(operation_id):
            press.step(operation_id, step)
    [fault] = press.engine.operations.get(operation_id).errors
    assert fault.message == "There is no data record with the id 999999."


def test_outputs_of_a_failed_operation_cannot_be_found(press: Press) -> None:
    template = press.template("#let document(record, parameters) = panic()")
    failed(press, contentcreation={"config": template})
    assert list(press.engine.files.list(TENANT, [FileType.OUTPUT])) == []
