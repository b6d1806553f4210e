"""Data sets and workbooks as entries of a snapshot, and entries as what they were."""

import uuid
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from longrun.datasets.data_sets import Contents, DataSet, Definition
from longrun.datasets.snapshots.entries import Entry, EntryKind
from longrun.datasets.workbooks import Workbook, WorkbookDefinition


def entry_of_data_set(data_set: DataSet) -> Entry:
    """A data set as an entry; what it was before its present state is not kept."""
    document: dict[str, Any] = {
        "definition": data_set.definition.document(),
        "created": data_set.created.isoformat(),
        "changed": data_set.changed.isoformat(),
        "held": data_set.held,
    }
    artefact = None
    if data_set.contents is not None:
        artefact = data_set.contents.artefact
        document["contents"] = data_set.contents.document()
        # It tells where the bytes are, which is another place after a restore.
        del document["contents"]["artefact"]
    return Entry(kind=EntryKind.DATA_SET, id=data_set.name, document=document, artefact=artefact)


def data_set_of(entry: Entry, tenant: str, *, standing: DataSet | None) -> DataSet:
    """A restored data set.

    Args:
        entry: With its bytes in place.
        tenant: Whose.
        standing: What it takes the place of; its present state is kept for readers in flight,
            if it is another.
    """
    document = entry.document
    contents = None
    if entry.artefact is not None:
        artefact = entry.artefact.document()
        contents = Contents.read({**document["contents"], "artefact": artefact})
    restored = DataSet(
        tenant=tenant,
        name=entry.id,
        definition=Definition.read(document["definition"]),
        created=datetime.fromisoformat(document["created"]),
        changed=datetime.fromisoformat(document["changed"]),
        revision=uuid.uuid4().hex,
        contents=contents,
        held=document["held"],
    )
    if standing is None:
        return restored
    present = _present(standing)
    if present == _present(restored):
        return replace(restored, previous=standing.previous, surplus=standing.surplus)
    return replace(restored, previous=present)


def unused_by(restored: DataSet | None, standing: DataSet) -> list[str]:
    """The keys of what was loaded of a data set and is not known of what takes its place."""
    known = set() if restored is None else set(restored.states)
    return [key for key in standing.states if key not in known]


def _present(data_set: DataSet) -> str | None:
    return data_set.contents.artefact.key if data_set.contents else None


def entry_of_workbook(workbook: Workbook) -> Entry:
    """A workbook as an entry."""
    definition = asdict(workbook.definition)
    document = {
        "definition": {name: value for name, value in definition.items() if value is not None},
        "created": workbook.created.isoformat(),
        "changed": workbook.changed.isoformat(),
    }
    return Entry(kind=EntryKind.WORKBOOK, id=workbook.name, document=document)


def workbook_of(entry: Entry, tenant: str) -> Workbook:
    """A restored workbook."""
    document = entry.document
    return Workbook(
        tenant=tenant,
        name=entry.id,
        definition=WorkbookDefinition(**document["definition"]),
        created=datetime.fromisoformat(document["created"]),
        changed=datetime.fromisoformat(document["changed"]),
        revision=uuid.uuid4().hex,
    )
