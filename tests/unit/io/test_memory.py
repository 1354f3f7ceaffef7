"""Memory that a burst took is given back when it is over, and not before."""

import subprocess
import sys

import pytest

from hub.io.memory import AT_REST, BUSY, Burst

PROGRAM = """
import asyncio
import os
import time

from bench.procfs import memory_mb
from hub.io.memory import BATCHES, calm_memory, give_back_at_rest

def own_mib():
    return memory_mb(os.getpid(), "RssAnon")

async def main():
    calm_memory(BATCHES)
    resting = asyncio.create_task(give_back_at_rest(look_seconds=0.1))
    await asyncio.sleep(0)
    before, end = own_mib(), time.process_time() + 0.3
    # Pieces of a batch, and some on top of them that outlive it: free() alone gives nothing back.
    batch = [bytes([1]) * 2_000 for _ in range(40_000)]
    pins = [bytes([1]) * 2_000 for _ in range(10)]
    # What a broker answers at once is kept too, so it must go the same way.
    batch += [bytes([1]) * 8_000_000 for _ in range(4)]
    pins += [bytes([1]) * 2_000]
    while time.process_time() < end:
        pass
    during = own_mib()
    del batch
    freed = own_mib()
    async with asyncio.timeout(30):
        while own_mib() - before > (during - before) / 4:
            await asyncio.sleep(0.2)
    print(during - before, freed - before, own_mib() - before)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("shares", "over"),
    [
        ([0.01, AT_REST - 0.01], [False, False]),
        ([BUSY, BUSY + 0.5], [False, False]),
        ([BUSY, 0.1, 0.01, 0.01], [False, False, True, False]),
        ([BUSY, 0.0, BUSY - 0.01, 0.0, BUSY, 0.0], [False, True, False, False, False, True]),
    ],
    ids=["never busy", "still busy", "once", "each burst once"],
)
def test_a_burst_is_over_once_and_only_if_there_was_one(shares, over):
    burst = Burst()
    assert [burst.is_over(share) for share in shares] == over


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator and /proc")
def test_at_rest_a_process_gives_back_what_the_burst_took():
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, check=True, text=True
    )
    during, freed, rested = map(float, ended.stdout.split())
    assert during > 70
    # Kept for the next batch while there is work: that is what makes the last figure mean anything.
    assert freed > 70
    assert rested < during / 4
