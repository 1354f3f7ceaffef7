"""The outbox worker on a real broker: each version once, through crashes and zombies."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from hub.control.outbox import OutboxWorker
from hub.control.service import Control
from hub.control.versions import Versions
from hub.io.kafka.admin import ensure_topics, open_admin
from hub.io.kafka.topics import Topic, inbox, outbox
from hub.io.sql.engine import open_engine
from tests.control_support import HUB, change_set, organisation, system
from tests.rules_rig import (
    RULES_TOPIC,
    WAIT_SECONDS,
    committed,
    eventually,
    following,
    versions_of,
    working,
)

pytestmark = pytest.mark.kafka
STEPS = ["make_topics", "changes", "publish", "mark_published"]
"""Every await between the outbox and its done mark."""


@pytest.fixture
def connection(rules_connection):
    return rules_connection


@pytest.fixture
def control(rules_control):
    return rules_control


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
    async with open_admin(connection) as admin:
        described = await admin.describe_topics()
    return {one["topic"]: len(one["partitions"]) for one in described}


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
