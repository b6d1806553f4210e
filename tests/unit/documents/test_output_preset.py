"""Output creation presets: what is taken, and how what is not is said."""

import pytest

from longrun.documents.checked import dump_checked, load_checked
from longrun.documents.errors import ResourceInvalid
from longrun.documents.formats import parse_output_preset
from longrun.documents.presets.output import OutputPreset


def test_an_empty_preset_is_one_pdf() -> None:
    preset = parse_output_preset(b"", "o.yaml")
    assert preset == OutputPreset()
    assert (preset.format, preset.separation) == ("pdf", "none")
    assert preset.names().name({}) == "output.pdf"


def test_a_preset_names_files_and_their_folder() -> None:
    preset = parse_output_preset(
        b"{separation: document, file_name: '${id}-${document}', destination: letters/2026/}",
        "o.yaml",
    )
    assert preset.prefix == "letters/2026/"
    assert preset.pattern.fields == {"id"}
    assert preset.names().name({"id": 7}, job=1, document=3) == "7-3.pdf"
    assert load_checked(OutputPreset, dump_checked(preset)) == preset


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ("format: png", "$.format", '"png" is not supported; supported: pdf.'),
        ("separation: page", "$.separation", "supported: none, group or document."),
        ("compression: 1", "$.compression", "This has to be true or false."),
        ("file_name: a-${b", "$.file_name", "never closed"),
        ("file_name: a/b", "$.file_name", "no folders"),
        ("file_name: '${id}'", "$.file_name", "cannot be named by a record's field"),
        ("file_name: '${job}'", "$.file_name", "`${job}` has no meaning with the separation"),
        ("{separation: group, file_name: '${document}'}", "$.file_name", "has no meaning"),
        ("destination: ../x", "$.destination", "`..`"),
        ("destination: /x", "$.destination", "relative"),
        ("fileName: x", "$.fileName", "There is no such key."),
    ],
)
def test_a_fault_is_named_by_its_json_path(text: str, path: str, reason: str) -> None:
    with pytest.raises(ResourceInvalid) as caught:
        parse_output_preset(text.encode(), "o.yaml")
    assert caught.value.path == path
    assert reason in caught.value.reason
