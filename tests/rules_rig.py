"""What the tests of `hub.rules` share: a broker, versions, followers, another client's reading."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime

import msgspec
import pytest
from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as Place

from hub.control.service import Control
from hub.decision.rulebook import VersionRecord, version_hash
from hub.io.kafka.admin import ensure_topics, open_admin
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.rules_log import RulesFollower
from hub.io.kafka.topics import RULES, hub_topics
from hub.io.sql.engine import open_engine
from hub.signing.macs import MacKeys
from tests.control_support import HUB

MACS = MacKeys(current="k1", keys={"k1": bytes(32)})
RULES_TOPIC = next(topic for topic in hub_topics(1) if topic.name == RULES)
WAIT_SECONDS = 60


@pytest.fixture
async def rules_connection(empty_broker):
    """Give a connection to a broker without `hub.rules`."""
    connection = KafkaConnection(bootstrap=empty_broker.bootstrap)
    async with open_admin(connection) as admin:
        if RULES in await admin.list_topics():
            await admin.delete_topics([RULES])
        await eventually(lambda: _absent(admin))
    return connection


async def _absent(admin):
    return RULES not in await admin.list_topics()


async def _present(admin):
    return RULES in await admin.list_topics()


@pytest.fixture
async def rules_topic(rules_connection):
    await ensure_topics(rules_connection, [RULES_TOPIC])
    async with open_admin(rules_connection) as admin:
        # A broker at work shows a topic some moments after the controller has made it.
        await eventually(lambda: _present(admin))
    return rules_connection


@pytest.fixture
async def rules_control(migrated_sqlite):
    engine = open_engine(migrated_sqlite)
    yield Control(engine, HUB)
    await engine.dispose()


@contextlib.asynccontextmanager
async def following(connection):
    follower = RulesFollower(connection, HUB, MACS)
    async with asyncio.timeout(WAIT_SECONDS):
        await follower.start()
    try:
        yield follower
    finally:
        await follower.stop()


@contextlib.asynccontextmanager
async def working(worker):
    task = asyncio.create_task(worker.run())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def eventually(true, seconds=WAIT_SECONDS):
    """Wait until a condition, plain or awaitable, holds."""
    deadline = time.monotonic() + seconds
    while True:
        held = true()
        if await held if asyncio.iscoroutine(held) else held:
            return
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


def make_version(number, previous, changes):
    return VersionRecord(
        version=number,
        previous=previous,
        hash=version_hash(previous, changes.items()),
        at=datetime.now(UTC),
        changes=len(changes),
    )


def org(name):
    return msgspec.json.encode({"name": name, "level": "commune"})


ONE = {"organisation/xa-a": org("Xã A (mẫu)")}
FIRST = make_version(1, "00" * 32, ONE)


def committed(bootstrap):
    """Return (key, value) of every committed record, by another client than the hub's."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "check",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    consumer.assign([Place(RULES, 0, 0)])
    records = []
    while True:
        record = consumer.poll(10)
        assert record is not None
        if record.error():
            break
        records.append(((record.key() or b"").decode(), record.value()))
    consumer.close()
    return records


def versions_of(records):
    """Return the version numbers in the log, after checking each change set's hash."""
    previous, numbers = "00" * 32, []
    changes: dict[str, bytes | None] = {}
    for key, value in records:
        if key == "version":
            version = msgspec.json.decode(value, type=VersionRecord)
            assert version.hash == version_hash(previous, changes.items())
            numbers.append(version.version)
            previous, changes = version.hash, {}
        elif key != "heartbeat":
            changes[key] = value
    assert changes == {}
    return numbers
