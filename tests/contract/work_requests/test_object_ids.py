"""Object ids in paths: the Base64URL of a name, padded or not."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.contracts.work_requests.object_ids import LONGEST_NAME, object_id, object_name
from longrun.gateway.errors import RequestMalformed


def _is_name(text: str) -> bool:
    return text.isprintable() and text == text.strip() and text != ""


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=LONGEST_NAME).filter(_is_name))
def test_a_name_survives_its_id_padded_or_not(name: str) -> None:
    padded = base64.urlsafe_b64encode(name.encode()).decode()

    assert object_name(object_id(name)) == object_name(padded) == name
    assert "=" not in object_id(name)


@pytest.mark.parametrize(
    "segment",
    [
        "a",  # no length of Base64
        "????",
        "ab/c",  # the other alphabet
        "_w",  # no UTF-8
        "",
        "c2FsZXN",  # bits left over
        object_id("a\nb"),
        object_id(" sales"),
        object_id("x" * (LONGEST_NAME + 1)),
        "żółw",
    ],
)
def test_what_is_no_id_of_a_name_is_malformed_and_says_so(segment: str) -> None:
    with pytest.raises(RequestMalformed) as refused:
        object_name(segment, "The data set id")

    assert str(refused.value).startswith("The data set id ")
