"""Content-Disposition for any name."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.delivery.disposition import attachment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("letters.pdf", 'attachment; filename="letters.pdf"'),
        ("two words.pdf", 'attachment; filename="two words.pdf"'),
        (
            "März.pdf",
            "attachment; filename=\"M_rz.pdf\"; filename*=UTF-8''M%C3%A4rz.pdf",
        ),
        (
            'a"b\\c.pdf',
            "attachment; filename=\"a_b_c.pdf\"; filename*=UTF-8''a%22b%5Cc.pdf",
        ),
        (
            "100%.pdf",
            "attachment; filename=\"100_.pdf\"; filename*=UTF-8''100%25.pdf",
        ),
        (
            "€, it's.pdf",
            "attachment; filename=\"_, it's.pdf\"; filename*=UTF-8''%E2%82%AC%2C%20it%27s.pdf",
        ),
    ],
)
def test_names_are_told_to_old_and_new_clients(name: str, value: str) -> None:
    assert attachment(name) == value


@given(st.text(st.characters(codec="utf-8"), max_size=100))
def test_any_name_is_one_line_of_ascii_that_gives_it_back(name: str) -> None:
    value = attachment(name)

    assert value.isascii()
    assert value.isprintable()
    if "filename*=" in value:
        assert unquote(value.split("UTF-8''")[1]) == name
    else:
        assert value == f'attachment; filename="{name}"'
