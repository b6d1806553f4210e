"""The three jobs: who may, what is refused with which code, and what is left behind."""

import hashlib
import logging
from base64 import b64decode
from datetime import date, timedelta
from typing import Any

import pytest

from longrun.compositions.document import Composition
from longrun.compositions.refusals import Code
from longrun.compositions.statuses import CompositionStatus
from longrun.operations.operation import Operation, Source
from longrun.operations.states import Status
from tests.unit.compositions.fakes import (
    COLLEAGUE,
    DOCTOR,
    MERGED,
    NOW,
    NURSE,
    OTHER_PERSON,
    PERSON,
    PREPERSON,
    TENANT,
    World,
    cancellation,
    concept,
    disability,
    encounter_of,
    newborn,
    reference,
    signed_blob,
)


def code(operation: Operation) -> str:
    assert operation.status is Status.FAILED, operation
    (fault,) = operation.errors
    assert fault.source is Source.USER
    return fault.code


def test_a_created_composition_is_preliminary_and_the_operations_resource(world: World) -> None:
    operation = world.create(disability())
    composition = world.made(operation)
    assert operation.status is Status.SUCCEEDED
    assert composition.status is CompositionStatus.PRELIMINARY
    assert composition.signature is None
    assert [(each.type, each.id, each.action) for each in operation.resources] == [
        ("COMPOSITION", composition.id, "CREATED")
    ]


@pytest.mark.parametrize(
    ("member", "kind"),
    [("subject", "person"), ("encounter", "encounter"), ("author", "employee")],
)
def test_1000_what_a_reference_names_must_be_there(world: World, member: str, kind: str) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    operation = world.create(disability() | {member: reference(kind, nobody)})
    assert code(operation) == "1000"
    assert operation.errors[0].message == f"There is no {kind} {nobody}."
    assert operation.errors[0].target == f"$.{member}.value"


def test_1000_the_focus_must_be_there(world: World) -> None:
    nobody = reference("person", "00000000-0000-4000-8000-000000000000")
    operation = world.create(disability() | {"section": {"focus": nobody}})
    assert code(operation) == "1000"
    assert operation.errors[0].target == "$.section.focus.value"


@pytest.mark.parametrize("patient", [OTHER_PERSON, PREPERSON])
def test_1000_the_encounter_is_the_subjects(world: World, patient: str) -> None:
    theirs = reference("encounter", encounter_of(patient))
    assert code(world.create(disability() | {"encounter": theirs})) == "1000"


def test_1000_a_merge_makes_the_encounter_that_persons_alone(world: World) -> None:
    theirs = reference("encounter", encounter_of(MERGED))
    operation = world.create(disability(subject=OTHER_PERSON) | {"encounter": theirs})
    assert code(operation) == "1000"


def test_the_encounter_may_be_that_of_the_preperson_before_the_merge(world: World) -> None:
    before = reference("encounter", encounter_of(MERGED))
    world.created(disability() | {"encounter": before})


def test_1167_the_authors_position_may_sign_the_type(world: World) -> None:
    assert code(world.create(disability(author=NURSE))) == "1167"
    world.created(disability(author=COLLEAGUE))
    assert code(world.create(newborn(author=reference("employee", COLLEAGUE)))) == "1167"


def test_1167_is_asked_again_when_it_is_signed(world: World) -> None:
    composition = world.created(disability())
    people = world.registry.contents[TENANT]
    world.registry.contents[TENANT] = type(people)(
        persons=people.persons,
        prepersons=people.prepersons,
        employees=people.employees,
        encounters=people.encounters,
        episodes=people.episodes,
        positions={},
    )
    assert code(world.sign(composition)) == "1167"


