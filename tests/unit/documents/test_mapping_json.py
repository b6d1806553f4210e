"""JSON documents and JSON Lines become typed records, in the memory of one."""

import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.documents.errors import RecordInvalid, SourceInvalid
from longrun.documents.formats import parse_mapping
from longrun.documents.mapping.configuration import FieldMapping, JsonSource, MappingConfiguration
from longrun.documents.mapping.engine import map_records, validate_source
from longrun.documents.mapping.text import Pieces
from longrun.documents.records import Record

CUSTOMERS = """
source: {format: json, records: data.customers}
fields:
  - {name: id, type: integer, required: true}
  - {name: city, path: address.city, default: unknown}
  - {name: phone, path: /phones/0}
tables:
  - name: invoices
    path: invoices
    fields: [{name: number}, {name: paid, type: boolean}]
    tables:
      - name: lines
        path: lines
        fields: [{name: price, type: number}]
"""


def records_of(content: str | bytes, configuration: str = CUSTOMERS) -> list[Record]:
    raw = content.encode() if isinstance(content, str) else content
    parsed = parse_mapping(configuration.encode(), "customers.yaml")
    return list(map_records(parsed, io.BytesIO(raw), file_name="customers.json"))


def with_records(path: str = "", *, lines: bool = False) -> MappingConfiguration:
    return MappingConfiguration(
        source=JsonSource(format="json", records=path, lines=lines),
        fields=(FieldMapping(name="v"),),
    )


def values_of(content: bytes, path: str = "", *, lines: bool = False) -> list[object]:
    mapped = map_records(with_records(path, lines=lines), io.BytesIO(content), file_name="x.json")
    return [record.values["v"] for record in mapped]


def test_nested_objects_and_arrays_become_fields_and_detail_tables() -> None:
    document = {
        "made": "today",
        "data": {
            "total": 2,
            "customers": [
                {
                    "id": 7,
                    "address": {"city": "Kyiv"},
                    "phones": ["1", "2"],
                    "invoices": [{"number": "A", "paid": True, "lines": [{"price": 1}]}],
                },
                {"id": 8.0, "address": None},
            ],
            "after": [1, 2],
        },
    }
    assert records_of(json.dumps(document)) == [
        Record(
            {"id": 7, "city": "Kyiv", "phone": "1"},
            {
                "invoices": [
                    Record({"number": "A", "paid": True}, {"lines": [Record({"price": 1.0})]})
                ]
            },
        ),
        Record({"id": 8, "city": "unknown", "phone": None}, {"invoices": []}),
    ]


def test_a_fault_in_a_nested_detail_names_the_way_to_it() -> None:
    document = '{"data":{"customers":[{"id":1,"invoices":[{},{"lines":[{"price":"x"}]}]}]}}'
    with pytest.raises(RecordInvalid) as caught:
        records_of(document)
    assert str(caught.value) == (
        'customers.json, record 1, table "invoices", row 2, table "lines", row 1, field "price": '
        '"x" is not a number.'
    )


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ('{"id":true}', 'field "id": true is not an integer.'),
        ('{"id":1,"address":{"city":[]}}', 'field "city": An array is not text.'),
        ('{"id":1,"phones":["\\ud800"]}', 'field "phone": The text holds half of a surrogate'),
        ('{"id":1,"invoices":{}}', 'field "invoices": An object is not an array of rows.'),
        ('{"id":1,"invoices":[3]}', 'field "invoices": Row 1 of it, 3, is not an object.'),
        ('{"id":' + "9" * 400 + "}", "does not fit into 64 bits"),
        ('{"id":"' + "9" * 5000 + '"}', "does not fit into 64 bits"),
    ],
)
def test_values_of_another_kind_are_refused(record: str, message: str) -> None:
    with pytest.raises(RecordInvalid) as caught:
        records_of(f'{{"data":{{"customers":[{record}]}}}}')
    assert message in str(caught.value)


def test_an_index_of_more_digits_than_python_reads_leads_nowhere() -> None:
    fields = f"[{{name: a, path: x.{'9' * 5000}}}, {{name: b, path: x.0}}]"
    configuration = f"source: {{format: json}}\nfields: {fields}"
    [record] = records_of('[{"x":["first"]}]', configuration)
    assert record.values == {"a": None, "b": "first"}


def test_flat_objects_are_grouped_like_rows() -> None:
    configuration = (
        "source: {format: json, lines: true}\ngroup: [id]\nfields: [{name: id}]\n"
        "tables: [{name: lines, fields: [{name: sku}]}]"
    )
    found = records_of('{"id":1,"sku":"a"}\n\n{"id":1,"sku":"b"}\n{"id":2}\n', configuration)
    assert [(r.values["id"], [x.values["sku"] for x in r.tables["lines"]]) for r in found] == [
        ("1", ["a", "b"]),
        ("2", []),
    ]


