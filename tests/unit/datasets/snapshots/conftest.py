"""A quick key in place of scrypt's second and gigabyte, but where that is what is tested."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO

import pyrage
import pytest

from longrun.datasets.snapshots import packing, unpacking
from longrun.datasets.snapshots.entries import Entry, EntryKind
from longrun.datasets.snapshots.errors import WrongPassword
from longrun.operations.artefacts import Artefact, ArtefactMissing


def quick_key(password: str) -> tuple[Any, bytes]:
    identity = pyrage.x25519.Identity.generate()
    mark = hashlib.sha256(password.encode()).hexdigest()
    return identity, f"{mark} {identity}".encode()


def quick_unlocked(key: bytes, password: str) -> Any:
    mark, identity = key.decode().split()
    if mark != hashlib.sha256(password.encode()).hexdigest():
        raise WrongPassword
    return pyrage.x25519.Identity.from_str(identity)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "new_key", quick_key)
    monkeypatch.setattr(unpacking, "unlocked", quick_unlocked)


@dataclass
class Memory:
    """An artefact store of a dictionary, versions and all."""

    contents: dict[str, list[bytes]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    def read(self, key: str, *, version: str | None = None) -> bytes:
        if key not in self.contents:
            raise ArtefactMissing(key)
        return self.contents[key][int(version) if version else -1]

    def stream(
        self, key: str, *, version: str | None = None, start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        content = self.read(key, version=version)[start:]
        content = content if length is None else content[:length]
        return iter([content[at : at + 1000] for at in range(0, len(content), 1000)])

    def download(self, key: str, target: BinaryIO, *, version: str | None = None) -> int:
        return target.write(self.read(key, version=version))

    def describe(self, key: str) -> Artefact:
        content = self.read(key)
        return self._artefact(key, content)

    def write(
        self, key: str, content: bytes | BinaryIO | Iterable[bytes], *, media_type: str
    ) -> Artefact:
        match content:
            case bytes():
                whole = content
            case BytesIO():
                whole = content.read()
            case _:
                whole = b"".join(content)
        self.contents.setdefault(key, []).append(whole)
        self.types[key] = media_type
        return self._artefact(key, whole)

    def copy(self, source: Artefact, key: str) -> Artefact:
        return self.write(key, self.read(source.key), media_type=source.media_type)

    def delete(self, prefix: str) -> None:
        for key in [key for key in self.contents if key.startswith(prefix)]:
            del self.contents[key]

    def _artefact(self, key: str, content: bytes) -> Artefact:
        return Artefact(
            key=key,
            media_type=self.types[key],
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            version=str(len(self.contents[key]) - 1),
        )


@pytest.fixture
def memory() -> Memory:
    return Memory()


def an_entry(
    memory: Memory, kind: EntryKind, name: str, content: bytes | None = None, /, **document: Any
) -> Entry:
    artefact = None
    if content is not None:
        ending = "parquet" if kind is EntryKind.DATA_SET else "zip"
        artefact = memory.write(
            f"stored/{kind}/{name}.{ending}", content, media_type="application/x-test"
        )
    return Entry(kind=kind, id=name, document=document, artefact=artefact)
