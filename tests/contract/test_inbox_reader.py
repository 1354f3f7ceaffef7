"""The reader of inboxes on a real broker: one fetcher for all, nothing lost between its parts."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic

from hub.decision.events import AuditEvent, Event
from hub.io.kafka.audit_tail import AuditTail
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.inbox_reader import CursorUnknown, InboxReader
from hub.io.kafka.inbox_records import Cursor, Spot
from hub.io.kafka.topics import inbox, urgent_inbox
from hub.ports import Unavailable
from tests import support
from tests.router_rig import PARTITIONS, Rig

pytestmark = pytest.mark.kafka

START = Cursor()


@pytest.fixture
async def reader(api_broker):
    connection = KafkaConnection(bootstrap=api_broker)
    # Never started: here only the sweep and direct announcements bring news.
    tail = AuditTail(connection, PARTITIONS)
    made = InboxReader(connection, tail, support.build_rules)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def box(api_broker):
    """Give an inbox of its own: a name, and a function that delivers ids in one transaction."""
    system = f"box-{uuid.uuid4().hex[:12]}"
    await Rig(api_broker, None).create(NewTopic(inbox(system), 1, 1))
    producer = AIOKafkaProducer(bootstrap_servers=api_broker, transactional_id=system)
    await producer.start()

    async def deliver(*ids, commit=True, type_=support.DOSSIER, body=b"{}", topic=None):
        await producer.begin_transaction()
        for id_ in ids:
            headers = [
                ("ce_id", id_.encode()),
                ("ce_source", b"urn:hub:system:sender"),
                ("ce_type", type_.encode()),
            ]
            await producer.send_and_wait(topic or inbox(system), body, partition=0, headers=headers)
        await (producer.commit_transaction() if commit else producer.abort_transaction())

    yield system, deliver
    await producer.stop()


def admitted(id_, **detail):
    return AuditEvent(event=Event.ADMITTED, source="sender", id=id_, at=support.NOW, detail=detail)


def ids(page):
    return [record.id for record in page.records]


async def test_committed_records_come_in_order_and_aborted_ones_never(reader, box):
    system, deliver = box
    await deliver("1", "2")
    await deliver("aborted", commit=False)
    await deliver("3")
    page = await reader.read(system, START, 10, 20)
    assert ids(page) == ["1", "2", "3"]
    assert (await reader.read(system, page.next, 10, 0)).records == ()


async def test_cold_and_hot_meet_without_gap_or_repetition(reader, box):
    system, deliver = box
    await deliver(*"abcde")
    cursor = START
    first = await reader.read(system, cursor, 2, 20)
    await deliver(*"fgh")
    got, cursor = ids(first), first.next
    while len(got) < 8:
        page = await reader.read(system, cursor, 2, 20)
        got += ids(page)
        cursor = page.next
    assert got == list("abcdefgh")


async def test_many_waiters_of_one_inbox_are_all_woken_by_one_fetch(reader, box):
    system, deliver = box
    end = (await reader.read(system, START, 10, 0)).next
    waiting = [asyncio.create_task(reader.read(system, end, 10, 20)) for _ in range(50)]
    await asyncio.sleep(0.2)
    await deliver("for all")
    pages = await asyncio.gather(*waiting)
    assert all(ids(page) == ["for all"] for page in pages)


async def test_an_announcement_brings_news_before_the_sweep_does(reader, box, monkeypatch):
    monkeypatch.setattr("hub.io.kafka.inbox_hot.SWEEP_SECONDS", 3600)
    system, deliver = box
    end = (await reader.read(system, START, 10, 0)).next
    waiting = asyncio.create_task(reader.read(system, end, 10, 30))
    await asyncio.sleep(0.3)
    await deliver("announced")
    await asyncio.sleep(0.3)
    assert not waiting.done()
    reader._hot.announce(admitted("announced", recipients=[system]))
    assert ids(await asyncio.wait_for(waiting, 20)) == ["announced"]


async def test_an_urgent_inbox_made_while_somebody_waits_is_read_at_once(
    reader, box, api_broker, monkeypatch
):
    monkeypatch.setattr("hub.io.kafka.inbox_hot.ABSENT_SECONDS", 3600)
    system, deliver = box
    end = (await reader.read(system, START, 10, 0)).next
    waiting = asyncio.create_task(reader.read(system, end, 10, 30))
    await asyncio.sleep(0.3)
    await Rig(api_broker, None).create(NewTopic(urgent_inbox(system), 1, 1))
    await deliver("urgent", topic=urgent_inbox(system))
    reader._hot.announce(admitted("urgent", recipients=[system], priority="urgent"))
    assert ids(await asyncio.wait_for(waiting, 20)) == ["urgent"]


async def test_a_withdrawal_in_the_same_window_hides_its_message(reader, box):
    system, deliver = box
    await deliver("kept", "taken-back")
    await deliver("w-1", type_=support.WITHDRAWAL, body=b'{"id": "taken-back", "reason": "x"}')
    assert ids(await reader.read(system, START, 10, 20)) == ["kept", "w-1"]


async def test_a_withdrawal_known_from_the_projection_hides_old_messages(api_broker, box):
    class Statuses:
        async def message(self, *_):
            return None

        async def withdrawn(self, messages):
            return {one for one in messages if one[1] == "gone"}

        async def rebuilding(self):
            return False

    system, deliver = box
    await deliver("gone", "there")
    connection = KafkaConnection(bootstrap=api_broker)
    tail = AuditTail(connection, PARTITIONS)
    tail.since = 4e9
    reader = InboxReader(connection, tail, support.build_rules, Statuses())
    await reader.start()
    try:
        assert ids(await reader.read(system, START, 10, 20)) == ["there"]
    finally:
        await reader.stop()


async def test_a_cursor_behind_the_end_is_unknown(reader, box):
    system, deliver = box
    await deliver("only")
    with pytest.raises(CursorUnknown):
        await reader.read(system, Cursor(plain=Spot(offset=500)), 10, 0)


async def test_an_inbox_that_is_not_there_is_unavailable(reader):
    with pytest.raises(Unavailable):
        await reader.read("no-such-inbox", START, 10, 0)


async def test_a_page_is_bounded_in_bytes_and_the_next_one_goes_on(reader, box, monkeypatch):
    monkeypatch.setattr("hub.io.kafka.inbox_reader.PAGE_BYTES", 5_000)
    system, deliver = box
    await deliver("1", "2", "3", "4", body=b"x" * 3_000)
    first = await reader.read(system, START, 10, 20)
    assert ids(first) == ["1"]
    assert ids(await reader.read(system, first.next, 10, 20)) == ["2"]


@pytest.mark.long
async def test_the_memory_of_all_inboxes_together_is_bounded(reader, box):
    system, deliver = box
    reader._hot._memory = 10_000
    cursor = (await reader.read(system, START, 10, 0)).next
    for number in range(6):
        await deliver(f"m{number}", body=b"x" * 3_000)
        page = await reader.read(system, cursor, 10, 20)
        assert ids(page) == [f"m{number}"]
        cursor = page.next
    assert reader._hot._bytes <= 10_000
    old = await reader.read(system, START, 10, 20)
    new = await reader.read(system, old.next, 10, 20)
    assert ids(old) + ids(new) == [f"m{number}" for number in range(6)]


async def test_a_whole_province_may_seek_at_the_same_moment(reader, api_broker, monkeypatch):
    # A metadata request for each, as a cold consumer makes one, would be half a minute here.
    monkeypatch.setattr("hub.io.kafka.inbox_hot._ENDS_SECONDS", 5.0)
    systems = [f"box-{uuid.uuid4().hex[:12]}" for _ in range(60)]
    made = [NewTopic(topic(one), 1, 1) for one in systems for topic in (inbox, urgent_inbox)]
    await Rig(api_broker, None).create(*made)
    found = await asyncio.gather(*(reader.seek(one, support.NOW) for one in systems))
    assert found == [START] * len(systems)


async def test_a_seek_finds_the_first_that_came_since_and_passes_over_nothing(reader, box):
    system, deliver = box
    await deliver("before")
    await asyncio.sleep(0.05)
    since = datetime.now(UTC)
    await deliver("after")
    assert (await reader.seek(system, since)).spot(urgent=False).offset == 2
    later = await reader.seek(system, datetime.now(UTC) + timedelta(minutes=1))
    await deliver("new")
    assert ids(await reader.read(system, later, 10, 20)) == ["new"]
