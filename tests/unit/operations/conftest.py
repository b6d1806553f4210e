"""A world in memory for each test."""

import pytest

from tests.unit.operations.fakes import World


@pytest.fixture
def world() -> World:
    return World()
