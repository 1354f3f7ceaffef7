"""Operators find messages quickly on both databases, however many are recorded."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.decision.states import State
from hub.io.sql.engine import open_engine
from hub.io.sql.message_filter import Filter, Turn, Viewer, keys
from hub.io.sql.message_lists import COUNTED, MessageLists
from tests.many_messages import DELIVERIES, FIRST, POSTGRESQL, SQLITE

FEW, MANY = 3_000, 1_000_000
WANTED = {
    "all": Filter(),
    "a day": Filter(since=FIRST + timedelta(minutes=2), until=FIRST + timedelta(hours=26)),
    "id": Filter(id="mau-1234"),
    "subject": Filter(subject="H99-411"),
    "sender": Filter(senders=["he-thong-7"]),
    "senders": Filter(senders=[f"he-thong-{number}" for number in range(20)]),
    "recipient": Filter(recipients=["he-thong-70"]),
    "type": Filter(type="vn.gov.mau-3.v1"),
    "state": Filter(state=State.RETRYING),
    "reason": Filter(reason="not_permitted"),
    "connector": Filter(connector="ket-noi-mau"),
    "priority": Filter(priority="urgent"),
    "correlationid": Filter(correlationid="vu-3"),
    "attempts": Filter(attempts=3),
    "trace": Filter(trace_id=f"{1_235:032x}"),
    "verdict": Filter(verdict="invalid"),
    "no verdict": Filter(verdict="none"),
    "retried": Filter(retried=True),
    "not retried": Filter(retried=False),
    "large": Filter(size_from=150_000),
    "one size": Filter(size_from=200_003, size_to=200_003),
    "viewer": Filter(viewers=(Viewer(systems=frozenset({"he-thong-9", "he-thong-70"})),)),
}


async def _filled(url, count):
    engine = open_engine(url)
    insert = SQLITE if url.startswith("sqlite") else POSTGRESQL
    async with engine.begin() as connection:
        await connection.execute(text(insert), {"count": count})
        await connection.execute(text(DELIVERIES))
    if not url.startswith("sqlite"):
        async with engine.begin() as connection:
            await connection.execute(text("ANALYZE"))
    return engine


async def _plan(engine, wanted):
    """Return how the database means to find the first page."""
    query = keys(wanted, Turn(), 51).compile(
        engine.sync_engine, compile_kwargs={"literal_binds": True}
    )
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    async with engine.connect() as connection:
        found = await connection.exec_driver_sql(explain + str(query).replace("%", "%%"))
        return "\n".join(str(row[-1]) for row in found)


async def _ids(lists, wanted, size):
    found, turn = [], Turn()
    while True:
        page = await lists.page(wanted, turn, size)
        found += [line.message.id for line in page.messages]
        if page.next is None:
            return found
        turn = Turn(place=page.next)


@pytest.mark.parametrize("name", WANTED)
async def test_a_filter_finds_the_same_however_it_is_paged(few, name):
    lists = MessageLists(few)
    whole = await _ids(lists, WANTED[name], 200)
    assert whole
    assert await _ids(lists, WANTED[name], 170) == whole
    counted = await lists.count(WANTED[name], FIRST, exact=True)
    assert (counted.count, counted.exact) == (len(whole), True)
    assert [line.message.id async for line in lists.all(WANTED[name])] == whole


@pytest.fixture
async def few(migrated_url):
    engine = await _filled(migrated_url, FEW)
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("name", WANTED)
async def test_no_filter_reads_the_whole_table(migrated_sqlite, name):
    engine = await _filled(migrated_sqlite, FEW)
    plan = await _plan(engine, WANTED[name])
    await engine.dispose()
    scans = [line for line in plan.split("\n") if line.startswith("SCAN") and "INDEX" not in line]
    # What is scanned is the page itself, whose size is bounded.
    assert not [line for line in scans if "messages" in line or "deliveries" in line], plan


@pytest.mark.long
async def test_a_million_messages_are_searched_as_quickly_as_a_few(migrated_url):
    engine = await _filled(migrated_url, MANY)
    lists, took, plans = MessageLists(engine), {}, {}
    await lists.page(WANTED["all"])
    for name, wanted in WANTED.items():
        began = time.perf_counter()
        page = await lists.page(wanted)
        took[name] = time.perf_counter() - began
        plans[name] = await _plan(engine, wanted)
        assert page.messages, name
    began = time.perf_counter()
    counted = await lists.count(Filter(), FIRST + timedelta(seconds=MANY / 10), exact=False)
    took["count"] = time.perf_counter() - began
    whole = await lists.count(Filter(), FIRST, exact=True)
    await engine.dispose()
    print({name: f"{seconds * 1000:.0f} ms" for name, seconds in took.items()})  # noqa: T201
    assert not counted.exact
    assert MANY * 0.9 < counted.count < MANY * 1.1
    assert whole.count == MANY
    assert not [plan for plan in plans.values() if "Seq Scan on messages" in plan], plans
    # A ratio: what is exact is asked of a thousandth of the rows that the slowest could read.
    assert COUNTED < MANY
    assert max(took.values()) < 50 * max(took["all"], 0.02), took
