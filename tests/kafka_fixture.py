"""A real Apache Kafka for tests marked `kafka`: the hub's own embedded broker, on free ports.

TEST_KAFKA_BOOTSTRAP names another one, as `tests/containers.py` starts it; tests that stop or kill
their broker, or look into its directory, have an embedded one all the same.
"""

import os

import pytest

from hub.io.embedded import EmbeddedBroker

HEAP_MB = 256
"""Smaller than the hub's default: test runs share the machine."""


def small_broker(data):
    """Return a broker that is not started yet."""
    return EmbeddedBroker(data, port=0, controller_port=0, heap_mb=HEAP_MB)


@pytest.fixture(scope="session")
def shared_broker(tmp_path_factory):
    """Give one broker for the whole run, started when first asked for. Never stop or kill it."""
    with small_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(scope="session")
def broker(request):
    """Give the bootstrap address of the run's broker.

    Tests share it, so each names its own topics, groups and transactional ids.
    """
    given = os.environ.get("TEST_KAFKA_BOOTSTRAP")
    return given or request.getfixturevalue("shared_broker").bootstrap


@pytest.fixture
def fresh_broker(tmp_path):
    """Give a started broker of its own to a test that kills, stops or fills it."""
    with small_broker(tmp_path / "broker") as running:
        yield running
