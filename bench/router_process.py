"""The hub's router in a process of its own: `python -m bench.router_process BROKER COUNT FOLDER`.

It is the production router (`hub.router.main.run`) with the benchmark's rules. Prints `started`,
then, once COUNT messages are decided, one JSON line; with a count of 0 it runs until SIGTERM.
"""

import argparse
import asyncio
import base64
import json
import signal
import time
from pathlib import Path

import uvloop
from prometheus_client import CollectorRegistry

from bench.data import PARTITIONS, snapshot
from bench.profiling import profiled
from hub.decision.rules import Rules
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.share import Share
from hub.io.memory import BATCHES, calm_memory, give_back_at_rest
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
    # The wall clock: routers that share the work are measured from the first one's beginning.
    begun, cpu = time.time(), time.process_time()
    done = await _reach(registry, count)
    result = {
        "done": done - first,
        "begun": begun,
        "ended": time.time(),
        "cpu": time.process_time() - cpu,
        "outcomes": _decided(registry),
    }
    print(json.dumps(result), flush=True)  # noqa: T201  (the parent reads it)
    stop.set()


async def _run(bootstrap: str, count: int, folder: Path, share: Share) -> None:
    stop, registry = asyncio.Event(), CollectorRegistry()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    connection, seen = KafkaConnection(bootstrap=bootstrap), folder / f"seen-{share.slot}"
    rules = _Rules(folder)
    # As `hub run router` does once it has read the rules.
    calm_memory(BATCHES)
    resting = asyncio.create_task(give_back_at_rest())
    print("started", flush=True)  # noqa: T201  (the parent reads it)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(router.run(connection, share, rules, seen, registry, stop))
        if count:
            tasks.create_task(_watch(registry, count, stop))
    resting.cancel()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("broker")
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--slot", type=int, default=0, help="this router's share of --slots")
    parser.add_argument("--slots", type=int, default=1, help="routers that share the partitions")
    parser.add_argument("--profile", type=Path, help="a file for a profile of the process")
    return parser.parse_args()


if __name__ == "__main__":
    asked = _arguments()
    share = Share(slot=asked.slot, slots=asked.slots, total=PARTITIONS)
    # uvloop, as `hub run router` has it.
    with profiled(asked.profile):
        uvloop.run(_run(asked.broker, asked.count, asked.folder, share))
