"""The typesetting step: one chunk of records becomes one PDF of documents."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from longrun.documents.content_chunks import ContentChunk, pdf_key, write_chunk
from longrun.documents.dataset_chunks import read_records
from longrun.documents.order import CONTENT_CREATION
from longrun.documents.ranges import expand
from longrun.documents.sets import SetType
from longrun.documents.steps.content_creation import ContentTask
from longrun.documents.steps.engine import Engine, set_prefix
from longrun.documents.typesetting import TemplateFailed, TypesetChunk, Typesetter
from longrun.filestore import FileType, ManagedFile
from longrun.operations.operation import Operation


class Templates:
    """The template that was used last, unpacked: a warm function mostly sees one."""

    def __init__(self) -> None:
        self._held: tuple[str, Typesetter] | None = None

    def typesetter(self, engine: Engine, file: ManagedFile) -> Typesetter:
        """The typesetter of a template file.

        Raises:
            TemplateInvalid: The archive is at fault.
        """
        identity = f"{file.key}@{file.version}"
        if self._held is None or self._held[0] != identity:
            self.discard()
            with tempfile.TemporaryFile() as archive:
                engine.artefacts.download(file.key, archive, version=file.version)
                archive.seek(0)
                folder = Path(tempfile.mkdtemp(prefix="template-"))
                try:
                    typesetter = Typesetter(archive, folder, file=file.name)
                except BaseException:
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
            self._held = identity, typesetter
        return self._held[1]

    def discard(self) -> None:
        """Let the held template go."""
        if self._held:
            self._held[1].discard()
            self._held = None


def create_content(
    engine: Engine, operation: Operation, task: ContentTask, templates: Templates
) -> None:
    """Typeset the documents of one chunk.

    Raises:
        TemplateInvalid: The template cannot be used at all.
        TemplateFailed: It fails with a record, which is named by its number in its data set.
    """
    order = engine.order(operation)
    assert order.contentcreation is not None, "the workflow enters content only where ordered"
    data_set = engine.sets.get(operation.tenant, SetType.DATA, task.data_set)
    lines = [line for _, line in read_records(engine.artefacts, data_set, task.records)]
    template = engine.files.get(operation.tenant, order.contentcreation.template, FileType.TEMPLATE)
    typesetter = templates.typesetter(engine, template)
    try:
        chunk = typesetter.typeset(
            lines,
            order.contentcreation.parameters,
            created=operation.accepted.replace(microsecond=0),
        )
    except TemplateFailed as failed:
        raise _placed(failed, list(expand(task.records)), data_set.id) from None
    _write(engine, operation, task, chunk)
    engine.lifecycle.advance(operation.id, CONTENT_CREATION)


def _placed(failed: TemplateFailed, records: Sequence[int], data_set: int) -> TemplateFailed:
    """The failure with the record's number in its data set, in place of that in the chunk."""
    if failed.record is None:
        return failed
    number = records[failed.record - 1] - data_set
    return failed.counted_from(number - failed.record + 1)


def _write(engine: Engine, operation: Operation, task: ContentTask, made: TypesetChunk) -> None:
    prefix = set_prefix(operation, SetType.CONTENT)
    engine.artefacts.write(pdf_key(prefix, task.number), made.pdf, media_type="application/pdf")
    chunk = ContentChunk(
        number=task.number, records=task.records, pages=made.pages, media=made.media
    )
    write_chunk(engine.artefacts, prefix, chunk)
