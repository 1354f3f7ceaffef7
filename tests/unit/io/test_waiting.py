"""Waits with an end: they end, and a cancel ends them whatever else comes."""

import asyncio

import pytest
from lgsp_edge import waiting as edge

from hub.io import waiting as hub

BOTH = pytest.mark.parametrize("wait_for", [hub.wait_for, edge.wait_for])


@BOTH
@pytest.mark.parametrize("turns", range(4))
async def test_a_cancel_that_comes_with_the_event_is_never_swallowed(wait_for, turns):
    event = asyncio.Event()
    task = asyncio.create_task(wait_for(event, 60))
    await asyncio.sleep(0)
    event.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    told = task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() is told


@BOTH
async def test_a_wait_ends_without_the_event(wait_for):
    assert not await wait_for(asyncio.Event(), 0.001)


async def test_it_says_whether_the_event_came():
    event = asyncio.Event()
    event.set()
    assert await hub.wait_for(event, None)
