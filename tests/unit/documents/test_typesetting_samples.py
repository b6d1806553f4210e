"""The samples: what the demo and the benchmarks build on keeps fitting together."""

import importlib.util
import sys
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from types import ModuleType

import pytest

from longrun.documents.formats import parse_job_preset, parse_mapping, parse_output_preset
from longrun.documents.mapping.engine import map_records
from longrun.documents.records import encode_record
from longrun.documents.template import check_template
from longrun.documents.typesetting import Typesetter

SAMPLES = Path(__file__).parents[3] / "samples"
LETTERS = SAMPLES / "letters"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", SAMPLES / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    return module


def mapped(configuration: str, data: bytes, name: str) -> list[bytes]:
    mapping = parse_mapping((LETTERS / configuration).read_bytes(), configuration)
    return [encode_record(record) for record in map_records(mapping, BytesIO(data), file_name=name)]


def template() -> BytesIO:
    written = BytesIO()
    root = LETTERS / "template"
    with zipfile.ZipFile(written, "w") as target:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                target.write(path, path.relative_to(root))
    return written


def test_the_committed_customers_are_what_the_generator_writes(generator: ModuleType) -> None:
    text = StringIO()
    generator.write_csv(generator.customers(20), text)
    assert (LETTERS / "customers-20.csv").read_text(encoding="utf-8") == text.getvalue()


def test_csv_and_json_map_to_the_same_records(generator: ModuleType) -> None:
    text = StringIO()
    generator.write_json(generator.customers(20), text)
    csv = (LETTERS / "customers-20.csv").read_bytes()
    from_csv = mapped("customers.mapping.yaml", csv, "customers.csv")
    from_json = mapped("customers-json.mapping.yaml", text.getvalue().encode(), "customers.json")
    assert len(from_csv) == 20
    assert from_csv == from_json


def test_the_template_is_accepted_and_typesets_every_customer(tmp_path: Path) -> None:
    archive = template()
    check_template(archive, file="letters.zip")
    csv = (LETTERS / "customers-20.csv").read_bytes()
    records = mapped("customers.mapping.yaml", csv, "customers.csv")
    chunk = Typesetter(archive, tmp_path / "template", file="letters.zip").typeset(records, {})
    assert chunk.pages == (*[1] * 13, 3, *[1] * 6)
    assert chunk.warnings == ()


def test_without_long_invoices_every_letter_has_one_page(
    generator: ModuleType, tmp_path: Path
) -> None:
    text = StringIO()
    generator.write_csv(generator.customers(60, one_page=True), text)
    records = mapped("customers.mapping.yaml", text.getvalue().encode(), "customers.csv")
    chunk = Typesetter(template(), tmp_path / "template", file="letters.zip").typeset(records, {})
    assert chunk.pages == (1,) * 60


@pytest.mark.parametrize("name", ["by-country", "per-country"])
def test_the_job_presets_are_valid(name: str) -> None:
    file = LETTERS / f"{name}.jobs.yaml"
    assert parse_job_preset(file.read_bytes(), file.name).sort


@pytest.mark.parametrize("name", ["one-file", "per-country", "per-letter"])
def test_the_output_presets_are_valid(name: str) -> None:
    file = LETTERS / f"{name}.output.yaml"
    assert parse_output_preset(file.read_bytes(), file.name).prefix == "letters/"
