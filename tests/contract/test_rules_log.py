"""`hub.rules` on a real broker: whole versions only, each once, through crashes and restarts."""

import asyncio
import contextlib
import shutil
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as Place

from hub.control.migrate import migrate
from hub.control.outbox import OutboxWorker
from hub.control.service import Control
from hub.control.versions import Versions
from hub.decision.rulebook import VersionRecord, version_hash
from hub.decision.rules import Rules
from hub.io.kafka import rules_follower
from hub.io.kafka.admin import delete_records, ensure_topics
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.rules_log import BrokenRules, RulesFollower, RulesPublisher
from hub.io.kafka.topics import RULES, Topic, hub_topics, inbox, outbox
from hub.io.kafka.transaction import _abandon
from hub.io.sql.engine import open_engine
from hub.ports import Fenced, Refusing
from hub.signing.macs import MacKeys
from tests.control_support import HUB, change_set, organisation, system
from tests.kafka_fixture import small_broker

pytestmark = pytest.mark.kafka
MACS = MacKeys(current="k1", keys={"k1": bytes(32)})
RULES_TOPIC = next(topic for topic in hub_topics(1) if topic.name == RULES)
WAIT_SECONDS = 60
STEPS = ["make_topics", "changes", "publish", "mark_published"]
"""Every await between the outbox and its done mark."""


@pytest.fixture(scope="module")
def rules_broker(tmp_path_factory):
    """Give a broker of this module's own: `hub.rules` has one name, and tests rewrite it."""
    with small_broker(tmp_path_factory.mktemp("rules-broker")) as running:
        yield running


@pytest.fixture
async def connection(rules_broker):
    """Give a connection to a broker without `hub.rules`."""
    admin = AIOKafkaAdminClient(bootstrap_servers=rules_broker.bootstrap)
    await admin.start()
    if RULES in await admin.list_topics():
        await admin.delete_topics([RULES])
    await eventually(lambda: _absent(admin))
    await admin.close()
    return KafkaConnection(bootstrap=rules_broker.bootstrap)


async def _absent(admin):
    return RULES not in await admin.list_topics()


@pytest.fixture
async def rules_topic(connection):
    await ensure_topics(connection, [RULES_TOPIC])
    return connection


@pytest.fixture
async def control(tmp_path):
    url = f"sqlite:///{tmp_path}/hub.db"
    await migrate(url)
    engine = open_engine(url)
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


async def test_a_follower_knows_nothing_before_the_first_version(rules_topic):
    async with following(rules_topic) as follower:
        assert follower.current.ref.version == 0
        assert follower.current.systems == {}
        assert follower.heartbeat_age() == float("inf")


async def test_a_follower_waits_for_a_topic_that_does_not_exist_yet(connection):
    follower = RulesFollower(connection, HUB, MACS)
    starting = asyncio.create_task(follower.start())
    await asyncio.sleep(0.5)
    assert not starting.done()
    await ensure_topics(connection, [RULES_TOPIC])
    await asyncio.wait_for(starting, WAIT_SECONDS)
    await follower.stop()


async def test_a_published_version_is_followed_and_heard(rules_topic):
    publisher = RulesPublisher(rules_topic)
    assert await publisher.start() is None
    async with following(rules_topic) as follower:
        seen: list[Rules] = []
        follower.on_change(seen.append)
        await publisher.publish(ONE, FIRST)
        await eventually(lambda: follower.current.ref.version == 1)
        assert follower.current.directory.organisations["xa-a"].name == "Xã A (mẫu)"
        assert [rules.ref.hash for rules in seen] == [FIRST.hash]
        assert follower.heartbeat_age() < WAIT_SECONDS
        gone = {"organisation/xa-a": None}
        await publisher.publish(gone, make_version(2, FIRST.hash, gone))
        await eventually(lambda: follower.current.ref.version == 2)
        assert follower.current.directory.organisations == {}
    last = await publisher.start()
    assert last is not None
    assert last.version == 2
    await publisher.stop()


async def test_a_heartbeat_is_heard_and_is_no_version(rules_topic):
    publisher = RulesPublisher(rules_topic)
    await publisher.start()
    async with following(rules_topic) as follower:
        await publisher.heartbeat(datetime.now(UTC))
        await eventually(lambda: follower.heartbeat_age() < WAIT_SECONDS)
        assert follower.current.ref.version == 0
    await publisher.stop()


