"""The schema is held against the last: what is a changed column, and what are bad rows."""

import pytest

from longrun.datasets.columns import Column, ColumnType
from longrun.datasets.errors import ColumnMissing, RowsRejected, SchemaChanged
from tests.unit.datasets.sources import load, parquet, rule, schema

LAST = schema(id="integer", amount="integer")


def test_the_same_columns_in_another_order_are_the_same() -> None:
    made = load("amount,id\n5,1\n", schema=LAST)
    assert made.rows == [(5, 1)]
    assert made.loaded.added == ()


def test_new_columns_are_taken_and_told() -> None:
    made = load("id,amount,since,why\n1,5,2024-01-01,x\n", schema=LAST)
    assert made.loaded.added == ("since", "why")
    assert made.types["since"] == "date"


def test_a_column_most_of_whose_values_are_of_another_type_has_changed() -> None:
    with pytest.raises(SchemaChanged) as changed:
        load("id,amount\n1,5\n2,n/a\n3,unknown\n", schema=LAST)
    (reason,) = changed.value.reasons
    assert reason.code == "SchemaChanged"
    assert reason.place == "amount"
    assert reason.message.startswith(
        "Column \"amount\" was integer; in sales.csv it is text, first in line 3: 'n/a'."
    )


def test_every_column_that_changed_is_named() -> None:
    last = schema(id="integer", amount="integer", day="date", paid="boolean")
    with pytest.raises(SchemaChanged) as changed:
        load("id,amount,paid\n1,5.5,1.5\n2,6.5,2.5\n", schema=last)
    assert [each.sentence("f") for each in changed.value.changes] == [
        'column "day" was date; f has none of that name',
        "column \"amount\" was integer; in f it is number, first in line 2: '5.5'",
        "column \"paid\" was boolean; in f it is number, first in line 2: '1.5'",
    ]
    assert str(changed.value).endswith("2 more columns changed.")


def test_where_fewer_values_are_of_another_type_their_rows_are_at_fault() -> None:
    with pytest.raises(RowsRejected) as refused:
        load("id,amount\n1,5\n2,n/a\n3,7\n4,8\n", schema=LAST)
    summary, row = refused.value.reasons
    assert summary.message == (
        "1 of 4 rows of sales.csv cannot be taken, and none may be rejected (rejectLimit). "
        "The data set is as it was."
    )
    assert row.message == "sales.csv, line 3, column \"amount\": 'n/a' is not an integer."
    assert row.place == "line 3, column amount"
    assert refused.value.count == 2


def test_rows_within_the_limit_are_left_out_with_reasons() -> None:
    made = load("id,amount\n1,5\n2,n/a\n3,7\n4,8\n", schema=LAST, reject_limit=1)
    assert made.rows == [(1, 5), (3, 7), (4, 8)]
    assert made.reasons == ["f, line 3, column \"amount\": 'n/a' is not an integer."]


def test_leading_zeros_in_a_column_of_numbers_are_no_numbers() -> None:
    with pytest.raises(SchemaChanged, match="it is text, first in line 2: '007'"):
        load("id,amount\n1,007\n2,008\n", schema=LAST)


def test_a_column_that_never_had_values_holds_nobody() -> None:
    last = [Column(name="id", type=ColumnType.STRING, known=False)]
    assert load("id\n1\n", schema=last).types == {"id": "integer"}


def test_what_was_text_may_look_like_numbers() -> None:
    assert load("id,amount\n1,5\n", schema=schema(id="string", amount="string")).rows == [
        ("1", "5")
    ]


def test_a_column_may_be_empty_for_once() -> None:
    assert load("id,amount\n1,\n", schema=LAST).rows == [(1, None)]


def test_numbers_that_a_writer_turned_into_doubles_are_still_integers() -> None:
    content = parquet("SELECT 1::DOUBLE AS id, 5::DOUBLE AS amount")
    assert load(content, "sales.parquet", schema=LAST).rows == [(1, 5)]


def test_the_definition_chooses_renames_and_orders_columns() -> None:
    rules = [rule("betrag", source="amount", type="number"), rule("nr", source="id")]
    made = load("id,amount,other\n1,5,x\n", columns=rules)
    assert made.types == {"betrag": "number", "nr": "integer"}
    assert made.rows == [(5.0, 1)]


def test_a_column_that_the_definition_names_and_the_file_never_had_is_missing() -> None:
    with pytest.raises(ColumnMissing) as missing:
        load("id,amount\n1,5\n", columns=[rule("x", source="betrag")])
    assert str(missing.value) == (
        'sales.csv has no column "betrag", which the data set\'s definition names. '
        'Its columns are "id", "amount".'
    )


def test_a_column_that_the_file_had_the_last_time_has_changed() -> None:
    with pytest.raises(SchemaChanged, match='Column "amount" was integer'):
        load("id\n1\n", columns=[rule("id"), rule("amount")], schema=LAST)
