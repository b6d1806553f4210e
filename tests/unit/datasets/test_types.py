"""Types: what a value is taken for, what is accepted for a declared one, and what never is."""

from datetime import date, datetime
from typing import Any

import pytest

from longrun.datasets.errors import RowsRejected
from tests.unit.datasets.sources import load, rule, schema


def column(*values: str) -> str:
    """A column with these values beside a number of rows."""
    return "n,v\n" + "".join(f'{n},"{value}"\n' for n, value in enumerate(values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("1", "-2", ""), "integer"),
        (("1", "2.5"), "number"),
        (("1.5", "NaN"), "number"),
        (("true", "False"), "boolean"),
        (("2024-01-05", "2024-12-31"), "date"),
        (("2024-01-05 10:00", "2024-01-05T10:00:00+02:00"), "timestamp"),
        (("01067", "80331"), "string"),
        (("+49123", "1"), "string"),
        (("1_000", "1"), "string"),
        (("12345678901234567890",), "string"),
        (("0.12345678901234567",), "string"),
        (("123456789012345.123456789012345",), "string"),
        (("123456789012345.00",), "number"),
        (("9007199254740993", "1.5"), "string"),
        (("9007199254740992", "1.5"), "number"),
        (("0.30000000000000004",), "number"),
        (("1e999",), "string"),
        (("2024-02-30",), "string"),
        (("2024-01-05", "2024-01-05 10:00"), "string"),
        (("t", "f"), "string"),
        (("infinity",), "string"),
        (("", ""), "string"),
    ],
)
def test_values_that_nobody_declared_are_taken_for_what_all_of_them_are(
    values: tuple[str, ...], expected: str
) -> None:
    assert load(column(*values)).types["v"] == expected


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "007", 7),
        ("integer", " 12 ", 12),
        ("integer", "+5", 5),
        ("integer", "12.0", 12),
        ("integer", "-9223372036854775808", -(2**63)),
        ("number", "1e5", 100_000.0),
        ("number", "007.5", 7.5),
        ("number", "nan", None),
        ("boolean", "yes", True),
        ("boolean", "0", False),
        ("date", "2024/1/5", date(2024, 1, 5)),
        ("date", "2024-01-05 00:00:00", date(2024, 1, 5)),
        ("timestamp", "2024-01-05", datetime(2024, 1, 5)),  # noqa: DTZ001  # without a zone
        ("timestamp", "2024-01-05T10:00:00+02:00", datetime(2024, 1, 5, 8)),  # noqa: DTZ001
        ("timestamp", "2024-01-05 10:00+02", datetime(2024, 1, 5, 8)),  # noqa: DTZ001
        ("timestamp", "2024-01-05 10:00:00.125", datetime(2024, 1, 5, 10, 0, 0, 125_000)),  # noqa: DTZ001
        ("string", "007", "007"),
    ],
)
def test_a_declared_type_takes_the_value_in_the_forms_that_people_write(
    kind: str, text: str, value: Any
) -> None:
    made = load(column(text), columns=[rule("v", type=kind)])
    assert made.rows == [(value,)]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "1.5"),
        ("integer", "1_000"),
        ("integer", "1e3"),
        ("integer", "0x1F"),
        ("integer", "9223372036854775808"),
        ("number", "1_000.5"),
        ("number", "inf"),
        ("number", "1,5"),
        ("boolean", "on"),
        ("date", "infinity"),
        ("date", "2024-02-30"),
        ("date", "2024-01-05 10:00"),
        ("date", "05.01.2024"),
        ("date", "99999-1-01"),
        ("timestamp", "epoch"),
        ("timestamp", "2024-01-05 10:00 Europe/Berlin"),
        ("timestamp", "99999-01-01 10:00:00"),
        ("timestamp", "soon"),
    ],
)
def test_what_a_value_does_not_say_is_not_read_into_it(kind: str, text: str) -> None:
    with pytest.raises(RowsRejected) as refused:
        load(column(text), columns=[rule("v", type=kind)])
    assert repr(text) in refused.value.reasons[1].message


def test_a_number_that_was_declared_is_the_nearest_double() -> None:
    made = load(column("9007199254740993"), columns=[rule("v", type="number")])
    assert made.rows == [(9007199254740992.0,)]


def test_a_number_that_a_double_would_change_does_not_fit_where_numbers_were() -> None:
    content = column("1.5", "2.5", "9007199254740993")
    with pytest.raises(RowsRejected) as refused:
        load(content, schema=schema(n="integer", v="number"))
    (only,) = refused.value.first
    assert only.reason == (
        "'9007199254740993' is a number of more than 15 digits, which would be changed."
    )


def test_what_is_no_number_is_told_as_such_where_numbers_were() -> None:
    with pytest.raises(RowsRejected) as refused:
        load(column("1.5", "2.5", "soon"), schema=schema(n="integer", v="number"))
    (only,) = refused.value.first
    assert only.reason == "'soon' is not a number."


def test_dates_have_the_format_that_is_declared_for_their_column() -> None:
    rules = [
        rule("day", source="d", type="date", format="%d.%m.%Y"),
        rule("at", source="t", type="timestamp", format="%m/%d/%y %H:%M"),
    ]
    made = load("d,t\n05.01.2024,12/31/24 09:30\n", columns=rules)
    assert made.rows == [(date(2024, 1, 5), datetime(2024, 12, 31, 9, 30))]  # noqa: DTZ001
    with pytest.raises(RowsRejected, match="1 of 1 rows") as refused:
        load("d,t\n2024-01-05,12/31/24 09:30\n", columns=rules)
    assert refused.value.first[0].reason == "'2024-01-05' is not a date of the form %d.%m.%Y."


@pytest.mark.parametrize("kind", ["string", "integer", "date"])
def test_a_required_value_that_is_missing_rejects_its_row(kind: str) -> None:
    given = "n,v\n1,2024-01-05\n2,\n" if kind == "date" else "n,v\n1,5\n2,\n"
    with pytest.raises(RowsRejected) as refused:
        load(given, columns=[rule("n"), rule("v", type=kind, required=True)])
    (only,) = refused.value.first
    assert (only.place, only.column) == ("line 3", "v")
    assert only.reason == "there is no value, and one is required."


def test_a_guess_that_later_rows_refute_is_made_again() -> None:
    made = load("a,b\n" + "1,2\n" * 9_000 + "0123,2.5\n")
    assert made.types == {"a": "string", "b": "number"}
    assert made.rows[-1] == ("0123", 2.5)


def test_a_column_whose_first_values_come_late_is_looked_at_to_its_end() -> None:
    assert load("a,b\n" + "1,\n" * 9_000 + "3,7\n").types == {"a": "integer", "b": "integer"}


def test_a_guess_of_numbers_is_made_again_where_a_later_one_has_too_many_digits() -> None:
    made = load("a,b\n" + "1.5,2\n" * 9_000 + "9007199254740993,2\n")
    assert made.rows[-1] == ("9007199254740993", 2)


def test_strays_within_the_limit_do_not_make_a_number_text() -> None:
    made = load("a,b\n" + "1,2\n" * 9_000 + "n/a,3\n", reject_limit=1)
    assert (made.types["a"], made.loaded.rejected) == ("integer", 1)


def test_offending_values_are_shortened() -> None:
    with pytest.raises(RowsRejected) as refused:
        load(column("x" * 500), columns=[rule("v", type="integer")])
    assert "x" * 59 + "…" in refused.value.first[0].reason
    assert len(refused.value.first[0].reason) < 100
