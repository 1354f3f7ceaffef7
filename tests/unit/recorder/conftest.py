"""Fixtures of the recorder's tests."""

import pytest

from tests.unit.recorder.records import Province, Store


@pytest.fixture
def province():
    return Province()


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "hub.db")
    yield made
    made.engine.dispose()
