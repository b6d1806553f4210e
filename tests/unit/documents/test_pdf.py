"""PDF files of other files' pages: order, sharing, and what is said of bad files."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from longrun.documents import pdf
from longrun.documents.pdf import Binder, PdfInvalid, merge


def source(folder: Path, name: str, pages: int, *, image: bytes | None = None) -> Path:
    """A PDF whose page n (from 0) is 100 + n points wide and says so."""
    path = folder / name
    with pikepdf.new() as made:
        for number in range(pages):
            page = made.add_blank_page(page_size=(100 + number, 200))
            page.Contents = made.make_stream(f"% {name} {number}\n".encode())
        if image:
            stream = made.make_stream(
                image, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=len(image),
                Height=1, BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceGray,
            )  # fmt: skip
            for page in made.pages:
                page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=stream))
        made.save(path, compress_streams=False)
    return path


def shown(path: Path) -> list[str]:
    with pikepdf.open(path) as opened:
        return [page.Contents.read_bytes().decode().strip("% \n") for page in opened.pages]


@pytest.fixture(params=["appended", "selected"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways that a merge may take have to give the same."""
    limit = 10_000 if request.param == "appended" else 0
    monkeypatch.setattr(Binder, "_APPENDED_PER_SOURCE", limit)


@pytest.mark.usefixtures("way")
def test_pages_come_in_the_given_order_from_several_files(tmp_path: Path) -> None:
    one, two = source(tmp_path, "one", 4), source(tmp_path, "two", 3)
    target = tmp_path / "out.pdf"
    count = merge([(two, [(1, 2)]), (one, [(3, 3), (0, 1)]), (two, [(0, 0)])], target)
    assert count == 6
    assert shown(target) == ["two 1", "two 2", "one 3", "one 0", "one 1", "two 0"]


@pytest.mark.usefixtures("way")
def test_a_page_may_occur_again(tmp_path: Path) -> None:
    one = source(tmp_path, "one", 2)
    merge([(one, [(0, 0), (0, 0)]), (one, [(1, 1), (0, 0)])], tmp_path / "out.pdf")
    assert shown(tmp_path / "out.pdf") == ["one 0", "one 0", "one 1", "one 0"]


@pytest.mark.usefixtures("way")
def test_any_shuffle_of_pages_comes_out_as_asked(tmp_path: Path) -> None:
    sources = [source(tmp_path, f"s{number}", 9) for number in range(5)]
    wanted = [(path, page) for path in sources for page in range(9)]
    random.Random(7).shuffle(wanted)
    merge([(path, [(page, page)]) for path, page in wanted], tmp_path / "out.pdf")
    assert shown(tmp_path / "out.pdf") == [f"{path.name} {page}" for path, page in wanted]


@pytest.mark.usefixtures("way")
def test_the_same_image_of_several_files_is_kept_once(tmp_path: Path) -> None:
    logo = random.Random(1).randbytes(50_000)
    parts = [source(tmp_path, f"s{number}", 2, image=logo) for number in range(4)]
    other = source(tmp_path, "other", 1, image=logo[::-1])
    target = tmp_path / "out.pdf"
    merge([*((path, [(0, 1)]) for path in parts), (other, [(0, 0)])], target)
    assert target.stat().st_size < 110_000
    with pikepdf.open(target) as opened:
        images = [page.Resources.XObject.Im.read_raw_bytes() for page in opened.pages]
    assert images == [logo] * 8 + [logo[::-1]]


@pytest.mark.usefixtures("way")
def test_title_and_time_are_written_and_the_same_merge_is_the_same_file(tmp_path: Path) -> None:
    one = source(tmp_path, "one", 1)
    created = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    for name in ("a.pdf", "b.pdf"):
        merge([(one, [(0, 0)])], tmp_path / name, title="Größe", created=created)
    with pikepdf.open(tmp_path / "a.pdf") as opened:
        assert str(opened.docinfo["/Title"]) == "Größe"
        assert str(opened.docinfo["/CreationDate"]) == "D:20261121123000Z"
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


@pytest.mark.usefixtures("way")
def test_streams_are_unpacked_if_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "packed.pdf"
    with pikepdf.new() as made:
        made.add_blank_page().Contents = made.make_stream(b"% words " * 500)
        made.save(path)
    merge([(path, [(0, 0)])], tmp_path / "packed-still.pdf")
    merge([(path, [(0, 0)])], tmp_path / "plain.pdf", compress=False)
    assert (tmp_path / "packed-still.pdf").stat().st_size < 2_000
    assert b"% words " * 500 in (tmp_path / "plain.pdf").read_bytes()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("run", [(2, 2), (0, 2), (1, 5)])
def test_a_page_that_is_not_there_is_refused(tmp_path: Path, run: tuple[int, int]) -> None:
    with pytest.raises(PdfInvalid):
        merge([(source(tmp_path, "one", 2), [run])], tmp_path / "out.pdf")


@pytest.mark.usefixtures("way")
def test_a_missing_or_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "damaged.pdf").write_bytes(b"not a PDF")
    for name in ("missing.pdf", "damaged.pdf"):
        with pytest.raises(PdfInvalid, match=name):
            merge([(tmp_path / name, [(0, 0)])], tmp_path / "out.pdf")


def test_no_pages_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PdfInvalid, match="no pages"):
        merge([(source(tmp_path, "one", 1), [])], tmp_path / "out.pdf")


def test_a_binder_writes_one_file_after_the_other_and_bounds_what_it_keeps_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Binder, "_SOURCES_KEPT", 2)
    sources = [source(tmp_path, f"s{number}", 2) for number in range(5)]
    with Binder() as binder:
        for path in sources:
            binder.merge([(path, [(1, 1)])], tmp_path / f"{path.name}.pdf")
        assert len(binder._open) == 2
        binder.merge([(path, [(0, 0)]) for path in sources], tmp_path / "all.pdf")
    assert shown(tmp_path / "s3.pdf") == ["s3 1"]
    assert shown(tmp_path / "all.pdf") == [f"s{number} 0" for number in range(5)]
    assert not binder._open


def test_chunks_are_saved_without_packing_them_anew() -> None:
    assert pdf._SAVED["compress_streams"] is False
