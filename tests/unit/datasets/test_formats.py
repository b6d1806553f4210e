"""JSON, Parquet and spreadsheets: their rows, their odd files, their faults."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest

from longrun.datasets.errors import RowsRejected, SourceInvalid
from tests.unit.datasets.sources import load, parquet, schema, workbook

ROWS = [(1, "x"), (2, None)]


@pytest.mark.parametrize(
    "text",
    [
        '[{"a":1,"b":"x"},{"a":2}]',
        '\ufeff [ {"a":1,"b":"x"} ,\n {"a":2,"b":null} ]\n',
        '{"a":1,"b":"x"}\n\n{"a":2}\n',
        '{"a":1,"b":"x"}{"a":2}',
        '{\n  "a": 1,\n  "b": "x"\n}\n{\n  "a": 2\n}',
    ],
)
def test_json_is_an_array_an_object_a_line_or_one_after_another(text: str) -> None:
    assert load(text, "sales.json").rows == ROWS


def test_json_values_are_what_they_are_and_nested_ones_are_json() -> None:
    made = load(
        '[{"i":9007199254740993,"u":18446744073709551615,"d":1.5,"t":true,"s":"12",'
        '"day":"2024-01-05","at":"2024-01-05T10:00:00Z","o":{"x":[1]},"n":null,"e":""}]',
        "sales.json",
    )
    assert made.types == {
        "i": "integer",
        "u": "string",
        "d": "number",
        "t": "boolean",
        "s": "string",
        "day": "date",
        "at": "timestamp",
        "o": "string",
        "n": "string",
        "e": "string",
    }
    assert made.rows[0][0] == 9_007_199_254_740_993
    assert made.rows[0][7] == '{"x":[1]}'


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (("9007199254740993", "1.5"), ["9007199254740993", "1.5"]),
        (("123456789012345678901234567890",), ["123456789012345678901234567890"]),
        (("9007199254740992", "1.5"), [9007199254740992.0, 1.5]),
        (("0.30000000000000004", "1e5", "2"), [0.30000000000000004, 1e5, 2.0]),
        (("1.5",) * 9_000 + ("9007199254740993",), ["1.5"] * 9_000 + ["9007199254740993"]),
    ],
)
def test_json_numbers_that_a_double_would_change_are_text(
    numbers: tuple[str, ...], expected: list[Any]
) -> None:
    made = load("[" + ",".join(f'{{"a":{each}}}' for each in numbers) + "]", "sales.json")
    assert [value for (value,) in made.rows] == expected


def test_what_is_no_object_is_rejected_by_its_number() -> None:
    made = load('[{"a":1},5,null,{"a":2}]', "sales.json", reject_limit=2)
    assert made.rows == [(1,), (2,)]
    assert made.reasons == [
        "f, record 2: it is not a JSON object.",
        "f, record 3: it is not a JSON object.",
    ]


def test_a_broken_line_is_rejected_and_the_others_are_read() -> None:
    made = load('{"a":1}\n{"a":\n{"a":2}\n', "sales.jsonl", reject_limit=1)
    assert made.rows == [(1,), (2,)]
    assert made.reasons == ["f, record 2: it is not valid JSON."]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[{"a":1},{"a":2},', "never ends"),
        ('[{"a":1},\n{"a":2 "b"}]', "record 2: it is not valid JSON"),
        ('{"a":1 "b"}', "record 1: it is not valid JSON"),
        ('{"a":1}{"a":2 "b"}', "record 2: it is not valid JSON"),
        ("[]", "no JSON object"),
        ("[1,2]", "no JSON object"),
        ("hello", "neither an array"),
        ('{"a":1,"A":2}', "both called"),
    ],
)
def test_json_that_is_none_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(SourceInvalid, match=why):
        load(text, "sales.json")


def test_json_is_held_to_the_types_of_the_last_time() -> None:
    text = '[{"id":1,"amount":"n/a"},{"id":2,"amount":"3"},{"id":3,"amount":4}]'
    with pytest.raises(RowsRejected) as refused:
        load(text, "sales.json", schema=schema(id="integer", amount="integer"))
    assert refused.value.reasons[1].message == (
        "sales.json, record 1, column \"amount\": 'n/a' is not an integer."
    )


def test_parquet_has_its_own_types_and_others_become_text() -> None:
    made = load(
        parquet(
            "SELECT 1::TINYINT a, 'nan'::DOUBLE b, 1.25::DECIMAL(10, 2) c, "
            "1.25::DECIMAL(30, 2) d, DATE '2024-01-05' e, "
            "TIMESTAMPTZ '2024-01-05 10:00:00+02' f, '\\x00\\xFF'::BLOB g, [1, 2] h, "
            "{'x': 1} i, 7::UBIGINT j, 12::DECIMAL(5, 0) k, TIME '10:00' l"
        ),
        "sales.parquet",
    )
    assert made.types == dict(
        zip(
            "abcdefghijkl",
            [
                "integer",
                "number",
                "number",
                "string",
                "date",
                "timestamp",
                "string",
                "string",
                "string",
                "integer",
                "integer",
                "string",
            ],
            strict=True,
        )
    )
    assert made.rows == [
        (
            1,
            None,
            1.25,
            "1.25",
            date(2024, 1, 5),
            datetime(2024, 1, 5, 8),  # noqa: DTZ001  # without a zone
            "AP8=",
            "[1,2]",
            '{"x":1}',
            7,
            12,
            "10:00:00",
        )
    ]


def test_parquet_that_is_damaged_or_none_is_refused() -> None:
    content = bytearray(parquet("SELECT range AS a, md5(range::VARCHAR) AS b FROM range(20000)"))
    content[100:50_000] = bytes(49_900)
    for broken, why in (
        (bytes(content), "damaged"),
        (b"PAR1rest", "damaged"),
        (b"hello", "not Parquet"),
    ):
        with pytest.raises(SourceInvalid, match=why):
            load(broken, "sales.parquet")


def test_cells_keep_what_they_are() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet.append(["id", "name", "day", "at", "amount", "paid", "zip", None])
        sheet.append(
            [1, "Ann", datetime(2024, 1, 5), datetime(2024, 1, 5, 10), 1.5, True, "01067"]  # noqa: DTZ001
        )
        sheet.append([])
        sheet.append([2, "B\nC", datetime(2024, 1, 6), datetime(2024, 1, 6), 2, False, "80331"])  # noqa: DTZ001

    made = load(workbook(fill), "sales.xlsx")
    assert made.types == {
        "id": "integer",
        "name": "string",
        "day": "date",
        "at": "timestamp",
        "amount": "number",
        "paid": "boolean",
        "zip": "string",
    }
    assert made.rows[1][:3] == (2, "B\nC", date(2024, 1, 6))


def test_a_cell_that_is_at_fault_is_told_by_the_row_that_the_sheet_shows() -> None:
    def fill(book: Any) -> None:
        for row in (["id", "amount"], [1, 5], [], [2, "n/a"], [3, 6, "beyond"], [4, 7]):
            book.active.append(row)

    last = schema(id="integer", amount="integer")
    made = load(workbook(fill), "sales.xlsx", schema=last, reject_limit=2)
    assert made.rows == [(1, 5), (4, 7)]
    assert made.reasons[0] == "f, row 4, column \"amount\": 'n/a' is not an integer."
    assert made.reasons[1].startswith("f, row 5: it has a value beyond the last column")


def test_a_formula_whose_result_was_never_stored_rejects_its_row() -> None:
    def fill(book: Any) -> None:
        book.active.append(["a", "b"])
        book.active.append([1, "=A2*2"])

    with pytest.raises(RowsRejected) as refused:
        load(workbook(fill), "sales.xlsx")
    assert "a formula without a result" in refused.value.first[0].reason


def test_a_sheet_is_found_by_its_name_and_else_it_is_the_first() -> None:
    def fill(book: Any) -> None:
        book.active.append(["first"])
        book.active.append([1])
        other = book.create_sheet("Daten")
        other["B3"] = "x"
        other["B4"] = 2

    content = workbook(fill)
    assert load(content, "sales.xlsx").types == {"first": "integer"}
    assert load(content, "sales.xlsx", sheet="Daten").types == {"x": "integer"}
    with pytest.raises(SourceInvalid, match="no sheet 'Nix'; its sheets are 'Sheet', 'Daten'"):
        load(content, "sales.xlsx", sheet="Nix")


def _zip(**entries: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, entry in entries.items():
            archive.writestr(name.replace("__", "/") + ".xml", entry)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"hello", "not a spreadsheet"),
        (_zip(a=b"x"), "a zip archive, but not a spreadsheet"),
        (_zip(xl__workbook=b"x"), "cannot be read as a spreadsheet"),
        (_zip(xl__workbook=b"x", xl__worksheets__sheet1=bytes(40 << 20)), "unpacks to a great"),
        (workbook(lambda _: None), "the sheet is empty"),
    ],
)
def test_what_is_no_spreadsheet_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(SourceInvalid, match=why):
        load(content, "sales.xlsx")


def test_the_definition_names_the_format_where_the_file_does_not() -> None:
    assert load("a\n1\n", "sales", format="csv").rows == [(1,)]
    with pytest.raises(SourceInvalid, match="its name does not say its format"):
        load("a\n1\n", "sales")
