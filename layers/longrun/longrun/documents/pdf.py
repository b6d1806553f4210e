"""PDF files, put together from pages of the chunks' PDFs.

How chunks come to be is `longrun.documents.typesetting`'s business. Accessibility tags do not
survive: their tree spans a chunk and would have to be rebuilt, so the pages' marks stay without it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Self

import pikepdf

from longrun.documents.ranges import Run

_PRODUCER = "Longrun"

# Streams are copied as Typst compressed them: packing them anew costs more than the whole merge
# and gains nothing. Object streams make the file 2 % smaller for 0.03 s per 10,000 pages.
_SAVED: dict[str, Any] = {
    "compress_streams": False,
    "object_stream_mode": pikepdf.ObjectStreamMode.generate,
    "min_version": "1.7",
    "deterministic_id": True,
}


class PdfInvalid(Exception):
    """A PDF made earlier cannot be read: a fault of ours or of the store, not of the client."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The pages cannot be put together: {reason}")
        self.reason = reason


class Binder:
    """Writes PDFs of pages of others, which it keeps open from one to the next.

    Two ways lead there, at these costs for chunks of 250 letters. A qpdf job reads each source anew
    (6 ms) and then takes hardly anything for a page: 10,000 pages from 40 sources, in any order,
    cost 0.65 s, 1 % of their typesetting. Appending page by page costs 0.4 ms a page, 4 s for the
    same, but reads a source once for all files: right for a file for each document.
    """

    _APPENDED_PER_SOURCE = 15
    """Up to so many pages a source, appending them is cheaper than reading the source anew."""
    _SOURCES_KEPT = 32

    def __init__(self) -> None:
        """Open nothing yet."""
        self._open: dict[Path, pikepdf.Pdf] = {}

    def __enter__(self) -> Self:
        """The binder itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what is open."""
        self._close(len(self._open))

    def merge(
        self,
        parts: Iterable[tuple[Path, Iterable[Run]]],
        target: Path,
        *,
        title: str = "",
        created: datetime | None = None,
        compress: bool = True,
    ) -> int:
        """Write a PDF of the given pages, in the given order.

        Memory is about 14 KB a page (10,000 one-page letters: 140 MB); what is larger should
        become several files.

        Args:
            parts: PDF files, each with runs of its pages: the first and the last, from 0. A file
                or a page may occur again. The files must not change while the binder is open.
            target: The file to write; replaced if it exists. None of the parts.
            title: The document's title, if it has one.
            created: The time to stamp it with, aware of its zone; now by default.
            compress: Leave the streams compressed, as they are; otherwise they are unpacked.

        Returns:
            The number of pages written, at least one.

        Raises:
            PdfInvalid: A file is missing, is no PDF, or has no such page; or there are no pages.
        """
        selection = [(path, run) for path, runs in parts for run in runs]
        pages = sum(last - first + 1 for _, (first, last) in selection)
        if not pages:
            raise PdfInvalid("no pages were given.")
        sources = {path for path, _ in selection}
        appended = pages <= self._APPENDED_PER_SOURCE * len(sources)
        try:
            with self._appended(selection) if appended else _selected(selection, target) as pdf:
                _share_images(pdf)
                _describe(pdf, title, created)
                level = pikepdf.StreamDecodeLevel
                pdf.save(
                    target,
                    stream_decode_level=level.none if compress else level.generalized,
                    **_SAVED,
                )
        except (pikepdf.PdfError, pikepdf.JobUsageError, RuntimeError, OSError) as fault:
            raise PdfInvalid(str(fault)) from fault
        self._close(len(self._open) - self._SOURCES_KEPT)
        return pages

    def _appended(self, selection: list[tuple[Path, Run]]) -> pikepdf.Pdf:
        pdf = pikepdf.new()
        for path, (first, last) in selection:
            source = self._open.pop(path, None) or pikepdf.open(path)
            self._open[path] = source
            if not 0 <= first <= last < len(source.pages):
                raise PdfInvalid(f"{path.name} has no pages {first + 1}-{last + 1}.")
            pdf.pages.extend(source.pages[first : last + 1])
        return pdf

    def _close(self, count: int) -> None:
        for path in list(islice(self._open, max(count, 0))):
            self._open.pop(path).close()


def merge(
    parts: Iterable[tuple[Path, Iterable[Run]]],
    target: Path,
    *,
    title: str = "",
    created: datetime | None = None,
    compress: bool = True,
) -> int:
    """Write one PDF of the given pages: `Binder.merge`, where no other PDF is to follow."""
    with Binder() as binder:
        return binder.merge(parts, target, title=title, created=created, compress=compress)


def _selected(selection: list[tuple[Path, Run]], target: Path) -> pikepdf.Pdf:
    arguments = ["longrun", "--empty", "--pages"]
    for path, (first, last) in selection:
        arguments += [str(path.absolute()), f"{first + 1}-{last + 1}"]
    job = pikepdf.Job([*arguments, "--", str(target)])
    selected: pikepdf.Pdf = job.create_pdf()  # type: ignore[no-untyped-call]  # not in its stub
    return selected


def _describe(pdf: pikepdf.Pdf, title: str, created: datetime | None) -> None:
    time = f"D:{(created or datetime.now(UTC)).astimezone(UTC):%Y%m%d%H%M%S}Z"
    if title:
        pdf.docinfo["/Title"] = title
    pdf.docinfo["/Producer"] = _PRODUCER
    pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = time


def _share_images(pdf: pikepdf.Pdf) -> None:
    """Keep each image once, although every chunk brought its own copy.

    Only images: the fonts of two chunks are subsets of different letters, and what could be saved
    on them is some 7 % of such a file.
    """
    kept: dict[bytes, pikepdf.Object] = {}
    twins: dict[tuple[int, int], pikepdf.Object] = {}
    for stream in pdf.objects:
        if isinstance(stream, pikepdf.Stream) and stream.get("/Subtype") == "/Image":
            first = kept.setdefault(_fingerprint(stream), stream)
            if first.objgen != stream.objgen:
                twins[stream.objgen] = first
    if not twins:
        return
    for images in _image_tables(pdf):
        for name, image in images.items():
            if twin := twins.get(image.objgen):
                images[name] = twin


def _image_tables(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Where pages and forms name the images that they show."""
    holding = pikepdf.Dictionary | pikepdf.Stream
    for holder in pdf.objects:
        if isinstance(holder, holding):
            for resources in (holder, holder.get("/Resources")):
                images = resources.get("/XObject") if isinstance(resources, holding) else None
                if isinstance(images, pikepdf.Dictionary):
                    yield images


def _fingerprint(value: pikepdf.Object) -> bytes:
    """A digest of an image with all that it refers to: masks, colour spaces."""
    digest = hashlib.sha256()
    if isinstance(value, pikepdf.Stream):
        digest.update(value.read_raw_bytes())
    if isinstance(value, pikepdf.Stream | pikepdf.Dictionary):
        for key, inner in sorted(value.items()):
            digest.update(key.encode() + _fingerprint(inner))
    elif isinstance(value, pikepdf.Array):
        for inner in value:
            digest.update(_fingerprint(inner))
    else:
        digest.update(repr(value).encode())
    return digest.digest()
