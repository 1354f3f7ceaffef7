import asyncio

import pytest

from simulator.arrivals import Arrivals


async def test_an_answer_waits_until_its_cause_has_come_to_its_sender():
    arrivals = Arrivals()
    waiting = asyncio.create_task(arrivals.until(1, "xa-01-mau", by_inbox=True))
    arrivals.answered(1)
    arrivals.came(1, "xa-02-mau")
    await asyncio.sleep(0)
    assert not waiting.done()
    arrivals.came(1, "xa-01-mau")
    await waiting


async def test_a_repetition_waits_for_the_answer_alone():
    arrivals = Arrivals()
    arrivals.answered(1)
    await arrivals.until(1, "xa-01-mau", by_inbox=False)


async def test_the_day_ends_when_the_last_delivery_has_come():
    arrivals = Arrivals()
    arrivals.came(1, "xa-01-mau")
    arrivals.expect(1, ("xa-01-mau", "xa-02-mau"))
    assert arrivals.missing == 1
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await arrivals.until_all()
    arrivals.came(1, "xa-02-mau")
    await arrivals.until_all()
