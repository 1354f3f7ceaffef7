import asyncio
import contextlib
from datetime import timedelta

import orjson
import pytest

from hub.api.ops.live_ring import Live, for_good
from hub.decision.events import Event
from tests.api_rig import until
from tests.support import NOW
from tests.unit.recorder.records import about

pytestmark = pytest.mark.asyncio


def event(number, **fields):
    return about(Event.DELIVERED, id=f"mau-{number}", recipient="receiver", **fields)


async def told(live, last_id=None, seen=lambda _: True, still=for_good):
    """Return what a stream tells until it ends by itself: (id, event, data) of each."""
    found = []
    async with asyncio.timeout(30):
        async for chunk in live.stream(last_id, seen, still):
            lines = dict(line.split(": ", 1) for line in chunk.decode().strip().split("\n"))
            if "id" in lines:
                data = orjson.loads(lines.get("data", "{}"))
                found.append((lines["id"], lines.get("event"), data.get("id")))
    return found


@contextlib.asynccontextmanager
async def watching(live, last_id=None, still=for_good):
    """Give a task that watches, once its stream has begun."""
    before = live.listeners
    task = asyncio.create_task(told(live, last_id, still=still))
    await until(lambda: live.listeners > before)
    yield task
    await task


async def test_a_watcher_is_told_what_happens_from_now_on_in_order():
    live = Live(seconds=0.4)
    live.take(event(0))
    async with watching(live) as task:
        live.take(event(1))
        live.take(event(2))
    first, *changes = task.result()
    assert first[1] is None
    assert [(kind, id) for _, kind, id in changes] == [("change", "mau-1"), ("change", "mau-2")]


async def test_who_comes_back_with_the_last_id_misses_nothing_and_is_told_nothing_twice():
    live = Live(seconds=0.2)
    async with watching(live) as task:
        live.take(event(1))
    last = task.result()[-1][0]
    live.take(event(2))
    live.take(event(3))
    assert [id for _, kind, id in await told(live, last) if kind] == ["mau-2", "mau-3"]


async def test_who_comes_back_before_the_first_event_misses_nothing():
    live = Live(seconds=0.1)
    (only,) = await told(live)
    live.take(event(1))
    assert [id for _, kind, id in await told(live, only[0]) if kind] == ["mau-1"]


@pytest.mark.parametrize("last_id", ["abcdef01-3", "x", "-", "abcdef01-²"])
async def test_an_id_of_another_process_says_that_lists_must_be_read_anew(last_id):
    live = Live(seconds=0.1)
    live.take(event(1))
    assert [kind for _, kind, _ in await told(live, last_id) if kind] == ["reset"]


async def test_who_was_away_too_long_must_read_anew_and_then_goes_on():
    live = Live(kept=3, seconds=0.2)
    (only,) = await told(live)
    for number in range(5):
        live.take(event(number))
    found = await told(live, only[0])
    assert [kind for _, kind, _ in found if kind] == ["reset"]
    live.take(event(9))
    assert [id for _, kind, id in await told(live, found[-1][0]) if kind] == ["mau-9"]


async def test_what_somebody_may_not_see_is_not_told():
    live = Live(seconds=0.1)
    (only,) = await told(live)
    live.take(event(1))
    live.take(event(2, source="other"))
    found = await told(live, only[0], lambda change: change.source == "other")
    assert [id for _, kind, id in found if kind] == ["mau-2"]


async def test_the_memory_is_bounded_and_watchers_have_none_of_their_own():
    live = Live(kept=10, seconds=0.1)
    for number in range(1_000):
        live.take(event(number))
    assert len(live._changes) == 10


async def test_a_stop_ends_every_stream_at_once():
    live = Live()
    async with watching(live) as task:
        live.release()
        await asyncio.wait_for(asyncio.shield(task), 5)
    assert live.listeners == 0


async def test_a_decision_tells_type_and_subject_and_nothing_of_the_body():
    live = Live(seconds=0.1)
    (only,) = await told(live)
    detail = {"type": "vn.gov.mau.v1", "subject": "H99-1", "recipients": ["other"], "text": "x"}
    live.take(about(Event.ADMITTED, at=NOW + timedelta(1), detail=detail))
    chunks = [chunk async for chunk in live.stream(only[0], lambda _: True)]
    data = orjson.loads(next(one for one in chunks if b"data" in one).split(b"data: ")[1])
    assert (data["type"], data["subject"]) == ("vn.gov.mau.v1", "H99-1")
    assert "text" not in data


class Rights:
    """Somebody who may watch, until he may not."""

    def __init__(self):
        self.held = True

    async def __call__(self):
        return self.held


async def test_whose_rights_end_is_told_nothing_more_at_the_first_doubt():
    live, rights = Live(), Rights()
    async with watching(live, still=rights) as task:
        live.take(event(1))
        rights.held = False
        live.doubt()
    assert [kind for _, kind, _ in task.result() if kind] == []


async def test_who_still_may_goes_on_after_a_doubt():
    live = Live(seconds=0.4)
    async with watching(live, still=Rights()) as task:
        live.doubt()
        live.take(event(1))
    assert [id for _, kind, id in task.result() if kind] == ["mau-1"]


async def test_a_watcher_is_asked_about_now_and_then_though_nobody_doubts():
    live, rights = Live(check_seconds=0.05), Rights()
    async with watching(live, still=rights) as task:
        rights.held = False
    assert task.done()
