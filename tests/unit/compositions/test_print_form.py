"""The print form: what it says in each status, and that any name can be printed."""

import traceback
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest
import segno
import typst

from longrun.compositions.document import Composition
from longrun.compositions.print_form import form_of, render
from longrun.compositions.print_form.form import Form
from longrun.compositions.print_form.typesetting import NotTypeset
from longrun.compositions.registry import Person
from tests.unit.compositions.fakes import KYIV, NOW, PERSON, TENANT, World, disability, newborn

NAMES = [
    "Ґалаґан-Їжакевич Єфросинія Мар’янівна",
    "Мар\u02bcяна О'Коннор",
    "Łukasz Ńowak-Żółć",
    "Οδυσσέας Παπαδόπουλος",
    "Ὀδυσσεύς",
    "יוסף כהן",
    "王小明",
    "مرحبا",
    "a\u0301\u0302\u0303 е\u0301",
    "\u202eевсе\u200f",
    "tab\tand\nline\x00",
    "👩🏽\u200d⚕️",
    "\ufeff\u00ad",
    "\ue000\uffff",
    # Typst panics at it: a Hebrew letter under an Arabic mark, over the end of a line.
    "\u05e8\u0652" * 50,
]


def form(world: World, composition: Composition) -> Form:
    return form_of(composition, world.registry, zone=KYIV, printed=NOW)


def named(world: World, name: str) -> Composition:
    persons = world.registry.contents[TENANT].persons
    assert isinstance(persons, dict)
    persons[PERSON] = Person(id=PERSON, name=name)
    return world.created(disability())


def said(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join("".join(pages).split())


def lines(form: Form) -> dict[str, str]:
    return {name: value for block in form.blocks for name, value in block.lines}


def test_who_signed_and_when_is_told_once_it_is_signed(world: World) -> None:
    created = world.created(disability())
    assert "Signed by" not in lines(form(world, created))

    final = lines(form(world, world.signed(created)))

    assert final["Signed by"] == "A. Signer"
    assert final["Signed on"] == "21.11.2026 14:00:00 (UTC+02:00)"


def test_what_has_no_force_says_so_in_words_and_across_the_page(world: World) -> None:
    preliminary = world.created(disability())
    final = world.signed(preliminary)
    replacing = world.final(disability(replaces=final))
    amended = world.now(final)
    canceled = world.canceled(replacing)

    assert form(world, final).notice is None and form(world, final).mark is None
    for composition, mark, notice in (
        (preliminary, "NOT SIGNED", "not signed"),
        (amended, "AMENDED", f"replaced by composition {replacing.id}"),
        (canceled, "ENTERED IN ERROR", "INCORRECT_PATIENT"),
    ):
        told = form(world, composition)
        assert told.mark == mark
        assert notice in (told.notice or "")
        text = said(render(told, created=NOW))
        assert told.status.upper() in text
        assert (told.notice or "")[:30] in text


def test_a_birth_names_the_day_and_whom_it_is_about(world: World) -> None:
    told = lines(form(world, world.final(newborn())))

    assert told["Born on"] == told["Birth date"] == "02.11.2026"
    assert told["Subject"].endswith("born on 02.11.2026")
    assert told["In focus"] == "Person a1"


def test_extensions_are_told_in_words(world: World) -> None:
    composition = world.created(
        disability(
            IS_ACCIDENT=("valueBoolean", False),
            TREATMENT_VIOLATION=("valueString", "Порушення режиму"),
        )
    )

    told = lines(form(world, composition))

    assert told["Accident"] == "no"
    assert told["Violation of the treatment"] == "Порушення режиму"


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_any_name_can_be_printed_as_pdf_a(world: World, name: str) -> None:
    pdf = render(form(world, named(world, name)), created=NOW)

    with pikepdf.open(BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")


@pytest.mark.parametrize("name", NAMES[:4])
def test_names_in_the_usual_letters_are_printed_as_they_are(world: World, name: str) -> None:
    text = said(render(form(world, named(world, name)), created=NOW))

    assert name in text.replace("\ufffe", "-")


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Мар’яна\r\n\tШевченко", "Мар’яна Шевченко"),
        ("Шев\u00adчен\u200bко\ufeff", "Шевченко"),
        ("Шевченко\u202eоко", "Шевченко?око"),
    ],
    ids=ascii,
)
def test_breaks_of_lines_are_blanks_and_what_is_unseen_is_left_out(
    world: World, written: str, printed: str
) -> None:
    text = said(render(form(world, named(world, written)), created=NOW))

    assert f"Subject {printed}" in text


def test_what_typst_says_of_a_failure_is_not_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **more: Any) -> bytes:
        raise typst.TypstError("no font can display the text Olena", "Olena")

    monkeypatch.setattr("longrun.compositions.print_form.typesetting.typst.compile", refuse)

    with pytest.raises(NotTypeset) as failed:
        render(form(world, world.created(disability())), created=NOW)

    assert "Olena" not in "".join(traceback.format_exception(failed.value))


def test_what_ends_the_process_is_not_taken_for_a_panic(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*args: Any, **more: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("longrun.compositions.print_form.typesetting.typst.compile", interrupt)

    with pytest.raises(KeyboardInterrupt):
        render(form(world, world.created(disability())), created=NOW)


def test_a_name_of_any_length_stays_on_the_paper(world: World) -> None:
    name = "Довгеімʼя" * 100

    document = pypdfium2.PdfDocument(render(form(world, named(world, name)), created=NOW))

    page = document[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(place) for place in range(text.count_chars())]
    assert max(right for _, _, right, _ in boxes) < page.get_width() - 55
    joined = "".join(text.get_text_bounded().split())
    assert name.replace("ʼ", "") in joined.replace("ʼ", "").replace("\u200b", "")


def test_the_qr_code_on_the_paper_is_of_the_id(world: World) -> None:
    composition = world.created(disability())
    pdf = render(form(world, composition), created=NOW)
    scale = 4
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=scale).to_pil().convert("L")

    matrix = segno.make(composition.id, error="m", micro=False).matrix
    point = 72 / 25.4 * scale
    left, top, size = (210 - 22 - 30) * point, 20 * point, 30 * point
    module = size / len(matrix)
    seen = [
        [
            picture.getpixel((int(left + (x + 0.5) * module), int(top + (y + 0.5) * module))) < 128
            for x in range(len(matrix))
        ]
        for y in range(len(matrix))
    ]

    assert seen == [[bool(dark) for dark in row] for row in matrix]


def test_the_same_form_is_the_same_file(world: World) -> None:
    told = form(world, world.created(disability()))

    assert render(told, created=NOW) == render(told, created=NOW)


def test_what_is_printed_reaches_no_network(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    seen: list[str | None] = []

    def compiled(*args: Any, **more: Any) -> bytes:
        seen.append(os.environ.get("https_proxy"))
        return b"%PDF-"

    monkeypatch.setattr("longrun.compositions.print_form.typesetting.typst.compile", compiled)
    before = os.environ.get("https_proxy")

    render(form(world, world.created(disability())), created=NOW)

    assert seen == ["http://127.0.0.1:9"]
    assert os.environ.get("https_proxy") == before


def test_somebody_who_left_the_registry_is_told_by_id(world: World) -> None:
    composition = replace(world.created(disability()), author=PERSON)

    assert lines(form(world, composition))["Author"] == PERSON
