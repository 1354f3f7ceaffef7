import asyncio

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from hub.decision.events import Event
from hub.io.backoff import Backoff
from hub.io.kafka.audit_reader import AuditBatch
from hub.io.sql.projection_tables import deliveries, steps
from hub.ports import Unavailable
from hub.recorder.loop import MAX_ROWS, Recorder
from hub.recorder.metrics import RecorderMetrics
from tests.support import NOW
from tests.unit.recorder.records import PARTITIONS, about, on_the_wire

COMMUNES = [f"commune-{number:04}" for number in range(3_300)]


class MemoryReader:
    """A reader of records in a list; the world fails when it is told to."""

    partitions = range(PARTITIONS)
    missing = 0

    def __init__(self, records, stop):
        self.records, self.stop, self.failures, self.opened = records, stop, 0, 0
        self.positions = {}

    async def open(self, positions):
        self.opened += 1
        self.positions = dict(positions)

    async def read(self):
        if self.failures:
            self.failures -= 1
            raise Unavailable("no broker")
        found = [r for r in self.records if r.offset >= self.positions[r.partition]]
        end = {record.partition: record.offset + 1 for record in found}
        start = {partition: self.positions[partition] for partition in end}
        self.positions |= end
        if not found:
            self.stop.set()
            await asyncio.sleep(30)
        return AuditBatch(records=tuple(found), start=start, end=end)

    async def lag(self):
        return 3

    async def close(self):
        pass


@pytest.fixture
def stop():
    return asyncio.Event()


@pytest.fixture
def record(store, stop):
    async def run(reader):
        metrics = RecorderMetrics(registry := CollectorRegistry())
        recorder = Recorder(reader, store.projection, lambda: NOW, metrics)
        async with asyncio.timeout(30):
            await recorder.run(stop, Backoff(first=0.001))
        await recorder.close()
        return registry

    return run


def to_everybody(count):
    return [
        on_the_wire(
            about(Event.ADMITTED, id=f"m{n}", detail={"recipients": COMMUNES}), n // 2, n % 2
        )
        for n in range(count)
    ]


async def test_messages_to_all_communes_are_recorded_a_few_at_a_time(store, stop, record):
    count = 2 + MAX_ROWS // len(COMMUNES)
    registry = await record(MemoryReader(to_everybody(count), stop))
    assert len(store.rows(deliveries)) == count * len(COMMUNES)
    assert registry.get_sample_value("hub_recorder_batch_seconds_count") == 2


async def test_it_goes_on_where_it_was_when_kafka_comes_back(store, stop, record):
    reader = MemoryReader(to_everybody(2), stop)
    reader.failures = 3
    await record(reader)
    assert len(store.rows(steps)) == 2
    assert reader.opened == 4


async def test_it_goes_on_where_it_was_when_sql_comes_back(store, stop, record):
    lost = iter([True, True])

    @event.listens_for(store.engine, "commit")
    def lose(_connection):
        if next(lost, False):
            raise OperationalError("COMMIT", {}, Exception("the disk is full"))

    reader = MemoryReader(to_everybody(2), stop)
    await record(reader)
    assert len(store.rows(steps)) == 2


async def test_what_was_recorded_is_counted_and_the_lag_is_told(stop, record):
    registry = await record(MemoryReader(to_everybody(2), stop))
    counted = registry.get_sample_value("hub_recorder_events_total", {"event": "admitted"})
    assert counted == 2
    assert registry.get_sample_value("hub_recorder_lag_messages") == 3
    assert registry.get_sample_value("hub_recorder_lag_seconds") == 0