@pytest.mark.parametrize(
    ("day", "refused"),
    [
        ("2026-11-15", True),
        ("2026-11-16", False),
        ("2026-11-21", False),
        ("2026-11-22", True),
    ],
)
def test_1172_a_violation_is_not_before_the_start_nor_in_the_future(
    world: World, day: str, refused: bool
) -> None:
    document = disability("2026-11-16", "2026-11-30", TREATMENT_VIOLATION_DATE=("valueDate", day))
    operation = world.create(document)
    assert [each.code for each in operation.errors] == (["1172"] if refused else [])


def test_a_birth_starts_on_the_birth_date_of_the_registry(world: World) -> None:
    document = newborn(extension=[])
    document["event"][0]["period"]["start"] = "2026-11-05"
    operation = world.create(document)
    assert (code(operation), operation.errors[0].target) == ("9001", "$.event[0].period.start")


def test_a_signed_composition_keeps_its_signature(world: World) -> None:
    composition = world.created(disability())
    request = world.sign_request(composition)
    operation = world.work(world.accept("composition.sign", request))
    final = world.now(composition)
    blob = b64decode(request["data"])
    assert final.status is CompositionStatus.FINAL
    assert final.signature is not None
    assert final.signature.key == f"signed/acme/{composition.id}/{operation.id}.p7s"
    assert world.archive.contents[final.signature.key] == blob
    assert final.signature.sha256 == hashlib.sha256(blob).hexdigest()
    assert final.signature.signed == NOW
    assert final.document == composition.document
    assert final.data == composition.data | {"status": "FINAL"}


def test_a_client_may_write_what_it_signs_in_another_order(world: World) -> None:
    composition = world.created(disability())
    turned = dict(reversed(composition.data.items()))
    assert world.sign(composition, content=turned).status is Status.SUCCEEDED


def changed(composition: Composition, **members: Any) -> dict[str, Any]:
    return composition.data | members


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"status": "FINAL"}, "$.status"),
        ({"title": "AAAA"}, "$.title"),
        ({"extension": [{"valueCode": "IS_ACCIDENT", "valueBoolean": True}]}, "$.extension"),
        ({"category": concept("COMPOSITION_CATEGORIES", "COVID19")}, "$.category.coding[0].code"),
        ({"more": 1}, "$"),
    ],
)
def test_other_content_is_refused_by_the_path_of_the_difference(
    world: World, members: dict[str, Any], path: str
) -> None:
    composition = world.created(disability())
    operation = world.sign(composition, content=changed(composition, **members))
    assert code(operation) == str(Code.CONTENT_DIFFERS.value)
    assert operation.errors[0].target == path
    assert world.now(composition) == composition
    assert not world.archive.contents


@pytest.mark.parametrize("content", [b"", b"nonsense", b'{"a":1,"a":1}', b"[NaN]", b"\xff", b"{}"])
def test_content_that_is_no_composition_is_refused(world: World, content: bytes) -> None:
    composition = world.created(disability())
    assert code(world.sign(composition, content=content)) == str(Code.CONTENT_DIFFERS.value)


def test_somebody_elses_signature_does_not_match(world: World) -> None:
    composition = world.created(disability())
    operation = world.sign(composition, signer=COLLEAGUE)
    assert code(operation) == str(Code.SIGNER_DIFFERS.value)
    assert operation.errors[0].message == "Does not match the signer"


@pytest.mark.parametrize("data", ["", "%%%", "bm90aGluZw=="])
def test_what_is_no_signature_is_refused_in_words(world: World, data: str) -> None:
    composition = world.created(disability())
    request = {"composition": composition.id, "data": data}
    operation = world.work(world.accept("composition.sign", request))
    assert code(operation) == str(Code.SIGNATURE_INVALID.value)


@pytest.mark.parametrize("caller", [COLLEAGUE, NURSE, "a stranger"])
def test_only_its_author_signs_and_cancels_a_composition(world: World, caller: str) -> None:
    composition = world.created(disability())
    assert code(world.sign(composition, caller)) == str(Code.NOT_THE_AUTHOR.value)
    final = world.signed(composition)
    assert code(world.cancel(final, caller)) == str(Code.NOT_THE_AUTHOR.value)


