"""Typesetting: documents, their pages, and what is said when a template fails."""

import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from longrun.documents.template import TemplateInvalid
from longrun.documents.typesetting import (
    ChunkTooLarge,
    TemplateFailed,
    TypesetChunk,
    Typesetter,
    typesetter,
)

SAMPLES = Path(__file__).parents[3] / "samples" / "letters"
SMALL = "set page(width: 80mm, height: 40mm, margin: 5mm)"


def zipped(files: dict[str, bytes]) -> BytesIO:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    written.seek(0)
    return written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "unpacked"


def made(folder: Path, body: str) -> Typesetter:
    source = f"#let document(record, parameters) = {{\n{body}\n}}"
    return Typesetter(zipped({"template.typ": source.encode()}), folder, file="letters.zip")


def lines(records: Sequence[dict[str, Any]]) -> list[bytes]:
    return [
        json.dumps({"values": values, "tables": {}}, ensure_ascii=False).encode() + b"\n"
        for values in records
    ]


def numbered(*pages: int) -> list[bytes]:
    return lines([{"pages": count} for count in pages])


def text_of(chunk: TypesetChunk) -> list[str]:
    """What each page shows, by way of its fonts' own character maps."""
    with pikepdf.open(BytesIO(chunk.pdf)) as pdf:
        return ["".join(_shown(page)) for page in pdf.pages]


def _shown(page: pikepdf.Page) -> Iterator[str]:
    fonts = page.resources.Font
    maps: dict[str, dict[int, str]] = {}
    for name, font in fonts.items():
        maps[name] = {}
        for line in font.ToUnicode.read_bytes().decode("latin-1").splitlines():
            parts = line.replace("<", " ").replace(">", " ").split()
            if line.startswith("<") and len(parts) == 2:
                maps[name][int(parts[0], 16)] = bytes.fromhex(parts[1]).decode("utf-16-be")
    current = ""
    for instruction in pikepdf.parse_content_stream(page):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "Tf":
            current = str(operands[0])
        elif operator in ("Tj", "TJ"):
            pieces = operands[0] if operator == "TJ" else [operands[0]]
            for piece in pieces:
                if isinstance(piece, pikepdf.String):
                    data = bytes(piece)
                    for at in range(0, len(data), 2):
                        yield maps[current].get(int.from_bytes(data[at : at + 2]), "?")


def test_each_record_becomes_a_document_on_pages_of_its_own(folder: Path) -> None:
    body = f"{SMALL}\n[#record.name]"
    chunk = made(folder, body).typeset(lines([{"name": "Žofie"}, {"name": "Ελένη"}]), {})
    assert chunk.pages == (1, 1)
    assert text_of(chunk) == ["Žofie", "Ελένη"]


def test_a_detail_table_is_an_array_of_dictionaries(folder: Path) -> None:
    row = {"values": {"item": "beans"}, "tables": {"lots": [{"values": {"lot": 7}}]}}
    record = {"values": {"name": "Ann"}, "tables": {"rows": [row, row]}}
    body = f"{SMALL}\nfor row in record.rows [#row.item#row.lots.first().lot]"
    chunk = made(folder, body).typeset([json.dumps(record).encode()], {})
    assert text_of(chunk) == ["beans7beans7"]


def test_records_are_data_even_where_they_look_like_code(folder: Path) -> None:
    chunk = made(folder, f"{SMALL}\nrecord.name").typeset(lines([{"name": "#panic() $x$"}]), {})
    assert text_of(chunk) == ["#panic() $x$"]


def test_parameters_reach_the_template(folder: Path) -> None:
    body = f"{SMALL}\n[#parameters.season]"
    chunk = made(folder, body).typeset(lines([{}]), {"season": "autumn"})
    assert text_of(chunk) == ["autumn"]


@pytest.mark.parametrize(
    "body",
    [
        # An empty document is one blank page, wherever it stands.
        f"{SMALL}\nif record.pages > 0 {{ range(record.pages).map(n => [x]).join(pagebreak()) }}",
        "if record.pages > 0 { range(record.pages).map(n => [x]).join(pagebreak()) }",
        f"if record.pages > 0 {{ {SMALL}\nrange(record.pages).map(n => [x]).join(pagebreak()) }}",
    ],
)
@pytest.mark.parametrize("pages", [(1, 2, 3), (0, 2, 1), (1, 0, 2), (2, 1, 0), (0, 0), (5,), (0,)])
def test_pages_are_told_apart_wherever_a_record_stands(
    folder: Path, body: str, pages: tuple[int, ...]
) -> None:
    chunk = made(folder, body).typeset(numbered(*pages), {})
    assert chunk.pages == tuple(max(count, 1) for count in pages)
    assert sum(count for count, _ in chunk.media) == sum(chunk.pages)


