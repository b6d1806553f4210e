"""Results: a few files stand in the operation, many in a manifest."""

import pytest

from longrun.operations.artefacts import Artefact
from longrun.operations.operation import ResultFile
from longrun.operations.results import FILES_INLINE, describe, read
from tests.unit.operations.fakes import MemoryArtefacts


def files(count: int) -> list[ResultFile]:
    return [
        ResultFile(
            name=f"Zoë, {number}.pdf",
            artefact=Artefact(
                key=f"results/acme/1/{number}.pdf",
                media_type="application/pdf",
                size=number,
                sha256=f"{number:064x}",
                version=None if number % 2 else f"v{number}",
            ),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, FILES_INLINE])
def test_a_few_files_need_no_manifest(count: int) -> None:
    artefacts = MemoryArtefacts()
    result = describe("Letters", files(count), prefix="results/acme/1/", artefacts=artefacts)
    assert (result.type, result.count, result.manifest) == ("Letters", count, None)
    assert list(read(result, artefacts)) == files(count)
    assert artefacts.contents == {}


def test_many_files_are_listed_in_a_manifest_beside_them() -> None:
    artefacts = MemoryArtefacts()
    many = files(FILES_INLINE + 1)
    result = describe("Letters", many, prefix="results/acme/1/", artefacts=artefacts)
    assert (result.files, result.count) == ((), FILES_INLINE + 1)
    assert list(artefacts.contents) == ["results/acme/1/.manifest.jsonl"]
    assert list(read(result, artefacts)) == many
