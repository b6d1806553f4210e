"""CSV files become typed records, and say where they are at fault."""

import csv
import io
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.documents.errors import ParameterInvalid, RecordInvalid, SourceInvalid
from longrun.documents.formats import parse_mapping
from longrun.documents.mapping.configuration import CsvSource, FieldMapping, MappingConfiguration
from longrun.documents.mapping.engine import map_records, validate_source
from longrun.documents.mapping.text import Pieces
from longrun.documents.records import Record

CUSTOMERS = """
source: {format: csv, delimiter: ";"}
group: [No]
fields:
  - {name: id, column: No, type: integer, required: true}
  - {name: name}
  - {name: since, type: date, format: "%d.%m.%Y"}
  - {name: amount, type: number, decimal: ",", grouping: "."}
  - {name: active, type: boolean, format: J/N, default: true}
  - {name: campaign, parameter: campaign}
tables:
  - name: lines
    fields:
      - {name: sku}
      - {name: quantity, type: integer}
parameters:
  - {name: campaign, default: spring}
  - {name: year, type: integer}
"""
HEADER = "No;name;since;amount;active;sku;quantity\n"


def records_of(
    text: str | bytes, configuration: str = CUSTOMERS, **parameters: str | float | bool
) -> list[Record]:
    content = text.encode() if isinstance(text, str) else text
    return list(
        map_records(
            parse_mapping(configuration.encode(), "customers.yaml"),
            io.BytesIO(content),
            file_name="customers.csv",
            parameters=parameters,
        )
    )


def simple(**source: Any) -> MappingConfiguration:
    return MappingConfiguration(
        source=CsvSource(format="csv", **source),
        fields=(FieldMapping(name="a"), FieldMapping(name="b")),
    )


def test_rows_of_a_group_become_one_record_with_its_details() -> None:
    found = records_of(
        HEADER
        + "7;Ada;05.11.2024;1.234,50;N;P-1;2\n"
        + "7;Ada;05.11.2024;1.234,50;N;P-2;1\n"
        + "8;Bob;;;;;\n"
    )
    assert found == [
        Record(
            {
                "id": 7,
                "name": "Ada",
                "since": "2024-11-05",
                "amount": 1234.5,
                "active": False,
                "campaign": "spring",
            },
            {
                "lines": [
                    Record({"sku": "P-1", "quantity": 2}),
                    Record({"sku": "P-2", "quantity": 1}),
                ]
            },
        ),
        Record(
            {
                "id": 8,
                "name": "Bob",
                "since": None,
                "amount": None,
                "active": True,
                "campaign": "spring",
            },
            {"lines": []},
        ),
    ]


def test_a_mistyped_field_names_file_record_and_field() -> None:
    with pytest.raises(RecordInvalid) as caught:
        records_of(HEADER + "1;a;;;;;\n" * 3 + "2;b;;12,x;;;\n")
    assert str(caught.value) == ('customers.csv, record 2, field "amount": "12,x" is not a number.')
    assert (caught.value.record, caught.value.field) == (2, "amount")


def test_a_missing_required_field_names_file_record_and_field() -> None:
    with pytest.raises(RecordInvalid) as caught:
        records_of(HEADER + "1;a;;;;;\n;b;;;;;\n")
    assert str(caught.value) == (
        'customers.csv, record 2, field "id": A value is required, and there is none.'
    )


def test_a_fault_in_a_detail_names_its_table_and_row() -> None:
    with pytest.raises(RecordInvalid) as caught:
        records_of(HEADER + "1;a;;;;x;1\n1;a;;;;y;many\n")
    assert str(caught.value) == (
        'customers.csv, record 1, table "lines", row 2, field "quantity": "many" is not an integer.'
    )
    assert (caught.value.table, caught.value.row) == ("lines", 2)


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("type: integer", " 12 ", 12),
        ("type: integer, grouping: ' '", "1\N{NO-BREAK SPACE}234", 1234),
        ("type: integer", "-9223372036854775808", -(2**63)),
        ("type: integer", "0" * 5000 + "7", 7),
        ("type: number", "1e3", 1000.0),
        ("type: number", ".5", 0.5),
        ("type: number, decimal: ','", "-1,5", -1.5),
        ("type: number, grouping: ','", "12,34,567.8", 1234567.8),
        ("type: boolean", "Yes", True),
        ("type: date", "2024-02-29", "2024-02-29"),
        ("type: date, format: '%d %b %y'", "01 Mar 24", "2024-03-01"),
        ("type: string", " kept ", " kept "),
        ("type: string, default: none", "", "none"),
        ("type: string", "", ""),
        ("type: integer", "  ", None),
    ],
)
def test_cells_become_typed_values(field: str, cell: str, value: object) -> None:
    found = records_of(
        f'x,y\n"{cell}",1\n', f"source: {{format: csv}}\nfields: [{{name: x, {field}}}]"
    )
    assert found[0].values == {"x": value}


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("type: integer", "1.5"),
        ("type: integer", "9223372036854775808"),
        ("type: integer", "1_000"),
        ("type: integer", "٣"),
        ("type: integer", "9" * 5000),
        ("type: number", "nan"),
        ("type: number", "1e999"),
        ("type: number, grouping: ','", "1,5"),
        ("type: number, decimal: ','", "1.5"),
        ("type: boolean", "maybe"),
        ("type: date", "2023-02-29"),
        ("type: date", "20240101"),
        ("type: date, format: '%d.%m.%Y'", "1.13.2024"),
    ],
)
def test_cells_of_another_type_are_refused(field: str, cell: str) -> None:
    with pytest.raises(RecordInvalid):
        records_of(f'x,y\n"{cell}",1\n', f"source: {{format: csv}}\nfields: [{{name: x, {field}}}]")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\r\n", HEADER.encode()])
