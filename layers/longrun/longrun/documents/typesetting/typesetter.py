"""The typesetter: a template, unpacked and warm, and the one compile for a chunk of records."""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import groupby, pairwise
from pathlib import Path
from typing import BinaryIO

import typst

from longrun.documents.content_chunks import PageSize
from longrun.documents.template import TemplateInvalid, unpack_template
from longrun.documents.typesetting.failures import (
    ChunkTooLarge,
    TemplateFailed,
    explanation,
    first_failure,
)
from longrun.documents.typesetting.process import flush_if_large, offline

MOST_RECORDS = 1_000
MOST_BYTES = 16 * 1024 * 1024
"""What a chunk's records may measure: a compile's memory is a multiple of it."""

_CHUNK = "longrun-chunk.typ"
_NOTHING = "longrun-nothing.typ"
_OURS = {"longrun.typ": "longrun.typ", _CHUNK: "chunk.typ"}

# Costs 3 ms for 250 letters: `eval` after `compile` on the same compiler finds the layout in the
# cache. Page labels exist only where a template numbers its pages; the page numbers in the
# document's keywords or an attachment cost a further pass of layout (20 %), and must be taken out.
_PAGES_OF_DOCUMENTS = (
    "(starts: query(<longrun-document>).map(mark => mark.location().page()),"
    " last: query(<longrun-end>).first().location().page())"
)
_LABELS_ARE_OURS = (
    "the labels <longrun-document> and <longrun-end> tell documents apart; give yours other names"
)
_MEDIA_BOX = re.compile(rb"/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)\s*\]")
_MILLIMETRES = 25.4 / 72


@dataclass(frozen=True, slots=True, kw_only=True)
class TypesetChunk:
    """The documents of one chunk, in one PDF."""

    pdf: bytes
    pages: tuple[int, ...]
    """Pages of each document; the sum is the PDF's page count, and none is 0."""
    media: tuple[tuple[int, PageSize], ...]
    """Runs of pages of one size, in order: how many, and the size."""
    warnings: tuple[str, ...]
    """What Typst warns of, each once: a font that is missing, say."""


