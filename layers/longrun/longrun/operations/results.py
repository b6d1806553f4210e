"""The files of a result: a few stand in the operation, many in a manifest beside them."""

import json
from collections.abc import Iterator, Sequence

from longrun.operations.artefacts import Artefact, ArtefactStore
from longrun.operations.operation import Result, ResultFile

FILES_INLINE = 20
"""So many files are described in the operation itself, which polls read."""


def describe(
    result_type: str, files: Sequence[ResultFile], *, prefix: str, artefacts: ArtefactStore
) -> Result:
    """The result that consists of the files.

    Args:
        result_type: In the contract's words.
        files: All of them, in order.
        prefix: Under which key a manifest goes, if one is needed; ends with a slash.
        artefacts: Where the manifest is kept.
    """
    if len(files) <= FILES_INLINE:
        return Result(type=result_type, files=tuple(files), count=len(files))
    lines = (
        json.dumps({"name": file.name, **file.artefact.document()}).encode() + b"\n"
        for file in files
    )
    manifest = artefacts.write(f"{prefix}.manifest.jsonl", lines, media_type="application/jsonl")
    return Result(type=result_type, manifest=manifest, count=len(files))


def read(result: Result, artefacts: ArtefactStore) -> Iterator[ResultFile]:
    """The files of a result, in order."""
    if result.manifest is None:
        yield from result.files
        return
    manifest = artefacts.read(result.manifest.key, version=result.manifest.version)
    for line in manifest.splitlines():
        entry = json.loads(line)
        yield ResultFile(name=entry["name"], artefact=Artefact.read(entry))
