"""The embedded broker against real clients: it serves, comes back, refuses company, ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic

from hub.io.embedded import BrokerFailed, DataDirectoryInUse, EmbeddedBroker, PortTaken
from hub.io.kafka.admin import open_admin
from hub.io.kafka.connection import KafkaConnection
from tests.kafka_fixture import HEAP_MB, small_broker

pytestmark = pytest.mark.kafka


async def make_topic(bootstrap, topic):
    async with open_admin(KafkaConnection(bootstrap=bootstrap)) as admin:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])


async def write(bootstrap, topic, values):
    """Write all values in one transaction."""
    async with (
        AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=topic) as producer,
        producer.transaction(),
    ):
        for value in values:
            await producer.send_and_wait(topic, value)


async def read(bootstrap, topic, count):
    """Read the first `count` committed values."""
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        enable_auto_commit=False,
    ) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        async with asyncio.timeout(30):
            return [(await consumer.getone()).value for _ in range(count)]


def listening_addresses(pid):
    """Return the addresses (hexadecimal, as in /proc) on which a process listens."""
    descriptors = Path(f"/proc/{pid}/fd").iterdir()
    mine = {str(link.readlink()) for link in descriptors}
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    lines = [line.split() for t in tables if t.exists() for line in t.read_text().splitlines()[1:]]
    return {f[1].split(":")[0] for f in lines if f[3] == "0A" and f"socket:[{f[9]}]" in mine}


def exists(pid):
    return Path(f"/proc/{pid}").exists()


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  (files and processes have no event to await)
            await asyncio.sleep(0.02)


async def test_the_shared_broker_serves_transactions(broker):
    topic = f"test.{uuid.uuid4()}"
    await make_topic(broker, topic)
    await write(broker, topic, [b"one", b"two"])
    assert await read(broker, topic, 2) == [b"one", b"two"]


async def test_what_was_committed_is_readable_after_kill_9_and_after_a_clean_stop(fresh_broker):
    await make_topic(fresh_broker.bootstrap, "kept")
    await write(fresh_broker.bootstrap, "kept", [b"before the kill"])
    # At once: the commit is answered, but its markers may not be in the topic yet.
    first, address = fresh_broker.pid, fresh_broker.bootstrap
    fresh_broker.kill()
    assert await fresh_broker.wait() == -signal.SIGKILL
    assert fresh_broker.pid is None
    await fresh_broker.start()
    assert (fresh_broker.pid != first, fresh_broker.bootstrap) == (True, address)
    assert await read(address, "kept", 1) == [b"before the kill"]
    await write(address, "kept", [b"after the kill"])
    await fresh_broker.stop()
    await fresh_broker.start()
    assert await read(address, "kept", 2) == [b"before the kill", b"after the kill"]


def test_only_this_machine_can_reach_it(shared_broker):
    loopback = {"0100007F"}
    assert listening_addresses(shared_broker.pid) == loopback


async def test_a_second_hub_on_the_same_data_is_refused_and_does_no_harm(shared_broker):
    data, pid = shared_broker.log.parent.parent, shared_broker.pid
    second = small_broker(data)
    with pytest.raises(DataDirectoryInUse, match=f"pid {os.getpid()}"):
        await second.start()
    await second.stop()
    assert shared_broker.pid == pid
    assert (data / "broker.pid").read_text() == f"{pid}\n"
    await make_topic(shared_broker.bootstrap, f"still-served.{uuid.uuid4()}")


async def test_a_taken_port_is_named_and_the_directory_is_given_back(broker, tmp_path):
    port = int(broker.rpartition(":")[2])
    refused = EmbeddedBroker(tmp_path, port=port, controller_port=0)
    with pytest.raises(PortTaken, match=r"taken by java \(pid \d+\)"):
        await refused.start()
    with socket.create_server(("127.0.0.1", 0)) as server:
        refused = EmbeddedBroker(tmp_path, port=0, controller_port=server.getsockname()[1])
        with pytest.raises(PortTaken, match=rf"taken by \S+ \(pid {os.getpid()}\)"):
            await refused.start()


async def test_a_java_that_fails_shows_its_last_words(tmp_path):
    refused = EmbeddedBroker(tmp_path, port=0, controller_port=0, heap_mb=1)
    with pytest.raises(BrokerFailed, match=r"Too small maximum heap|OutOfMemory"):
        await refused.start()
    assert refused.pid is None


async def test_a_cancelled_start_leaves_nothing_running(tmp_path):
    broker = small_broker(tmp_path / "cancelled")
    start = asyncio.create_task(broker.start())
    pid_file = tmp_path / "cancelled" / "broker.pid"
    await until(lambda: pid_file.exists() and pid_file.read_text())
    pid = int(pid_file.read_text())
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert broker.pid is None
    assert not exists(pid)


def other_hub(data):
    """Start a hub of its own; return it with its broker's address and process id."""
    command = [sys.executable, "-m", "hub.io.embedded", "--data", str(data)]
    command += ["--port", "0", "--controller-port", "0", "--heap-mb", str(HEAP_MB)]
    hub = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert hub.stdout
    *_, address, _, pid = hub.stdout.readline().rstrip(")\n").split(" ")
    return hub, address, int(pid)


async def test_it_dies_with_a_killed_hub_and_the_next_hub_takes_over(tmp_path):
    data = tmp_path / "Dữ liệu của trục"
    hub, address, pid = await asyncio.to_thread(other_hub, data)
    await make_topic(address, "inherited")
    await write(address, "inherited", [b"from the first hub"])
    hub.kill()
    hub.communicate()
    await until(lambda: not exists(pid))
    async with small_broker(data) as heir:
        assert await read(heir.bootstrap, "inherited", 1) == [b"from the first hub"]


def test_a_second_start_and_a_second_stop_do_no_harm(tmp_path, shared_broker):
    pid = shared_broker.pid
    shared_broker.start_now()
    assert shared_broker.pid == pid
    never_started = small_broker(tmp_path)
    never_started.stop_now()
    never_started.kill()
    assert never_started.pid is None
