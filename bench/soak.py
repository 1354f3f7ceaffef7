"""A long run of the router: does its memory grow with the number of messages?"""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from bench.data import PARTITIONS, Province, Wire, admitted, messages
from bench.inboxes import Routed
from bench.kafka import Ground, fresh_ground, preload
from bench.procfs import frozen, memory_mb
from bench.running import router_command, running

FIRST: Final = 200_000
LAST: Final = 1_000_000
STEP: Final = 20_000
"""Messages written at once; the next ones only when these are routed."""

BYTES_PER_MESSAGE: Final = 9_000
"""On the disk: in ingress, inbox, memory and audit."""

_STALL_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 0.5
_SETTLE_SECONDS: Final = 4.0
"""A router that is at rest gives back what it kept (`hub.io.memory`): within two looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Memory of the router, in MiB."""

    rss: float
    anonymous: float
    """Without the pages of files: the cache of what was admitted is one, and the kernel takes its
    pages back when it needs them."""


async def soak(
    province: Province, tell: Callable[[str], None], first: int = FIRST, last: int = LAST
) -> dict[str, Any]:
    """Return the router's memory after `first` and after `last` messages.

    Raises:
        RuntimeError: the disk has no room for it, or the router stands still.
    """
    _require_room(last * BYTES_PER_MESSAGE)
    async with fresh_ground(province) as ground:
        log = ground.folder / "router.log"
        async with running(router_command(ground, 0), log) as process:
            found = [
                await _until(ground, province, process.pid, start, min(start + first, last), tell)
                for start in range(0, last, first)
            ]
    growth = (found[-1].anonymous / found[0].anonymous - 1) * 100
    return {
        "first": first,
        "last": last,
        # After each `first` messages: one step is no growth, and looks the same at both ends.
        "rss_mb": [memory.rss for memory in found],
        "anonymous_mb": [memory.anonymous for memory in found],
        "growth_percent": round(growth, 1),
    }


def _require_room(needed: int) -> None:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < needed:
        raise RuntimeError(
            f"{needed >> 30} GiB of disk are needed in {tempfile.gettempdir()}, {free >> 30} are "
            "free; TMPDIR names another place"
        )


async def _until(
    ground: Ground,
    province: Province,
    pid: int,
    start: int,
    end: int,
    tell: Callable[[str], None],
) -> Memory:
    wires = _wires(province, end - start)
    for done in range(start, end, STEP):
        part = await asyncio.to_thread(list, islice(wires, min(STEP, end - done)))
        # It finds full batches each time. A heap is as large as the largest batch was: one that
        # came late, after a stall of the machine, would look like growth with the messages.
        with frozen(pid):
            await asyncio.to_thread(preload, ground.bootstrap, part)
        await _routed(ground)
    await asyncio.sleep(_SETTLE_SECONDS)
    memory = Memory(rss=memory_mb(pid), anonymous=memory_mb(pid, "RssAnon"))
    tell(f"soak: {end:,} messages, router {memory.rss:.0f} MiB, {memory.anonymous:.0f} of its own")
    return memory


def _wires(province: Province, count: int) -> Iterator[Wire]:
    rules = province.rules()
    return (admitted(province, message, rules) for message in messages(province, count))


async def _routed(ground: Ground) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _STALL_SECONDS
    with contextlib.closing(Routed(ground.bootstrap, PARTITIONS)) as way:
        end = await asyncio.to_thread(way.end)
        while await asyncio.to_thread(way.position) < end:
            if loop.time() > deadline:
                raise RuntimeError("the router stands still")
            await asyncio.sleep(_LOOK_SECONDS)
