"""Whoever is told to stop while it connects to a real broker leaves no connection behind."""

import asyncio
import gc
import warnings
from contextlib import contextmanager

import pytest
from aiokafka import TopicPartition

from hub.io.kafka.admin import open_admin
from hub.io.kafka.audit_tail import AuditTail
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.connector_commands import CommandWriter
from hub.io.kafka.groups import move_group
from hub.io.kafka.inbox_cold import ColdInboxes
from hub.io.kafka.inbox_hot import HotInboxes
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.reading import ends_of
from hub.io.kafka.rules_reader import open_rules
from hub.io.kafka.topics import INGRESS
from hub.io.kafka.transaction import TransactionalWriter
from tests import support
from tests.router_rig import PARTITIONS

pytestmark = pytest.mark.kafka

MAKE = {
    "the hot inboxes": HotInboxes,
    "the audit tail": lambda connection: AuditTail(connection, PARTITIONS),
    "the ingress writer": lambda connection: IngressWriter(connection, PARTITIONS),
}


async def read_old(connection):
    cold = ColdInboxes(connection)
    try:
        await cold.read(INGRESS, 0, 1, 1)
    finally:
        await cold.stop()


async def read_rules(connection):
    async with open_rules(connection):
        pass


async def command(connection):
    await CommandWriter(connection, PARTITIONS, support.MACS).send()


async def fence(connection):
    writer = TransactionalWriter(connection, "connections-end")
    try:
        await writer.open()
    finally:
        await writer.discard()


async def administer(connection):
    async with open_admin(connection):
        pass


USE = {
    "old inboxes": read_old,
    "the rules": read_rules,
    "a command": command,
    "a transaction": fence,
    "an admin": administer,
    "the ends": lambda connection: ends_of(connection, [TopicPartition(INGRESS, 0)]),
    "a group": lambda connection: move_group(connection, "connections-end", {}),
}
MOMENTS = 8


@contextmanager
def nothing_left_open():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield
        gc.collect()  # What is forgotten is told by its end.
    assert [str(one.message) for one in told if "nclosed" in str(one.message)] == []


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
async def test_stopped_while_it_connects_nothing_stays_open(api_broker, make):
    with nothing_left_open():
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


@pytest.mark.parametrize("use", USE.values(), ids=USE)
async def test_given_up_while_it_connects_nothing_stays_open(api_broker, use):
    with nothing_left_open():
        for moment in range(MOMENTS):
            using = asyncio.create_task(use(KafkaConnection(bootstrap=api_broker)))
            await asyncio.sleep(moment / 1_000)
            await asyncio.sleep(0)
            using.cancel()
            await asyncio.wait({using})
        del using
