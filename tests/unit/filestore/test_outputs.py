"""Output kept as managed files, and reading files and directories."""

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from longrun.filestore import (
    FileNotFound,
    FileStore,
    FileType,
    KeptOutputs,
    ManagedFile,
    UnsafePath,
    directory_entries,
    directory_entry,
    stream_directory,
)
from longrun.operations.artefacts import Artefact, ArtefactMissing

if TYPE_CHECKING:
    from tests.unit.filestore.conftest import World


def produced(world: "World", *names: str) -> dict[str, Artefact]:
    return {
        name: world.artefacts.write(
            f"work/op/{name}", f"bytes of {name}".encode(), media_type="application/pdf"
        )
        for name in names
    }


def streamed(world: "World", directory: ManagedFile) -> bytes:
    entries = tuple(directory_entries(world.artefacts, directory))
    return b"".join(stream_directory(world.artefacts, directory, entries))


def test_one_output_is_kept_as_a_file(
    outputs: KeptOutputs, store: FileStore, world: "World"
) -> None:
    file = outputs.keep("acme", "letters", produced(world, "north/letters.pdf"))
    assert (file.name, file.type, file.entries) == ("letters.pdf", FileType.OUTPUT, None)
    assert file.media_type == "application/pdf"
    assert store.get("acme", file.id) == file
    assert b"".join(world.artefacts.stream(file.key)) == b"bytes of north/letters.pdf"


def test_several_outputs_are_kept_as_a_directory(
    outputs: KeptOutputs, store: FileStore, world: "World"
) -> None:
    made = produced(world, "2.pdf", "north/1.pdf")
    directory = outputs.keep("acme", "letters", made)
    assert (directory.name, directory.entries) == ("letters", 2)
    assert directory.size == sum(artefact.size for artefact in made.values())
    assert store.get("acme", directory.id) == directory
    assert [e.path for e in directory_entries(world.artefacts, directory)] == list(made)
    entry = directory_entry(world.artefacts, directory, "north/1.pdf")
    assert world.artefacts.read(entry.artefact.key) == b"bytes of north/1.pdf"
    with pytest.raises(ValueError, match="directory"):
        _ = directory.artefact


def test_a_directory_outlives_the_work_it_came_from(outputs: KeptOutputs, world: "World") -> None:
    directory = outputs.keep("acme", "letters", produced(world, "1.pdf", "2.pdf"))
    world.artefacts.delete("work/")
    archive = zipfile.ZipFile(io.BytesIO(streamed(world, directory)))
    assert archive.testzip() is None
    *names, manifest = archive.namelist()
    assert manifest == "manifest.json"
    assert {name: archive.read(name) for name in names} == {
        "1.pdf": b"bytes of 1.pdf",
        "2.pdf": b"bytes of 2.pdf",
    }


def test_a_zip_is_the_same_every_time(outputs: KeptOutputs, world: "World") -> None:
    directory = outputs.keep("acme", "letters", produced(world, "1.pdf", "2.pdf"))
    assert streamed(world, directory) == streamed(world, directory)


def test_output_written_in_its_place_is_not_copied(outputs: KeptOutputs, world: "World") -> None:
    file_id = outputs.new_id()
    made = {
        path: world.artefacts.write(
            outputs.output_key("acme", file_id, path, directory="letters"), b"x", media_type="a/b"
        )
        for path in ("1.pdf", "a/2.pdf")
    }
    directory = outputs.keep("acme", "letters", made, file_id=file_id)
    assert world.artefacts.copies == 0
    assert [e.artefact for e in directory_entries(world.artefacts, directory)] == [*made.values()]
    single = outputs.new_id()
    key = outputs.output_key("acme", single, "1.pdf", directory=None)
    artefact = world.artefacts.write(key, b"x", media_type="a/b")
    assert outputs.keep("acme", "letters", {"1.pdf": artefact}, file_id=single).key == key
    assert world.artefacts.copies == 0


def test_keeping_again_under_an_id_drawn_ahead_is_one_file(
    outputs: KeptOutputs, world: "World"
) -> None:
    file_id = outputs.new_id()
    made = produced(world, "1.pdf", "2.pdf")
    first = outputs.keep("acme", "letters", made, file_id=file_id)
    world.pass_days(1)
    assert outputs.keep("acme", "letters", made, file_id=file_id) == first


def test_keeping_again_after_dying_half_way_ends_well(
    outputs: KeptOutputs, store: FileStore, world: "World"
) -> None:
    file_id = outputs.new_id()
    made = produced(world, "1.pdf", "2.pdf")
    world.index.failing = True
    with pytest.raises(ConnectionError):
        outputs.keep("acme", "letters", made, file_id=file_id)
    with pytest.raises(FileNotFound):
        store.get("acme", file_id)
    world.index.failing = False
    assert outputs.keep("acme", "letters", made, file_id=file_id).id == file_id


def test_deleting_a_directory_removes_all_of_it(
    outputs: KeptOutputs, store: FileStore, world: "World"
) -> None:
    directory = outputs.keep("acme", "letters", produced(world, "1.pdf", "2.pdf"))
    world.artefacts.delete("work/")
    assert store.delete("acme", directory.id, in_use=lambda *_: False) is True
    assert not world.artefacts.objects


def test_a_path_that_leaves_the_directory_is_refused(outputs: KeptOutputs, world: "World") -> None:
    made = produced(world, "1.pdf", "2.pdf")
    with pytest.raises(UnsafePath):
        outputs.keep("acme", "letters", {"../1.pdf": made["1.pdf"], "2.pdf": made["2.pdf"]})
    assert world.artefacts.copies == 0


def test_an_unknown_path_of_a_directory_is_not_found(
    outputs: KeptOutputs, store: FileStore, world: "World"
) -> None:
    directory = outputs.keep("acme", "letters", produced(world, "1.pdf", "2.pdf"))
    with pytest.raises(FileNotFound):
        directory_entry(world.artefacts, directory, "3.pdf")
    file = store.add("acme", FileType.DATA_FILE, "a.csv", b"x")
    with pytest.raises(FileNotFound):
        directory_entry(world.artefacts, file, "a.csv")
    assert [e.path for e in directory_entries(world.artefacts, file)] == ["a.csv"]


def test_nothing_cannot_be_kept(outputs: KeptOutputs) -> None:
    with pytest.raises(ValueError, match="no output"):
        outputs.keep("acme", "letters", {})


def test_output_that_is_gone_is_named(outputs: KeptOutputs, world: "World") -> None:
    made = produced(world, "1.pdf", "2.pdf")
    world.artefacts.delete("work/op/2")
    with pytest.raises(ArtefactMissing, match=r"2\.pdf"):
        outputs.keep("acme", "letters", made)
