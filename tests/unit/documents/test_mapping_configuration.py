"""Data mapping configurations: what is taken, and how what is not is said."""

import pytest

from longrun.documents.checked import dump_checked, load_checked
from longrun.documents.errors import ResourceInvalid
from longrun.documents.formats import parse_mapping
from longrun.documents.mapping.configuration import MappingConfiguration

CSV = """
name: Customers
source: {format: csv, delimiter: ";"}
group: [id]
fields:
  - {name: id, type: integer, required: true}
  - {name: when, type: date, format: "%d.%m.%Y"}
  - {name: amount, type: number, decimal: ",", grouping: "."}
  - {name: campaign, parameter: campaign}
tables:
  - name: lines
    fields: [{name: sku}]
parameters: [{name: campaign, default: spring}]
"""
JSON = """
source: {format: json, records: data}
fields: [{name: id, path: a.b}]
tables: [{name: t, path: t, fields: [{name: x}], tables: [{name: u, path: u, fields: [{name: y}]}]}]
"""


@pytest.mark.parametrize("text", [CSV, JSON])
def test_a_checked_configuration_comes_back_without_its_text(text: str) -> None:
    configuration = parse_mapping(text.encode(), "m.yaml")
    assert load_checked(MappingConfiguration, dump_checked(configuration)) == configuration


def test_json_and_yaml_say_the_same() -> None:
    as_json = b'{"$schema": "x",\n\t"source": {"format": "csv"}, "fields": [{"name": "a"}]}'
    as_yaml = b"source: {format: csv}\nfields:\n- name: a\n"
    parsed = parse_mapping(as_json, "m.json")
    assert parsed == parse_mapping(as_yaml, "m.yaml")
    # A name tells nothing where the client appended an ending of its own.
    assert parsed == parse_mapping(as_json, "m.OL-datamapper")


@pytest.mark.parametrize(
    ("text", "change", "to", "path", "reason"),
    [
        (CSV, "integer", "strng", "$.fields[0].type", '"strng" is not supported; supported: stri'),
        (CSV, "format: csv", "format: xml", "$.source", '"xml" is not supported; supported: csv'),
        (CSV, "format: csv, ", "", "$.source", "The key format is missing."),
        (CSV, "decimal", "deciml", "$.fields[2].deciml", "There is no such key."),
        (CSV, "name: id", "name: 1d", "$.fields[0].name", '"1d" is no name'),
        (CSV, "name: when", "name: id", "$.fields[1].name", 'The name "id" is taken already.'),
        (CSV, "name: sku", "name: sku, path: x", "$.tables[0].fields[0].path", "from a column"),
        (CSV, "group: [id]", "group: []", "$.tables[0]", "A CSV detail table needs `group`."),
        (CSV, "group: [id]", "group: [0]", "$.group[0]", "Columns are numbered from 1."),
        (CSV, "group: [id]", "group: [1.5]", "$.group[0]", "to be text or a whole number."),
        (CSV, "%d.%m.%Y", "%d.%m", "$.fields[1].format", "reads no year"),
        (CSV, "%d.%m.%Y", "%Y", "$.fields[1].format", "does not read day, month and year"),
        (CSV, "%d.%m.%Y", "%Q%Y", "$.fields[1].format", "is not a date pattern"),
        (CSV, 'grouping: "."', 'grouping: ","', "$.fields[2].grouping", "decimal character"),
        (CSV, "parameter: campaign", "parameter: x", "$.fields[3].parameter", "no parameter"),
        (CSV, "required: true", "required: 1", "$.fields[0].required", "to be true or false."),
        (CSV, "required: true", "default: x", "$.fields[0].default", '"x" is not an integer.'),
        (CSV, 'delimiter: ";"', 'delimiter: ";;"', "$.source.delimiter", "at most 1 character"),
        (CSV, 'delimiter: ";"', "header: false", "$.fields[0].column", "numbers from 1"),
        (CSV, 'delimiter: ";"', "encoding: base64", "$.source.encoding", "no character encoding"),
        (CSV, 'delimiter: ";"', "encoding: klingon", "$.source.encoding", "no character encoding"),
        (JSON, "path: a.b", "column: 2", "$.fields[0].column", "A JSON field comes from a path."),
        (JSON, "path: u, ", "", "$.tables[0].tables[0]", "A JSON detail table has a path"),
        (JSON, "records: data", "records: a, lines: true", "$.source.records", "JSON Lines"),
        (JSON, JSON, "[]", "$", "This has to be an object."),
        (JSON, JSON, "", "$.source", "This is missing."),
    ],
)
def test_a_fault_is_named_by_its_json_path(
    text: str, change: str, to: str, path: str, reason: str
) -> None:
    assert change in text
    with pytest.raises(ResourceInvalid) as caught:
        parse_mapping(text.replace(change, to, 1).encode(), "m.yaml")
    assert (caught.value.file, caught.value.path) == ("m.yaml", path)
    assert reason in caught.value.reason
    assert str(caught.value).startswith(f"m.yaml, {path}: ")


def test_several_faults_are_told_at_once() -> None:
    with pytest.raises(ResourceInvalid) as caught:
        parse_mapping(b"source: {format: csv, a: 1, b: 2, c: 3}\nfields: []", "m.yaml")
    assert len(caught.value.others) == 3
    assert str(caught.value).endswith("Faults not shown: 1.")
