import asyncio
import json
import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from hub_adapter_warehouse import Warehouse
from lgsp_adapter import Context, Done, Fatal, Reject, Retryable
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from lgsp_adapter.testing import delivery
from psycopg.rows import dict_row
from sandbox_warehouse import Department

SET = "h99.ho-kinh-doanh-mau"
COLUMNS = {"ten": "text", "von": "numeric"}
RULES = {
    "required": ["ten"],
    "patterns": {"ma_so": "[0-9]{10}"},
    "unique": ["ma_so"],
    "late_seconds": 3600,
    "silent_seconds": 86_400,
}
DATASETS = {SET: {"table": "ho_kinh_doanh", "columns": COLUMNS, "quality": RULES}}


class Clock:
    def __init__(self):
        self.time = datetime(2026, 11, 22, 2, tzinfo=UTC)

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ctx(clock):
    return Context("test", now=clock, networks=(UNSAFE_LOOPBACK,))


def connected(place, **options):
    return psycopg.connect(
        host=place["host"],
        port=place.get("port"),
        dbname=place["database"],
        user=place["user"],
        **options,
    )


@contextmanager
def locked(place):
    """Have every delivery wait in the middle, for a table."""
    with connected(place) as other:
        other.execute("LOCK TABLE kho.quality_verdicts")
        yield other


@pytest.fixture
def look(place):
    def query(text, *values):
        with connected(place, row_factory=dict_row) as connection:
            done = connection.execute(text, values)
            return done.fetchall() if done.description else []

    return query


async def opened(place, ctx, **more):
    made = Warehouse(Warehouse.config_of({**place, "datasets": DATASETS, **more}))
    await made.open(ctx)
    return made


def sent(id_, body, source="so-mau", type_="vn.gov.record.changed.v1", time=None):
    made = delivery(id_, type_=type_)
    attributes = {**made.attributes, "source": f"urn:hub:system:{source}"}
    attributes["time"] = time or attributes["time"]
    return replace(made, attributes=attributes, body=body)


STATES = (
    "SELECT valid_from, valid_to, is_current, deleted, version, id, ten, von, record"
    " FROM kho.ho_kinh_doanh WHERE record_id = 'r-1' ORDER BY valid_from, version, id"
)


def history():
    made = Department(SET)
    bodies = [
        made.changed("r-1", {"ten": "Quán Mẫu", "von": 10}),
        made.changed("r-1", {"ten": "Quán Mẫu 2", "von": 20.5, "moi": True}, minutes=1),
        made.changed("r-1", None, minutes=2),
        made.changed("r-1", {"ten": "Quán Mẫu 3"}, minutes=3),
    ]
    return [sent(f"m-{n}", body) for n, body in enumerate(bodies)]


async def test_a_record_has_its_history_and_one_current_state(place, ctx, look):
    made = await opened(place, ctx)
    for each in history():
        assert await made.write([each]) == [Done()]
    rows = look(STATES)
    assert [row["ten"] for row in rows] == ["Quán Mẫu", "Quán Mẫu 2", None, "Quán Mẫu 3"]
    assert [row["deleted"] for row in rows] == [False, False, True, False]
    assert [row["is_current"] for row in rows] == [False, False, False, True]
    assert [row["valid_to"] for row in rows[:-1]] == [row["valid_from"] for row in rows[1:]]
    # A field that no column was made for is not lost.
    assert rows[1]["record"]["moi"] is True
    await made.close()


@pytest.mark.parametrize("seed", range(6))
async def test_wrong_order_and_repetitions_give_the_same_table(place, ctx, look, seed):
    made = await opened(place, ctx)
    for each in history():
        await made.write([each])
    expected, verdicts = look(STATES), look("SELECT id, findings FROM kho.quality_verdicts")
    look("TRUNCATE kho.changes, kho.ho_kinh_doanh, kho.quality_verdicts")
    order = history() * 2
    Random(seed).shuffle(order)
    for each in order:
        assert await made.write([each]) == [Done()]
    assert look(STATES) == expected
    assert len(look("SELECT id FROM kho.quality_verdicts")) == len(verdicts)
    await made.close()


