import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.ports import Unavailable
from hub.recorder import janitor

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NOTHING: Any = None
"""The chores are replaced: nobody opens the stores."""


@pytest.fixture
def rounds(monkeypatch):
    """Chores that only count; the second round finds the store away."""
    seen: list[datetime] = []

    async def objects(_engine, _store, now):
        seen.append(now)
        if len(seen) == 2:
            raise Unavailable("the store does not answer")
        return 0

    async def uploads(_engine, _store, _now):
        return 1

    async def figures(_engine, _now):
        return 1

    monkeypatch.setattr(janitor, "delete_unreferenced", objects)
    monkeypatch.setattr(janitor, "delete_stale_uploads", uploads)
    monkeypatch.setattr(janitor, "forget_old_figures", figures)
    return seen


async def test_a_store_that_is_away_is_asked_again_in_the_next_round(rounds):
    stop = asyncio.Event()

    def clock():
        if len(rounds) == 3:
            stop.set()
        return NOW

    async with asyncio.timeout(30):
        await janitor.run(NOTHING, NOTHING, clock, stop, every_seconds=0.001)
    assert len(rounds) >= 3


async def test_the_janitor_stops_at_once(rounds):
    stop = asyncio.Event()
    running = asyncio.create_task(janitor.run(NOTHING, NOTHING, lambda: NOW, stop))
    await asyncio.sleep(0.01)
    stop.set()
    async with asyncio.timeout(1):
        await running
    assert rounds == [NOW]
