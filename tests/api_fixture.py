"""One broker with the hub's topics for all tests of the API and its ports."""

import asyncio

import pytest

from tests.api_rig import ApiRig
from tests.kafka_fixture import small_broker
from tests.router_rig import Rig

INBOXES = ("sender", "receiver", "other", "agent")


@pytest.fixture(scope="session")
def api_broker(tmp_path_factory):
    """Give the address of a broker with the topics of the synthetic province.

    Tests share it, so each message has an id of its own.
    """
    with small_broker(tmp_path_factory.mktemp("api-broker")) as running:
        asyncio.run(Rig(running.bootstrap, None).make_topics(*INBOXES))
        yield running.bootstrap


@pytest.fixture
async def hub(api_broker, migrated_sqlite, tmp_path):  # noqa: ARG001  (the copy it opens)
    """Give a running API and router; `await hub.login("sender")` gives a client."""
    rig = ApiRig(api_broker, tmp_path)
    async with rig.routing(), rig.serving():
        yield rig


@pytest.fixture
async def api_rig_without_router(api_broker, migrated_sqlite, tmp_path):  # noqa: ARG001  (same)
    """Give a running API whose messages nobody decides."""
    rig = ApiRig(api_broker, tmp_path)
    async with rig.serving():
        yield rig
