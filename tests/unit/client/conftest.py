"""Both clients behind one face, so that each promise is checked for both."""

import inspect

import pytest
from lgsp_client import Backoff, HubClient, SyncHubClient

from tests.unit.client.fakes import IDENTITY, URL, Clock, FakeHub

QUICK = Backoff(attempts=4, first=0.001)


@pytest.fixture
def hub():
    return FakeHub()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=[HubClient, SyncHubClient], ids=["async", "sync"])
def client(request, hub, clock):
    return request.param(URL, IDENTITY, backoff=QUICK, transport=hub.transport, world=clock.world)


@pytest.fixture
def call(client):
    """Call a method of either client."""

    async def called(name, /, *args, **options):
        result = getattr(client, name)(*args, **options)
        return await result if inspect.isawaitable(result) else result

    return called


@pytest.fixture
def receive(client):
    """Work through the inbox of either client with `work(delivery) -> (stage, reason) | None`."""

    async def received(work, **options):
        if isinstance(client, HubClient):
            async with client.receive(until_empty=True, **options) as inbox:
                async for delivery in inbox:
                    if (said := work(delivery)) is not None:
                        await delivery.ack(*said)
            return
        with client.receive(until_empty=True, **options) as inbox:
            for delivery in inbox:
                if (said := work(delivery)) is not None:
                    delivery.ack(*said)

    return received