def test_a_file_without_rows_has_no_records(content: bytes) -> None:
    assert records_of(content) == []


@pytest.mark.parametrize(
    ("source", "content"),
    [
        ({}, b"\xef\xbb\xbfa,b\r\n1,2\r\n"),
        ({}, b"\n\na,b\n\n  \n1,2"),
        ({"delimiter": "\t", "quote": None}, b"a\tb\n1\t2\n"),
        ({"encoding": "utf-16"}, "a,b\n1,2\n".encode("utf-16")),
        ({"encoding": "utf-16-le"}, "\N{ZERO WIDTH NO-BREAK SPACE}a,b\n1,2".encode("utf-16-le")),
        ({"encoding": "cp037"}, "a,b\n1,2\n".encode("cp037")),
        ({}, b"b,c,a\n2,x,1\n"),
    ],
)
def test_variants_of_the_same_table_are_read_alike(source: dict[str, Any], content: bytes) -> None:
    found = list(map_records(simple(**source), io.BytesIO(content), file_name="x.csv"))
    assert found == [Record({"a": "1", "b": "2"})]


def test_columns_are_numbers_where_there_is_no_header() -> None:
    configuration = (
        "source: {format: csv, header: false}\n"
        "fields: [{name: second, column: 2}, {name: first, column: 1, type: integer}]"
    )
    found = records_of("1,x\n2,y\n", configuration)
    assert [record.values for record in found] == [
        {"second": "x", "first": 1},
        {"second": "y", "first": 2},
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,c\n1,2\n", 'x.csv, header: There is no column "b".'),
        (
            b"a,b,b\n1,2,3\n",
            'x.csv, header: Several columns are named "b"; give the number of the one meant.',
        ),
        (b"a,b\n1,2\n\n1,2,3\n", "x.csv, row 2 (line 4): The row has 3 cells instead of 2."),
        (b"a,b\n1,2\n1,\xff\n", "x.csv, row 2 (line 3): The byte 0xff is not utf-8."),
        (b'a,b\n1,2\n"1\n2,2\n3', "x.csv, row 2 (line 3): A quoted cell is never closed."),
        (
            b'a,b\n"1"x,2\n',
            "x.csv, row 1 (line 2): After a closing quote comes something else than the delimiter.",
        ),
        (
            b"a,b\r1,2\r",
            (
                "x.csv, row 1 (line 1): A carriage return stands alone outside quotes; "
                "lines end in LF or CRLF."
            ),
        ),
    ],
)
def test_a_file_that_is_not_such_a_table_names_the_place(content: bytes, message: str) -> None:
    with pytest.raises(SourceInvalid) as caught:
        list(map_records(simple(), io.BytesIO(content), file_name="x.csv"))
    assert str(caught.value) == message


def test_rows_before_bytes_in_another_encoding_are_still_read() -> None:
    mapped = map_records(simple(), io.BytesIO(b"a,b\n1,2\n3,4\n\xff,6\n"), file_name="x.csv")
    assert [next(mapped).values["a"] for _ in range(2)] == ["1", "3"]
    with pytest.raises(SourceInvalid, match=r"row 3 \(line 4\)"):
        next(mapped)


