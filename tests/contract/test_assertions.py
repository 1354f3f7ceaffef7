"""Used client assertions in SQL: one of all API processes gives the token."""

import asyncio
import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select

from hub.io import assertions
from hub.io.assertions import UsedAssertions
from hub.io.sql.assertions_tables import used_assertions
from hub.io.sql.engine import metadata, open_engine
from hub.ports import Unavailable

NOW = 1_000_000.0


@pytest.fixture
async def processes(migrated_url):
    """Give two API processes, each with its own connections, and a clock for both."""
    now = [NOW]
    engines = [open_engine(migrated_url) for _ in range(2)]
    yield [UsedAssertions(engine, lambda: now[0]) for engine in engines], now, engines[0]
    for engine in engines:
        await engine.dispose()


async def test_of_many_that_come_at_once_to_two_processes_one_is_the_first(processes):
    both, _, _ = processes
    asked = [both[n % 2].first_use("the same", int(NOW) + 90) for n in range(8)]
    assert sorted(await asyncio.gather(*asked)) == [False] * 7 + [True]
    assert await both[0].first_use("another", int(NOW) + 90)


async def test_what_has_expired_is_deleted_and_what_has_not_is_kept(processes):
    (first, _), now, engine = processes
    await first.first_use("short", int(NOW) + 10)
    await first.first_use("long", int(NOW) + 900)
    now[0] += assertions.PURGE_SECONDS
    assert not await first.first_use("long", int(NOW) + 900)
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(used_assertions)) == 1


async def test_the_migration_makes_the_table_that_the_code_uses(processes):
    _, _, engine = processes

    def differences(connection):
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        return [one for one in found if "used_assertions" in str(one)]

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_database_that_is_locked_is_away_and_not_asked_again_at_once(
    migrated_sqlite, tmp_path, monkeypatch
):
    monkeypatch.setattr(assertions, "ANSWER_SECONDS", 0.2)
    now = [NOW]
    engine = open_engine(migrated_sqlite)
    used = UsedAssertions(engine, lambda: now[0])
    await used.first_use("before", int(NOW))
    locked = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    locked.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable):
        await used.first_use("x", int(NOW) + 90)
    locked.execute("ROLLBACK")
    locked.close()
    with pytest.raises(Unavailable, match="a moment ago"):
        await used.first_use("x", int(NOW) + 90)
    now[0] += assertions.AWAY_SECONDS
    await used.first_use("y", int(NOW) + 90)
    await engine.dispose()


async def test_what_is_not_waited_for_any_more_is_noted_whole_and_holds_no_lock(
    processes, monkeypatch
):
    """Cancelled in the middle, a connection would go back to its pool with SQLite's lock."""
    (first, second), now, _ = processes
    monkeypatch.setattr(assertions, "ANSWER_SECONDS", 0.0)
    with pytest.raises(Unavailable):
        await first.first_use("x", int(NOW) + 90)
    await asyncio.gather(*first._noting)
    monkeypatch.undo()
    assert not await second.first_use("x", int(NOW) + 90)
    now[0] += assertions.AWAY_SECONDS
    assert await first.first_use("y", int(NOW) + 90)
