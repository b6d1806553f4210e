"""The input of the kind `workbook.export`: an order as `documents.order` reads it, complete.

Loaded by who accepts work alone (pydantic).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

type Parameters = dict[str, str | int | float | bool]
type Pixels = Annotated[int, Field(ge=1, le=3600)]


class _Part(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        serialize_by_alias=True,
        extra="forbid",
        frozen=True,
        strict=True,
        use_attribute_docstrings=True,
    )


class _DataSet(_Part):
    dataset: str
    """Its name."""
    persist_dataset: Literal[False]


class _Template(_Part):
    config: int
    """The template's file id."""
    parameters: Parameters


class _Jobs(_Part):
    """One job of all documents."""


class _Output(_Part):
    """One PDF."""

    create_only: Literal[True]


class _Export(_Part):
    name: str
    """What the file is to be called."""
    format: Literal["pdf", "png"]
    pages: Annotated[list[int], Field(min_length=1, max_length=5)] | None = None
    """Numbers of pages, from 1, in the order wanted; none: all."""
    width: Pixels
    """Of the box that pictures fit into."""
    height: Pixels
    """The same."""


class ExportOrder(_Part):
    """Documents of a data set by a template, and what is to be handed over of them."""

    datamining: _DataSet
    contentcreation: _Template
    jobcreation: _Jobs
    outputcreation: _Output
    export: _Export