async def test_half_a_version_is_never_seen(rules_topic):
    producer = AIOKafkaProducer(
        bootstrap_servers=rules_topic.bootstrap, transactional_id="hub-rules"
    )
    await producer.start()
    await producer.begin_transaction()
    await producer.send_and_wait(RULES, ONE["organisation/xa-a"], key=b"organisation/xa-dang-do")
    async with following_soon(rules_topic) as follower:
        # The new publisher fences the one that hangs, so its half version is undone.
        publisher = RulesPublisher(rules_topic)
        assert await publisher.start() is None
        await publisher.publish(ONE, FIRST)
        await eventually(lambda: follower.current.ref.version == 1)
        assert set(follower.current.directory.organisations) == {"xa-a"}
    await publisher.stop()
    await _abandon(producer)


@contextlib.asynccontextmanager
async def following_soon(connection):
    """Start following without waiting for the end, which an open transaction hides."""
    follower = RulesFollower(connection, HUB, MACS)
    starting = asyncio.create_task(follower.start())
    try:
        yield follower
        await asyncio.wait_for(starting, WAIT_SECONDS)
    finally:
        await follower.stop()


async def test_an_older_publisher_is_fenced(rules_topic):
    old, new = RulesPublisher(rules_topic), RulesPublisher(rules_topic)
    await old.start()
    await new.start()
    with pytest.raises(Fenced):
        await old.publish(ONE, FIRST)
    await new.publish(ONE, FIRST)
    assert versions_of(committed(rules_topic.bootstrap)) == [1]
    await new.stop()


@pytest.mark.parametrize(
    "second",
    [
        make_version(2, "11" * 32, {"organisation/xa-b": org("B")}),
        make_version(3, FIRST.hash, {"organisation/xa-b": org("B")}),
        make_version(1, "00" * 32, {"organisation/xa-b": org("B")}),
    ],
    ids=["other history", "gap", "again"],
)
async def test_a_broken_chain_is_loud_and_the_old_rules_stay(rules_topic, monkeypatch, second):
    monkeypatch.setattr(rules_follower, "BROKEN_RETRY_SECONDS", 0.2)
    publisher = RulesPublisher(rules_topic)
    await publisher.start()
    await publisher.publish(ONE, FIRST)
    async with following(rules_topic) as follower:
        await publisher.publish({"organisation/xa-b": org("B")}, second)
        await eventually(lambda: follower.error is not None)
        await asyncio.sleep(0.5)
        assert follower.error is not None
        assert follower.current.ref.version == 1
        assert set(follower.current.directory.organisations) == {"xa-a"}
    with pytest.raises(BrokenRules):
        async with following(rules_topic):
            pass
    await publisher.stop()


async def test_a_value_of_the_wrong_kind_leaves_the_old_rules(rules_topic):
    publisher = RulesPublisher(rules_topic)
    await publisher.start()
    await publisher.publish(ONE, FIRST)
    async with following(rules_topic) as follower:
        bad = {"organisation/xa-b": b'{"name": 7}', "organisation/xa-a": None}
        await publisher.publish(bad, make_version(2, FIRST.hash, bad))
        await eventually(lambda: follower.error is not None)
        assert set(follower.current.directory.organisations) == {"xa-a"}
    await publisher.stop()


async def test_a_follower_survives_a_broker_that_is_killed(fresh_broker):
    connection = KafkaConnection(bootstrap=fresh_broker.bootstrap)
    await ensure_topics(connection, [RULES_TOPIC])
    publisher = RulesPublisher(connection)
    await publisher.start()
    await publisher.publish(ONE, FIRST)
    async with following(connection) as follower:
        await publisher.stop()
        fresh_broker.kill()
        await asyncio.sleep(1)
        assert follower.current.ref.version == 1
        await fresh_broker.start()
        last = await publisher.start()
        assert last == FIRST
        gone = {"organisation/xa-a": None}
        await publisher.publish(gone, make_version(2, FIRST.hash, gone))
        await eventually(lambda: follower.current.ref.version == 2)
    await publisher.stop()


async def test_what_was_written_is_published_after_its_topics_exist(connection, control):
    worker = OutboxWorker(control, connection, [RULES_TOPIC])
    plain, native, busy = "he-thong-hop-thu", "he-thong-kafka", "he-thong-nhieu"
    # An operator gave the busy one more partitions: that must not stop the rules.
    await ensure_topics(connection, [Topic(name=outbox(busy), partitions=3)])
    async with working(worker), following(connection) as follower:
        systems = [system(plain), *(system(name, kafka_in=True) for name in (native, busy))]
        await control.write(change_set(organisation(), *systems), actor="an")
        await eventually(lambda: native in follower.current.systems)
        assert [follower.current.systems[name].kafka_in for name in (plain, native)] == [0, 1]
        assert follower.heartbeat_age() < WAIT_SECONDS
        made = await _topics(connection)
        assert {inbox(plain), inbox(native), outbox(native), outbox(busy)} <= made.keys()
        assert outbox(plain) not in made
        assert (made[outbox(native)], made[outbox(busy)]) == (1, 3)
        await eventually(lambda: _published(control, 1))


