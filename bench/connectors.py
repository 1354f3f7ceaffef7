"""Connectors: pushes to a fast peer, the memory of many that are idle, one dead peer among many."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

from bench.connector_ground import Ground, Writer, deliveries, ground, until_arrived
from bench.data import TYPE, Province
from bench.effort import Effort
from bench.percentiles import percentile
from bench.procfs import cpu_seconds, memory_mb
from bench.throughput import median
from hub.io.kafka.topics import inbox

Found = dict[str, Any]
Tell = Callable[[str], None]

PUSHING: Final = 10
"""Connectors that push at once."""
FAST: Final = {"per_second": 0, "concurrency": 10, "batch": 50}
"""No limit, as for a peer that can take it."""
ARRIVAL_SECONDS: Final = 120.0
BETWEEN_SECONDS: Final = 2.0
"""Between two phases: what the one before has begun is over."""


async def measure(province: Province, effort: Effort, tell: Tell) -> Found:
    """Return what a connectors process does.

    Raises:
        RuntimeError: a message does not arrive, or arrives twice.
    """
    runs = [[f"day-{run}-{number:03}" for number in range(PUSHING)] for run in range(effort.runs)]
    many = [f"may-{number:03}" for number in range(effort.peers)]
    idle = [f"cho-{number:03}" for number in range(effort.idle_connectors // 2)]
    tell(f"connectors: a broker with {len(idle) + len(many) + PUSHING * len(runs)} inboxes")
    async with ground([*chain.from_iterable(runs), *many, *idle]) as where:
        pushed = [await _pushed(where, province, names, effort, tell) for names in runs]
        return {
            "push_per_s": round(median([rate for rate, _ in pushed])),
            "push_cpu_us": round(median([cpu for _, cpu in pushed])),
            "push_runs_per_s": [round(rate) for rate, _ in pushed],
            "dead_peer": await _dead_peer(where, province, many, effort, tell),
            "idle": await _idle(where, province, idle, effort, tell),
        }


async def _pushed(
    where: Ground, province: Province, names: Sequence[str], effort: Effort, tell: Tell
) -> tuple[float, float]:
    """Return pushes a second and CPU microseconds of each, of one process with full inboxes.

    From the first to the last; the CPU from the moment that all connectors are at work.
    """
    writer, count = Writer(where.bootstrap), effort.pushes
    for _, output in deliveries(province, names, count):
        writer.write(output)
    writer.flush()
    where.arrived()
    records = {name: where.webhook(name, **FAST) for name in names}
    async with where.connected(province, records) as process:
        found = await until_arrived(where, 1, ARRIVAL_SECONDS)
        before, left = cpu_seconds(process.pid), count - len(found)
        found |= await until_arrived(where, left, ARRIVAL_SECONDS)
        cpu = (cpu_seconds(process.pid) - before) / max(1, left) * 1e6
    rate = (count - 1) / (max(found.values()) - min(found.values()))
    tell(f"connectors: {rate:,.0f} pushes/s")
    return rate, cpu


async def _dead_peer(
    where: Ground, province: Province, names: Sequence[str], effort: Effort, tell: Tell
) -> Found:
    """Return the p99 of all peers but one: while it answers, and while it does not, in turn."""
    times: dict[str, list[float]] = {"without": [], "with": []}
    turns = effort.peer_turns
    healthy, victims = names[:-turns], names[-turns:]
    records = {name: where.webhook(name) for name in names}
    async with where.connected(province, records):
        for victim in victims:
            for kind in times:
                await asyncio.to_thread(
                    where.call, f"{'dead' if kind == 'with' else 'well'}/{victim}"
                )
                times[kind] += await _paced(where, province, healthy, victim, effort)
                await asyncio.to_thread(where.call, f"well/{victim}")
                await asyncio.sleep(BETWEEN_SECONDS)
    without, with_ = (percentile(times[kind], 99) * 1000 for kind in ("without", "with"))
    change = (with_ / without - 1) * 100
    tell(f"connectors: p99 {without:.0f} ms, with a dead peer {with_:.0f} ms")
    return {
        "peers": len(names),
        "without_p99_ms": round(without, 1),
        "with_p99_ms": round(with_, 1),
        "change_percent": round(change, 1),
    }


async def _paced(
    where: Ground, province: Province, healthy: Sequence[str], victim: str, effort: Effort
) -> list[float]:
    """Write at a fixed pace; return the seconds from due to at the peer, of the healthy ones."""
    count = int(effort.peer_rate * effort.peer_phase_s)
    planned = list(deliveries(province, [*healthy, victim], count))
    writer, due, none_of_ours = Writer(where.bootstrap), dict[str, float](), inbox(victim)
    await asyncio.to_thread(where.arrived)
    begun = time.time()
    for number, (id_, output) in enumerate(planned):
        at = begun + number / effort.peer_rate
        await asyncio.sleep(max(0.0, at - time.time()))
        writer.write(output)
        if output.topic != none_of_ours:
            due[id_] = at
    writer.flush()
    found = await _of(where, due)
    return [found[id_] - at for id_, at in due.items()]


async def _of(where: Ground, wanted: dict[str, float]) -> dict[str, float]:
    """Return when each of these came; what else comes is another peer's."""
    found: dict[str, float] = {}
    end = time.monotonic() + ARRIVAL_SECONDS
    while len(found) < len(wanted):
        found |= {id_: at for id_, at in await asyncio.to_thread(where.arrived) if id_ in wanted}
        if time.monotonic() > end:
            raise RuntimeError(f"{len(wanted) - len(found)} messages are not at their peers")
        await asyncio.sleep(0.1)
    return found


