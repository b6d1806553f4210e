"""Template archives: what is accepted at the upload, and what is refused in which words."""

import stat
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from longrun.documents import template
from longrun.documents.template import TemplateInvalid, check_template, unpack_template

WORKING = "#let document(record, parameters) = [Dear #record.name]"


def archive(files: dict[str, str | bytes]) -> BytesIO:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    written.seek(0)
    return written


def refusal(content: BytesIO) -> TemplateInvalid:
    with pytest.raises(TemplateInvalid) as caught:
        check_template(content, file="letters.zip")
    return caught.value


def test_an_archive_with_assets_and_folders_unpacks_whole(tmp_path: Path) -> None:
    content = archive({"template.typ": WORKING, "fonts/a.ttf": b"\0font", "logo.svg": "<svg/>"})
    check_template(content, file="letters.zip")
    unpack_template(content, tmp_path, file="letters.zip")
    assert (tmp_path / "fonts" / "a.ttf").read_bytes() == b"\0font"
    assert (tmp_path / "template.typ").read_text() == WORKING


def test_what_is_no_zip_is_said_to_be_none() -> None:
    assert "letters.zip: This is not a zip archive" in str(refusal(BytesIO(b"PK, but not really")))


@pytest.mark.parametrize("place", range(8, 14))
def test_a_damaged_directory_is_refused_in_our_words(place: int) -> None:
    content = archive({"template.typ": WORKING}).getvalue()
    start = content.index(b"PK\x01\x02")
    damaged = content[: start + place - 2] + b"\xff" * 40 + content[start + place + 38 :]
    assert "letters.zip" in str(refusal(BytesIO(damaged)))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_with_a_memory_of_their_own_are_refused(compression: int) -> None:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", compression) as target:
        target.writestr("template.typ", WORKING)
    assert "use deflate" in refusal(written).reason


def test_a_missing_template_typ_is_named_with_the_place_where_one_was_found() -> None:
    fault = refusal(archive({"letters/template.typ": WORKING}))
    assert "There is no 'template.typ' at the top" in fault.reason
    assert "'letters/template.typ'" in fault.reason


@pytest.mark.parametrize(
    "name",
    ["../outside.typ", "a/../../outside.typ", "/etc/passwd", "a\\b.typ", "C:x.typ", "./x.typ"],
)
def test_a_name_that_leads_out_of_the_archive_is_refused(name: str) -> None:
    fault = refusal(archive({"template.typ": WORKING, name: "x"}))
    assert fault.place == repr(name)


def test_a_link_is_refused() -> None:
    content = archive({"template.typ": WORKING})
    link = zipfile.ZipInfo("logo.svg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(content, "a") as target:
        target.writestr(link, "/etc/passwd")
    assert "no links" in refusal(content).reason


def test_two_names_that_differ_by_case_alone_are_refused() -> None:
    fault = refusal(archive({"template.typ": WORKING, "logo.svg": "1", "Logo.svg": "2"}))
    assert fault.place == "'Logo.svg'"


@pytest.mark.parametrize("name", ["logo.svg/a.svg", "longrun.typ/a.typ", "template.typ/x/y"])
def test_a_folder_with_the_name_of_a_file_is_refused(name: str) -> None:
    fault = refusal(archive({"template.typ": WORKING, "logo.svg": "1", name: "2"}))
    assert fault.place == repr(name)


def test_a_name_too_long_for_a_file_is_refused() -> None:
    assert "200 bytes" in refusal(archive({"template.typ": WORKING, "x" * 201: ""})).reason


def test_a_zip_bomb_is_refused_by_what_it_would_unpack_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(template, "MOST_BYTES", 1000)
    assert "1000 are allowed" in refusal(archive({"template.typ": "x" * 1001})).reason


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "MOST_FILES", 2)
    files: dict[str, str | bytes] = {"template.typ": WORKING, "a": "", "b": ""}
    assert "3 entries" in refusal(archive(files)).reason


def test_a_damaged_entry_is_named(tmp_path: Path) -> None:
    content = bytearray(archive({"template.typ": WORKING, "a.bin": b"abcdefgh" * 99}).getvalue())
    at = content.index(b"a.bin") + len("a.bin") + 4
    content[at] ^= 0xFF
    with pytest.raises(TemplateInvalid) as caught:
        unpack_template(BytesIO(bytes(content)), tmp_path, file="letters.zip")
    assert caught.value.place == "'a.bin'"


def test_a_package_import_is_refused_with_its_line() -> None:
    fault = refusal(archive({"template.typ": '// first\n#import "@preview/cetz:0.4.0"\n'}))
    assert fault.place == "template.typ line 2"
    assert "@preview/cetz:0.4.0" in fault.reason


def test_a_package_import_that_is_a_comment_is_none() -> None:
    source = '// #import "@preview/cetz:0.4.0"\n' + WORKING
    check_template(archive({"template.typ": source}), file="letters.zip")


def test_a_source_that_is_not_utf8_is_refused_with_its_line() -> None:
    fault = refusal(archive({"template.typ": WORKING, "parts.typ": b"ok\n\xff"}))
    assert fault.place == "parts.typ line 2"
