import hashlib
import json
from datetime import datetime, timedelta, timezone

import pytest
from hub_adapter_sql_table import SqlTableIn
from lgsp_adapter import ConfigError, Draft, Fatal, Reject
from lgsp_adapter.testing import Bus, SourceEngine
from sandbox_sql_table import OldSoftware
from sqlalchemy import text

OUTBOX = {
    "mode": "outbox",
    "order_column": "stt",
    "done_column": "da_gui",
    "pending_value": 0,
    "done_value": 1,
}
HIGH_WATER = {"mode": "high_water", "mark_column": "moc", "mark_type": "integer", "overlap": 10}
COLUMNS = {"id_column": "ma", "type_column": "loai", "body_column": "noi_dung"}


@pytest.fixture
def program(admin):
    made = OldSoftware(admin)
    made.install()
    return made


def source(database, reading, **more):
    raw = {**database, "table": "ho_so_di", **COLUMNS, "reading": reading, **more}
    return SqlTableIn(SqlTableIn.config_of(raw))


def body(number):
    return json.dumps({"text": f"Hồ sơ mẫu {number}"}, ensure_ascii=False)


async def ids(made, limit=10):
    return [record.message.id for record in await made.read(limit)]


async def test_a_row_is_marked_only_after_the_ack(database, program, ctx):
    program.put("a-1", body(1))
    program.put("a-2", body(2))
    made = source(database, OUTBOX)
    await made.open(ctx, None)
    records = await made.read(10)
    assert program.sent() == []
    await made.ack(records[0].position)
    assert program.sent() == ["a-1"]
    await made.ack(records[1].position)
    assert program.sent() == ["a-1", "a-2"]
    await made.close()


async def test_an_outbox_row_that_is_committed_late_is_read(database, program, admin, ctx):
    if database["kind"] == "sqlite":
        pytest.skip("SQLite has one writer: nothing is committed late")
    made = source(database, OUTBOX)
    await made.open(ctx, None)
    with admin.connect() as slow:
        program.put_in(slow, "cham", body(1), mark=1)
        program.put("nhanh", body(2), mark=2)
        assert await ids(made) == ["nhanh"]
        slow.commit()
    assert await ids(made) == ["cham"]
    await made.close()


async def test_a_lost_ack_costs_a_second_reading_and_no_second_message(database, program, ctx):
    program.put("a-1", body(1))
    made = source(database, OUTBOX)
    await made.open(ctx, None)
    (first,) = await made.read(10)
    await made.close()
    again = source(database, OUTBOX)
    await again.open(ctx, first.position)
    (second,) = await again.read(10)
    assert (second.message.id, second.message.body) == (first.message.id, first.message.body)
    await again.ack(second.position)
    assert program.sent() == ["a-1"]
    await again.close()


async def test_unacknowledged_rows_are_bounded(database, program, admin, ctx):
    with admin.begin() as connection:
        for number in range(520):
            program.put_in(connection, f"b-{number:03}", body(number), mark=number)
    made = source(database, OUTBOX)
    await made.open(ctx, None)
    found = []
    while records := await made.read(200):
        found += records
    assert len(found) == 500
    await made.ack(found[-1].position)
    assert len(await made.read(200)) == 20
    await made.close()


async def test_high_water_finds_what_is_committed_late_within_the_overlap(
    database, program, admin, ctx
):
    if database["kind"] == "sqlite":
        pytest.skip("SQLite has one writer: nothing is committed late")
    made = source(database, HIGH_WATER)
    await made.open(ctx, None)
    with admin.connect() as slow:
        program.put_in(slow, "cham", body(1), mark=100)
        program.put("nhanh", body(2), mark=105)
        assert await ids(made) == ["h-" + hashed("nhanh", 105)]
        slow.commit()
    assert await ids(made) == ["h-" + hashed("cham", 100)]
    assert await ids(made) == []
    await made.close()


def hashed(*parts):
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()[:40]


async def test_high_water_does_not_see_what_is_committed_later_than_the_overlap(
    database, program, ctx
):
    made = source(database, HIGH_WATER)
    await made.open(ctx, None)
    program.put("nhanh", body(2), mark=105)
    await made.read(10)
    program.put("qua-cham", body(1), mark=94)
    assert await ids(made) == []  # The anomaly that the page names: an outbox has none.
    await made.close()


async def test_equal_marks_are_all_read_whatever_the_collation(database, program, ctx):
    # PostgreSQL and MariaDB order these keys otherwise than Python does.
    keys = ["a-1", "B-1", "b-2", "A-2", "c", "Đ"]
    for key in keys:
        program.put(key, body(key), mark=7)
    made = source(database, HIGH_WATER)
    await made.open(ctx, None)
    found = []
    while records := await made.read(2):
        found += [json.loads(record.message.body)["text"] for record in records]
    assert sorted(found) == sorted(f"Hồ sơ mẫu {key}" for key in keys)
    await made.close()


async def test_a_changed_row_is_a_message_of_its_own(database, program, admin, ctx):
    program.put("a-1", body(1), mark=1)
    made = source(database, HIGH_WATER)
    await made.open(ctx, None)
    first = await ids(made)
    with admin.begin() as connection:
        connection.execute(text("UPDATE ho_so_di SET moc = 2, noi_dung = '{}' WHERE ma = 'a-1'"))
    second = await ids(made)
    assert len(second) == 1
    assert first != second
    await made.close()


