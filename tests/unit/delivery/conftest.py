"""An artefact store in memory, and a signer whose URLs can be read."""

from datetime import UTC, datetime

import pytest

from longrun.delivery.ports import SignedUrl
from longrun.operations.artefacts import Artefact
from tests.unit.filestore.conftest import Artefacts

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Signer:
    """Implements `Downloads`; remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Artefact, str, str]] = []

    def url(self, artefact: Artefact, *, disposition: str, media_type: str) -> SignedUrl:
        self.asked.append((artefact, disposition, media_type))
        return SignedUrl(url=f"https://store.example/{artefact.key}", expires=NOW)


@pytest.fixture
def artefacts() -> Artefacts:
    return Artefacts()


@pytest.fixture
def signer() -> Signer:
    return Signer()
