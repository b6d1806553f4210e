"""What defines data sets and workbooks, and what orders an export, as values and as JSON."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

type Parameters = Mapping[str, str | float | bool]


def object_id(name: str) -> str:
    """The id of an object: the Base64URL of its name, without padding."""
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """What a definition says of one column."""

    name: str
    """In the data set."""
    source: str | None = None
    """Its name in the source; None: the same."""
    type: Literal["string", "integer", "number", "boolean", "date", "timestamp"] | None = None
    """None: what the values are, and from then on what they were."""
    required: bool = False
    """Whether a row without a value is rejected."""
    format: str | None = None
    """Of dates and timestamps, in strptime's directives; None: ISO 8601."""

    def document(self) -> dict[str, Any]:
        """As the service reads it."""
        return _given(
            name=self.name,
            **{"from": self.source},
            type=self.type,
            required=self.required or None,
            format=self.format,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSetDefinition:
    """A source in the file store, and how it is read."""

    source: int | str
    """Id or name of a data file; of a name, the newest file counts at each reload."""
    format: Literal["csv", "json", "parquet", "xlsx"] | None = None
    """None: by the ending of the file's name."""
    columns: tuple[ColumnRule, ...] | None = None
    """Just these, in this order; None: all that the source has."""
    delimiter: str | None = None
    """Of CSV; None: as the first rows suggest."""
    sheet: str | None = None
    """Of a spreadsheet; None: the first."""
    reject_limit: int = 0
    """So many rows may be left out; with more, a reload fails."""
    description: str | None = None

    def document(self) -> dict[str, Any]:
        """As the service reads it."""
        columns = self.columns
        return _given(
            source=self.source,
            format=self.format,
            columns=None if columns is None else [each.document() for each in columns],
            delimiter=self.delimiter,
            sheet=self.sheet,
            rejectLimit=self.reject_limit or None,
            description=self.description,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookDefinition:
    """A template with a data set."""

    template: int | str
    """Id or name of a template in the file store; of a name, the newest file counts."""
    dataset: str
    """The name of a data set."""
    parameters: Parameters | None = None
    """Runtime parameters of the template."""
    description: str | None = None

    def document(self) -> dict[str, Any]:
        """As the service reads it."""
        return _given(
            template=self.template,
            dataset=self.dataset,
            parameters=None if self.parameters is None else dict(self.parameters),
            description=self.description,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """What is to be exported of a workbook, and as what."""

    name: str
    """What the file is to be called; the format's extension is added."""
    format: Literal["pdf", "png"] = "pdf"
    """`png`: one page is a picture, several are a zip of pictures."""
    canvases: tuple[int, ...] | None = None
    """Pages, from 1, in the order wanted, at most 5; None: all."""
    width: int | None = None
    """Of the box that pictures fit into, in pixels, at most 3600."""
    height: int | None = None
    """The same."""

    def document(self) -> dict[str, Any]:
        """As the service reads it."""
        return _given(
            name=self.name,
            type="file",
            format=self.format,
            canvasIds=None if self.canvases is None else [str(each) for each in self.canvases],
            screenwidth=self.width,
            screenheight=self.height,
        )


def _given(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