async def test_two_sources_do_not_overwrite_each_other(place, ctx, look):
    made = await opened(place, ctx)
    body = Department(SET).changed("r-1", {"ten": "x"})
    await made.write([sent("m-1", body, "so-mau"), sent("m-1", body, "xa-mau")])
    assert len(look("SELECT 1 FROM kho.ho_kinh_doanh WHERE is_current")) == 2
    await made.close()


async def test_two_writers_of_one_record_make_one_history(place, ctx, look):
    one, two = await opened(place, ctx), await opened(place, ctx)
    sides: list[list[Any]] = [[], []]
    for number, each in enumerate(history() * 3):
        sides[number % 2].append(each)

    async def write_all(made, messages):
        for each in messages:
            assert await made.write([each]) == [Done()]

    await asyncio.gather(write_all(one, sides[0]), write_all(two, sides[1]))
    assert [row["id"] for row in look(STATES)] == ["m-0", "m-1", "m-2", "m-3"]
    await one.close()
    await two.close()


async def test_a_new_column_is_added_and_none_is_ever_dropped(place, ctx, look):
    first = await opened(place, ctx)
    await first.write([sent("m-1", Department(SET).changed("r-1", {"ten": "x", "von": 1}))])
    await first.close()
    wider = {SET: {"table": "ho_kinh_doanh", "columns": {"ten": "text", "dia_chi": "text"}}}
    second = await opened(place, ctx, datasets=wider)
    body = Department(SET).changed("r-2", {"ten": "y", "dia_chi": "Mẫu"})
    assert await second.write([sent("m-2", body)]) == [Done()]
    rows = look("SELECT ten, von, dia_chi FROM kho.ho_kinh_doanh ORDER BY record_id")
    assert [row["von"] for row in rows] == [1, None]
    assert [row["dia_chi"] for row in rows] == [None, "Mẫu"]
    await second.close()


async def test_a_data_set_that_gets_a_table_later_takes_its_history_there(place, ctx, look):
    first = await opened(place, ctx, datasets={})
    for each in history()[:2]:
        await first.write([each])
    await first.close()
    second = await opened(place, ctx)
    await second.write([history()[3]])
    assert [row["id"] for row in look(STATES)] == ["m-0", "m-1", "m-3"]
    assert look("SELECT 1 FROM kho.records") == []
    await second.close()


async def test_a_field_that_changed_its_type_stops_nothing(place, ctx, look):
    made = await opened(place, ctx)
    body = Department(SET).changed("r-1", {"ten": "x", "von": "mười triệu"})
    assert await made.write([sent("m-1", body)]) == [Done()]
    (row,) = look("SELECT von, record FROM kho.ho_kinh_doanh")
    assert row["von"] is None
    assert row["record"]["von"] == "mười triệu"
    (verdict,) = look("SELECT correct, findings FROM kho.quality_verdicts")
    assert verdict["correct"] is False
    assert verdict["findings"] == [{"dimension": "correct", "rule": "type", "field": "von"}]
    await made.close()


async def test_verdicts_for_each_source_stand_in_one_view(place, ctx, look):
    made, good, bad = await opened(place, ctx), Department(SET), Department(SET)
    for n in range(2):
        body = good.changed(f"g-{n}", {"ten": "x", "ma_so": f"000000000{n}"}, minutes=30)
        await made.write([sent(f"g-{n}", body, "tot")])
    for n in range(2):
        body = bad.changed(f"b-{n}", {"ten": " ", "ma_so": "12"})
        await made.write([sent(f"b-{n}", body, "xau")])
    found = {row["source"]: row for row in look("SELECT * FROM kho.quality_summary")}
    dimensions = ("correct", "complete", "clean", "on_time")
    assert [float(found["tot"][name]) for name in dimensions] == [1, 1, 1, 1]
    assert [float(found["xau"][name]) for name in dimensions] == [0, 0, 0.5, 1]
    shared = look("SELECT findings FROM kho.quality_verdicts WHERE id = 'b-1'")[0]["findings"]
    assert {"dimension": "clean", "rule": "unique", "field": "ma_so"} in shared
    # The clock of these tests stands in the past, so both have been silent for long.
    assert found["tot"]["live_now"] is (datetime.now(UTC) < ctx.now() + timedelta(days=1))
    await made.close()


