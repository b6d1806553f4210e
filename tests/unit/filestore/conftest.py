"""Fakes of what the file store needs: everything in memory, the clock in hand."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

import pytest

from longrun.filestore import FileStore, FileType, KeptOutputs, ManagedFile
from longrun.filestore.names import stem
from longrun.operations.artefacts import Artefact, ArtefactMissing


class Artefacts:
    """An artefact store that remembers every version."""

    def __init__(self) -> None:
        self.objects: dict[str, list[tuple[Artefact, bytes]]] = {}
        self.copies = 0

    def read(self, key: str, *, version: str | None = None) -> bytes:
        return self._at(key, version)[1]

    def stream(
        self, key: str, *, version: str | None = None, start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        content = self._at(key, version)[1][start:]
        content = content if length is None else content[:length]
        return iter([content[at : at + 4] for at in range(0, len(content), 4)])

    def download(self, key: str, target: BinaryIO, *, version: str | None = None) -> int:
        return target.write(self.read(key, version=version))

    def write(
        self, key: str, content: bytes | BinaryIO | Iterable[bytes], *, media_type: str
    ) -> Artefact:
        whole = content if isinstance(content, bytes) else b"".join(content)
        return self._put(key, whole, media_type)

    def copy(self, source: Artefact, key: str) -> Artefact:
        self.copies += 1
        return self._put(key, self.read(source.key, version=source.version), source.media_type)

    def delete(self, prefix: str) -> None:
        self.objects = {k: v for k, v in self.objects.items() if not k.startswith(prefix)}

    def describe(self, key: str) -> Artefact:
        return self._at(key, None)[0]

    def _at(self, key: str, version: str | None) -> tuple[Artefact, bytes]:
        for artefact, content in reversed(self.objects.get(key, [])):
            if version in (None, artefact.version):
                return artefact, content
        raise ArtefactMissing(key)

    def _put(self, key: str, content: bytes, media_type: str) -> Artefact:
        versions = self.objects.setdefault(key, [])
        artefact = Artefact(
            key=key,
            media_type=media_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            version=str(len(versions) + 1),
        )
        versions.append((artefact, content))
        return artefact


class Index:
    """A catalogue that can be told to fail."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, int], ManagedFile] = {}
        self.failing = False

    def put(self, file: ManagedFile) -> None:
        if self.failing:
            raise ConnectionError("the index is out of reach")
        self.files[file.tenant, file.id] = file

    def arrive(self, file: ManagedFile) -> bool:
        there = self.files.get((file.tenant, file.id))
        if there is None or not there.awaited:
            return False
        self.files[file.tenant, file.id] = file
        return True

    def get(self, tenant: str, file_id: int) -> ManagedFile | None:
        return self.files.get((tenant, file_id))

    def named(self, tenant: str, kind: FileType, wanted: str) -> Iterator[ManagedFile]:
        fits = [f for f in self.list(tenant, [kind]) if stem(f.name) == wanted]
        return iter(sorted(fits, key=lambda f: -f.id))

    def list(self, tenant: str, kinds: Collection[FileType]) -> Iterator[ManagedFile]:
        mine = [f for f in self.files.values() if f.tenant == tenant and f.type in kinds]
        return iter(sorted(mine, key=lambda f: (f.type, f.name, f.id)))

    def remove(self, file: ManagedFile) -> bool:
        return self.files.pop((file.tenant, file.id), None) is not None


class Ids:
    """A counter."""

    def __init__(self) -> None:
        self.following = 1000

    def draw(self, count: int = 1) -> range:
        self.following += count
        return range(self.following - count, self.following)


def check(content: bytes, name: str) -> None:
    """Stands for a check of a resource's format."""
    if content == b"broken":
        raise ValueError(f"{name} is broken")


@dataclass
class World:
    """The file store and all that is around it."""

    artefacts: Artefacts = field(default_factory=Artefacts)
    index: Index = field(default_factory=Index)
    ids: Ids = field(default_factory=Ids)
    time: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def pass_days(self, days: int) -> None:
        self.time += timedelta(days=days)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def store(world: World) -> FileStore:
    return FileStore(
        artefacts=world.artefacts,
        index=world.index,
        ids=world.ids,
        checks={FileType.DATA_MAPPING_CONFIG: check, FileType.TEMPLATE: check},
        now=world.now,
    )


@pytest.fixture
def outputs(world: World) -> KeptOutputs:
    return KeptOutputs(artefacts=world.artefacts, index=world.index, ids=world.ids, now=world.now)
