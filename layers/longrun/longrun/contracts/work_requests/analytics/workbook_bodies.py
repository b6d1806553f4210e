"""Bodies about workbooks: what defines one, what asks for an export. Loaded by who reads one."""

import math
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt

from longrun.contracts.work_requests.analytics.errors import Refused
from longrun.contracts.work_requests.analytics.names import Name, Reference
from longrun.documents.order import MOST_PICTURES

MOST_CANVASES: Final = MOST_PICTURES
LARGEST_SIDE: Final = 3600
"""Pixels of a picture's side."""
USUAL_WIDTH: Final = 1280
"""Pixels across, where no box is given."""
_LAST_PAGE: Final = 10**9


def _parameter(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("the number is too large")
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, int | float):
        return value
    raise ValueError("a parameter must be a string, a number or a boolean")


def _whole(text: str) -> str:
    # Half a surrogate pair, which JSON can smuggle in, is no text.
    if any("\ud800" <= each <= "\udfff" for each in text):
        raise ValueError("this is no text: it has half a surrogate pair")
    return text


def _named(parameters: dict[str, Any]) -> dict[str, Any]:
    for name in parameters:
        _whole(name)
    return parameters


def _page(value: object) -> object:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:12])
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _LAST_PAGE:
        return value
    raise ValueError("a canvas is a page of the document: its number, from 1")


def _once(pages: list[int] | None) -> list[int] | None:
    if pages and len(set(pages)) < len(pages):
        raise ValueError("a canvas may be named once")
    return pages


type Parameter = Annotated[str | int | float | bool, BeforeValidator(_parameter)]
type Canvas = Annotated[int, BeforeValidator(_page, json_schema_input_type=int | str)]


class WorkbookBody(BaseModel):
    """A workbook: a template with a data set."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    template: Reference
    """Id or name of a template in the file store; of a name, the newest file counts."""
    dataset: Name
    """The name of a data set."""
    parameters: Annotated[dict[str, Parameter], AfterValidator(_named)] = {}
    """Runtime parameters of the template."""
    description: Annotated[str, Field(max_length=1000)] | None = None
    """What it is for."""


class ExportBody(BaseModel):
    """An export of a workbook."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    name: Name
    """What the file is to be called; the format's extension is added."""
    type: Literal["file"]
    format: Literal["pdf", "png"]
    """`png`: one page is a picture, several are a zip of pictures."""
    canvas_ids: Annotated[list[Canvas] | None, AfterValidator(_once)] = Field(
        default=None, alias="canvasIds"
    )
    """Pages of the document, in the order wanted, at most 5; none: all of them."""
    screenwidth: StrictInt | None = None
    """Of the box that pictures fit into, in pixels: at most 3600. Neither: 1280 across."""
    screenheight: StrictInt | None = None
    """The same; a side that is not given is as large as it may be."""


def box(body: ExportBody) -> tuple[int, int]:
    """The width and the height of the box that pictures fit into."""
    neither = body.screenwidth is None and body.screenheight is None
    width = USUAL_WIDTH if neither else LARGEST_SIDE
    return body.screenwidth or width, body.screenheight or LARGEST_SIDE


def check_limits(body: ExportBody) -> None:
    """What is well formed and goes beyond what one export may be.

    Raises:
        Refused: 422, with the place.
    """
    if len(body.canvas_ids or ()) > MOST_CANVASES:
        raise _beyond(f"$.canvasIds: one export has at most {MOST_CANVASES} canvases")
    sides: dict[str, Any] = {"screenwidth": body.screenwidth, "screenheight": body.screenheight}
    for side, pixels in sides.items():
        if pixels is not None and not 1 <= pixels <= LARGEST_SIDE:
            raise _beyond(f"$.{side}: a side has 1 to {LARGEST_SIDE} pixels, not {pixels}")


def _beyond(what: str) -> Refused:
    return Refused(422, "UnprocessableEntity", f"The export cannot be made: {what}.")