async def test_a_dossier_is_one_record_made_of_its_events(place, ctx, look):
    made = await opened(place, ctx)
    for kind, time, more in (
        ("step", "2026-11-22T09:00:00+07:00", {"state": 4}),
        ("received", "2026-11-22T08:00:00+07:00", {"state": 2, "agency": {"code": "H99.1"}}),
    ):
        body = json.dumps({"dossier_code": "H99-1", **more}).encode()
        await made.write([sent(kind, body, type_=f"vn.gov.dossier.{kind}.v1", time=time)])
    (row,) = look("SELECT record FROM kho.records WHERE is_current AND dataset = 'dossier'")
    assert row["record"]["state"] == 4
    assert row["record"]["agency"] == {"code": "H99.1"}
    await made.close()


async def test_one_that_the_tables_do_not_take_is_rejected_alone(place, ctx, look):
    made, department = await opened(place, ctx), Department(SET)
    batch = [
        sent("m-1", department.changed("r-1", {"ten": "x"})),
        sent("m-2", department.changed("r-2", {"ten": "a\0b"})),
        sent("m-3", b"<x>"),
        sent("m-4", department.changed("r-4", {"ten": "y"})),
    ]
    first, second, third, fourth = await made.write(batch)
    assert (first, fourth) == (Done(), Done())
    assert isinstance(second, Reject)
    assert (second.code, second.peer_code) == ("refused_by_warehouse", "22P05")
    assert third.code == "not_a_record"
    assert len(look("SELECT 1 FROM kho.changes")) == 2
    await made.close()


BREAK_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_a_connection_that_broke_while_idle_fails_no_delivery(place, ctx, look):
    made = await opened(place, ctx)
    look(BREAK_OTHERS)
    message = sent("m-1", Department(SET).changed("r-1", {"ten": "x"}))
    assert await made.write([message]) == [Done()]
    assert len(look("SELECT 1 FROM kho.ho_kinh_doanh")) == 1
    await made.close()


async def test_a_connection_that_breaks_in_a_delivery_is_retryable_and_made_anew(place, ctx, look):
    made = await opened(place, ctx)
    message = sent("m-1", Department(SET).changed("r-1", {"ten": "x"}))
    with locked(place) as other:
        task = asyncio.create_task(made.write([message]))
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
        while not look(waits, place["database"]):  # noqa: ASYNC110  (the server tells nobody)
            await asyncio.sleep(0.02)
        other.execute(BREAK_OTHERS)
        with pytest.raises(Retryable) as told:
            await task
    assert told.value.peer_code == "57P01"
    assert look("SELECT 1 FROM kho.changes") == []
    assert await made.write([message]) == [Done()]
    await made.close()


async def test_a_lock_ends_by_the_statement_time_out_and_nothing_is_half_written(place, ctx, look):
    made = await opened(place, ctx, statement_seconds=1)
    message = sent("m-1", Department(SET).changed("r-1", {"ten": "x"}))
    with locked(place) as other:
        with pytest.raises(Retryable) as told:
            await made.write([message])
        assert told.value.peer_code == "57014"
        other.rollback()
    assert look("SELECT 1 FROM kho.changes") == []
    assert await made.write([message]) == [Done()]
    await made.close()


async def test_cancelled_in_the_middle_nothing_is_half_written(place, ctx, look):
    made = await opened(place, ctx)
    message = sent("m-1", Department(SET).changed("r-1", {"ten": "x"}))
    with locked(place) as other:
        task = asyncio.create_task(made.write([message]))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        other.rollback()
    assert look("SELECT 1 FROM kho.changes") == []
    assert await made.write([message]) == [Done()]
    await made.close()


