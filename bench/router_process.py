"""The hub's router in a process of its own: `python -m bench.router_process BROKER COUNT FOLDER`.

It is the production router (`hub.router.main.run`) with the benchmark's rules. Prints `started`,
then, once COUNT messages are decided, one JSON line; with a count of 0 it runs until SIGTERM.
A fourth argument names a file for a profile of all its threads.
"""

import asyncio
import base64
import json
import signal
import sys
import time
from pathlib import Path

from prometheus_client import CollectorRegistry

from bench.data import PARTITIONS, snapshot
from bench.profiling import profiled
from hub.decision.rules import Rules
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.share import Share
from hub.router import main as router
from hub.signing.macs import MacKeys


class _Rules:
    """The benchmark's rules in the place of the follower of `hub.rules`."""

    def __init__(self, folder: Path) -> None:
        saved = json.loads((folder / "router.json").read_text())
        macs = MacKeys(current="k1", keys={"k1": base64.b64decode(saved["mac"])})
        records = {key: value.encode() for key, value in saved["records"].items()}
        self.current: Rules = snapshot(records, macs)

    def heartbeat_age(self) -> float:
        return 0.0


def _decided(registry: CollectorRegistry) -> dict[str, float]:
    return {
        sample.labels["outcome"]: sample.value
        for metric in registry.collect()
        if metric.name == "hub_router_decisions"
        for sample in metric.samples
        if sample.name.endswith("_total")
    }


async def _reach(registry: CollectorRegistry, count: int) -> float:
    # A counter has no event to wait for, and looking at it costs the router nothing.
    while (done := sum(_decided(registry).values())) < count:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    return done


async def _watch(registry: CollectorRegistry, count: int, stop: asyncio.Event) -> None:
    """Wait for `count` decisions; measure from the first seen to the last."""
    first = await _reach(registry, 1)
    begun, cpu = time.monotonic(), time.process_time()
    done = await _reach(registry, count)
    seconds, used = time.monotonic() - begun, time.process_time() - cpu
    result = {"done": done - first, "seconds": seconds, "cpu": used, "outcomes": _decided(registry)}
    print(json.dumps(result), flush=True)  # noqa: T201  (the parent reads it)
    stop.set()


async def _run(bootstrap: str, count: int, folder: Path) -> None:
    stop, registry = asyncio.Event(), CollectorRegistry()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    share = Share(slot=0, slots=1, total=PARTITIONS)
    connection = KafkaConnection(bootstrap=bootstrap)
    print("started", flush=True)  # noqa: T201  (the parent reads it)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(
            router.run(connection, share, _Rules(folder), folder / "seen", registry, stop)
        )
        if count:
            tasks.create_task(_watch(registry, count, stop))


if __name__ == "__main__":
    with profiled(Path(sys.argv[4]) if len(sys.argv) > 4 else None):  # noqa: PLR2004  (optional)
        asyncio.run(_run(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