@pytest.mark.parametrize("body", ["{ pagebreak(); [x] }", "{ [x]; pagebreak() }"])
def test_breaks_at_the_edges_of_a_document_count_the_same_everywhere(
    folder: Path, body: str
) -> None:
    assert made(folder, body).typeset(numbered(1, 1, 1), {}).pages == (2, 2, 2)


@pytest.mark.parametrize("label", ["longrun-document", "longrun-end"])
def test_labels_that_would_mix_up_documents_are_refused(folder: Path, label: str) -> None:
    body = f"[#{SMALL}\n#metadata(none) <{label}> first #pagebreak() second]"
    with pytest.raises(TemplateFailed, match="give yours other names"):
        made(folder, body).typeset(numbered(1, 1), {})


def test_page_sizes_come_in_runs(folder: Path) -> None:
    body = 'set page("a4")\n[x]\npage(flipped: true)[y]'
    chunk = made(folder, body).typeset(lines([{}, {}]), {})
    portrait, landscape = (210.0, 297.0), (297.0, 210.0)
    runs = [(count, (size.width, size.height)) for count, size in chunk.media]
    assert runs == [(1, portrait), (1, landscape)] * 2
    assert chunk.pages == (2, 2)


def test_page_sizes_are_read_again_where_the_file_holds_more_that_looks_like_one() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(72, 144))
        pdf.docinfo["/Note"] = "/MediaBox [0 0 1 1]"
        written = BytesIO()
        pdf.save(written)
    (size,) = typesetter._page_sizes(written.getvalue(), 1)
    assert (size.width, size.height) == (25.4, 50.8)


def test_page_numbers_start_anew_and_totals_are_the_documents_own(folder: Path) -> None:
    source = f"""#import "longrun.typ": page-total
        #let document(record, parameters) = {{
          {SMALL.replace(")", ", footer: context [#counter(page).display()/#page-total()])")}
          range(record.pages).map(n => [x]).join(pagebreak())
        }}"""
    setter = Typesetter(zipped({"template.typ": source.encode()}), folder, file="letters.zip")
    chunk = setter.typeset(numbered(1, 3, 2), {})
    assert text_of(chunk) == ["x1/1", "x1/3", "x2/3", "x3/3", "x1/2", "x2/2"]


def test_headings_and_footnotes_count_from_one_in_each_document(folder: Path) -> None:
    body = f'{SMALL}\nset heading(numbering: "1")\n[= A]\ncontext counter(heading).display()'
    first, second = text_of(made(folder, body).typeset(lines([{}, {}]), {}))
    assert first == second


def test_a_field_that_the_record_lacks_is_named_with_record_and_line(folder: Path) -> None:
    records = lines([{"name": "x"}] * 16 + [{"nam": "x"}] + [{"name": "x"}] * 13)
    with pytest.raises(TemplateFailed) as caught:
        made(folder, "[Dear\n #record.name,]").typeset(records, {})
    fault = caught.value
    assert (fault.record, fault.place) == (17, "template.typ line 3")
    assert str(fault) == (
        "letters.zip, record 17, template.typ line 3: "
        'dictionary does not contain key "name": #record.name,]'
    )
    assert fault.counted_from(251).record == 267


def test_the_first_of_several_failing_records_is_named(folder: Path) -> None:
    records = lines([{"ok": n not in (2, 5)} for n in range(8)])
    with pytest.raises(TemplateFailed, match="record 3"):
        made(folder, 'if not record.ok { panic("no") }').typeset(records, {})


def test_a_fault_that_only_layout_finds_is_laid_to_its_record(folder: Path) -> None:
    records = lines([{"ok": n != 3} for n in range(5)])
    with pytest.raises(TemplateFailed, match=r"record 4.*too late"):
        made(folder, 'context if not record.ok { panic("too late") }').typeset(records, {})


