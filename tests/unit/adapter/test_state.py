import asyncio
import stat
import threading

import pytest
from lgsp_adapter import Fatal, Retryable
from lgsp_adapter.state import State


@pytest.fixture
async def state(tmp_path):
    state = State(tmp_path / "state.db")
    await state.open()
    yield state
    await state.close()


async def test_what_was_put_is_there_after_a_restart(tmp_path):
    first = State(tmp_path / "s.db")
    await first.open()
    await first.put("token", "oa", "mau")
    identity = await first.identity()
    await first.close()
    second = State(tmp_path / "s.db")
    await second.open()
    assert await second.get("token", "oa") == "mau"
    assert await second.identity() == identity
    await second.close()


async def test_the_first_claim_holds(state):
    claims = await asyncio.gather(*(state.claim("notice", "n", str(who)) for who in range(9)))
    assert len(set(claims)) == 1


async def test_two_connectors_that_share_a_file_count_together(state, tmp_path):
    other = State(tmp_path / "state.db")
    await other.open()
    each = (s.count("quota", "day", 1, limit=10) for s in [state, other] * 10)
    taken = await asyncio.gather(*each)
    await other.close()
    assert sum(taken) == 10


async def test_an_entry_is_dropped_only_with_its_value(state):
    await state.claim("notice", "n", "mine")
    await state.drop("notice", "n", "another's")
    assert await state.get("notice", "n") == "mine"
    await state.drop("notice", "n", "mine")
    assert await state.get("notice", "n") is None


async def test_entries_come_in_the_order_of_their_first_writing(state):
    for key in "cab":
        await state.claim("log", key, "")
    await state.put("log", "c", "changed")
    rows = await state.after("log", 0, 10)
    assert [key for _, key, _ in rows] == ["c", "a", "b"]
    assert [key for _, key, _ in await state.after("log", rows[0][0], 1)] == ["a"]


async def test_a_sweep_takes_only_what_begins_so_and_stands_before(state):
    for key in ("a/1", "b/1", "a/2", "ab"):
        await state.claim("log", key, "")
    rows = await state.after("log", 0, 10)
    await state.sweep("log", "a/", rows[1][0])
    assert [key for _, key, _ in await state.after("log", 0, 10)] == ["b/1", "a/2", "ab"]


async def test_nobody_else_reads_the_file(state, tmp_path):
    await state.put("token", "oa", "mau")
    assert stat.S_IMODE((tmp_path / "state.db").stat().st_mode) == 0o600


async def test_a_cancelled_call_does_not_disturb_the_next(state):
    entered, leave = threading.Event(), threading.Event()

    def slow(_db):
        entered.set()
        leave.wait(5)

    running = asyncio.create_task(state._run(slow))
    await asyncio.to_thread(entered.wait, 5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    following = asyncio.create_task(state.claim("notice", "n", "mine"))
    await asyncio.sleep(0.01)
    assert not following.done()
    leave.set()
    assert await following == "mine"


async def test_a_broken_file_says_that_nothing_was_done(state):
    def broken(db):
        db.execute("SELECT * FROM khong_co")

    with pytest.raises(Retryable) as told:
        await state._run(broken)
    assert told.value.untouched
    assert await state.claim("notice", "n", "mine") == "mine"


async def test_a_file_that_cannot_be_opened_is_fatal(tmp_path):
    with pytest.raises(Fatal):
        await State(tmp_path / "none" / "s.db").open()