def test_a_colleague_may_prepare_what_the_author_signs(world: World) -> None:
    composition = world.made(world.create(disability(), COLLEAGUE))
    assert world.sign(composition).status is Status.SUCCEEDED


@pytest.mark.parametrize("kind", ["composition.sign", "composition.cancel"])
def test_1000_there_must_be_a_composition(world: World, kind: str) -> None:
    request = {"composition": PERSON, "data": signed_blob({})}
    assert code(world.work(world.accept(kind, request))) == "1000"


def test_what_is_signed_is_not_signed_again(world: World) -> None:
    composition = world.created(disability())
    world.signed(composition)
    assert code(world.sign(composition)) == str(Code.NOT_PRELIMINARY.value)


def test_1003_only_a_final_one_is_canceled(world: World) -> None:
    composition = world.created(disability())
    assert code(world.cancel(composition)) == "1003"
    world.signed(composition)
    world.canceled(composition)
    assert code(world.cancel(composition)) == "1003"


def test_1003_a_replaced_one_is_not_canceled(world: World) -> None:
    first = world.final(disability())
    world.final(disability(replaces=first))
    assert code(world.cancel(first)) == "1003"


def test_a_canceled_composition_keeps_both_signatures_and_the_reason(world: World) -> None:
    composition = world.final(disability())
    canceled = world.made(world.cancel(composition, reason="INCORRECT_OTHER"))
    assert canceled.status is CompositionStatus.ENTERED_IN_ERROR
    assert canceled.signature == composition.signature
    assert canceled.cancellation is not None and canceled.signature is not None
    assert canceled.cancellation.key != canceled.signature.key
    assert canceled.reason == "INCORRECT_OTHER"


REASONS = {
    "TEMP_DISABILITY": [
        "INCORRECT_CATEGORY",
        "INCORRECT_DISABILITY_PERIOD",
        "INCORRECT_INOXICATION",
        "INCORRECT_OTHER",
        "INCORRECT_PATIENT",
        "INCORRECT_TRITMENT_VIOLATION",
    ],
    "NEWBORN": ["INCORRECT_PATIENT", "TYPO"],
}


@pytest.mark.parametrize("reason", [*REASONS["TEMP_DISABILITY"], *REASONS["NEWBORN"], "WHIM"])
@pytest.mark.parametrize("type", ["TEMP_DISABILITY", "NEWBORN"])
def test_1004_the_reasons_of_a_type(world: World, type: str, reason: str) -> None:
    composition = world.final(newborn() if type == "NEWBORN" else disability())
    operation = world.cancel(composition, reason=reason)
    expected = [] if reason in REASONS[type] else ["1004"]
    assert [each.code for each in operation.errors] == expected


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ({"reason": concept("REASONS", "INCORRECT_OTHER")}, "1004"),
        ({"reason": {"coding": []}}, "1004"),
        ({"reason": None}, "1004"),
        ({"identifier": reference("composition", PERSON)}, "9004"),
        ({"identifier": PERSON}, "9004"),
        ({"identifier": 1}, "9001"),
        ({"why": "because"}, "9001"),
    ],
)
def test_a_cancellation_says_what_and_why(
    world: World, edit: dict[str, Any], expected: str
) -> None:
    composition = world.final(disability())
    content = cancellation(composition, "INCORRECT_OTHER") | edit
    request = {"composition": composition.id, "data": signed_blob(content)}
    assert code(world.work(world.accept("composition.cancel", request))) == expected
    assert world.now(composition) == composition


def test_a_cancellation_may_name_the_bare_id_and_say_more_in_words(world: World) -> None:
    composition = world.final(disability())
    content = cancellation(composition, "INCORRECT_OTHER")
    content["identifier"] = composition.id.upper()
    content["reason"]["text"] = "The period was one day too long."
    request = {"composition": composition.id, "data": signed_blob(content)}
    operation = world.work(world.accept("composition.cancel", request))
    assert operation.status is Status.SUCCEEDED


