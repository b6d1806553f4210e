"""The print service's file store: uploading, downloading, listing and deleting managed files."""

import io
import re
import zipfile
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from email.message import Message
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote, unquote

from longrun_client.print_answers import FileHead, Resource, SavedFile, Version, truth
from longrun_client.print_connection import Body, Connection, segment
from longrun_client.print_download import save
from longrun_client.print_reading import parsed, parsed_text

UPLOAD_LIMIT: Final = 4_500_000
"""Bytes that one call carries; what is larger goes by a presigned form."""

PIECE: Final = 64 * 1024

_EXTENDED_NAME = re.compile(r"filename\*=UTF-8''([^;\s]+)", re.IGNORECASE)

type Source = Path | bytes
"""A file on this machine, or its content."""


class FileKind(StrEnum):
    """What a managed file is for, in the words of `GET /filestore/resources`."""

    DATA_FILE = "DATA_FILE"
    DATA_MAPPING_CONFIG = "DATA_MAPPING_CONFIG"
    TEMPLATE = "TEMPLATE"
    JOB_CREATION_CONFIG = "JOB_CREATION_CONFIG"
    OUTPUT_CREATION_CONFIG = "OUTPUT_CREATION_CONFIG"

    @property
    def method(self) -> str:
        """The last segment of its upload's path."""
        return _METHODS[self]

    @property
    def media_type(self) -> str:
        """What it is uploaded as."""
        return "application/zip" if self is FileKind.TEMPLATE else "application/octet-stream"


_METHODS = {
    FileKind.DATA_FILE: "DataFile",
    FileKind.DATA_MAPPING_CONFIG: "DataMiningConfig",
    FileKind.TEMPLATE: "template",
    FileKind.JOB_CREATION_CONFIG: "JobCreationConfig",
    FileKind.OUTPUT_CREATION_CONFIG: "OutputCreationConfig",
}