async def test_reopened_at_a_late_row_nothing_is_lost(database, program, ctx):
    bus = Bus()
    for key, mark in (("a", 100), ("b", 105), ("c", 98)):
        program.put(key, body(key), mark=mark)
        await SourceEngine(lambda: source(database, HIGH_WATER), bus, ctx=ctx).drain()
    program.put("d", body("d"), mark=106)
    await SourceEngine(lambda: source(database, HIGH_WATER), bus, ctx=ctx).drain()
    texts = sorted(json.loads(each.body)["text"] for each in bus.drafts)
    assert texts == [f"Hồ sơ mẫu {key}" for key in "abcd"]
    assert not bus.dead_letters


async def test_times_as_marks(database, admin, ctx):
    with admin.begin() as connection:
        connection.execute(text("CREATE TABLE so (ma VARCHAR(20), luc TIMESTAMP, so_tien INTEGER)"))
        for number in range(3):
            row = {"ma": f"t-{number}", "luc": f"2026-11-22 08:00:0{number}", "tien": number}
            connection.execute(text("INSERT INTO so VALUES (:ma, :luc, :tien)"), row)
    reading = {"mode": "high_water", "mark_column": "luc", "mark_type": "time"}
    raw = {**database, "table": "so", "id_column": "ma", "reading": reading}
    fields = {"record_id": "ma", "changed_at": "luc", "amount": "so_tien"}
    more = {"body_columns": fields, "body_constants": {"dataset": "h99.so-mau"}}
    typed = {"type": "vn.gov.record.changed.v1", "time_column": "luc"}
    config = SqlTableIn.config_of({**raw, **more, **typed})
    made = SqlTableIn(config)
    await made.open(ctx, None)
    records = await made.read(2)
    await made.close()
    again = SqlTableIn(config)
    await again.open(ctx, records[-1].position)
    # Within the overlap the first one comes again, with the same id: the hub knows it.
    records += await again.read(5)
    await again.close()
    drafts = [each.message for each in records if isinstance(each.message, Draft)]
    bodies = [json.loads(each.body) for each in drafts]
    assert {each["record_id"] for each in bodies} == {"t-0", "t-1", "t-2"}
    assert len({each.id for each in drafts}) == 3
    assert bodies[0]["changed_at"] == "2026-11-22T08:00:00+07:00"
    assert bodies[0]["dataset"] == "h99.so-mau"
    zone = timezone(timedelta(hours=7))
    assert drafts[0].time == datetime(2026, 11, 22, 8, tzinfo=zone)


async def test_an_unreadable_row_becomes_a_reject_that_names_the_column_only(
    database, program, ctx
):
    program.put("hong", "<bi mat>")
    made = source(database, OUTBOX)
    await made.open(ctx, None)
    (record,) = await made.read(10)
    assert isinstance(record.message, Reject)
    assert (record.message.code, record.message.detail) == ("not_json", "column noi_dung")
    await made.ack(record.position)
    assert program.sent() == ["hong"]
    await made.close()


@pytest.mark.usefixtures("program")
async def test_a_missing_column_stops_the_connector_and_names_the_table(database, ctx):
    made = source(database, OUTBOX, subject_column="khong_co")
    await made.open(ctx, None)
    with pytest.raises(Fatal) as told:
        await made.check()
    assert "table ho_so_di" in str(told.value)
    assert told.value.peer_code
    await made.close()


async def test_check_finds_rows_that_can_never_be_read(database, admin, ctx):
    with admin.begin() as connection:
        connection.execute(text("CREATE TABLE t (ma VARCHAR(9), moc INTEGER, nd VARCHAR(9))"))
        connection.execute(text("INSERT INTO t VALUES (NULL, 1, '{}')"))
    columns = {"id_column": "ma", "type": "vn.gov.record.changed.v1", "body_column": "nd"}
    raw = {**database, "table": "t", **columns, "reading": HIGH_WATER}
    made = SqlTableIn(SqlTableIn.config_of(raw))
    await made.open(ctx, None)
    assert not (await made.check()).ok
    await made.close()


@pytest.mark.parametrize("name", ['a"; DROP TABLE x; --', "a.b", "a'b", "", "a\nb", "%(x)s", "a`b"])
def test_a_name_that_could_be_more_than_a_name_is_refused(name):
    raw = {"kind": "sqlite", "database": "x", **COLUMNS, "reading": OUTBOX}
    with pytest.raises(ConfigError):
        SqlTableIn.config_of({**raw, "table": name})


async def test_names_in_vietnamese_and_reserved_words_are_quoted(database, admin, ctx):
    quote = admin.dialect.identifier_preparer.quote_identifier
    table, key, done = quote("Hồ sơ"), quote("select"), quote("Đã gửi")
    with admin.begin() as connection:
        names = f"{key} INTEGER, {done} INTEGER, nd VARCHAR(99)"
        connection.exec_driver_sql(f"CREATE TABLE {table} ({names})")
        connection.exec_driver_sql(f"INSERT INTO {table} VALUES (1, NULL, '{{}}')")
    reading = {"mode": "outbox", "order_column": "select", "done_column": "Đã gửi", "done_value": 1}
    columns = {"id_column": "select", "type": "vn.gov.record.changed.v1", "body_column": "nd"}
    raw = {**database, "table": "Hồ sơ", **columns, "reading": reading}
    made = SqlTableIn(SqlTableIn.config_of(raw))
    await made.open(ctx, None)
    (record,) = await made.read(1)
    await made.ack(record.position)
    assert await made.read(1) == []
    await made.close()
