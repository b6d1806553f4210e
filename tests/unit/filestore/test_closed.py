"""OL Connect's closed formats are told by their content."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.filestore import ClosedFormat, FileType
from longrun.filestore.closed import refuse_closed_format

CONFIGURATIONS = [
    FileType.DATA_MAPPING_CONFIG,
    FileType.JOB_CREATION_CONFIG,
    FileType.OUTPUT_CREATION_CONFIG,
]


def archive(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name in names:
            made.writestr(name, "content")
    return target.getvalue()


CLOSED = archive("index.xml", "public\\document\\section-1.html", "letter.OL-datamodel")
OURS = archive("template.typ", "logo.png", "fonts/a.ttf")


def test_a_closed_template_is_refused_with_what_is_expected_instead() -> None:
    with pytest.raises(ClosedFormat) as raised:
        refuse_closed_format(FileType.TEMPLATE, "letter.zip", CLOSED)
    message = str(raised.value)
    assert "'letter.zip'" in message
    assert "closed and cannot be read" in message
    assert "template.typ" in message


def test_an_open_template_passes_whatever_it_is_called() -> None:
    refuse_closed_format(FileType.TEMPLATE, "letter.OL-template", OURS)


def test_a_template_zipped_with_its_folder_is_left_to_the_templates_own_check() -> None:
    refuse_closed_format(FileType.TEMPLATE, "letter.zip", archive("letter/template.typ"))


def test_a_name_that_only_ends_like_a_template_is_none() -> None:
    with pytest.raises(ClosedFormat):
        refuse_closed_format(FileType.TEMPLATE, "letter.zip", archive("nottemplate.typ"))


@pytest.mark.parametrize("kind", CONFIGURATIONS)
@pytest.mark.parametrize(
    "content",
    [
        CLOSED,
        OURS,
        archive(),
        b'<?xml version="1.0"?><preset/>',
        b"\xef\xbb\xbf\r\n <preset>",
        "<preset/>".encode("utf-16"),
        b"<!-- a comment --><preset/>",
    ],
)
def test_a_configuration_that_is_an_archive_or_xml_is_refused(
    kind: FileType, content: bytes
) -> None:
    with pytest.raises(ClosedFormat, match=r"YAML or JSON\.$"):
        refuse_closed_format(kind, "preset.yaml", content)


@pytest.mark.parametrize("kind", CONFIGURATIONS)
@pytest.mark.parametrize("content", [b"{}", b"source: {format: csv}", b"# <xml>\na: 1", b"<< : a"])
def test_yaml_and_json_pass(kind: FileType, content: bytes) -> None:
    refuse_closed_format(kind, "x.OL-jobpreset", content)


@pytest.mark.parametrize("content", [CLOSED, b"<xml/>", b"a,b"])
def test_data_may_be_anything(content: bytes) -> None:
    refuse_closed_format(FileType.DATA_FILE, "data", content)


@given(st.integers(0, len(CLOSED) - 1), st.binary(max_size=4))
def test_a_broken_archive_is_closed_or_left_to_the_next_check(at: int, noise: bytes) -> None:
    content = CLOSED[:at] + noise + CLOSED[at + len(noise) :]
    with suppress(ClosedFormat):
        refuse_closed_format(FileType.TEMPLATE, "letter.zip", content)


@given(st.binary(max_size=64), st.sampled_from(list(FileType)))
def test_any_content_is_judged_without_a_crash(content: bytes, kind: FileType) -> None:
    with suppress(ClosedFormat):
        refuse_closed_format(kind, "x", content)