class FileStore:
    """The calls below `/filestore` (contracts/print.md, "File store").

    Every method raises CallRefused where the service's answer is an error, and ServiceUnreachable
    where there is none.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def handshake(self) -> str:
        """What the file store says of itself."""
        return self._connection.call("GET", "/filestore").text

    def version(self) -> Version:
        """The file store's version."""
        return parsed_text(self._connection.call("GET", "/filestore/version"), Version.parse)

    def upload(
        self,
        kind: FileKind,
        source: Source,
        *,
        name: str | None = None,
        persistent: bool = False,
    ) -> int:
        """Upload a file; a large one by a presigned form, which the caller does not notice.

        Args:
            kind: What it is for.
            source: Its path or content; of a template also a folder, which is zipped.
            name: As it is to be known; default: the path's own.
            persistent: Keep it until it is deleted.

        Returns:
            The id of the managed file. One uploaded by a form is checked when it is first used.
        """
        if isinstance(source, Path) and source.is_dir():
            name = name or f"{source.resolve().name}.zip"
            source = zip_folder(source)
        if name is None and isinstance(source, Path):
            name = source.name
        size = source.stat().st_size if isinstance(source, Path) else len(source)
        if size > UPLOAD_LIMIT:
            return self._upload_by_form(kind, source, name=name, persistent=persistent)
        query = {"persistent": str(persistent).lower()} | ({"filename": name} if name else {})
        response = self._connection.call(
            "POST",
            f"/filestore/{kind.method}",
            query=query,
            body=pieces(source),
            headers={"Content-Type": kind.media_type, "Content-Length": str(size)},
            repeatable=False,
        )
        return parsed_text(response, int)

    def upload_data(self, source: Source, *, name: str | None = None) -> int:
        """Upload a data file; returns its id."""
        return self.upload(FileKind.DATA_FILE, source, name=name)

    def upload_mapping(self, source: Source, *, name: str | None = None) -> int:
        """Upload a data mapping configuration to stay; returns its id."""
        return self.upload(FileKind.DATA_MAPPING_CONFIG, source, name=name, persistent=True)

    def upload_template(self, source: Source, *, name: str | None = None) -> int:
        """Upload a template to stay: a zip, or a folder with `template.typ`; returns its id."""
        return self.upload(FileKind.TEMPLATE, source, name=name, persistent=True)

    def upload_job_preset(self, source: Source, *, name: str | None = None) -> int:
        """Upload a job creation preset to stay; returns its id."""
        return self.upload(FileKind.JOB_CREATION_CONFIG, source, name=name, persistent=True)

    def upload_output_preset(self, source: Source, *, name: str | None = None) -> int:
        """Upload an output creation preset to stay; returns its id."""
        return self.upload(FileKind.OUTPUT_CREATION_CONFIG, source, name=name, persistent=True)

    def describe(self, file_id: int) -> FileHead:
        """What a managed file is, without its bytes."""
        with self._connection.streamed("HEAD", f"/filestore/file/{segment(file_id)}") as answer:
            # No size: gateways tell that of the empty body.
            headers = answer.response.headers
            return FileHead(
                name=_attached_name(headers.get("Content-Disposition"))
                or unquote(answer.headers.get("OL-Original-Filename", ""))
                or None,
                media_type=headers.get("Content-Type", "application/octet-stream"),
            )

    def download(self, file_id: int, target: Path) -> SavedFile:
        """Save a managed file; of a directory: a zip.

        Raises:
            DownloadDamaged: What arrived is not what was announced.
        """
        with self._connection.streamed("GET", f"/filestore/file/{segment(file_id)}") as answer:
            return save(answer, target)

    def download_part(self, file_id: int, path: str, target: Path) -> SavedFile:
        """Save one file of a managed directory, named by its path there.

        Raises:
            DownloadDamaged: What arrived is not what was announced.
        """
        where = f"/filestore/file/{segment(file_id)}/{quote(path, safe='/')}"
        with self._connection.streamed("GET", where) as answer:
            return save(answer, target)

    def delete(self, file_id: int) -> bool:
        """Delete a managed file; False if somebody else did meanwhile.

        Raises:
            InvalidCall: A running operation needs it.
        """
        response = self._connection.call(
            "POST", f"/filestore/delete/{segment(file_id)}", repeatable=False
        )
        return parsed_text(response, truth)

    def resources(self, kinds: Collection[FileKind] = ()) -> tuple[Resource, ...]:
        """The templates, configurations and presets there are; of the kinds given, or of all."""
        query = {"type": ",".join(kinds)} if kinds else None
        response = self._connection.call("GET", "/filestore/resources", query=query)
        return parsed(response, lambda listed: tuple(Resource.read(each) for each in listed))

    def _upload_by_form(
        self, kind: FileKind, source: Source, *, name: str | None, persistent: bool
    ) -> int:
        wish: dict[str, Any] = {"type": kind.value, "persistent": persistent}
        response = self._connection.call(
            "POST",
            "/filestore/uploads",
            document=wish | ({"filename": name} if name else {}),
        )
        file_id, url, fields = parsed(response, _form)
        with _opened(source) as content:
            self._connection.send_form(url, fields=fields, name=name or "file", content=content)
        return file_id


def zip_folder(folder: Path) -> bytes:
    """A folder's files as a zip, the same bytes for the same files; hidden ones are left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                entry = zipfile.ZipInfo(inside.as_posix())
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def pieces(source: Source) -> Body:
    """A source as a body."""

    def read() -> Iterator[bytes]:
        with _opened(source) as content:
            while piece := content.read(PIECE):
                yield piece

    return read


def _opened(source: Source) -> AbstractContextManager[IO[bytes]]:
    return source.open("rb") if isinstance(source, Path) else nullcontext(io.BytesIO(source))


def _form(document: dict[str, Any]) -> tuple[int, str, dict[str, str]]:
    fields = {str(name): str(value) for name, value in document["fields"].items()}
    return int(document["fileId"]), str(document["url"]), fields


def _attached_name(disposition: str | None) -> str | None:
    """The file name of a Content-Disposition; the extended one (RFC 8187) is the whole one."""
    if not disposition:
        return None
    extended = _EXTENDED_NAME.search(disposition)
    if extended:
        return unquote(extended[1])
    message = Message()
    message["Content-Disposition"] = disposition
    return message.get_filename()
