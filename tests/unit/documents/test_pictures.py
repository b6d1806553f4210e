"""Pictures of pages, by their pixels."""

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from longrun.documents.pictures import opened, page_count


def a_pdf(folder: Path, *sizes: tuple[float, float], rotate: int = 0) -> Path:
    """Pages of these sizes in points, each with a black square in the lower left corner."""
    pdf = pikepdf.new()
    for width, height in sizes:
        pdf.add_blank_page(page_size=(width, height))
        page = pdf.pages[-1]
        page.Contents = pdf.make_stream(b"0 0 0 rg 0 0 20 20 re f")
        if rotate:
            page.Rotate = rotate
    target = folder / "pages.pdf"
    pdf.save(target)
    return target


def drawn(pdf: Path, number: int = 0, **box: int) -> Any:
    target = pdf.with_name("page.png")
    with opened(pdf) as pages:
        size = pages.draw(number, target, **box)
    with Image.open(target) as picture:
        picture.load()
        assert picture.size == size
        return picture


def test_the_pages_of_a_pdf_are_counted(tmp_path: Path) -> None:
    assert page_count(a_pdf(tmp_path, (100, 100), (200, 100))) == 2


@pytest.mark.parametrize(
    ("page", "box", "size"),
    [
        ((100, 50), (400, 400), (400, 200)),
        ((50, 100), (400, 400), (200, 400)),
        ((595.276, 841.89), (1280, 3600), (1280, 1811)),
        ((595.276, 841.89), (3600, 3600), (2546, 3600)),
        ((1000, 10), (100, 100), (100, 1)),
        ((14000, 3), (10, 10), (10, 1)),
        ((333.333, 333.333), (1, 1), (1, 1)),
    ],
)
def test_a_picture_fits_into_its_box_and_fills_one_side_of_it(
    tmp_path: Path, page: tuple[float, float], box: tuple[int, int], size: tuple[int, int]
) -> None:
    picture = drawn(a_pdf(tmp_path, page), width=box[0], height=box[1])
    assert picture.size == size


def test_a_picture_is_opaque_on_white(tmp_path: Path) -> None:
    picture = drawn(a_pdf(tmp_path, (100, 100)), width=200, height=200)
    assert picture.mode == "RGB"
    assert picture.getpixel((100, 100)) == (255, 255, 255)
    assert picture.getpixel((10, 190)) == (0, 0, 0)


def test_a_turned_page_is_drawn_as_it_is_seen(tmp_path: Path) -> None:
    picture = drawn(a_pdf(tmp_path, (100, 50), rotate=90), width=400, height=400)
    assert picture.size == (200, 400)
    assert picture.getpixel((10, 10)) == (0, 0, 0)


def test_each_page_is_drawn_by_its_number(tmp_path: Path) -> None:
    pdf = a_pdf(tmp_path, (100, 100), (100, 50))
    assert drawn(pdf, 1, width=100, height=100).size == (100, 50)
