"""A world in memory for each test."""

import pytest

from tests.unit.compositions.fakes import World


@pytest.fixture
def world() -> World:
    return World()
