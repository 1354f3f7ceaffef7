"""A real Apache Kafka for tests marked `kafka`: the hub's own embedded broker, on free ports.

TEST_KAFKA_BOOTSTRAP names another one, as `tests/containers.py` starts it; tests that stop or kill
their broker, or look into its directory, have an embedded one all the same.
"""

import asyncio
import os

import pytest

from hub.io.embedded import EmbeddedBroker
from hub.io.kafka.admin import open_admin
from hub.io.kafka.connection import KafkaConnection

HEAP_MB = 256
"""Smaller than the hub's default: test runs share the machine."""

EMPTY_SECONDS = 60


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


@pytest.fixture(scope="session")
def reused_broker(tmp_path_factory):
    """Give the broker of the modules whose topics have the hub's fixed names."""
    with small_broker(tmp_path_factory.mktemp("reused-broker")) as running:
        yield running


@pytest.fixture(scope="module")
def empty_broker(reused_broker):
    """Give a module a broker without topics: quicker than a start. Never stop or kill it."""
    yield reused_broker
    asyncio.run(_empty(reused_broker.bootstrap))


async def _empty(bootstrap):
    connection = KafkaConnection(bootstrap=bootstrap)
    async with asyncio.timeout(EMPTY_SECONDS), open_admin(connection) as admin:
        while made := [one for one in await admin.list_topics() if not one.startswith("__")]:
            await admin.delete_topics(made)


@pytest.fixture
def fresh_broker(tmp_path):
    """Give a started broker of its own to a test that kills, stops or fills it."""
    with small_broker(tmp_path / "broker") as running:
        yield running
