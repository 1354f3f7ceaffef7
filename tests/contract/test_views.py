"""The views over a real broker: exact after crashes, rebuilds, aborts and other readers."""

import asyncio
import signal

import pytest

from hub.views import main as views
from tests.views_rig import ViewsRig, ViewStore, by_hand, counted, day

pytestmark = pytest.mark.kafka


@pytest.fixture
async def rig(broker, tmp_path):
    made = ViewsRig(broker, tmp_path)
    await made.make_topic()
    return made


@pytest.fixture
def store(tmp_path):
    made = ViewStore(f"sqlite:///{tmp_path / 'hub.db'}")
    yield made
    made.close()


async def test_what_was_committed_is_added_up_as_by_hand_and_what_was_not_is_not(rig, store):
    await rig.write(day(1, 300))
    await rig.write(day(2, 200), abort=True)
    await rig.write(day(3, 300))
    async with rig.viewing(store):
        await rig.until_added(store)
    found = store.dump()
    counts, still_open = by_hand(rig.written)
    assert counted(found) == counts
    assert {row[:3] for row in found["view_open"]} == still_open
    assert found == rig.at_once()


@pytest.mark.parametrize("point", ["read", "commit", "committed"])
async def test_kill_9_changes_no_figure(rig, store, point):
    await rig.write(day(4, 400))
    for number in (1, 2):
        process = await rig.start_views(store, point, number)
        assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    async with rig.viewing(store):
        await rig.until_added(store)
    assert store.dump() == rig.at_once()


async def test_a_rebuild_finds_the_same_figures_while_another_process_runs(rig, store):
    await rig.write(day(5, 300))
    async with rig.viewing(store):
        await rig.until_added(store)
        before = store.dump()
        await views.rebuild(rig.reader(), store.engine)
        await rig.until_added(store)
        assert store.dump() == before
        await rig.write(day(6, 100))
        await rig.until_added(store)
    assert store.dump() == rig.at_once()


async def test_a_batch_that_comes_again_adds_nothing(rig, store):
    await rig.write(day(7, 200))
    async with rig.viewing(store):
        await rig.until_added(store)
    before = store.dump()
    # Another group has no position of its own in Kafka, and is given everything again.
    stream = rig.stream()
    stream._group = f"other-{rig.topic}"
    async with rig.viewing(store, stream):
        await rig.write(day(8, 50))
        await rig.until_added(store)
    assert before != store.dump() == rig.at_once()
