"""What ends an adapter ends also where the runtime's task was cancelled."""

import asyncio
from typing import Any

import pytest
from lgsp_adapter.calls import end

SECONDS = 0.05


class Closing:
    """Closes, or hangs while it does."""

    def __init__(self, *, hangs):
        self.hangs, self.asked = hangs, False

    async def close(self):
        self.asked = True
        if self.hangs:
            await asyncio.sleep(3600)


async def test_one_that_cannot_close_keeps_a_cancelled_runtime_from_closing_no_other():
    adapters: list[Any] = [Closing(hangs=True), Closing(hangs=False)]

    async def runtime():
        try:
            await asyncio.sleep(3600)
        finally:
            for adapter in adapters:
                await end(adapter, SECONDS)

    task = asyncio.create_task(runtime())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [adapter.asked for adapter in adapters] == [True, True]


async def test_an_end_that_is_cancelled_ends_what_closes():
    adapter: Any = Closing(hangs=True)
    ending = asyncio.create_task(end(adapter, 3600))
    while not adapter.asked:  # noqa: ASYNC110  (nothing tells that it was asked)
        await asyncio.sleep(0)
    ending.cancel()
    await asyncio.wait({ending})
    assert asyncio.all_tasks() == {asyncio.current_task()}
