"""A composition on paper: who may print it, and what the file is."""

from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from longrun.compositions.document import Composition
from tests.contract.compositions.world import COMPOSITIONS, World, path_of
from tests.unit.compositions.fakes import OTHER_PERSON


def printed(world: World, composition: Composition, query: str = "") -> bytes:
    reply = world.call("GET", f"{path_of(composition)}/printForm{query}")
    assert reply.status == 200, reply.text
    assert reply.header("content-type") == "application/pdf"
    return reply.body


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join("".join(pages).split())


def test_a_print_form_is_pdf_a_and_says_what_counts(world: World) -> None:
    composition = world.final()

    pdf = printed(world, composition)

    with pikepdf.open(BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
    text = text_of(pdf)
    for said in (composition.id, composition.title, "FINAL", "Person a1", "Employee e1"):
        assert said in text
    assert "Signed by A. Signer" in text
    assert "21.11.2026 14:00:00 (UTC+02:00)" in text


def test_a_print_form_is_for_looking_at_and_has_a_name(world: World) -> None:
    reply = world.call("GET", f"{path_of(world.created())}/printForm")

    assert (reply.header("content-disposition") or "").startswith("inline; filename=")


def test_no_answer_is_anybodys_to_keep(world: World) -> None:
    composition = world.created()
    path = path_of(composition)

    replies = [
        world.call("GET", path),
        world.call("GET", f"{path}/printForm"),
        world.call("GET", f"/patients/searchComposition?subject={composition.subject.id}"),
        world.call("GET", f"{COMPOSITIONS}/job/{world.create()}"),
        world.call("GET", path, who="colleague"),
        world.call("GET", "/nothing"),
    ]

    assert {reply.header("cache-control") for reply in replies} == {"no-store"}


@pytest.mark.parametrize("query", ["", "?templateId=", "?templateId=composition"])
def test_the_known_template_may_be_named(world: World, query: str) -> None:
    assert printed(world, world.created(), query).startswith(b"%PDF-")


@pytest.mark.parametrize("template", ["letter", "1", "../composition"])
def test_an_unknown_template_is_400(world: World, template: str) -> None:
    reply = world.call("GET", f"{path_of(world.created())}/printForm?templateId={template}")

    assert reply.invalid == ("$.templateId", "inclusion")


def test_whom_it_is_closed_to_gets_the_envelope(world: World) -> None:
    composition = world.created()

    closed = world.call("GET", f"{path_of(composition)}/printForm", who="colleague")
    nowhere = world.call("GET", f"{path_of(composition, patient=OTHER_PERSON)}/printForm")

    assert closed.error == (403, "forbidden")
    assert nowhere.error == (404, "not_found")