async def _topics(connection):
    """Return how many partitions each topic has."""
    admin = AIOKafkaAdminClient(bootstrap_servers=connection.bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics()
        return {one["topic"]: len(one["partitions"]) for one in described}
    finally:
        await admin.close()


async def _published(control, number):
    stored = await Versions(control.engine).get(number)
    return stored is not None and stored.published_at is not None


class Frozen:
    """Lets a worker stand still for ever at one step, before or after it: a process that died."""

    def __init__(self, worker, step, moment):
        owner = {
            "publish": worker._publisher,
            "changes": worker._versions,
            "mark_published": worker._versions,
        }.get(step)
        self.reached = asyncio.Event()
        self.thaw = asyncio.Event()
        self._moment = moment
        if owner is None:
            self._step, worker._make_topics = worker._make_topics, self
        else:
            self._step = getattr(owner, step)
            setattr(owner, step, self)

    async def __call__(self, *arguments):
        if self._moment == "before":
            await self._stand_still()
        result = await self._step(*arguments)
        if self._moment == "after":
            await self._stand_still()
        return result

    async def _stand_still(self):
        self.reached.set()
        await self.thaw.wait()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_worker_that_dies_at_any_step_loses_and_repeats_nothing(
    connection, control, step, moment
):
    lease = timedelta(milliseconds=300)
    dead = OutboxWorker(control, connection, [RULES_TOPIC], lease=lease)
    await control.write(change_set(organisation(), system()), actor="an")
    await control.write(change_set(organisation("xa-b")), actor="an")
    frozen = Frozen(dead, step, moment)
    async with working(dead):
        await asyncio.wait_for(frozen.reached.wait(), WAIT_SECONDS)
        heir = OutboxWorker(control, connection, [RULES_TOPIC], lease=lease)
        async with working(heir), following(connection) as follower:
            await eventually(lambda: follower.current.ref.version == 2)
            await eventually(lambda: _published(control, 2))
            # The dead one comes back: a zombie must not write a version a second time.
            frozen.thaw.set()
            await control.write(change_set(organisation("xa-c")), actor="an")
            await eventually(lambda: follower.current.ref.version == 3)
            assert follower.error is None
    assert versions_of(committed(connection.bootstrap)) == [1, 2, 3]


async def test_a_lost_log_is_written_again_from_the_first_version_on(connection, control):
    for name in ("xa-a", "xa-b"):
        await control.write(change_set(organisation(name)), actor="an")
    await Versions(control.engine).mark_published(2, datetime.now(UTC))
    async with (
        working(OutboxWorker(control, connection, [RULES_TOPIC])),
        following(connection) as follower,
    ):
        await eventually(lambda: follower.current.ref.version == 2)
        assert set(follower.current.directory.organisations) == {"xa-a", "xa-b"}


async def test_an_sql_store_older_than_the_log_publishes_nothing(connection, control, tmp_path):
    await control.write(change_set(organisation()), actor="an")
    await control.engine.dispose()
    backup = shutil.copy(tmp_path / "hub.db", tmp_path / "backup.db")
    async with working(OutboxWorker(control, connection, [RULES_TOPIC])):
        await control.write(change_set(organisation("xa-b")), actor="an")
        await eventually(lambda: _published(control, 2))
    restored = Control(open_engine(f"sqlite:///{backup}"), HUB)
    worker = OutboxWorker(restored, connection, [RULES_TOPIC])
    async with working(worker):
        await restored.write(change_set(organisation("xa-khac")), actor="an")
        await eventually(lambda: worker.error is not None)
        assert "restore" in str(worker.error)
    assert versions_of(committed(connection.bootstrap)) == [1, 2]
    await restored.engine.dispose()


async def test_topics_are_made_once_and_never_with_another_layout(connection):
    topic = Topic(name="hub.thu.bo-tri", partitions=2)
    for _ in range(2):
        await ensure_topics(connection, [topic])
    with pytest.raises(Refusing):
        await ensure_topics(connection, [Topic(name=topic.name, partitions=3)])


async def test_records_before_an_offset_are_deleted(connection):
    topic = Topic(name="hub.thu.xoa", partitions=1)
    await ensure_topics(connection, [topic])
    producer = AIOKafkaProducer(bootstrap_servers=connection.bootstrap)
    await producer.start()
    for number in range(3):
        await producer.send_and_wait(topic.name, str(number).encode())
    await producer.stop()
    for _ in range(2):
        await delete_records(connection, topic.name, 0, 2)
    consumer = Consumer({"bootstrap.servers": connection.bootstrap, "group.id": "check"})
    assert consumer.get_watermark_offsets(Place(topic.name, 0), timeout=10) == (2, 3)
    consumer.close()
