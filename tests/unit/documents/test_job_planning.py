"""Jobs: which records, in which order, by keys alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.documents.jobs import (
    Comparison,
    Condition,
    JobRules,
    Operator,
    SortKey,
    key_values,
    plan_jobs,
)
from longrun.documents.records import Record, Value

VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.integers().map(str)
)


def order_of(values: list[Value], **key: bool | str) -> list[Value]:
    rules = JobRules(sort=(SortKey(field="a", **key),))  # type: ignore[arg-type]  # terse calls
    jobs = plan_jobs(rules, enumerate([value] for value in values))
    return [values[number] for number in jobs[0].members]


def test_without_rules_all_records_are_one_job_in_their_order() -> None:
    jobs = plan_jobs(JobRules(), [(3, ()), (1, ()), (2, ())])
    assert [(job.group, job.members) for job in jobs] == [({}, [3, 1, 2])]


def test_without_records_there_are_no_jobs() -> None:
    assert plan_jobs(JobRules(), []) == []


def test_jobs_follow_the_order_of_their_first_records() -> None:
    rules = JobRules(
        conditions=(Condition(field="amount", operator="gt", values=(0,)),),
        sort=(SortKey(field="country", descending=True), SortKey(field="amount")),
        group=("country",),
    )
    assert rules.fields == ("amount", "country")
    records = [("DE", 5), ("NL", 9), ("DE", 2), ("NL", 0), ("DE", 5), (None, 1)]
    rows = (
        (number, key_values(Record({"country": country, "amount": amount}), rules.fields))
        for number, (country, amount) in enumerate(records)
    )
    assert [(job.group, job.members) for job in plan_jobs(rules, rows)] == [
        ({"country": "NL"}, [1]),
        ({"country": "DE"}, [2, 0, 4]),
        ({"country": None}, [5]),
    ]


def test_a_field_that_a_record_lacks_has_no_value() -> None:
    assert key_values(Record({"a": 1}), ["b", "a"]) == (None, 1)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ({}, [-1, 2, 10, "", "10", "9", "b", None]),
        ({"descending": True}, ["b", "9", "10", "", 10, 2, -1, None]),
        ({"compare": "numeric"}, [-1, 2, "9", 10, "10", "", "b", None]),
        ({"compare": "numeric", "descending": True}, ["b", "", 10, "10", "9", 2, -1, None]),
        ({"compare": "text"}, ["", -1, 10, "10", 2, "9", "b", None]),
    ],
)
def test_values_of_mixed_kinds_have_an_order_and_none_is_last(
    key: dict[str, bool | str], expected: list[Value]
) -> None:
    assert order_of([10, None, "b", 2, "10", "", -1, "9"], **key) == expected


@pytest.mark.parametrize(
    ("operator", "wanted", "met"),
    [
        ("eq", (5,), [5, "5", 5.0]),
        ("eq", ("5",), [5, "5", 5.0]),
        ("eq", (True,), [True]),
        ("eq", ("true",), [True]),
        ("ne", (5,), [None, "", "b", True, 7]),
        ("lt", (6,), [5, "5", 5.0]),
        ("ge", ("5",), [5, "5", 5.0, "b", True, 7]),
        ("in", ("b", 7), ["b", 7]),
        ("not_in", (5, "", "b"), [None, True, 7]),
        ("contains", ("",), [None, "", 5, "5", 5.0, "b", True, 7]),
        ("starts_with", ("tr",), [True]),
        ("empty", (), [None, ""]),
        ("not_empty", (), [5, "5", 5.0, "b", True, 7]),
    ],
)
def test_conditions_compare_numbers_as_numbers_and_the_rest_as_text(
    operator: Operator, wanted: tuple[Value, ...], met: list[Value]
) -> None:
    values: list[Value] = [None, "", 5, "5", 5.0, "b", True, 7]
    rules = JobRules(conditions=(Condition(field="a", operator=operator, values=wanted),))
    jobs = plan_jobs(rules, enumerate([value] for value in values))
    assert [values[number] for job in jobs for number in job.members] == met


OPERATORS: st.SearchStrategy[Operator] = st.sampled_from(
    ["eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "contains", "starts_with", "empty"]
)
COMPARISONS: st.SearchStrategy[Comparison] = st.sampled_from(["auto", "numeric", "text"])
NAMES = st.sampled_from("abc")
RULES = st.builds(
    JobRules,
    conditions=st.lists(
        st.builds(Condition, field=NAMES, operator=OPERATORS, values=st.tuples(VALUES, VALUES)),
        max_size=2,
    ).map(tuple),
    sort=st.lists(
        st.builds(SortKey, field=NAMES, descending=st.booleans(), compare=COMPARISONS), max_size=2
    ).map(tuple),
    group=st.lists(NAMES, unique=True).map(tuple),
)


@given(rules=RULES, rows=st.lists(st.fixed_dictionaries(dict.fromkeys("abc", VALUES)), max_size=20))
def test_jobs_hold_every_record_that_meets_the_conditions_once(
    rules: JobRules, rows: list[dict[str, Value]]
) -> None:
    numbered = [(n, key_values(Record(row), rules.fields)) for n, row in enumerate(rows)]
    jobs = plan_jobs(rules, numbered)
    filtered = JobRules(conditions=rules.conditions)
    left = plan_jobs(
        filtered, [(n, key_values(Record(row), filtered.fields)) for n, row in enumerate(rows)]
    )
    assert sorted(number for job in jobs for number in job.members) == [
        number for job in left for number in job.members
    ]
    assert all(job.members and tuple(job.group) == rules.group for job in jobs)


@given(values=st.lists(VALUES, max_size=20), descending=st.booleans(), compare=COMPARISONS)
def test_sorting_is_stable_and_puts_no_value_last(
    values: list[Value], descending: bool, compare: Comparison
) -> None:
    key = SortKey(field="a", descending=descending, compare=compare)
    rows = [(number, [value]) for number, value in enumerate([*values, *values])]
    jobs = plan_jobs(JobRules(sort=(key,)), rows)
    members = [number for job in jobs for number in job.members]
    # Each value is there twice: the first of the two comes first.
    places = {number: place for place, number in enumerate(members)}
    assert all(places[n] < places[n + len(values)] for n in range(len(values)))
    missing = [rows[number][1][0] is None for number in members]
    # Not-a-number is no value either.
    present = [i for i, none in enumerate(missing) if not none and rows[members[i]][1] != [None]]
    nothing = [i for i, none in enumerate(missing) if none]
    real = [i for i in present if rows[members[i]][1][0] == rows[members[i]][1][0]]
    assert not nothing or not real or max(real) < min(nothing)