async def test_the_password_is_never_shown(ctx, monkeypatch, caplog):
    secret = "mat-khau-mau-73"
    monkeypatch.setenv("MAU_MAT_KHAU", secret)
    away = {"host": "127.0.0.1", "port": 1, "database": "x", "user": "u"}
    config = Warehouse.config_of({**away, "password": "env:MAU_MAT_KHAU"})
    made = Warehouse(config)
    with pytest.raises(Retryable) as told:
        await made.open(ctx)
    await made.close()
    assert secret not in f"{told.value!r} {told.value.__cause__!r} {config!r} {caplog.text}"


async def test_without_a_right_to_make_tables_the_operator_is_told(place, ctx, look):
    role = f"chi_doc_{os.urandom(4).hex()}"
    look(f"CREATE ROLE {role} LOGIN")
    made = Warehouse(Warehouse.config_of({**place, "user": role}))
    try:
        with pytest.raises(Fatal) as told:
            await made.open(ctx)
        assert told.value.peer_code == "42501"
    finally:
        await made.close()
        look(f"DROP ROLE {role}")


async def test_a_day_that_is_over_becomes_one_file_for_each_source(place, ctx, clock, tmp_path):
    made, department = await opened(place, ctx, export_folder=str(tmp_path)), Department(SET)
    for n, source in enumerate(("so-mau", "xa-mau", "so-mau")):
        await made.write([sent(f"m-{n}", department.changed(f"r-{n}", {"ten": "Mẫu"}), source)])
    assert list(tmp_path.rglob("*.parquet")) == []
    assert "0 daily files" in (await made.check()).en
    clock.time += timedelta(days=1)
    assert "2 daily files" in (await made.check()).en
    for n in range(3, 6):
        await made.write([sent(f"m-{n}", department.changed(f"r-{n}", {"ten": "Mẫu"}))])
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.parquet"))
    assert found == [
        "day=2026-11-22/source=so-mau/changes.parquet",
        "day=2026-11-22/source=xa-mau/changes.parquet",
    ]
    table = pq.ParquetFile(tmp_path / found[0]).read()
    assert table["id"].to_pylist() == ["m-0", "m-2"]
    assert json.loads(table["body"][0].as_py())["record"] == {"ten": "Mẫu"}
    assert "0 daily files" in (await made.check()).en
    await made.close()


async def test_a_disk_that_takes_no_file_stops_no_delivery_and_is_said(
    place, ctx, clock, tmp_path, caplog
):
    made, department = await opened(place, ctx, export_folder=str(tmp_path)), Department(SET)
    await made.write([sent("m-1", department.changed("r-1", {"ten": "x"}))])
    clock.time += timedelta(days=1)
    blocked = tmp_path / "day=2026-11-22"
    blocked.write_text("a file where a folder must be", encoding="utf-8")
    assert await made.write([sent("m-2", department.changed("r-2", {"ten": "x"}))]) == [Done()]
    assert "export" in caplog.text
    assert "1 daily files" in (await made.check()).en
    blocked.unlink()
    await made.write([sent("m-3", department.changed("r-3", {"ten": "x"}))])
    assert len(list(tmp_path.rglob("*.parquet"))) == 1
    await made.close()


async def test_a_file_that_is_half_written_is_never_seen_under_its_name(
    place, ctx, clock, tmp_path, monkeypatch
):
    made, department = await opened(place, ctx, export_folder=str(tmp_path)), Department(SET)
    await made.write([sent("m-1", department.changed("r-1", {"ten": "x"}))])
    clock.time += timedelta(days=1)

    def full(*_args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("hub_adapter_warehouse.parquet.Writer.add", full)
        assert await made.write([sent("m-2", department.changed("r-2", {"ten": "x"}))]) == [Done()]
    assert list(tmp_path.rglob("changes.parquet")) == []
    await made.write([sent("m-3", department.changed("r-3", {"ten": "x"}))])
    (path,) = tmp_path.rglob("changes.parquet")
    assert pq.ParquetFile(path).read()["id"].to_pylist() == ["m-1"]
    assert list(tmp_path.rglob(".*part")) == []
    await made.close()
