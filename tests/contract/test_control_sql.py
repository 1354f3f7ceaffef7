"""The control plane on SQLite and on PostgreSQL: the same promises on both."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Timer

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, inspect

from hub.control.lease import Lease
from hub.control.migrate import migrate
from hub.control.queries import Queries
from hub.control.refusals import ChangeRefused
from hub.control.service import Control
from hub.control.versions import Versions
from hub.decision.rulebook import version_hash
from hub.io.sql import connector_tables, control_tables, people_tables
from hub.io.sql.engine import metadata, open_blocking_engine, open_engine
from hub.ports import Unavailable
from tests.control_support import (
    HUB,
    SampleAdapters,
    change_set,
    code,
    connector,
    endpoint,
    new_key,
    organisation,
    province,
    register,
    right,
    schema,
    system,
)


def everything():
    """Return a change of each kind, made anew: a key's proof counts for five minutes."""
    return [
        organisation(),
        code(valid_from="2025-07-01"),
        system(represents=["xa-a"], kafka_in=True),
        register(new_key(), valid_from="2026-01-01T00:00:00+07:00"),
        endpoint(),
        right(),
        schema(description="Lược đồ thử nghiệm"),
        connector(windows=[{"weekdays": [6, 5], "start": "22:00", "end": "06:00"}]),
        {"change": "put_group", "name": "cac-xa", "members": ["xa-a"]},
    ]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path}/hub.db"


@pytest.fixture
async def engine(url):
    await migrate(url)
    engine = open_engine(url)
    yield engine
    await engine.dispose()


def control_of(engine):
    return Control(engine, HUB, adapters=SampleAdapters())


CONTROL_TABLES = {
    value.name
    for module in (control_tables, connector_tables, people_tables)
    for value in vars(module).values()
    if isinstance(value, Table)
}


def _differences(connection):
    found = compare_metadata(MigrationContext.configure(connection), metadata)
    return [one for one in found if _table_of(one) in CONTROL_TABLES]


def _table_of(difference):
    """Return the table that a difference found by Alembic is about; each kind has its own form."""
    if isinstance(difference, list):
        return difference[0][2]
    if isinstance(difference[1], Table):  # also of a comment: the table, then the text
        return difference[1].name
    return difference[-1].table.name


async def test_the_migrations_make_the_tables_that_the_code_uses(engine):
    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        assert set(tables) >= CONTROL_TABLES
        assert await connection.run_sync(_differences) == []


async def test_migrating_again_changes_nothing(engine, url):
    await control_of(engine).write(change_set(organisation()), actor="an")
    await migrate(url)
    assert (await Versions(engine).head())[0] == 1


async def test_two_hubs_that_start_at_once_migrate_one_after_the_other(url):
    program = "import asyncio, sys; from hub.control.migrate import migrate; "
    program += "asyncio.run(migrate(sys.argv[1]))"
    hubs = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, url) for _ in range(2)
    ]
    assert [await hub.wait() for hub in hubs] == [0, 0]


def test_a_new_sqlite_file_that_another_hub_holds_is_waited_for(tmp_path):
    path = tmp_path / "hub.db"
    other = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    Timer(0.2, other.rollback).start()
    with closing(open_blocking_engine(f"sqlite:///{path}").raw_connection()) as connection:
        cursor = connection.cursor()
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


async def test_every_kind_is_stored_and_repeated_without_change(engine):
    control = control_of(engine)
    changes = everything()
    first = await control.write(change_set(*changes), actor="an")
    assert first.changed == len(changes)
    assert (await control.write(change_set(*changes), actor="an")).changed == 0
    queries = Queries(engine)
    keys = await queries.page("key", "", 10)
    assert keys.items[0]["valid_from"] == "2025-12-31T17:00:00Z"
    found = await queries.one("schema", "thu-nghiem:1.0")
    assert found is not None
    assert found["document"]["description"] == "Lược đồ thử nghiệm"


async def test_the_change_set_is_kept_byte_for_byte(engine):
    written = await control_of(engine).write(change_set(*everything()), actor="an")
    changes = await Versions(engine).changes(1)
    assert version_hash("00" * 32, changes.items()) == written.hash


async def test_concurrent_writes_are_one_after_the_other(engine):
    control = control_of(engine)
    requests = [change_set(organisation(f"xa-{number}")) for number in range(8)]
    written = await asyncio.gather(*(control.write(one, actor="an") for one in requests))
    assert sorted(one.version for one in written) == list(range(1, 9))


async def test_of_two_writers_who_take_one_type_one_is_refused(engine):
    control = control_of(engine)
    await control.write(change_set(*everything()[:3], system("he-thong-b")), actor="an")
    both = [endpoint(), endpoint(system="he-thong-b")]
    results = await asyncio.gather(
        *(control.write(change_set(one), actor="an") for one in both), return_exceptions=True
    )
    assert sorted(type(one) is ChangeRefused for one in results) == [False, True]


async def test_hundreds_of_systems_are_one_version(engine):
    changes = province(300)
    written = await control_of(engine).write(change_set(*changes), actor="an")
    assert (written.version, written.changed) == (1, len(changes))


async def test_pages_give_each_entity_once(engine):
    control, queries = control_of(engine), Queries(engine)
    ids = {"xa-1", "Xa-1", "xa.2", "XA_3", "0a"}
    await control.write(change_set(*map(organisation, ids)), actor="an")
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await queries.page("organisation", after, 2)
        seen += [item["id"] for item in page.items]
        after = page.next
    assert sorted(seen) == sorted(ids)


async def test_one_process_at_a_time_holds_a_lease(engine):
    now = [datetime(2026, 11, 22, tzinfo=UTC)]
    first, second = (Lease(engine, "thu", lambda: now[0]) for _ in range(2))
    assert await first.take()
    assert not await second.take()
    now[0] += timedelta(seconds=31)
    assert await second.take()
    assert not await first.take()
    await second.release()
    assert await first.take()


async def test_a_database_that_is_away_is_unavailable():
    engine = open_engine("postgresql://hub@127.0.0.1:1/hub?connect_timeout=2")
    with pytest.raises(Unavailable):
        await control_of(engine).write(change_set(organisation()), actor="an")
    await engine.dispose()
