"""Reading a client's composition: what is refused is named by its path and its code."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.compositions.days import day_of
from longrun.compositions.document import DATA
from longrun.compositions.drafts import complete, read_document, title_of
from longrun.compositions.refusals import Code, DocumentInvalid
from tests.unit.compositions.fakes import (
    HOSPITAL,
    KYIV,
    NEWBORN,
    NOW,
    PERSON,
    PREPERSON,
    concept,
    disability,
    newborn,
    reference,
)

ID = "00000000-0000-4000-8000-00000000cafe"
TWO_CODINGS = {"coding": [{"system": "COMPOSITION_TYPES", "code": "NEWBORN"}] * 2}
Edit = Callable[[dict[str, Any]], object]


def put(value: Any, *place: Any) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        part: Any = document
        for step in place[:-1]:
            part = part[step]
        part[place[-1]] = value

    return edit


def drop(name: str) -> Edit:
    return lambda document: document.pop(name)


def extension(**entry: Any) -> Edit:
    return put([entry], "extension")


PERIOD = ("event", 0, "period")
FAULTS: list[tuple[Edit, str, int]] = [
    (drop("type"), "$.type", 9001),
    (drop("section"), "$.section", 9001),
    (put(concept("TYPES", "NEWBORN"), "type"), "$.type.coding[0].system", 1073),
    (put(concept("COMPOSITION_TYPES", "DRIVERS"), "type"), "$.type.coding[0].code", 1073),
    (put({"coding": []}, "type"), "$.type.coding", 9001),
    (put(TWO_CODINGS, "type"), "$.type.coding", 9001),
    (put("NEWBORN", "type"), "$.type", 9001),
    (put(concept("CATEGORIES", "SICKNESS"), "category"), "$.category.coding[0].system", 1085),
    (
        put(concept("COMPOSITION_CATEGORIES", "LIVE_BIRTH"), "category"),
        "$.category.coding[0].code",
        1161,
    ),
    (put([], "event"), "$.event", 9001),
    (put(concept("EVENTS", "X"), "event", 0, "code"), "$.event[0].code.coding[0].system", 9001),
    (put(None, *PERIOD, "end"), "$.event[0].period.end", 9001),
    (put("2026-11-15", *PERIOD, "end"), "$.event[0].period.end", 9001),
    (put("16.11.2026", *PERIOD, "start"), "$.event[0].period.start", 9001),
    (put(20261116, *PERIOD, "start"), "$.event[0].period.start", 9001),
    (put("2026-11-31", *PERIOD, "start"), "$.event[0].period.start", 9001),
    (put(reference("employee", PERSON), "subject"), "$.subject.type.coding[0].code", 9001),
    (put(reference("person", "me"), "subject"), "$.subject.value", 9001),
    (
        put({"identifier": reference("person", PERSON)}, "subject"),
        "$.subject.identifier",
        9001,
    ),
    (put(reference("person", PERSON), "author"), "$.author.type.coding[0].code", 9001),
    (put({}, "section"), "$.section.focus", 9001),
    (put(1, "encounter"), "$.encounter", 9001),
    (put({}, "extension"), "$.extension", 9001),
    (extension(valueCode="IS_NICE", valueBoolean=True), "$.extension[0].valueCode", 9001),
    (extension(valueCode="IS_ACCIDENT", valueString="yes"), "$.extension[0]", 9001),
    (extension(valueCode="IS_ACCIDENT", valueBoolean=1), "$.extension[0].valueBoolean", 9001),
    (extension(valueCode="INFORM_WITH", valueUuid="x"), "$.extension[0].valueUuid", 9001),
    (
        extension(valueCode="TREATMENT_VIOLATION_DATE", valueDate="2026-11-16T00:00:00Z"),
        "$.extension[0].valueDate",
        9001,
    ),
    (
        put([{"valueCode": "IS_ACCIDENT", "valueBoolean": True}] * 2, "extension"),
        "$.extension[1].valueCode",
        9001,
    ),
    (put({"code": "replaces"}, "relatesTo"), "$.relatesTo.targetIdentifier", 9001),
    (
        put({"code": "is", "targetIdentifier": reference("composition", ID)}, "relatesTo"),
        "$.relatesTo.code",
        9001,
    ),
    (put("?", "comment"), "$.comment", 9001),
    (put("?", "Olena Kovalchuk, born 1990"), "$", 9001),
    (put("x" * 2001, "type", "text"), "$.type.text", 9001),
    (put("\ud800", "type", "text"), "$.type.text", 9001),
]


@pytest.mark.parametrize(("edit", "path", "code"), FAULTS)
def test_what_is_wrong_is_named_by_its_path_and_code(edit: Edit, path: str, code: int) -> None:
    document = disability()
    edit(document)
    with pytest.raises(DocumentInvalid) as refused:
        read_document(document, KYIV)
    assert (refused.value.path, refused.value.code) == (path, code)
    assert refused.value.rule
    assert refused.value.message.startswith(f"{path}: ")


@pytest.mark.parametrize("document", [None, [], "composition", 1])
def test_a_composition_is_an_object(document: Any) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_document(document, KYIV)
    assert refused.value.path == "$"


def test_the_category_of_a_newborn_has_a_code_of_its_own_for_its_system() -> None:
    document = newborn(category=concept("CATEGORIES", "LIVE_BIRTH"))
    with pytest.raises(DocumentInvalid) as refused:
        read_document(document, KYIV)
    assert refused.value.code is Code.NEWBORN_CATEGORY_SYSTEM


@pytest.mark.parametrize("category", ["SICKNESS", "CHILD_CARE"])
def test_a_preperson_may_be_sick_or_care_for_a_child(category: str) -> None:
    draft = read_document(disability(subject=PREPERSON, category=category), KYIV)
    assert draft.subject.kind == "preperson"


def test_a_preperson_goes_with_no_other_category() -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_document(disability(subject=PREPERSON, category="PREGNANCY"), KYIV)
    assert refused.value.path == "$.subject"


def test_the_subject_of_a_birth_is_a_preperson() -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_document(newborn(subject=PERSON), KYIV)
    assert refused.value.path == "$.subject.type.coding[0].code"


def test_nobody_is_their_own_mother() -> None:
    focus = reference("preperson", NEWBORN.upper())
    with pytest.raises(DocumentInvalid) as refused:
        read_document(newborn(section={"focus": focus}), KYIV)
    assert refused.value.path == "$.section.focus"


def test_the_period_of_a_birth_has_no_end() -> None:
    document = newborn()
    document["event"][0]["period"]["end"] = "2026-11-03"
    with pytest.raises(DocumentInvalid) as refused:
        read_document(document, KYIV)
    assert refused.value.path == "$.event[0].period.end"


def test_the_period_of_a_birth_starts_on_the_birth_date() -> None:
    document = newborn()
    document["event"][0]["period"]["start"] = "2026-11-03"
    with pytest.raises(DocumentInvalid) as refused:
        read_document(document, KYIV)
    assert refused.value.path == "$.event[0].period.start"


def test_an_absent_end_is_as_good_as_null() -> None:
    document = newborn()
    del document["event"][0]["period"]["end"]
    assert read_document(document, KYIV).period.end is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-08-13", "2026-08-13"),
        ("2026-08-13T00:00:01Z", "2026-08-13"),
        ("2026-08-13T20:59:59Z", "2026-08-13"),
        ("2026-08-13T21:00:00Z", "2026-08-14"),
        ("2026-12-13T21:59:59.999Z", "2026-12-13"),
        ("2026-12-13T22:00:00Z", "2026-12-14"),
        ("2026-08-13T23:30:00", "2026-08-13"),
        ("2026-08-13T23:30:00+03:00", "2026-08-13"),
        ("2026-08-13T01:30:00-05:00", "2026-08-13"),
    ],
)
def test_days_are_those_of_the_configured_zone(text: str, day: str) -> None:
    assert day_of(text, KYIV).isoformat() == day


@pytest.mark.parametrize(
    "text",
    ["20260813", "2026-W33-4", "2026-08-13 10:00", "0001-01-01T00:00:00+14:00", "", "٢٠٢٦-08-13"],
)
def test_other_forms_of_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^This is "):
        day_of(text, KYIV)


def test_what_the_system_sets_a_client_cannot() -> None:
    sent = disability() | {
        "identifier": reference("composition", PERSON),
        "status": "FINAL",
        "date": "2000-01-01",
        "title": "mine",
        "custodian": reference("legal_entity", PERSON),
    }
    draft = read_document(sent, KYIV)
    document = complete(draft, ID, created=NOW, custodian=HOSPITAL, relation=None)
    assert document["identifier"]["value"] == ID
    assert document["date"] == "2026-11-21T12:00:00.000Z"
    assert document["title"] == title_of(ID)
    assert document["custodian"]["value"] == HOSPITAL
    assert "status" not in document


def test_a_complete_document_has_every_member_of_what_is_read_back() -> None:
    draft = read_document(disability(), KYIV)
    document = complete(draft, ID, created=NOW, custodian=HOSPITAL, relation=None)
    assert set(document) | {"status"} == set(DATA)
    assert document["relatesTo"] is None


def test_only_a_replacement_is_the_clients_to_ask_for() -> None:
    document = disability(replaces=ID)
    assert read_document(document, KYIV).replaces == ID
    document["relatesTo"]["code"] = "appends"
    assert read_document(document, KYIV).replaces is None


def test_ids_are_kept_in_lower_case() -> None:
    document = disability()
    document["subject"]["value"] = document["subject"]["value"].upper()
    draft = read_document(document, KYIV)
    assert draft.document["subject"]["value"] == draft.subject.id == PERSON


def test_empty_siblings_of_an_extensions_value_are_no_values() -> None:
    document = disability()
    document["extension"] = [
        {"valueCode": "IS_FORCE_RENEW", "valueBoolean": True, "valueString": None}
    ]
    assert read_document(document, KYIV).force_renew


def test_titles_are_numbers_for_people() -> None:
    groups = title_of(NEWBORN).split("-")
    assert [len(each) for each in groups] == [4, 4, 4, 4]
    assert title_of(NEWBORN) == title_of(NEWBORN) != title_of(PERSON)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_whatever_stands_anywhere_is_read_or_refused_by_its_path(data: st.DataObject) -> None:
    document: Any = copy.deepcopy(data.draw(st.sampled_from([disability(), newborn()])))
    part = document
    while isinstance(part, dict | list) and part:
        key = data.draw(st.sampled_from(list(part) if isinstance(part, dict) else [0]))
        if data.draw(st.booleans()):
            part[key] = data.draw(JSON)
            break
        part = part[key]
    try:
        read_document(document, KYIV)
    except DocumentInvalid as refused:
        assert (refused.path or "").startswith("$")
