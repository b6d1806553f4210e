"""What bodies call things by: names, and references to files. Loaded by who reads a body."""

from typing import Annotated

from pydantic import BeforeValidator

from longrun.contracts.work_requests.object_ids import LONGEST_NAME


def _name(value: object) -> object:
    if isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_NAME and value.isprintable():
        return value.strip()
    raise ValueError(f"this must be 1 to {LONGEST_NAME} printable characters")


def _reference(value: object) -> object:
    # `bool` is an `int` to Python, and no id to anybody.
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and ("/" in value or "\\" in value):
        raise ValueError(
            "this must be the id or the name of a file in the file store, which has no slashes; "
            "nothing is fetched from a URL or a folder"
        )
    return _name(value)


type Name = Annotated[str, BeforeValidator(_name)]
"""Of an object."""
type Reference = Annotated[str, BeforeValidator(_reference, json_schema_input_type=int | str)]
"""The id or the name of a file in the file store."""
