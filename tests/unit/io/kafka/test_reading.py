"""Consumers: what was opened is closed, also where the client cancels its closing."""

import asyncio

import pytest

from hub.io.kafka import reading
from hub.io.kafka.connection import KafkaConnection
from hub.ports import Unavailable


class Client:
    def __init__(self):
        self.closed = False

    async def close(self):
        self.closed = True


class WaitsToRepeatAFetch:
    """A consumer of a broker that was killed: aiokafka 0.14 cancels whoever stops it."""

    def __init__(self, **_):
        self._client = Client()

    async def start(self):
        raise OSError("no route")

    async def stop(self):
        raise asyncio.CancelledError


async def test_a_consumer_that_cancels_its_stop_leaves_no_connection_open(monkeypatch):
    made = []

    def make(**options):
        made.append(WaitsToRepeatAFetch(**options))
        return made[-1]

    monkeypatch.setattr(reading, "AIOKafkaConsumer", make)
    with pytest.raises(Unavailable):
        await reading.open_consumer(KafkaConnection(bootstrap="127.0.0.1:1"))
    assert [one._client.closed for one in made] == [True]
