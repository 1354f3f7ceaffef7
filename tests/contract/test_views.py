"""The views over a real broker: exact after crashes, rebuilds, aborts and other readers."""

import asyncio
import json
import signal
from collections import Counter
from datetime import timedelta

import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from hub.decision.events import AuditEvent, Event
from hub.decision.rows import AuditRecord
from hub.io.kafka.admin import ensure_topics
from hub.io.kafka.reading import close_consumer, open_consumer, read_to
from hub.io.kafka.topics import Topic
from hub.io.sql.engine import open_engine
from hub.io.sql.views import Views
from hub.io.sql.views_queries import ViewsQueries
from hub.io.sql.views_rebuild import rebuild
from hub.io.sql.views_told import ToldCounts
from hub.ports import Refusing, Unavailable
from hub.views import main as views
from hub.views.gauges import Gauges
from hub.views.loop import Adder
from hub.views.metrics import ViewsMetrics
from hub.views.publish import IndicatorWriter, Publisher
from tests.recorder_rig import PARTITIONS
from tests.support import NOW
from tests.views_rig import ViewsRig, ViewStore, by_hand, counted, day

pytestmark = pytest.mark.kafka


@pytest.fixture
async def rig(broker, tmp_path):
    made = ViewsRig(broker, tmp_path)
    await made.make_topic()
    return made


@pytest.fixture
def store(tmp_path):
    made = ViewStore(f"sqlite:///{tmp_path / 'hub.db'}")
    yield made
    made.close()


async def test_what_was_committed_is_added_up_as_by_hand_and_what_was_not_is_not(rig, store):
    await rig.write(day(1, 300))
    await rig.write(day(2, 200), abort=True)
    await rig.write(day(3, 300))
    async with rig.viewing(store):
        await rig.until_added(store)
    found = store.dump()
    counts, still_open = by_hand(rig.written)
    assert counted(found) == counts
    assert {row[:3] for row in found["view_open"]} == still_open
    assert found == rig.at_once()


ALSO = [pytest.param(point, marks=pytest.mark.long) for point in ("read", "committed")]


@pytest.mark.parametrize("point", ["commit", *ALSO])
async def test_kill_9_changes_no_figure(rig, store, point):
    await rig.write(day(4, 400))
    process = await rig.start_views(store, point, 2)
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    async with rig.viewing(store):
        await rig.until_added(store)
    assert store.dump() == rig.at_once()


async def test_a_broker_that_was_away_is_read_again(fresh_broker, tmp_path, store):
    rig = ViewsRig(fresh_broker.bootstrap, tmp_path)
    await rig.make_topic()
    await rig.write(day(11, 100))
    async with rig.viewing(store):
        await rig.until_added(store)
        fresh_broker.kill()
        await fresh_broker.wait()
        await fresh_broker.start()
        await rig.write(day(12, 100))
        await rig.until_added(store)
    assert store.dump() == rig.at_once()


async def test_sql_that_was_away_once_is_asked_again_and_nothing_is_behind_meanwhile(
    rig, store, monkeypatch
):
    record, faults = Views.record, [Unavailable("SQL did not answer")]

    def away_once(self, *batch):
        if faults:
            raise faults.pop()
        return record(self, *batch)

    monkeypatch.setattr(Views, "record", away_once)
    stream = rig.stream()
    assert await stream.unread() is None, "what is not read is not known to be read"
    await rig.write(day(16, 200))
    async with rig.viewing(store, stream):
        await rig.until_added(store)
    assert (faults, store.dump()) == ([], rig.at_once())


async def test_it_stops_at_once_also_while_the_broker_is_away(fresh_broker, tmp_path, store):
    rig = ViewsRig(fresh_broker.bootstrap, tmp_path)
    fresh_broker.kill()
    await fresh_broker.wait()
    async with asyncio.timeout(60), rig.viewing(store):
        await asyncio.sleep(0)  # the block ends at once, and with it the process


async def test_another_topic_than_was_added_up_is_not_mixed_in(rig, store, broker, tmp_path):
    await rig.write(day(13, 60))
    async with rig.viewing(store):
        await rig.until_added(store)
    other = ViewsRig(broker, tmp_path)
    await other.make_topic()
    with pytest.raises(ExceptionGroup) as error:
        async with other.viewing(store) as running:
            await asyncio.wait_for(asyncio.shield(running), 30)
    assert error.group_contains(Refusing, match="hub rebuild views")


async def test_a_rebuild_finds_the_same_figures_while_another_process_runs(rig, store):
    await rig.write(day(5, 300))
    async with rig.viewing(store):
        await rig.until_added(store)
        before = store.dump()
        await views.rebuild(rig.reader(), store.engine)
        await rig.until_added(store)
        assert store.dump() == before
        await rig.write(day(6, 100))
        await rig.until_added(store)
    assert store.dump() == rig.at_once()