@pytest.mark.parametrize(("days", "expected"), [(0, []), (7, []), (8, ["1005"])])
def test_1005_a_disability_is_canceled_within_7_days(
    world: World, days: int, expected: list[str]
) -> None:
    composition = world.final(disability())
    world.clock.pass_by(timedelta(days=days))
    assert [each.code for each in world.cancel(composition).errors] == expected


@pytest.mark.parametrize(("days", "expected"), [(180, []), (181, ["1005"])])
def test_1005_a_birth_is_canceled_within_180_days(
    world: World, days: int, expected: list[str]
) -> None:
    composition = world.final(newborn())
    world.clock.pass_by(timedelta(days=days))
    assert [each.code for each in world.cancel(composition).errors] == expected


@pytest.mark.parametrize(("days", "expected"), [(365, []), (366, ["1005"])])
@pytest.mark.parametrize("document", [disability, newborn])
def test_1005_what_replaced_another_is_canceled_within_365_days(
    world: World, document: Any, days: int, expected: list[str]
) -> None:
    composition = world.final(document(replaces=world.final(document())))
    world.clock.pass_by(timedelta(days=days))
    assert [each.code for each in world.cancel(composition).errors] == expected


def test_1005_the_days_are_those_of_the_zone(world: World) -> None:
    composition = world.final(disability())
    # 21:59 in UTC is the last minute of the day in Kyiv.
    world.clock.now = NOW.replace(hour=21, minute=59) + timedelta(days=7)
    assert world.engine.today() == date(2026, 11, 28)
    request = world.cancel_request(composition)
    late = world.accept("composition.cancel", request)
    world.clock.pass_by(timedelta(minutes=1))
    assert code(world.work(late)) == "1005"
    world.clock.pass_by(-timedelta(minutes=1))
    assert world.cancel(composition).status is Status.SUCCEEDED


def test_1137_what_was_replaced_must_be_there(world: World) -> None:
    first = world.final(disability())
    second = world.final(disability(replaces=first))
    world.compositions.remove(first)
    assert code(world.cancel(second)) == "1137"
    assert world.now(second).status is CompositionStatus.FINAL


def test_1136_what_was_replaced_must_be_amended(world: World) -> None:
    first = world.final(disability())
    second = world.final(disability(replaces=first))
    world.compositions.put(first)
    assert code(world.cancel(second)) == "1136"


def test_no_refusal_and_no_log_tells_what_a_document_says(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = "Kovalchuk"
    refused = [
        world.create(disability() | {"subject": reference("person", said)}),
        world.create(disability() | {said + " born 1990": said}),
        world.create(disability() | {"type": concept(said, said)}),
        world.create(disability(said)),
        world.create(disability(TREATMENT_VIOLATION_DATE=("valueDate", said))),
    ]
    composition = world.created(disability(TREATMENT_VIOLATION=("valueString", said)))
    refused.append(world.sign(composition, content=changed(composition, title=said)))
    refused.append(world.sign(composition, content=said.encode()))
    final = world.signed(composition)
    content = cancellation(final, said)
    request = {"composition": final.id, "data": signed_blob(content)}
    refused.append(world.work(world.accept("composition.cancel", request)))
    for operation in refused:
        assert code(operation)
        assert said not in f"{operation.errors}{operation.resources}{operation.result}"
    assert said not in caplog.text


def test_every_code_of_the_contract_is_known() -> None:
    contract = {1000, 1001, 1002, 1003, 1004, 1005, 1006, 1073, 1081, 1085, 1136, 1137, 1143}
    contract |= {1146, 1161, 1167, 1172, 1184}
    assert {int(each) for each in Code if each < 9000} == contract


def test_the_doctor_is_who_the_token_says(world: World) -> None:
    employee = world.registry.employee_of(TENANT, "doctor")
    assert employee is not None and employee.id == DOCTOR
