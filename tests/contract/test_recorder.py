"""The recorder on a real broker: each committed event is recorded once, whatever dies."""

import asyncio
import random
import signal

import pytest
from prometheus_client import CollectorRegistry

from hub.decision.events import Event
from hub.io.kafka.admin import delete_records
from hub.io.sql.engine import metadata, open_blocking_engine
from hub.io.sql.projection import Projection
from hub.io.sql.projection_tables import messages, steps
from hub.ports import Refusing
from hub.recorder.loop import Recorder
from hub.recorder.main import rebuild
from hub.recorder.metrics import RecorderMetrics
from tests.recorder_rig import RecorderRig, story
from tests.support import NOW
from tests.unit.recorder.records import Store, about

pytestmark = pytest.mark.kafka


@pytest.fixture
async def rig(broker, tmp_path):
    made = RecorderRig(broker, tmp_path)
    await made.make_topic()
    return made


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "hub.db")
    yield made
    made.engine.dispose()


async def test_committed_events_are_recorded_and_aborted_ones_are_not(rig, store):
    async with rig.recording(store):
        await rig.write(story(1, 200))
        await rig.write(story(2, 200), abort=True)
        await rig.write(story(3, 200))
        await rig.until_recorded(store)
    assert store.dump() == rig.expected()


async def test_killed_at_any_point_it_loses_nothing_and_records_nothing_twice(rig, store):
    await rig.write(story(4, 1_500))
    for point in ("read", "commit", "committed"):
        process = await rig.start_process(store, point, 2)
        assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL, point
    chance = random.Random(7)
    for _ in range(2):
        process = await rig.start_process(store)
        await asyncio.sleep(chance.uniform(0.8, 1.6))
        process.kill()
        await process.wait()
    async with rig.recording(store):
        await rig.until_recorded(store)
    assert store.dump() == rig.expected()


async def test_a_rebuilt_projection_is_the_same(rig, store):
    await rig.write(story(5, 400))
    async with rig.recording(store):
        await rig.until_recorded(store)
    before = store.dump()
    with store.engine.begin() as connection:
        connection.execute(messages.update().values(subject="spoiled"))
    done = await rebuild(rig.reader(), store.engine)
    assert done.events == len(rig.written)
    assert store.dump() == before == rig.expected()


async def test_a_rebuild_beside_a_running_recorder_records_each_event_once(rig, store):
    await rig.write(story(6, 400))
    async with rig.recording(store):
        await rig.until_recorded(store)
        await rebuild(rig.reader(), store.engine)
        await rig.write(story(7, 100))
        await rig.until_recorded(store)
    assert store.dump() == rig.expected()


async def test_two_recorders_record_each_event_once(rig, store, tmp_path):
    second = Store(tmp_path / "hub.db")
    async with rig.recording(store), rig.recording(second):
        for seed in range(10, 14):
            await rig.write(story(seed, 100))
        await rig.until_recorded(store)
    second.engine.dispose()
    assert store.dump() == rig.expected()


async def test_after_a_restart_of_the_broker_it_goes_on_by_itself(fresh_broker, tmp_path, store):
    rig = RecorderRig(fresh_broker.bootstrap, tmp_path)
    await rig.make_topic()
    async with rig.recording(store) as running:
        await rig.write(story(8, 100))
        await rig.until_recorded(store)
        fresh_broker.kill()
        await asyncio.sleep(1)
        assert not running.done()
        await fresh_broker.start()
        await rig.write(story(9, 100))
        await rig.until_recorded(store)
    assert store.dump() == rig.expected()


async def test_an_unreadable_record_is_kept_as_such_and_stops_nothing(rig, store):
    newer = b'{"event":"from_a_newer_version","source":"s","id":"i","at":"2026-11-22T00:00:00Z"}'
    bad = [b"", b"\xff", b"[]", newer]
    await rig.write_raw([(0, value) for value in bad])
    await rig.write([(0, about(Event.ADMITTED, detail={"recipients": ["receiver"]}))])
    async with rig.recording(store):
        await rig.until_recorded(store)
    events = [row.event for row in store.rows(steps)]
    assert events == ["unreadable"] * 4 + ["admitted"]


async def test_another_topic_than_was_recorded_is_not_mixed_in(rig, store, broker, tmp_path):
    await rig.write(story(15, 50))
    async with rig.recording(store):
        await rig.until_recorded(store)
    other = RecorderRig(broker, tmp_path)
    await other.make_topic()
    with pytest.raises(Refusing, match="hub rebuild projection"):
        async with other.recording(store) as running:
            await asyncio.wait_for(asyncio.shield(running), 30)


async def test_records_that_were_deleted_unread_are_told(rig, store):
    await rig.write([(0, about(Event.ADMITTED, id=f"m{number}")) for number in range(10)])
    await delete_records(rig.connection, rig.topic, 0, 4)
    rig.written = [record for record in rig.written if record[1] >= 4]
    reader, registry = rig.reader(), CollectorRegistry()
    recorder = Recorder(reader, Projection(store.engine), lambda: NOW, RecorderMetrics(registry))
    await recorder.open()
    while await recorder.step():
        pass
    await recorder.close()
    assert len(store.rows(steps)) == 6
    assert registry.get_sample_value("hub_recorder_missing_records") == 4


async def test_the_lag_is_told_and_is_zero_at_the_end(rig, store):
    await rig.write(story(16, 300))
    registry = CollectorRegistry()
    recorder = Recorder(
        rig.reader(), Projection(store.engine), lambda: NOW, RecorderMetrics(registry)
    )
    await recorder.open()
    lags = []
    while await recorder.step():
        lags.append(registry.get_sample_value("hub_recorder_lag_messages") or 0)
    await recorder.close()
    assert max(lags) > 100
    assert lags[-1] <= 1  # the marker of the last transaction may not be read yet


@pytest.fixture
def postgres_store(postgres_url):
    made = Store.__new__(Store)
    made.url, made.engine = postgres_url, open_blocking_engine(postgres_url)
    metadata.create_all(made.engine)
    made.projection = Projection(made.engine)
    yield made
    made.engine.dispose()


async def test_postgresql_holds_the_same_rows_also_when_it_drops_its_connections(
    rig, postgres_store
):
    async with rig.recording(postgres_store):
        await rig.write(story(17, 300))
        for seed in range(18, 23):
            await asyncio.to_thread(_drop_connections, postgres_store.url)
            await rig.write(story(seed, 50))
        await rig.until_recorded(postgres_store)
    assert postgres_store.dump() == rig.expected()
    await rebuild(rig.reader(), postgres_store.engine)
    assert postgres_store.dump() == rig.expected()


def _drop_connections(url):
    engine = open_blocking_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    engine.dispose()