@pytest.mark.parametrize(
    ("content", "path", "expected"),
    [
        (b"", "", []),
        (b"\xef\xbb\xbf \r\n", "", []),
        (b"[]", "", []),
        (b'\xef\xbb\xbf[{"v":"a"},\r\n{"v":null}]', "", ["a", None]),
        (b'{"v":"alone"}', "", ["alone"]),
        (b'{"a.b":[{"v":1}]}', "/a.b", ["1"]),
        (b'{"a/b":{"~":[{"v":1.50}]}}', "/a~1b/~0", ["1.5"]),
        (b'[[],[{"v":true}],3]', "1", ["true"]),
        (b'{"x":[],"x":[{"v":1}]}', "x", []),
    ],
)
def test_records_are_found_where_the_path_says(
    content: bytes, path: str, expected: list[object]
) -> None:
    assert values_of(content, path) == expected


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        (
            b'[{"v":1},\n {"v":}]',
            "",
            "x.json, line 2, column 7: This is not JSON: Expecting value.",
        ),
        (b'[{"v":1}', "", "x.json, line 1, column 9: This is not JSON: ',' or ']' is missing."),
        (b'[{"v":1}] x', "", "line 1, column 11: This is not JSON: something follows"),
        (b'{"a":{"b":1}}', "a.c", 'x.json: There is nothing at "a.c", where records should be.'),
        (b'{"a":1}', "a.c", 'x.json: There is nothing at "a.c", where records should be.'),
        (b'{"a":5}', "a", 'line 1, column 6: At "a" stands neither an array nor an object.'),
        (b'[{"v":NaN}]', "", "x.json, line 1, column 2: This is not JSON: NaN is not JSON."),
        (b'[{"v":' + b"9" * 5000 + b"}]", "", "x.json, line 1, column 2: A number has too many"),
        (b'[{"v":1},\n7]', "", "x.json, item 2: 7 is not an object."),
        (b'[\n{"v":"\xff"}]', "", "x.json, line 2, column 7: The byte 0xff is not utf-8."),
        (b'{"a":[{"v":1}]', "a", "column 15: This is not JSON: ',' or '}' is missing."),
        (
            b'[{"v":' + b"[" * 200_000,
            "",
            "x.json, line 1, column 2: The JSON is nested too deeply.",
        ),
    ],
)
def test_what_is_not_such_a_document_names_the_place(
    content: bytes, path: str, message: str
) -> None:
    with pytest.raises(SourceInvalid) as caught:
        values_of(content, path)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"v":1}\n{"v"}\n', "x.json, line 2, column 5: This is not JSON"),
        (b'{"v":1}\n\n[1]\n', "x.json, item 2: An array is not an object."),
        (b'{"v":1}\n\xff\n', "x.json, line 2: The byte 0xff is not utf-8."),
    ],
)
def test_lines_at_fault_are_named(content: bytes, message: str) -> None:
    with pytest.raises(SourceInvalid) as caught:
        values_of(content, lines=True)
    assert message in str(caught.value)


def test_validation_reads_on_past_lines_at_fault() -> None:
    found = validate_source(
        with_records(lines=True), io.BytesIO(b'{}\n{"v"\n[]\n{"v":[]}\n'), file_name="x.json"
    )
    assert (found.records, found.faults) == (2, 3)


def test_a_large_document_is_read_in_the_memory_of_a_record() -> None:
    read = 0

    def pieces() -> Iterator[bytes]:
        nonlocal read
        # What comes before the records is larger than what is skipped whole.
        yield b'{"skipped":{"deep":["' + b'x","y' * 500_000 + b'"]},"records":['
        for number in range(1000):
            read = number
            yield b'%s{"v":"%d"}' % (b"," if number else b"", number)
        yield b"]}"

    mapped = map_records(with_records("records"), Pieces(pieces()), file_name="x.json")
    for number, record in enumerate(mapped):
        assert record.values["v"] == str(number)
        assert read <= number + 2


DOCUMENTS: st.SearchStrategy[object] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=["Cs"])),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(max_size=5), inner)),
    max_leaves=10,
)
ROWS = st.lists(st.fixed_dictionaries({"v": st.text(), "other": DOCUMENTS}), max_size=6)


@given(rows=ROWS, sibling=DOCUMENTS, size=st.integers(1, 50), indent=st.sampled_from([None, 0, 3]))
def test_pieces_of_any_size_make_the_same_records(
    rows: list[dict[str, object]], sibling: object, size: int, indent: int | None
) -> None:
    document = {"before": sibling, "rows": rows, "after": sibling}
    content = json.dumps(document, indent=indent, ensure_ascii=False).encode("utf-8", "replace")
    expected = [row["v"] for row in json.loads(content)["rows"]]
    pieces = Pieces(content[at : at + size] for at in range(0, len(content), size))
    mapped = map_records(with_records("rows"), pieces, file_name="x.json")
    assert [record.values["v"] for record in mapped] == expected


JSON_LIKE = st.text(st.sampled_from('[]{}",:0123456789.eE+-truefalsn \n\\uv'), max_size=60)


@given(
    content=st.one_of(st.binary(), JSON_LIKE.map(str.encode)),
    path=st.sampled_from(["", "v", "0.v"]),
    lines=st.booleans(),
    size=st.integers(1, 9),
)
def test_arbitrary_bytes_raise_nothing_but_our_errors(
    content: bytes, path: str, lines: bool, size: int
) -> None:
    configuration = with_records("" if lines else path, lines=lines)
    pieces = Pieces(content[at : at + size] for at in range(0, len(content), size))
    try:
        list(map_records(configuration, pieces, file_name="x.json"))
        refused = False
    except (SourceInvalid, RecordInvalid):
        refused = True
    found = validate_source(configuration, io.BytesIO(content), file_name="x.json")
    assert bool(found.faults) == refused


@given(JSON_LIKE)
def test_what_json_refuses_is_refused(text: str) -> None:
    document: object = None
    try:
        document = json.loads(text) if text.strip(" \t\r\n") else []
        valid = "NaN" not in text and "Infinity" not in text
    except ValueError:
        valid = False
    try:
        values_of(text.encode())
        taken = True
    except RecordInvalid:
        taken = True
    except SourceInvalid:
        taken = False
    is_records = valid and (
        isinstance(document, dict)
        or (isinstance(document, list) and all(isinstance(item, dict) for item in document))
    )
    assert taken == is_records
