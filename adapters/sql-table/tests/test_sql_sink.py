import asyncio
import json
import time

import pytest
from hub_adapter_sql_table import SqlTableOut
from lgsp_adapter import Done, Fatal, Reject, Retryable
from lgsp_adapter.testing import delivery
from sandbox_sql_table import OldSoftware
from sqlalchemy import text

COLUMNS = {"key": "khoa", "id": "ma", "subject": "chu_de", "body": "noi_dung"}


@pytest.fixture
def program(admin):
    made = OldSoftware(admin)
    made.install()
    return made


def sink(database, **more):
    raw = {**database, "table": "ho_so_den", "columns": COLUMNS, **more}
    return SqlTableOut(SqlTableOut.config_of(raw))


async def test_a_repetition_is_done_and_written_once(database, program, ctx):
    made = sink(database)
    await made.open(ctx)
    batch = [delivery("d-1"), delivery("d-2")]
    assert await made.write(batch) == [Done(), Done()]
    # Between the two the old program has worked on its row.
    program.take("d-1")
    assert await made.write([*batch, delivery("d-3")]) == [Done(), Done(), Done()]
    rows = program.received()
    assert [row.id for row in rows] == ["d-1", "d-2", "d-3"]
    assert rows[0].body.encode() == batch[0].body
    await made.close()


async def test_ids_that_differ_in_case_are_two_messages(database, program, ctx):
    made = sink(database)
    await made.open(ctx)
    assert await made.write([delivery("MA-1"), delivery("ma-1")]) == [Done(), Done()]
    assert {row.id for row in program.received()} == {"MA-1", "ma-1"}
    await made.close()


@pytest.mark.usefixtures("program")
async def test_a_key_column_that_ignores_case_never_loses_a_message(database, ctx):
    if database["kind"] == "sqlite":
        pytest.skip("SQLite tells upper from lower case")
    made = sink(database, key_form="text")
    await made.open(ctx)
    await made.write([delivery("MA-1")])
    if database["kind"] == "mysql":
        with pytest.raises(Fatal, match="ignores case"):
            await made.write([delivery("ma-1")])
    else:
        assert await made.write([delivery("ma-1")]) == [Done()]
    await made.close()


async def test_without_a_unique_key_nothing_is_written(database, admin, ctx):
    with admin.begin() as connection:
        connection.execute(text("CREATE TABLE tho (khoa VARCHAR(200), noi_dung VARCHAR(999))"))
    made = sink(database, table="tho", columns={"key": "khoa", "body": "noi_dung"})
    with pytest.raises(Fatal, match="unique"):
        await made.open(ctx)
    await made.close()


async def test_what_is_too_long_is_rejected_and_never_cut(database, admin, ctx):
    if database["kind"] == "sqlite":
        pytest.skip("SQLite has no lengths")
    with admin.begin() as connection:
        connection.execute(
            text("CREATE TABLE ngan (khoa VARCHAR(200) PRIMARY KEY, noi_dung VARCHAR(60))")
        )
    made = sink(database, table="ngan", columns={"key": "khoa", "body": "noi_dung"})
    await made.open(ctx)
    good, bad = delivery("d-1", "ngắn"), delivery("d-2", "dài " * 100)
    first, second = await made.write([good, bad])
    assert first == Done()
    assert isinstance(second, Reject)
    assert (second.code, second.detail) == ("refused_by_database", "table ngan")
    assert second.peer_code == {"postgresql": "22001", "mysql": "1406"}[database["kind"]]
    with admin.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM ngan")).scalar_one() == 1
    await made.close()


async def test_a_lock_ends_by_the_statement_time_out_and_is_retryable(
    database, program, admin, ctx
):
    made = sink(database, statement_seconds=1, connect_seconds=1)
    await made.open(ctx)
    with admin.connect() as other:
        # Another session has the same key, uncommitted: the insert must wait for it.
        row = {"khoa": made._key_of(delivery("d-1")), "ma": "x", "noi_dung": "{}"}
        other.execute(program.inbox.insert().values(**row))
        (result,) = await made.write([delivery("d-1")])
        assert isinstance(result, Retryable)
        other.rollback()
    assert await made.write([delivery("d-1")]) == [Done()]
    await made.close()


async def test_cancelled_a_call_ends_at_once_and_the_next_one_works(database, program, admin, ctx):
    made = sink(database, statement_seconds=2, connect_seconds=2)
    await made.open(ctx)
    with admin.connect() as other:
        row = {"khoa": made._key_of(delivery("d-1")), "ma": "x", "noi_dung": "{}"}
        other.execute(program.inbox.insert().values(**row))
        task = asyncio.create_task(made.write([delivery("d-1")]))
        await asyncio.sleep(0.2)
        before = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # Against the statement's own time-out, not against this machine's speed.
        assert time.monotonic() - before < 1.5
        other.rollback()
    assert await made.write([delivery("d-2")]) == [Done()]
    await made.close()


async def test_all_fields_have_a_column_if_wanted(database, admin, ctx):
    with admin.begin() as connection:
        names = ("id", "source", "type", "subject", "time", "signature", "token", "attributes")
        wide = ", ".join(f"c_{name} VARCHAR(900)" for name in names)
        blob = "BYTEA" if database["kind"] == "postgresql" else "BLOB"
        connection.execute(
            text(f"CREATE TABLE du (khoa VARCHAR(200) PRIMARY KEY, nd {blob}, {wide})")
        )
    columns = {"key": "khoa", "body": "nd", **{name: f"c_{name}" for name in names}}
    made = sink(database, table="du", columns=columns, body_as="binary")
    await made.open(ctx)
    sent = delivery("d-1", "Nguyễn 🙂 Mẫu")
    assert await made.write([sent]) == [Done()]
    with admin.connect() as connection:
        row = connection.execute(text("SELECT * FROM du")).mappings().one()
    assert bytes(row["nd"]) == sent.body
    assert row["c_source"] == "so-mau"
    assert row["c_time"] == sent.attributes["time"]
    assert json.loads(row["c_attributes"]) == dict(sent.attributes)
    await made.close()


async def test_check_says_ok_and_changes_nothing(database, program, ctx):
    made = sink(database)
    await made.open(ctx)
    assert (await made.check()).ok
    assert program.received() == []
    await made.close()