def test_a_fault_in_the_records_company_is_laid_to_none(folder: Path) -> None:
    setter = made(folder, 'set heading(numbering: "1")\n[= A <a>]\n[@a]')
    with pytest.raises(TemplateFailed) as caught:
        setter.typeset(lines([{}, {}]), {})
    assert caught.value.record is None
    assert "occurs multiple times" in caught.value.reason


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("#let document(record, parameters) = [", "unclosed delimiter"),
        ("#let letter(record, parameters) = []", "must define document(record, parameters)"),
        ('#import "/parts.typ": x', "file not found"),
    ],
)
def test_a_template_that_fails_without_records_is_invalid(
    folder: Path, source: str, reason: str
) -> None:
    setter = Typesetter(zipped({"template.typ": source.encode()}), folder, file="letters.zip")
    with pytest.raises(TemplateInvalid) as caught:
        setter.typeset(lines([{}]), {})
    assert reason in str(caught.value)
    assert str(folder) not in str(caught.value)


@pytest.mark.parametrize("path", ["/etc/hostname", "../../../../../../etc/hostname"])
def test_files_outside_of_the_template_cannot_be_read(folder: Path, path: str) -> None:
    with pytest.raises(TemplateFailed, match=r"not found|escape"):
        made(folder, f'read("{path}")').typeset(lines([{}]), {})


def test_a_package_put_together_at_run_time_is_not_fetched(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(TemplateFailed, match="no packages are fetched"):
        made(folder, 'import ("" + "@preview/" + record.name + ":0.1.0")').typeset(
            lines([{"name": "secret"}]), {}
        )
    assert os.environ["NO_PROXY"] == "*"
    assert "https_proxy" not in os.environ


def test_a_chunk_beyond_its_bounds_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setter = made(folder, "[x]")
    monkeypatch.setattr(typesetter, "MOST_BYTES", 100)
    with pytest.raises(ChunkTooLarge, match="cannot be typeset at once"):
        setter.typeset(lines([{"name": "x" * 100}]), {})
    with pytest.raises(ChunkTooLarge):
        setter.typeset([], {})


def test_a_missing_font_is_warned_of_once(folder: Path) -> None:
    chunk = made(folder, 'set text(font: "Nope")\n[x]').typeset(lines([{}, {}]), {})
    assert chunk.warnings == ("unknown font family: nope",)


def test_tags_are_written_only_if_asked_for(folder: Path) -> None:
    setter = made(folder, "[x]")
    assert b"/StructTreeRoot" in setter.typeset(lines([{}]), {}, tagged=True).pdf
    assert b"/StructTreeRoot" not in setter.typeset(lines([{}]), {}).pdf


def test_a_templates_own_file_of_our_names_gives_way(folder: Path) -> None:
    files = {"template.typ": b"#let document(r, p) = [x]", "longrun.typ": b"broken ("}
    setter = Typesetter(zipped(files), folder, file="letters.zip")
    assert setter.typeset(lines([{}]), {}).pages == (1,)


def test_discarding_removes_what_was_unpacked(folder: Path) -> None:
    made(folder, "[x]").discard()
    assert not folder.exists()


def test_the_sample_letter_breaks_long_invoices_and_numbers_their_pages(folder: Path) -> None:
    root = SAMPLES / "template"
    files = {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
    line = {"description": "Filter roast", "quantity": 2, "unit_price": 14.9, "amount": 29.8}
    head = {
        "customer_id": "C1", "name": "Zoé", "street": "1 rue", "postal_code": "1", "city": "Nîmes",
        "country": "France", "invoice_number": "2026-1", "invoice_date": "2026-10-01",
        "due_date": "2026-10-31", "net": 12345.6, "vat": 1, "total": -0.05,
    }  # fmt: skip
    records = [
        json.dumps({"values": head, "tables": {"lines": [{"values": line}] * count}}).encode()
        for count in (1, 6, 60)
    ]
    chunk = Typesetter(zipped(files), folder, file="letters.zip").typeset(records, {})
    assert chunk.pages == (1, 1, 3)
    assert chunk.warnings == ()
    pages = text_of(chunk)
    assert "Page 1 of 1" in pages[0]
    assert "12,345.60" in pages[0]
    assert "\N{MINUS SIGN}0.05" in pages[0]
    assert "Page 3 of 3" in pages[4]
    assert "Description" in pages[4]