async def _idle(
    where: Ground, province: Province, names: Sequence[str], effort: Effort, tell: Tell
) -> Found:
    """Return memory and CPU of a process with webhooks, tables and folders, none with work."""
    records = {name: where.webhook(name) for name in names}
    for number, name in enumerate(names):
        kind = _table if number % 2 else _folder
        records[f"{name}-vao"] = kind(where.folder, name)
    async with where.connected(province, records) as process:
        before = cpu_seconds(process.pid)
        await asyncio.sleep(effort.idle_s)
        percent = (cpu_seconds(process.pid) - before) / effort.idle_s * 100
        found = {
            "count": len(records),
            "memory_mb": memory_mb(process.pid),
            "cpu_percent": round(percent, 1),
        }
    tell(f"connectors: {len(records):,} idle ones in {found['memory_mb']:,.0f} MiB")
    return found


def _folder(folder: Path, name: str) -> dict[str, Any]:
    """Return the record of a connector that reads an empty folder."""
    dropped = folder / "dropped" / name
    dropped.mkdir(parents=True)
    config = {"folder": str(dropped), "ready": "rename", "content": "body", "type": TYPE}
    return {"adapter": "file-drop-in", "system": name, "config": config}


def _table(folder: Path, name: str) -> dict[str, Any]:
    """Return the record of a connector that reads an empty table."""
    file = folder / "tables" / f"{name}.db"
    file.parent.mkdir(exist_ok=True)
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE di (stt INTEGER PRIMARY KEY, ma TEXT, nd TEXT, xong INT)")
    connection.close()
    reading = {
        "mode": "outbox",
        "order_column": "stt",
        "done_column": "xong",
        "pending_value": 0,
        "done_value": 1,
    }
    columns = {"id_column": "ma", "body_column": "nd", "type": TYPE}
    where = {"kind": "sqlite", "database": str(file), "table": "di"}
    return {
        "adapter": "sql-table-in",
        "system": name,
        # A file of this machine is open to a connector as the loopback is.
        "networks": ["127.0.0.0/8"],
        "config": {**where, **columns, "reading": reading},
    }
