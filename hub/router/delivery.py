"""What the router delivers after a decision: fan-outs in slices, and what waited for its inbox."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from hub.io.backoff import Backoff
from hub.io.kafka.fanout_bus import FanoutBus
from hub.io.kafka.retry_bus import RetryBus
from hub.ports import Refusing, Unavailable
from hub.router.metrics import RouterMetrics

RETRY_SECONDS: Final = 5.0
"""Between two looks for inboxes that were away: an operator's repair shows within seconds."""

_log = structlog.get_logger("router")


async def expand(
    bus: FanoutBus, clock: Callable[[], datetime], stop: asyncio.Event, backoff: Backoff
) -> None:
    """Deliver fan-outs, slice by slice, until `stop`.

    Raises:
        Fenced: another process owns the partitions now.
    """
    try:
        while not stop.is_set():
            try:
                await bus.open()
                while not stop.is_set():
                    for part in await bus.collect():
                        if stop.is_set():
                            return
                        began = clock()
                        await bus.deliver(part, began)
                        backoff.reset()
                        # Half the time is everybody else's: one letter to all communes, however
                        # large, must not make the others' messages wait for its end.
                        await asyncio.sleep(max(0.0, (clock() - began).total_seconds()))
            except (Unavailable, Refusing) as error:
                _log.warning("fanout_unavailable", cause=str(error))
                await backoff.wait(stop)
    finally:
        await bus.close()


async def retry(
    bus: RetryBus,
    clock: Callable[[], datetime],
    stop: asyncio.Event,
    metrics: RouterMetrics,
) -> None:
    """Deliver what waited for its inbox, until `stop`. Others wait until it has counted that.

    Raises:
        Fenced: another process owns the partitions now.
    """
    # All others wait until this has opened: after a fault it is tried again soon.
    backoff, pause = Backoff(), Backoff(RETRY_SECONDS, RETRY_SECONDS)
    try:
        while not stop.is_set():
            try:
                await bus.open()
                backoff.reset()
                while not stop.is_set():
                    metrics.waiting.set(await bus.waiting())
                    await pause.wait(stop)
                    if await bus.waiting():
                        await _pass(bus, clock)
            except (Unavailable, Refusing) as error:
                _log.warning("retry_unavailable", cause=str(error))
                await backoff.wait(stop)
    finally:
        await bus.close()


async def _pass(bus: RetryBus, clock: Callable[[], datetime]) -> None:
    bus.look_again()
    blocked: set[str] = set()
    for item in await bus.read():
        system = item.parked.delivery.system
        # Invariant 7: what waits behind the first of a system stays behind it.
        if system not in blocked and not await bus.deliver(item, clock()):
            blocked.add(system)
