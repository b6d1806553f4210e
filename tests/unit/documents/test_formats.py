"""Configuration text from strangers, and the JSON Schemas of the formats."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.documents.errors import ResourceInvalid
from longrun.documents.formats import FORMATS, json_schema, parse_mapping, write_schemas
from longrun.documents.formats.text import TextInvalid, read_text

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: NO", "NO"),
        ("a: yes", "yes"),
        ("a: 0101", "0101"),
        ("a: 1_000", "1_000"),
        ("a: 12:30", "12:30"),
        ("a: 2024-01-01", "2024-01-01"),
        ("a: 12", 12),
        ("a: -1.5e3", -1500.0),
        ("a: true", True),
        ("a: ~", None),
        ("a:", None),
        ("a: .inf", ".inf"),
        ("\ufeffa: {b: [1, 'x']}", {"b": [1, "x"]}),
    ],
)
def test_yaml_has_the_scalars_of_json(text: str, value: object) -> None:
    assert read_text(text.encode(), is_json=False) == {"a": value}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a: &x [1]\nb: *x", "Line 1: anchors and aliases are not taken."),
        (b"a: !!python/object/apply:os.system [ls]", "Line 1: tags are not taken."),
        (b"a: 1\n---\nb: 2", "Line 2: a second document begins."),
        (b"[" * 100_000, "nested deeper than 64 levels"),
        (b"{" * 100_000, "nested deeper than 64 levels"),
        (b"a: 1\nb: 2\na: 3", 'The key "a" at line 3 is there already.'),
        (b'{"a": 1, "a": 2}', 'The key "a" at line 1 is there already.'),
        (b"1: 2", "The key at line 1 is not text."),
        (b"? [a]\n: b", "The key at line 1 is not text."),
        (b"a: [", "This is not YAML at line"),
        (b"a: \x00", "This is not YAML"),
        (b"a: 1\nb: \xff", "The text is not UTF-8 at line 2."),
        (b" " * (1 << 20) + b"a", "larger than 1,048,576 bytes"),
    ],
)
def test_what_could_harm_or_mislead_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(TextInvalid) as caught:
        read_text(content, is_json=False)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": }', "This is not JSON at line 1, column 7"),
        (b'{"a": 1, "a": 2}', 'The key "a" is there twice.'),
        (b'{"a": NaN}', "NaN is not JSON."),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b"a: 1", "This is not JSON"),
    ],
)
def test_what_is_named_json_has_to_be_json(content: bytes, reason: str) -> None:
    with pytest.raises(TextInvalid) as caught:
        read_text(content, is_json=True)
    assert reason in str(caught.value)


YAML_LIKE = st.text(st.sampled_from("abfns:-_ \n\t{}[]\"',#&*!|>%@`?~.0179\\\u2028é"), max_size=50)


@given(
    content=st.one_of(st.binary(max_size=80), YAML_LIKE.map(str.encode)),
    name=st.sampled_from(["x.yaml", "x.json"]),
)
def test_arbitrary_bytes_raise_nothing_but_our_error(content: bytes, name: str) -> None:
    for known in FORMATS.values():
        with suppress(ResourceInvalid):
            assert isinstance(known.parse(content, name), known.model)


KEYS = st.sampled_from(
    [
        "source",
        "format",
        "csv",
        "json",
        "fields",
        "name",
        "type",
        "tables",
        "group",
        "filter",
        "sort",
        "field",
        "op",
        "value",
        "column",
        "default",
        "path",
        "parameters",
        "file_name",
        "destination",
        "separation",
    ]
)
PLAIN: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), KEYS, st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, PLAIN, max_size=6))
def test_what_a_schema_refuses_is_refused(data: dict[str, object]) -> None:
    content = json.dumps(data).encode()
    for name, known in FORMATS.items():
        try:
            known.parse(content, "x.json")
        except ResourceInvalid:
            continue
        jsonschema.validate(json.loads(content), json_schema(name))


@pytest.mark.parametrize("name", FORMATS)
def test_the_committed_schema_is_the_generated_one(name: str, tmp_path: Path) -> None:
    write_schemas(tmp_path)
    generated = (tmp_path / f"{name}.json").read_text()
    assert (SCHEMAS / f"{name}.json").read_text() == generated
    jsonschema.Draft202012Validator.check_schema(json.loads(generated))


def test_every_key_of_a_schema_is_explained() -> None:
    for name in FORMATS:
        schema = json_schema(name)
        for part in [schema, *schema.get("$defs", {}).values()]:
            for key, about in part["properties"].items():
                assert "description" in about, (name, part["title"], key)


def test_the_examples_of_the_documentation_are_valid() -> None:
    text = (SCHEMAS.parent / "resource-formats.md").read_text()
    counts = dict.fromkeys(FORMATS, 0)
    for name, known in FORMATS.items():
        marker = f"```yaml\n# yaml-language-server: $schema=schemas/{name}.json\n"
        for example in text.split(marker)[1:]:
            content = example.split("```")[0].encode()
            known.parse(content, "example.yaml")
            jsonschema.validate(read_text(content, is_json=False), json_schema(name))
            counts[name] += 1
    assert all(counts.values()), counts


def test_what_carries_records_and_jobs_out_loads_neither_pydantic_nor_yaml() -> None:
    program = (
        "import sys, longrun.documents.records, longrun.documents.jobs, longrun.documents.naming, "
        "longrun.documents.mapping, longrun.documents.presets.job, longrun.documents.presets.output"
        ", longrun.documents.checked; print([m for m in ('pydantic', 'yaml') if m in sys.modules])"
    )
    root = str(Path(sys.modules["longrun.documents"].__path__[0]).parents[1])
    found = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": root},
    )
    assert found.stdout.strip() == "[]"


def test_a_fault_is_told_once_and_not_again_of_what_holds_it() -> None:
    with pytest.raises(ResourceInvalid) as told:
        parse_mapping(b"source: {format: csv}\nfields: [{name: a, type: strng}]", "m.yaml")
    assert told.value.path == "$.fields[0].type"
    assert told.value.others == ()


def test_a_list_that_is_empty_is_told_in_plain_words() -> None:
    with pytest.raises(ResourceInvalid, match="must not be empty"):
        parse_mapping(b"source: {format: csv}\nfields: []", "m.yaml")
