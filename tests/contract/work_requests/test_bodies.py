"""What is wrong with a body is said in one sentence that names the place."""

import pytest
from pydantic import BaseModel, ConfigDict, field_validator

from longrun.contracts.work_requests.analytics.bodies import read_body
from longrun.contracts.work_requests.analytics.errors import Refused


class Column(BaseModel):
    name: str

    @field_validator("name")
    @classmethod
    def _no_spaces(cls, name: str) -> str:
        if " " in name:
            raise ValueError("a name has no spaces")
        return name


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    source: str
    columns: list[Column] = []
    limit: int = 0


def told(body: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_body(body, Thing)
    assert (refused.value.status, refused.value.code) == (400, "InvalidParameter")
    return str(refused.value)


def test_a_body_in_order_becomes_the_model() -> None:
    thing = read_body(b'\xef\xbb\xbf{"source": "a.csv", "columns": [{"name": "x"}]}', Thing)

    assert thing.columns[0].name == "x"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no body"),
        (b"  ", "no body"),
        (b"\xff", "not UTF-8"),
        (b'{"source": ', "not JSON at line 1, column 12"),
        (b'{"limit": NaN}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "must be a JSON object"),
        (b"{}", "$.source: this is required"),
        (b'{"source": 1}', "$.source: this must be a string"),
        (b'{"source": "a", "colour": 1}', "$.colour: this is not known"),
        (b'{"source": "a", "columns": [{"name": "x"}, {}]}', "$.columns[1].name: this is required"),
        (b'{"source": "a", "columns": [{"name": "x y"}]}', "$.columns[0].name: a name has no"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(body: bytes, words: str) -> None:
    assert words in told(body)
    assert told(body).endswith(".")


def test_of_many_faults_the_first_are_told_and_how_many_more() -> None:
    body = b'{"source": 1, "limit": "x", "a": 1, "b": 1, "c": 1}'

    assert told(body).endswith("; and 2 more.")


def test_what_was_sent_is_not_told_back() -> None:
    assert "hunter2" not in told(b'{"source": {"password": "hunter2"}}')
