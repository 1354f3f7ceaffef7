"""From the admitted record to the readable inbox: the router's latency at fixed rates.

An open loop: message i is due at start + i / rate, whatever the router does, and its time runs
from then, so a stall is seen by every message that it delays. It contains the write to
`hub.ingress`; the other end is a `read_committed` consumer on all inboxes.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from confluent_kafka import Producer

from bench.data import SYSTEMS, Province, Wire, admitted, messages
from bench.inboxes import InboxWatch
from bench.kafka import FLUSH_SECONDS, Ground, fresh_ground
from bench.percentiles import Milliseconds, milliseconds
from bench.running import router_command, running
from bench.throughput import contender_command, contender_environment
from hub.io.kafka.topics import INGRESS

RATES: Final = (100, 300, 1000)
"""Messages in a second: a district's day, a province's peak, and what a peak may become."""

COMMITS_MS: Final = (25, 50, 100)
"""Commit intervals among which the contender's nearest to the hub's p99 is looked for."""

COMPARED_RATE: Final = 300
_ENDLESS: Final = 10**9
_DRAIN_SECONDS: Final = 90.0


async def router_latency(
    province: Province, rates: Sequence[int], seconds: float
) -> dict[str, Milliseconds]:
    """Return the percentiles of the hub's router, each rate for so many seconds."""
    async with (
        fresh_ground(province) as ground,
        running(router_command(ground, 0), ground.folder / "router.log"),
    ):
        return await asyncio.to_thread(_measure, ground, province, rates, seconds)


async def contender_latency(province: Province, seconds: float, commit_ms: int) -> Milliseconds:
    """Return the percentiles of Kafka Streams at `COMPARED_RATE` with one commit interval."""
    async with fresh_ground(province) as ground:
        command, log = contender_command(ground, _ENDLESS), ground.folder / "contender.log"
        async with running(command, log, contender_environment(ground, commit_ms)):
            found = await asyncio.to_thread(_measure, ground, province, [COMPARED_RATE], seconds)
    return found[str(COMPARED_RATE)]


def nearest(p99: float, candidates: dict[int, Milliseconds]) -> int:
    """Return the commit interval whose p99 is nearest to `p99`, as a ratio."""

    def apart(commit_ms: int) -> float:
        theirs = candidates[commit_ms]["p99"]
        return max(theirs, p99) / max(min(theirs, p99), 0.1)

    return min(candidates, key=apart)


def _measure(
    ground: Ground, province: Province, rates: Sequence[int], seconds: float
) -> dict[str, Milliseconds]:
    rules = province.rules()
    settings = {"bootstrap.servers": ground.bootstrap, "acks": "all", "linger.ms": 0}
    producer = Producer(settings | {"log_level": 0})

    def wires(count: int) -> list[Wire]:
        return [admitted(province, message, rules) for message in messages(province, count)]

    with InboxWatch(ground.bootstrap, province.names) as watch:
        # First as many seconds that do not count: connections, caches, and Java's compiler.
        _at_rate(producer, watch, wires(max(SYSTEMS, int(COMPARED_RATE * seconds))), COMPARED_RATE)
        return {
            str(rate): milliseconds(
                _at_rate(producer, watch, wires(max(SYSTEMS, int(rate * seconds))), rate)
            )
            for rate in rates
        }


def _at_rate(
    producer: Producer, watch: InboxWatch, wires: Sequence[Wire], rate: float
) -> list[float]:
    due = _send(producer, wires, rate)
    watch.await_all(due, _DRAIN_SECONDS)
    return [watch.readable[id_] - at for id_, at in due.items()]


def _send(producer: Producer, wires: Sequence[Wire], rate: float) -> dict[bytes, float]:
    """Write each message when it is due; return when that was, by id."""
    due: dict[bytes, float] = {}
    begun = time.monotonic()
    for number, wire in enumerate(wires):
        due[dict(wire.headers)["ce_id"]] = at = begun + number / rate
        if (early := at - time.monotonic()) > 0:
            time.sleep(early)
        producer.produce(
            INGRESS, wire.value, wire.key, partition=wire.partition, headers=dict(wire.headers)
        )
        producer.poll(0)
    if left := producer.flush(FLUSH_SECONDS):
        raise RuntimeError(f"{left} messages were not written to {INGRESS}")
    return due
