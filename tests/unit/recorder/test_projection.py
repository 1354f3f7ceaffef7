from itertools import count

import pytest
from sqlalchemy.exc import OperationalError

from hub.decision.events import Event
from hub.decision.rows import AuditRecord
from hub.io.sql.engine import open_blocking_engine, open_engine
from hub.io.sql.objects_tables import object_access
from hub.io.sql.projection import Projection
from hub.io.sql.projection_queries import ProjectionQueries
from hub.io.sql.projection_tables import deliveries, messages, positions, steps
from hub.ports import Unavailable
from tests.support import NOW, TO_GROUP, receipt, stamped, withdrawal
from tests.unit.recorder.records import PARTITIONS, Store, about

OBJECT = "sha256:" + "0f" * 32


@pytest.fixture
def busy(province):
    """A little of everything."""
    ids = (f"msg-{number:04}" for number in count(1))
    for _ in range(5):
        name = next(ids)
        decision = province.decide(stamped(id=name, recipients=TO_GROUP, objects=OBJECT))
        province.decide(stamped(id=name, recipients=TO_GROUP, objects=OBJECT))
        province.decide(receipt("delivered", (name, decision.deliveries[0])))
        province.decide(stamped(id=next(ids), type="vn.gov.nothing.v1"))
        province.decide(withdrawal(name, own_id=f"withdrawal-{name}"))
    province.tell(about(Event.REFUSED, source="", id="", reason="signature_malformed"))
    return province.records


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_rows_do_not_depend_on_how_the_events_were_batched(busy, tmp_path, size):
    whole, parts = Store(tmp_path / "whole.db"), Store(tmp_path / "parts.db")
    assert whole.record(busy)
    for start in range(0, len(busy), size):
        assert parts.record(busy[start : start + size])
    assert parts.dump() == whole.dump()
    assert len(whole.rows(steps)) == len(busy)


def test_a_batch_recorded_twice_is_recorded_once(busy, store):
    end = {record.partition: record.offset + 1 for record in busy}
    start = dict.fromkeys(end, 0)
    store.projection.positions(range(PARTITIONS))
    assert store.projection.record(busy, start, end)
    before = store.dump()
    assert not store.projection.record(busy, start, end)
    assert store.dump() == before


def test_positions_begin_at_zero_and_move_with_the_rows(busy, store):
    assert store.projection.positions(range(3)) == {0: 0, 1: 0, 2: 0}
    store.record(busy)
    assert store.projection.positions([5]) == {5: len(busy)}


@pytest.mark.parametrize("table", [messages, deliveries, steps, object_access])
def test_a_batch_is_recorded_whole_or_not_at_all(busy, store, table):
    store.record(busy[:1])
    before = store.dump()
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER full BEFORE INSERT ON {table.name} "
            "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    with pytest.raises(Exception, match="no room"):
        store.record(busy[1:])
    assert store.dump() == before
    assert store.projection.positions([5]) == {5: 1}


def test_emptied_and_recorded_again_it_is_the_same(busy, store):
    store.record(busy)
    before = store.dump()
    store.projection.clear()
    assert store.rows(steps) == []
    assert {row.next_offset for row in store.rows(positions)} == {0}
    store.record(busy)
    assert store.dump() == before


async def test_emptied_it_is_incomplete_until_it_has_come_as_far_again(busy, store):
    engine = open_engine(str(store.engine.url))
    asking = ProjectionQueries(engine)
    store.record(busy)
    assert not await asking.rebuilding()
    store.projection.clear()
    assert await asking.rebuilding()
    # Half of it, and emptied once more: what is missing is measured by what there was at first.
    store.record(busy[: len(busy) // 2])
    assert await asking.rebuilding()
    store.projection.clear()
    store.record(busy[: len(busy) // 2])
    assert await asking.rebuilding()
    store.record(busy[len(busy) // 2 :])
    assert not await asking.rebuilding()
    await engine.dispose()


def test_emptying_takes_no_access_to_objects_away(busy, store):
    store.record(busy)
    granted = store.rows(object_access)
    store.projection.clear()
    assert store.rows(object_access) == granted
    assert {(row.system, row.how) for row in granted} == {
        ("receiver", "delivered"),
        ("other", "delivered"),
    }


def test_access_by_upload_stays_beside_access_by_delivery(busy, store):
    with store.engine.begin() as connection:
        connection.execute(
            object_access.insert().values(
                hash=OBJECT, system="receiver", how="uploaded", granted_at=NOW
            )
        )
    store.record(busy)
    assert {(row.system, row.how) for row in store.rows(object_access)} == {
        ("receiver", "uploaded"),
        ("receiver", "delivered"),
        ("other", "delivered"),
    }


def test_a_record_that_is_no_audit_event_stays_visible(store):
    store.record([AuditRecord(partition=1, offset=0, written_at=NOW, event=None)])
    (row,) = store.rows(steps)
    assert (row.event, row.partition, row.at) == ("unreadable", 1, NOW)


def test_more_messages_than_one_query_looks_up(province, store):
    for number in range(1_100):
        province.tell(about(Event.ADMITTED, id=f"m{number}", detail={"recipients": ["receiver"]}))
    store.record(province.records)
    admitted = len(province.records)
    for number in range(1_100):
        province.tell(about(Event.DELIVERED, id=f"m{number}", recipient="receiver"))
    store.record(province.records[admitted:])
    assert {row.state for row in store.rows(deliveries)} == {"delivered"}
    assert len(store.rows(deliveries)) == 1_100


def test_a_database_that_is_away_is_unavailable(tmp_path):
    engine = open_blocking_engine(f"sqlite:///{tmp_path}/missing/hub.db")
    with pytest.raises(Unavailable) as raised:
        Projection(engine).positions(range(3))
    assert isinstance(raised.value.__cause__, OperationalError)
    engine.dispose()
