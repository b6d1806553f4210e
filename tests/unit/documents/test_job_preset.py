"""Job creation presets: what is taken, and how what is not is said."""

import pytest

from longrun.documents.checked import dump_checked, load_checked
from longrun.documents.errors import ResourceInvalid
from longrun.documents.formats import parse_job_preset
from longrun.documents.jobs import Condition, JobRules, SortKey
from longrun.documents.presets.job import JobPreset

PRESET = """
filter:
  - {field: country, op: in, value: [DE, NO, 1]}
  - {field: mail, op: empty}
sort:
  - {field: zip, descending: true, compare: numeric}
group: [country]
"""


def test_a_preset_becomes_the_rules_that_are_carried_out() -> None:
    assert parse_job_preset(PRESET.encode(), "j.yaml").rules() == JobRules(
        conditions=(
            Condition(field="country", operator="in", values=("DE", "NO", 1)),
            Condition(field="mail", operator="empty"),
        ),
        sort=(SortKey(field="zip", descending=True, compare="numeric"),),
        group=("country",),
    )


@pytest.mark.parametrize("content", [b"", b"{}", b"# nothing\n", b"name: all\n"])
def test_an_empty_preset_has_no_rules(content: bytes) -> None:
    assert parse_job_preset(content, "j.OL-jobpreset").rules() == JobRules()


def test_a_checked_preset_comes_back_without_its_text() -> None:
    preset = parse_job_preset(PRESET.encode(), "j.yaml")
    assert load_checked(JobPreset, dump_checked(preset)) == preset


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ("filter: [{field: a, op: like}]", "$.filter[0].op", '"like" is not supported; supported'),
        ("filter: [{field: a, op: lt}]", "$.filter[0].value", "`lt` compares with one value."),
        ("filter: [{field: a, op: in, value: 1}]", "$.filter[0].value", "compares with a list"),
        ("filter: [{field: a, op: empty, value: 1}]", "$.filter[0].value", "with nothing"),
        ("filter: [{field: a, op: eq, value: {}}]", "$.filter[0].value", "This has to be"),
        ("sort: [{by: a}]", "$.sort[0].field", "This is missing."),
        ("sort: a", "$.sort", "This has to be a list."),
        ("group: [a, a]", "$.group[1]", "each once"),
    ],
)
def test_a_fault_is_named_by_its_json_path(text: str, path: str, reason: str) -> None:
    with pytest.raises(ResourceInvalid) as caught:
        parse_job_preset(text.encode(), "j.yaml")
    faults = dict([(caught.value.path, caught.value.reason), *caught.value.others])
    assert reason in faults[path]
