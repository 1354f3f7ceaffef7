"""The janitor of inboxes on a real broker: what somebody still needs is never deleted."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic

from hub.decision.states import SETTLED, State
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.inbox_heads import InboxHeads
from hub.io.kafka.topics import inbox
from hub.io.sql.engine import metadata, open_engine
from hub.io.sql.projection_tables import deliveries
from hub.ports import Unavailable
from hub.recorder import inbox_janitor
from tests.router_rig import Rig

pytestmark = pytest.mark.kafka

AN_HOUR = timedelta(hours=1)


class Box:
    """An inbox of its own, with the projection's word on each delivery."""

    def __init__(self, connection, engine):
        self.system = f"box-{uuid.uuid4().hex[:12]}"
        self.heads, self.engine = InboxHeads(connection), engine
        self.connection = connection

    async def deliver(self, states):
        """Deliver one message for each state, in two transactions; None: not in the projection."""
        producer = AIOKafkaProducer(
            **self.connection.options(), transactional_id=self.system, acks="all"
        )
        await producer.start()
        for number, state in enumerate(states):
            async with producer.transaction():
                headers = [
                    ("ce_id", f"m-{number}".encode()),
                    ("ce_source", b"urn:hub:system:sender"),
                ]
                await producer.send_and_wait(
                    inbox(self.system), b"{}", partition=0, headers=headers
                )
            if state is not None:
                await self._tell(f"m-{number}", state)
        await producer.stop()

    async def _tell(self, id_, state):
        at = datetime.now(UTC)
        row = {"source": "sender", "id": id_, "recipient": self.system, "state": state}
        row |= {"decided_at": at, "updated_at": at, "attempts": 0}
        async with self.engine.begin() as connection:
            await connection.execute(deliveries.insert().values(**row))

    async def trim(self, age=-AN_HOUR):
        return await inbox_janitor.trim(
            self.heads, self.engine, inbox(self.system), datetime.now(UTC) - age
        )

    async def left(self):
        return [record.id for record in await self.heads.oldest(inbox(self.system))]


@pytest.fixture
async def box(broker, tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/hub.db")
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    made = Box(KafkaConnection(bootstrap=broker), engine)
    await Rig(broker, None).create(NewTopic(inbox(made.system), 1, 1))
    yield made
    await made.heads.close()
    await engine.dispose()


async def test_what_is_settled_and_old_is_deleted(box):
    await box.deliver(sorted(SETTLED))
    assert await box.trim() == len(SETTLED)
    assert await box.left() == []


@pytest.mark.parametrize("open_state", [*sorted(frozenset(State) - SETTLED), None])
async def test_what_waits_for_somebody_stays_with_all_behind_it(box, open_state):
    await box.deliver([State.PROCESSED, State.REJECTED, open_state, State.PROCESSED])
    assert await box.trim() == 2
    assert await box.left() == ["m-2", "m-3"]
    assert await box.trim() == 0


async def test_what_a_system_may_still_seek_stays(box):
    await box.deliver([State.PROCESSED, State.PROCESSED])
    assert await box.trim(age=AN_HOUR) == 0
    assert await box.left() == ["m-0", "m-1"]


async def test_more_than_one_page_is_deleted_at_once(box, monkeypatch):
    monkeypatch.setattr("hub.io.kafka.inbox_heads.PAGE_RECORDS", 3)
    await box.deliver([State.PROCESSED] * 8 + [State.PENDING])
    assert await box.trim() == 8
    assert await box.left() == ["m-8"]


async def test_without_sql_nothing_is_deleted(box, tmp_path):
    await box.deliver([State.PROCESSED])
    box.engine = open_engine(f"sqlite:///{tmp_path}/missing/hub.db")
    with pytest.raises(Unavailable):
        await box.trim()
    assert await box.left() == ["m-0"]


async def test_a_round_visits_every_inbox_and_ends_when_told(box):
    await box.deliver([State.ACKNOWLEDGED])
    stop = asyncio.Event()

    def clock():
        return datetime.now(UTC) + AN_HOUR + AN_HOUR

    going = asyncio.create_task(
        inbox_janitor.run(box.heads, box.engine, AN_HOUR, clock, stop, every_seconds=0.2)
    )
    try:
        async with asyncio.timeout(120):
            while await left(box):  # noqa: ASYNC110  (the broker tells nobody of a deletion)
                await asyncio.sleep(0.2)
    finally:
        stop.set()
        await going


async def left(box):
    """Look with a second reader: the janitor's own reads one inbox at a time."""
    heads = InboxHeads(box.connection)
    try:
        return await heads.oldest(inbox(box.system))
    finally:
        await heads.close()
