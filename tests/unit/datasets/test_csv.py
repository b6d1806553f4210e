"""CSV as it comes: dialects, encodings, headers, ragged rows; and where a fault is."""

import pytest

from longrun.datasets.columns import Column, ColumnType
from longrun.datasets.errors import RowsRejected, SourceInvalid
from tests.unit.datasets.sources import load, rule, schema


def test_the_first_row_names_the_columns_and_values_tell_their_types() -> None:
    made = load(
        "id,name,price,paid,day,at\n"
        "1,Ann,1.5,true,2024-01-05,2024-01-05 10:00:00\n"
        "2,Bob,2,false,2024-01-06,2024-01-05T10:00:00.25Z\n"
    )
    assert made.types == {
        "id": "integer",
        "name": "string",
        "price": "number",
        "paid": "boolean",
        "day": "date",
        "at": "timestamp",
    }
    assert made.loaded.rows == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    made = load(f'a{delimiter}b\n1{delimiter}"x, y; z"\n')
    assert made.rows == [(1, "x, y; z")]


def test_the_delimiter_of_the_definition_counts() -> None:
    made = load("a;b,c\n1;2,3\n", delimiter=";")
    assert made.rows == [(1, "2,3")]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_text_is_read_in_the_encoding_that_it_has(encoding: str) -> None:
    made = load("größe,ort\n1,Zürich\n2,Straße\n".encode(encoding))
    assert list(made.types) == ["größe", "ort"]
    assert made.rows == [(1, "Zürich"), (2, "Straße")]


def test_a_broken_byte_in_utf8_is_a_fault_of_its_row() -> None:
    text = "a,b\n1,Zürich\n2,Straße\n".encode() + b"3,\xff\n"
    with pytest.raises(RowsRejected) as refused:
        load(text)
    assert refused.value.reasons[1].message == (
        "sales.csv, line 4: some bytes of the row are not UTF-8."
    )


@pytest.mark.parametrize("ends", [("\n", "\n"), ("\r\n", "\r\n"), ("\r", "\r"), ("\r\n", "\n")])
def test_lines_end_as_they_like(ends: tuple[str, str]) -> None:
    one, other = ends
    assert load(f"a,b{one}1,2{one}3,4{other}5,6{other}").rows == [(1, 2), (3, 4), (5, 6)]


def test_quotes_hold_delimiters_newlines_and_quotes() -> None:
    assert load('a,b\n1,"x\ny"\n2,"say ""hi"", Ann"\n').rows == [
        (1, "x\ny"),
        (2, 'say "hi", Ann'),
    ]


def test_a_header_alone_is_a_data_set_without_rows() -> None:
    made = load("a,b\n")
    assert (made.loaded.rows, made.types) == (0, {"a": "string", "b": "string"})
    assert not any(column.known for column in made.loaded.columns)


@pytest.mark.parametrize("content", ["\n", "\ufeff", " \r\n"])
def test_an_empty_file_is_refused(content: str) -> None:
    with pytest.raises(SourceInvalid, match=r"^sales\.csv: it is empty\.$"):
        load(content)


def test_blank_lines_are_passed_over_and_counted() -> None:
    with pytest.raises(RowsRejected) as refused:
        load("\n\na,b\n1,2\n\nx\nz,3\n", schema=schema(a="integer", b="integer"))
    assert [reason.place for reason in refused.value.reasons] == [
        None,
        "line 6",
        "line 7, column a",
    ]


def test_names_are_tidied_and_nameless_columns_are_numbered() -> None:
    assert list(load(' a ,,"b\nc",\n1,2,3,4\n').types) == ["a", "column_2", "b c", "column_4"]


@pytest.mark.parametrize("header", ["a,b,a", "a,b,A"])
def test_two_columns_of_one_name_are_refused(header: str) -> None:
    with pytest.raises(SourceInvalid, match="columns 1 and 3 are both called"):
        load(f"{header}\n1,2,3\n")


def test_two_columns_of_one_name_do_no_harm_where_neither_is_asked_for() -> None:
    assert load("a,b,a\n1,2,3\n", columns=[rule("b")]).rows == [(2,)]


def test_a_header_that_is_none_is_told() -> None:
    with pytest.raises(SourceInvalid, match="is the first row a header"):
        load("x" * 300 + ",b\n1,2\n")


def test_ragged_rows_are_rejected_with_line_and_counts() -> None:
    made = load("a,b\n1\n2,3,4\n5,6\n", reject_limit=2)
    assert made.rows == [(5, 6)]
    assert made.loaded.rejected == 2
    assert made.reasons == [
        "f, line 2: the row has 1 value where the header names 2.",
        "f, line 3: the row has 3 values where the header names 2.",
    ]


def test_lines_are_told_as_an_editor_counts_them() -> None:
    rules = [rule("a", type="integer"), rule("b")]
    with pytest.raises(RowsRejected) as refused:
        load('a,b\n1,"x\ny"\nshort\n2,"""z"""\nn/a,"v\nw"\nm,z\n', columns=rules)
    assert [(each.place, each.reason) for each in refused.value.first] == [
        ("line 4", "the row has 1 value where the header names 2."),
        ("line 6", "'n/a' is not an integer."),
        ("line 8", "'m' is not an integer."),
    ]


def test_a_quote_that_is_never_closed_is_no_single_rejected_row() -> None:
    with pytest.raises(SourceInvalid, match=r"^sales\.csv, line 2: a quote is opened"):
        load('a,b\n1,"open\n2,3\n4,5\n', reject_limit=100)


def test_a_file_of_broken_rows_is_refused_without_counting_to_the_end() -> None:
    with pytest.raises(RowsRejected) as refused:
        load("a,b\n" + "1\n" * 120_000)
    assert str(refused.value).startswith("More than 100,000 rows of sales.csv cannot be taken")
    assert len(refused.value.first) == 10_000


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04rest", "a zip archive"),
        (b"PAR1rest", "Parquet"),
        (b"\x1f\x8b\x08\x00rest", "compressed"),
        (b"a,b\n1,\x00\x00\x002\n", "it is no text"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, what: str) -> None:
    with pytest.raises(SourceInvalid, match=what):
        load(content)


def test_two_thousand_columns_are_columns() -> None:
    width = 2_000
    names = [f"column {n}" for n in range(width)]
    rows = "\n".join(",".join(str(n + row) for n in range(width)) for row in range(3))
    last = [Column(name=name, type=ColumnType.INTEGER) for name in names]
    made = load(f"{','.join(names)}\n{rows}\n", schema=last)
    assert made.loaded.rows == 3
    assert made.rows[2][1_999] == 2_001


def test_the_types_of_many_columns_are_found_group_by_group() -> None:
    width = 60
    head = ",".join(f"c{n}" for n in range(width))
    made = load(f"{head}\n{','.join(str(n) if n % 2 else 'x' for n in range(width))}\n")
    assert list(made.types.values()) == ["string", "integer"] * 30


def test_as_many_columns_as_there_may_be_are_read_and_more_are_refused() -> None:
    header, row = ",".join(f"c{n}" for n in range(2_001)), "2024-01-05 10:00:00," * 2_000 + "1"
    content = f"{header.rpartition(',')[0]}\n{row.rpartition(',')[0]}\n"
    assert len(load(content).loaded.columns) == 2_000
    with pytest.raises(SourceInvalid, match=r"2,001 columns; a data set has at most 2,000"):
        load(f"{header}\n{row}\n")
