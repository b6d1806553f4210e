"""Exports: pages of the output as one file, a PDF or pictures, and nothing else left."""

import io
import zipfile
from typing import Any

import pikepdf
import pytest
from PIL import Image

from longrun.documents.sets import SetType
from longrun.documents.steps.engine import WorkRefused
from longrun.filestore import FileType
from longrun.operations.operation import Operation
from longrun.operations.states import Status
from tests.unit.documents.steps.conftest import TENANT, Press

TEMPLATE = """
#let document(record, parameters) = [
  #set page(width: 100mm, height: 50mm, fill: rgb(record.colour))
  #record.name
]
"""
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255), (255, 0, 255)]


def an_order(press: Press, documents: int = 4, **export: Any) -> dict[str, Any]:
    records: list[Any] = [
        {"name": f"Page {number}", "colour": "#{:02x}{:02x}{:02x}".format(*colour)}
        for number, colour in enumerate(COLOURS[:documents], 1)
    ]
    press.data_sets.load("colours", records)
    return press.order(
        datamining={"dataset": "colours"},
        contentcreation={"config": press.template(TEMPLATE)},
        outputcreation={"createOnly": True},
        export={"name": "Colours", "format": "pdf", "width": 400, "height": 300, **export},
    )


def exported(press: Press, operation: Operation) -> tuple[str, str, bytes]:
    """The name, the media type and the bytes of what was exported."""
    assert operation.status is Status.SUCCEEDED, operation.errors
    assert operation.result is not None
    [file] = operation.result.files
    artefact = file.artefact
    content = press.engine.artefacts.read(artefact.key, version=artefact.version)
    return file.name, artefact.media_type, content


def failed(press: Press, order: dict[str, Any]) -> str:
    """What the operation tells of its failure."""
    operation_id = press.accept(order)
    with pytest.raises(WorkRefused):
        for step in press.steps(operation_id):
            press.step(operation_id, step)
    [fault] = press.engine.operations.get(operation_id).errors
    return f"{fault.code}: {fault.message}"


def pdf_pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as document:
        return len(document.pages)


def centre(content: bytes) -> tuple[tuple[int, int], Any]:
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "RGB"
        return picture.size, picture.getpixel((picture.width - 5, picture.height - 5))


def test_all_pages_are_exported_as_a_pdf_under_the_name_that_was_given(press: Press) -> None:
    name, media_type, content = exported(press, press.run(an_order(press)))
    assert (name, media_type) == ("Colours.pdf", "application/pdf")
    assert pdf_pages(content) == 4


def test_pages_are_exported_in_the_order_in_which_they_were_named(press: Press) -> None:
    order = an_order(press, pages=[3, 1])
    _, _, content = exported(press, press.run(order))
    assert pdf_pages(content) == 2
    picture = an_order(press, pages=[3, 1], format="png")
    _, _, pictures = exported(press, press.run(picture))
    with zipfile.ZipFile(io.BytesIO(pictures)) as archive:
        assert archive.namelist() == ["Colours-3.png", "Colours-1.png"]
        assert centre(archive.read("Colours-3.png"))[1] == COLOURS[2]
        assert centre(archive.read("Colours-1.png"))[1] == COLOURS[0]


def test_one_page_is_a_picture_by_itself_and_fits_into_the_box(press: Press) -> None:
    order = an_order(press, pages=[2], format="png")
    name, media_type, content = exported(press, press.run(order))
    assert (name, media_type) == ("Colours.png", "image/png")
    assert centre(content) == ((400, 200), COLOURS[1])


def test_the_height_of_the_box_limits_a_picture_too(press: Press) -> None:
    order = an_order(press, documents=1, format="png", width=3600, height=50)
    _, _, content = exported(press, press.run(order))
    assert centre(content)[0] == (100, 50)


def test_several_pages_without_a_choice_are_a_zip_of_pictures(press: Press) -> None:
    name, media_type, content = exported(press, press.run(an_order(press, format="png")))
    assert (name, media_type) == ("Colours.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 4


def test_pictures_of_more_pages_than_an_export_draws_are_refused_in_words(press: Press) -> None:
    assert failed(press, an_order(press, documents=6, format="png")) == (
        "TooManyPictures: The document has more than 5 pages, and one export draws no more: "
        "name the pages to draw, or export a PDF."
    )


@pytest.mark.parametrize("format", ["pdf", "png"])
def test_a_page_that_does_not_exist_is_named(press: Press, format: str) -> None:
    told = failed(press, an_order(press, pages=[1, 5, 9], format=format))
    assert told == "PageMissing: There are no pages 5, 9: the document has 4 pages."


def test_what_was_exported_is_told_and_nothing_else_remains(press: Press) -> None:
    operation = press.run(an_order(press, pages=[1]))
    [resource] = operation.resources
    assert (resource.type, resource.id, resource.action) == (
        "WORKBOOK_EXPORT",
        operation.id,
        "EXPORTED",
    )
    assert resource.metadata["name"] == "Colours.pdf"
    assert resource.metadata["pages"] == "1"
    assert operation.percent == 100
    for set_type in SetType:
        assert list(press.engine.sets.list(TENANT, set_type)) == []
    assert list(press.engine.files.list(TENANT, [FileType.OUTPUT])) == []
    assert press.engine.artefacts.read(f"results/{TENANT}/{operation.id}/Colours.pdf")


def test_a_name_is_made_safe_and_keeps_no_extension_of_another_format(press: Press) -> None:
    name, _, _ = exported(press, press.run(an_order(press, name="../Sales: Q3.pdf")))
    assert name == "_Sales_ Q3.pdf"


def test_repeating_every_step_of_an_export_makes_the_same(press: Press) -> None:
    operation = press.run(an_order(press, format="png"), times=2)
    _, _, content = exported(press, operation)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == 4


@pytest.mark.parametrize(
    ("export", "records"),
    [
        ({"pages": [2, 1]}, 2),
        ({"format": "png", "pages": [3]}, 3),
        ({"pages": [4]}, 4),
        ({"format": "pdf"}, 6),
    ],
)
def test_no_more_documents_are_made_than_the_pages_can_be_of(
    press: Press, export: dict[str, Any], records: int
) -> None:
    operation_id = press.accept(an_order(press, documents=6, **export))
    for step in press.steps(operation_id):
        press.step(operation_id, step)
    operation = press.engine.operations.get(operation_id)
    assert press.engine.made_set(operation, SetType.CONTENT).count == records
