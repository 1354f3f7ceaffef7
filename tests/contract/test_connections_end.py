"""Whoever is told to stop while it connects to a real broker leaves no connection behind."""

import asyncio
import gc
import warnings

import pytest

from hub.io.kafka.audit_tail import AuditTail
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.inbox_hot import HotInboxes
from hub.io.kafka.ingress import IngressWriter
from tests.router_rig import PARTITIONS

pytestmark = pytest.mark.kafka

MAKE = {
    "the hot inboxes": HotInboxes,
    "the audit tail": lambda connection: AuditTail(connection, PARTITIONS),
    "the ingress writer": lambda connection: IngressWriter(connection, PARTITIONS),
}
MOMENTS = 8


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
async def test_stopped_while_it_connects_nothing_stays_open(api_broker, make):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for moment in range(MOMENTS):
            made = make(KafkaConnection(bootstrap=api_broker))
            starting = asyncio.create_task(made.start())
            # Each is another place to be stopped at; at the first it has only just begun.
            await asyncio.sleep(moment / 1_000)
            await asyncio.sleep(0)
            await made.stop()
            starting.cancel()
            await asyncio.wait({starting})
        del made
        gc.collect()  # What is forgotten is told by its end.
    assert [str(one.message) for one in told if "nclosed" in str(one.message)] == []
