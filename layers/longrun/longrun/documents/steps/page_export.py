"""The export step: pages of the output become one file of their own, a PDF or pictures."""

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from longrun.documents.errors import InputInvalid
from longrun.documents.naming import safe_name
from longrun.documents.order import EXPORT, MOST_PICTURES, Export
from longrun.documents.pdf import merge
from longrun.documents.pictures import opened, page_count
from longrun.documents.ranges import compress
from longrun.documents.steps.engine import Engine
from longrun.documents.steps.output_creation import PDF, written_files
from longrun.operations.operation import Operation, Resource, ResultFile
from longrun.operations.results import describe

EXPORT_RESULT = "Export"
"""What a result is called that is pages of an output."""

EXPORT_RESOURCE = "WORKBOOK_EXPORT"
PNG = "image/png"
ZIP = "application/zip"


class PageMissing(InputInvalid):
    """A page was asked for that the document does not have."""

    def __init__(self, missing: Sequence[int], count: int) -> None:
        named = ", ".join(str(number) for number in missing)
        absent = "is no page" if len(missing) == 1 else "are no pages"
        whole = "1 page" if count == 1 else f"{count} pages"
        super().__init__(f"There {absent} {named}: the document has {whole}.")
        self.missing = tuple(missing)
        self.count = count


class TooManyPictures(InputInvalid):
    """Pictures were asked for of a document that has too many pages."""

    def __init__(self) -> None:
        super().__init__(
            f"The document has more than {MOST_PICTURES} pages, and one export draws no more: "
            "name the pages to draw, or export a PDF."
        )


def export_pages(engine: Engine, operation: Operation) -> None:
    """Make the file that the order asks for of the output's PDF, as the operation's result.

    Raises:
        PageMissing: The document has no such page.
        TooManyPictures: No pages were named, and it has more than can be drawn.
    """
    export = engine.order(operation).export
    assert export is not None, "the workflow exports only where ordered"
    [whole] = written_files(engine, operation)
    prefix = f"results/{operation.tenant}/{operation.id}/"
    with TemporaryDirectory() as folder:
        source = Path(folder) / "output.pdf"
        with source.open("wb") as target:
            engine.artefacts.download(whole.artefact.key, target, version=whole.artefact.version)
        pages = _pages(export, page_count(source))
        engine.enter(operation, EXPORT, total=len(pages))
        if export.format == "png" and len(pages) == 1:
            file = _picture(engine, export, source, pages[0], prefix)
        elif export.format == "png":
            file = _pictures(engine, operation, export, source, pages, prefix)
        elif export.pages is None:
            name = safe_name(export.name, ".pdf")
            file = ResultFile(
                name=name, artefact=engine.artefacts.copy(whole.artefact, prefix + name)
            )
        else:
            selection = Path(folder) / "selection.pdf"
            runs = compress(number - 1 for number in pages)
            merge([(source, runs)], selection, created=operation.accepted)
            file = _kept(engine, prefix, safe_name(export.name, ".pdf"), selection, PDF)
    _produce(engine, operation, export, file, len(pages), prefix)


def _pages(export: Export, count: int) -> Sequence[int]:
    """The numbers of the pages to export, from 1."""
    if export.pages is None:
        if export.format == "png" and count > MOST_PICTURES:
            raise TooManyPictures
        return range(1, count + 1)
    missing = [number for number in export.pages if not 1 <= number <= count]
    if missing:
        raise PageMissing(missing, count)
    return export.pages


def _picture(engine: Engine, export: Export, source: Path, number: int, prefix: str) -> ResultFile:
    """The picture of the only page."""
    picture = source.with_name("page.png")
    with opened(source) as document:
        document.draw(number - 1, picture, width=export.width, height=export.height)
    return _kept(engine, prefix, safe_name(export.name, ".png"), picture, PNG)


def _pictures(
    engine: Engine,
    operation: Operation,
    export: Export,
    source: Path,
    pages: Sequence[int],
    prefix: str,
) -> ResultFile:
    """Several pictures in a zip; beside it there is one at a time."""
    picture, archive = source.with_name("page.png"), source.with_name("pages.zip")
    with opened(source) as document, zipfile.ZipFile(archive, "w") as pictures:
        for number in pages:
            document.draw(number - 1, picture, width=export.width, height=export.height)
            name = safe_name(export.name, ".png", suffix=f"-{number}")
            # They are compressed already.
            entry = zipfile.ZipInfo(name, operation.accepted.timetuple()[:6])
            with picture.open("rb") as content, pictures.open(entry, "w") as target:
                shutil.copyfileobj(content, target)
            engine.lifecycle.advance(operation.id, EXPORT)
    return _kept(engine, prefix, safe_name(export.name, ".zip"), archive, ZIP)


def _kept(engine: Engine, prefix: str, name: str, path: Path, media_type: str) -> ResultFile:
    with path.open("rb") as content:
        artefact = engine.artefacts.write(prefix + name, content, media_type=media_type)
    return ResultFile(name=name, artefact=artefact)


def _produce(
    engine: Engine, operation: Operation, export: Export, file: ResultFile, pages: int, prefix: str
) -> None:
    resource = Resource(
        type=EXPORT_RESOURCE,
        id=operation.id,
        action="EXPORTED",
        metadata={
            "name": file.name,
            "format": export.format,
            "pages": str(pages),
            "bytes": str(file.artefact.size),
        },
    )
    result = describe(EXPORT_RESULT, [file], prefix=prefix, artefacts=engine.artefacts)
    engine.lifecycle.produce(operation.id, resources=[resource], result=result)