async def test_a_rebuild_that_died_goes_on_as_one_and_ends_when_all_is_read_again(rig, store):
    await rig.write(day(15, 200))
    async with rig.viewing(store):
        await rig.until_added(store)
    store.views.clear(NOW)
    begun = rebuild(store.engine)
    assert begun is not None
    assert (begun.since, begun.done) == (NOW, 0)
    store.views.clear(NOW + timedelta(hours=1))
    assert rebuild(store.engine) == begun, "emptied again in the middle it is the same rebuild"
    async with rig.viewing(store):
        await rig.until_added(store)
    assert rebuild(store.engine) is None
    assert store.dump() == rig.at_once()


async def test_indicators_stand_on_their_topic_as_in_sql_and_are_told_once(rig, store):
    topic = f"indicators-{rig.topic}"
    await ensure_topics(rig.connection, [Topic(name=topic, partitions=1)])
    await rig.write(day(9, 200))
    async with rig.viewing(store):
        await rig.until_added(store)
    engine = open_engine(store.url)
    adder = Adder(store.views, PARTITIONS, ViewsMetrics(CollectorRegistry()))
    registry = CollectorRegistry()
    writer = IndicatorWriter(rig.connection, f"m-{rig.topic}", topic)
    publisher = Publisher(adder, ViewsQueries(engine), writer, Gauges(registry))
    await publisher.round()
    assert await adder.untold(1) == []
    whole = store.dump()
    store.views.clear(NOW)
    await publisher.round()
    async with rig.viewing(store):
        await rig.until_added(store)
    assert (store.dump(), await adder.untold(1) == []) == (whole, False)
    await writer.stop()
    told = await last_values(rig.connection, topic)
    counts = {key: one for key, one in told.items() if key.startswith("counts/")}
    by_name: Counter[tuple[str, ...]] = Counter()
    for one in counts.values():
        named = (one["hour"][:13], one["measure"], one["system"], one["type"], one["label"])
        by_name[named] = one["n"]
    assert by_name == counted(store.dump())
    offsets = [int(o) for one in counts.values() for o in one["offsets"].values()]
    assert max(offsets) == max(rig.ends().values()) - 1
    waiting = registry.get_sample_value("hub_waiting_deliveries", {"state": "pending"})
    assert waiting == sum(row[5] == "pending" for row in store.dump()["view_open"])
    await adder.close()
    await engine.dispose()


async def last_values(connection, topic):
    consumer = await open_consumer(connection)
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    await consumer.seek_to_beginning(place)
    found = {}
    async for records in read_to(consumer, await consumer.end_offsets([place])):
        for record in records[place]:
            found[record.key.decode()] = json.loads(record.value)
    await close_consumer(consumer)
    return found


def flood(messages):
    """Return one dossier's code in everything that a system sends."""
    facts = {"org": "org-a", "state": 2, "promised_at": NOW.isoformat()}
    type_ = "vn.gov.dossier.received.v1"
    detail = {"recipients": [], "type": type_, "subject": "H99.98-1", "facts": facts}
    for number in range(messages):
        event = AuditEvent(
            event=Event.ADMITTED, source="sender-a", id=f"f-{number}", at=NOW, detail=detail
        )
        yield AuditRecord(partition=1, offset=number, written_at=NOW, event=event)


def test_who_sends_everything_under_one_subject_costs_no_more_and_no_batch_matters(
    store, monkeypatch, tmp_path
):
    monkeypatch.setattr("hub.io.sql.views.MAX_FACTS", 7)
    other = ViewStore(f"sqlite:///{tmp_path / 'other.db'}")
    records = list(flood(40))
    for one, size in ((store, 3), (other, 40)):
        one.views.positions([1])
        for start in range(0, 40, size):
            part = records[start : start + size]
            assert one.views.record(part, {1: start}, {1: start + len(part)}) is not None
    assert store.dump() == other.dump()
    assert [row[1] for row in store.dump()["view_facts"]] == list(range(7))
    other.close()


def test_postgresql_holds_the_same_rows_as_sqlite(store, postgres_url):
    other, records = ViewStore(postgres_url), []
    offsets: Counter[int] = Counter()
    for partition, event in day(10, 600):
        records.append(
            AuditRecord(partition=partition, offset=offsets[partition], written_at=NOW, event=event)
        )
        offsets[partition] += 1
    for one, size in ((store, len(records)), (other, 333)):
        at = dict.fromkeys(range(PARTITIONS), 0)
        one.views.positions(at)
        for start in range(0, len(records), size):
            part = records[start : start + size]
            end = {record.partition: record.offset + 1 for record in part}
            assert one.views.record(part, {place: at[place] for place in end}, end) is not None
            at |= end
    assert store.dump() == other.dump()
    assert {cell.key: cell.n for cell in ToldCounts(store.engine).untold(10**6)} == {
        cell.key: cell.n for cell in ToldCounts(other.engine).untold(10**6)
    }
    other.close()


async def test_a_batch_that_comes_again_adds_nothing(rig, store):
    await rig.write(day(7, 200))
    async with rig.viewing(store):
        await rig.until_added(store)
    before = store.dump()
    # Another group has no position of its own in Kafka, and is given everything again.
    stream = rig.stream()
    stream._group = f"other-{rig.topic}"
    async with rig.viewing(store, stream):
        await rig.write(day(8, 50))
        await rig.until_added(store)
    assert before != store.dump() == rig.at_once()
