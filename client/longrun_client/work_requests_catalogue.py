"""Data sets and workbooks: what is below `/catalog`."""

from collections.abc import Iterator
from pathlib import Path

from longrun_client import print_errors
from longrun_client.print_answers import SavedFile
from longrun_client.print_connection import segment
from longrun_client.print_download import save
from longrun_client.work_requests_answers import DataSet, Export, Workbook
from longrun_client.work_requests_connection import Connection
from longrun_client.work_requests_definitions import (
    DataSetDefinition,
    ExportOrder,
    WorkbookDefinition,
    object_id,
)
from longrun_client.work_requests_errors import DownloadDamaged
from longrun_client.work_requests_reading import parsed, started

_DATA_SETS = "/catalog/datasets"
_WORKBOOKS = "/catalog/workbooks"


class DataSets:
    """The calls below `/catalog/datasets`; data sets are told by their names."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(
        self, name: str, definition: DataSetDefinition, *, if_match: str | None = None
    ) -> DataSet:
        """Define a data set, or define it anew: what was loaded stays, until the next reload.

        Args:
            name: 1 to 255 characters.
            definition: Where its rows come from.
            if_match: Only in the state with this entity tag.

        Raises:
            InvalidCall: The definition breaks a rule; says which, and where.
            PreconditionFailed: It is in another state.
        """
        response = self._connection.call(
            "PUT",
            _path(_DATA_SETS, name),
            document=definition.document(),
            headers=_condition(if_match),
            # Carried out once, the state is another.
            repeatable=if_match is None,
        )
        etag = response.headers.get("ETag")
        return parsed(response, lambda document: DataSet.read(document, etag))

    def get(self, name: str) -> DataSet:
        """A data set, as it was defined and as it was last loaded.

        Raises:
            NotFound: There is none of that name.
        """
        response = self._connection.call("GET", _path(_DATA_SETS, name))
        etag = response.headers.get("ETag")
        return parsed(response, lambda document: DataSet.read(document, etag))

    def all(self) -> Iterator[DataSet]:
        """Every data set, by name; pages are asked for as they are needed."""
        for page in self._connection.pages(_DATA_SETS):
            yield from parsed(page, lambda listed: [DataSet.read(each) for each in listed])

    def delete(self, name: str, *, if_match: str | None = None) -> None:
        """Remove a data set and what was loaded of it."""
        self._connection.call(
            "DELETE", _path(_DATA_SETS, name), headers=_condition(if_match), repeatable=False
        )

    def reload(self, name: str, *, retry_token: str | None = None) -> str:
        """Have a data set's source read anew.

        Args:
            name: Of the data set.
            retry_token: Two calls with the same one are one work request; default: a fresh one,
                so that the repeats within this call are safe.

        Returns:
            The id of the work request, for `wait`.

        Raises:
            Conflict: It is being reloaded already; the message names that work request.
        """
        path = f"{_path(_DATA_SETS, name)}/actions/reload"
        return started(self._connection.start(path, retry_token=retry_token))


class Workbooks:
    """The calls below `/catalog/workbooks`; workbooks are told by their names."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(
        self, name: str, definition: WorkbookDefinition, *, if_match: str | None = None
    ) -> Workbook:
        """Define a workbook, or define it anew.

        Raises:
            InvalidCall: It breaks a rule, or its template or data set is not there.
            PreconditionFailed: It is in another state than `if_match` asks for.
        """
        response = self._connection.call(
            "PUT",
            _path(_WORKBOOKS, name),
            document=definition.document(),
            headers=_condition(if_match),
            repeatable=if_match is None,
        )
        etag = response.headers.get("ETag")
        return parsed(response, lambda document: Workbook.read(document, etag))

    def get(self, name: str) -> Workbook:
        """A workbook, as it was defined.

        Raises:
            NotFound: There is none of that name.
        """
        response = self._connection.call("GET", _path(_WORKBOOKS, name))
        etag = response.headers.get("ETag")
        return parsed(response, lambda document: Workbook.read(document, etag))

    def all(self) -> Iterator[Workbook]:
        """Every workbook, by name; pages are asked for as they are needed."""
        for page in self._connection.pages(_WORKBOOKS):
            yield from parsed(page, lambda listed: [Workbook.read(each) for each in listed])

    def delete(self, name: str, *, if_match: str | None = None) -> None:
        """Remove a workbook; what was exported of it stays until it expires."""
        self._connection.call(
            "DELETE", _path(_WORKBOOKS, name), headers=_condition(if_match), repeatable=False
        )

    def export(self, name: str, order: ExportOrder, *, retry_token: str | None = None) -> Export:
        """Start an export of a workbook; wait for its work request, then `save` its file.

        Raises:
            InvalidCall: The order is malformed, or beyond what one export may be.
            Conflict: The data set was never loaded, or the template is gone.
        """
        path = f"{_path(_WORKBOOKS, name)}/exports"
        response = self._connection.start(path, order.document(), retry_token=retry_token)
        work_request = started(response)
        uri = parsed(response, lambda document: str(document["resourceUri"]))
        return Export(workbook=name, work_request=work_request, uri=uri)

    def save(self, export: Export, target: Path) -> SavedFile:
        """Save the file of an export, in pieces, and check it.

        Raises:
            Conflict: It is not there yet.
            NotFound: It never will be: the export failed or was canceled, or has expired.
            DownloadDamaged: What arrived is not what was announced.
        """
        path = f"{_path(_WORKBOOKS, export.workbook)}/exports/{segment(export.work_request)}"
        with self._connection.streamed(path) as answer:
            try:
                return save(answer, target)
            except print_errors.DownloadDamaged as damaged:
                raise DownloadDamaged(damaged.target, damaged.reason) from damaged


def _path(kind: str, name: str) -> str:
    return f"{kind}/{object_id(name)}"


def _condition(if_match: str | None) -> dict[str, str]:
    return {} if if_match is None else {"If-Match": if_match}