class Typesetter:
    """A template, unpacked and ready; one for each template version and process.

    Not for several threads at a time: the environment is changed while Typst runs.
    """

    def __init__(self, archive: BinaryIO, folder: Path, *, file: str) -> None:
        """Unpack a template.

        Args:
            archive: The template's zip, seekable; not needed afterwards.
            folder: A folder that does not exist yet or is empty; it belongs to the typesetter.
            file: The archive's name, for messages.

        Raises:
            TemplateInvalid: The archive is at fault.
        """
        self._file = file
        folder.mkdir(parents=True, exist_ok=True)
        self._root = folder.resolve()
        unpack_template(archive, self._root, file=file)
        for name, source in _OURS.items():
            shutil.copyfile(Path(__file__).with_name(source), self._root / name)
        (self._root / _NOTHING).touch()
        # System fonts would make documents differ from machine to machine.
        self._fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(self._root)])

    def typeset(
        self,
        records: Sequence[bytes],
        parameters: Mapping[str, object],
        *,
        tagged: bool = False,
        created: datetime | None = None,
    ) -> TypesetChunk:
        """Typeset a document for each record.

        Args:
            records: A chunk's lines of JSON, as `records.encode_record` writes them; at least one.
            parameters: Runtime parameters, handed on to the template as they are.
            tagged: Write the accessibility tags; slower, and several times the size.
            created: The time to stamp the PDF with, aware of its zone; a repeated chunk with the
                same time is the same file. Now by default.

        Returns:
            The chunk's PDF with the pages of each document.

        Raises:
            TemplateInvalid: The template fails without any record already.
            TemplateFailed: It fails with these records; the first one that it fails with is named.
            ChunkTooLarge: There are too many records, or they are too long.
        """
        size = sum(map(len, records))
        if not 0 < len(records) <= MOST_RECORDS or size > MOST_BYTES:
            raise ChunkTooLarge(
                len(records), size, most_records=MOST_RECORDS, most_bytes=MOST_BYTES
            )
        flush_if_large(self._compile_nothing)
        try:
            compiler = self._compiler(records, parameters)
            pdf, warnings = self._compile(compiler, tagged=tagged, created=created)
        except typst.TypstError as fault:
            raise self._explained(fault, records, parameters) from None
        found = json.loads(compiler.eval(_PAGES_OF_DOCUMENTS))
        sizes = _page_sizes(pdf, found["last"])
        # Otherwise one document's pages would be taken for another's.
        if len(found["starts"]) != len(records) or len(sizes) != found["last"]:
            raise TemplateFailed(self._file, _LABELS_ARE_OURS, record=None, place=None)
        return TypesetChunk(
            pdf=pdf,
            pages=tuple(
                after - first for first, after in pairwise([*found["starts"], found["last"] + 1])
            ),
            media=tuple((len(list(run)), size) for size, run in groupby(sizes)),
            warnings=tuple(dict.fromkeys(warning.message for warning in warnings)),
        )

    def discard(self) -> None:
        """Remove the unpacked template."""
        shutil.rmtree(self._root, ignore_errors=True)

    def _compiler(
        self, records: Sequence[bytes], parameters: Mapping[str, object]
    ) -> typst.Compiler:
        # Inputs rather than a file: the unpacked template stays as it is between chunks.
        return typst.Compiler(
            str(self._root / _CHUNK),
            root=str(self._root),
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs={
                "records": f"[{b','.join(records).decode()}]",
                "parameters": json.dumps(dict(parameters)),
            },
            # Packages are looked for where there are none; `offline` forbids to fetch any.
            package_path=str(self._root / _NOTHING),
            package_cache_path=str(self._root / _NOTHING),
        )

    def _compile(
        self, compiler: typst.Compiler, *, tagged: bool = False, created: datetime | None = None
    ) -> tuple[bytes, list[typst.TypstWarning]]:
        with offline():
            pdf, warnings = compiler.compile_with_warnings(
                format="pdf", pdf_tags=tagged, timestamp=created
            )
        if not isinstance(pdf, bytes):
            raise TypeError("Typst gave something else than one PDF.")
        return pdf, warnings

    def _compile_nothing(self) -> None:
        typst.compile(str(self._root / _NOTHING), format="svg", font_paths=self._fonts)

    def _explained(
        self, fault: typst.TypstError, records: Sequence[bytes], parameters: Mapping[str, object]
    ) -> TemplateInvalid | TemplateFailed:
        def attempt(some: Sequence[bytes]) -> typst.TypstError | None:
            flush_if_large(self._compile_nothing)
            try:
                self._compile(self._compiler(some, parameters))
            except typst.TypstError as error:
                return error
            return None

        if without := attempt([]):
            reason, place = explanation(without, self._root, _CHUNK)
            return TemplateInvalid(self._file, reason, place=place)
        record, fault = first_failure(attempt, records, fault)
        reason, place = explanation(fault, self._root, _CHUNK)
        return TemplateFailed(self._file, reason, record=record, place=place)


def _page_sizes(pdf: bytes, count: int) -> list[PageSize]:
    """The size of each page, in order.

    Typst writes its pages in order, as plain objects; pikepdf takes 30 times as long to read them,
    and is asked only where something else in the file looks like a page.
    """
    boxes = [(float(width), float(height)) for width, height in _MEDIA_BOX.findall(pdf)]
    if len(boxes) != count:
        import pikepdf

        with pikepdf.open(BytesIO(pdf)) as opened:
            corners = [page.mediabox.as_list() for page in opened.pages]
        boxes = [(float(box[2]) - float(box[0]), float(box[3]) - float(box[1])) for box in corners]
    return [
        PageSize(width=round(width * _MILLIMETRES, 2), height=round(height * _MILLIMETRES, 2))
        for width, height in boxes
    ]