def test_validation_goes_on_past_every_fault_and_keeps_the_first() -> None:
    content = HEADER + "x;a;never;1;J;s;1\n" + "1;a;\n" + "2;a;;1;J;s;z\n" + "q;a;;;;;\n" * 200
    found = validate_source(
        parse_mapping(CUSTOMERS.replace("group: [No]", "group: [No, sku]").encode(), "c.yaml"),
        io.BytesIO(content.encode()),
        file_name="c.csv",
        limit=4,
    )
    assert (found.records, found.faults) == (3, 5)
    assert [str(problem) for problem in found.problems] == [
        "c.csv, row 2 (line 3): The row has 3 cells instead of 7.",
        'c.csv, record 1, field "id": "x" is not an integer.',
        'c.csv, record 1, field "since": "never" is not a date of the form "%d.%m.%Y".',
        'c.csv, record 2, table "lines", row 1, field "quantity": "z" is not an integer.',
    ]


def test_parameters_reach_the_fields_in_their_type() -> None:
    configuration = (
        "source: {format: csv}\nfields: [{name: x, parameter: p, type: number}]\n"
        "parameters: [{name: p, type: number, required: true}]"
    )
    assert records_of("a\n1\n", configuration, p=3)[0].values == {"x": 3.0}
    assert records_of("a\n1\n", configuration, p="3.5")[0].values == {"x": 3.5}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"year": "soon"}, 'Parameter "year": "soon" is not an integer.'),
        ({"yaer": 1}, 'Parameter "yaer": The data mapping configuration does not know it.'),
    ],
)
def test_wrong_parameters_are_refused_before_reading(
    parameters: dict[str, str | int | float | bool], message: str
) -> None:
    configuration = parse_mapping(CUSTOMERS.encode(), "c.yaml")
    with pytest.raises(ParameterInvalid) as caught:
        map_records(configuration, io.BytesIO(), file_name="c.csv", parameters=parameters)
    assert str(caught.value) == message


def test_a_missing_required_parameter_is_refused() -> None:
    configuration = parse_mapping(
        b"source: {format: csv}\nfields: [{name: x}]\nparameters: [{name: p, required: true}]",
        "c.yaml",
    )
    with pytest.raises(ParameterInvalid, match="required"):
        map_records(configuration, io.BytesIO(), file_name="c.csv")


CELLS = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    rows=st.lists(st.tuples(CELLS, CELLS), max_size=20),
    delimiter=st.sampled_from(",;\t|"),
    size=st.integers(1, 40),
)
def test_any_text_survives_csv(rows: list[tuple[str, str]], delimiter: str, size: int) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b"), *rows])
    content = text.getvalue().encode()
    pieces = Pieces(content[at : at + size] for at in range(0, len(content), size))
    found = map_records(simple(delimiter=delimiter), pieces, file_name="x.csv")
    assert [(record.values["a"], record.values["b"]) for record in found] == rows


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 99)), max_size=40))
def test_grouping_keeps_the_order_and_loses_no_row(rows: list[tuple[str, int]]) -> None:
    configuration = (
        "source: {format: csv}\ngroup: [key]\nfields: [{name: key}]\n"
        "tables: [{name: rows, fields: [{name: key}, {name: n, type: integer}]}]"
    )
    found = records_of("key,n\n" + "".join(f"{key},{n}\n" for key, n in rows), configuration)
    inner = [
        (str(row.values["key"]), row.values["n"]) for one in found for row in one.tables["rows"]
    ]
    assert inner == rows
    keys = [record.values["key"] for record in found]
    assert all(before != after for before, after in pairwise(keys))


ENCODINGS = st.sampled_from(["utf-8", "latin-1", "utf-16", "shift_jis", "iso2022_jp", "utf-7"])


@given(
    content=st.one_of(st.binary(), st.binary().map(b"a,b\n".__add__)),
    encoding=ENCODINGS,
    header=st.booleans(),
    quote=st.sampled_from(['"', "'", None]),
)
def test_arbitrary_bytes_raise_nothing_but_our_errors(
    content: bytes, encoding: str, header: bool, quote: str | None
) -> None:
    configuration = MappingConfiguration(
        source=CsvSource(format="csv", encoding=encoding, header=header, quote=quote),
        fields=(
            FieldMapping(name="a", column=1, type="integer"),
            FieldMapping(name="d", column=2, type="date", format="%d.%m.%Y"),
        ),
    )

    def outcome() -> Iterator[object]:
        try:
            yield from map_records(configuration, io.BytesIO(content), file_name="x.csv")
        except (SourceInvalid, RecordInvalid):
            yield "refused"

    refused = "refused" in list(outcome())
    validation = validate_source(configuration, io.BytesIO(content), file_name="x.csv")
    assert bool(validation.faults) == refused
