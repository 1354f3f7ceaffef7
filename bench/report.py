"""The whole benchmark: what is asked for, one part after the other, as one result."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from bench import connectors, documents, latency, log, over_http, soak, throughput
from bench.data import Province, admitted, make_province, messages
from bench.effort import Effort
from bench.procfs import machine
from bench.throughput import Rate, median
from hub.io.embedded.java import find_java

Tell = Callable[[str], None]
Found = dict[str, Any]


class Part(StrEnum):
    """A part of the benchmark."""

    ROUTER = "router"
    LATENCY = "latency"
    HTTP = "http"
    CONNECTORS = "connectors"
    DOCUMENTS = "documents"
    LOG = "log"


def run(parts: frozenset[Part], effort: Effort, tell: Tell, *, with_soak: bool) -> Found:
    """Measure; return the result that `hub bench --json` prints.

    Raises:
        RuntimeError: a measurement failed.
        EmbeddedBrokerError, CommandFailed: the broker or the hub does not start.
    """
    province = make_province()
    missing = throughput.build_contender() if parts & {Part.ROUTER, Part.LATENCY} else None
    found: Found = {"machine": _machine(missing)}
    if Part.ROUTER in parts:
        found["router"] = asyncio.run(router(province, effort, missing, tell))
    if Part.LATENCY in parts:
        found |= asyncio.run(_latency(province, effort, missing, tell))
    if Part.HTTP in parts:
        found["http"] = over_http.measure(province, effort, tell)
    if Part.CONNECTORS in parts:
        found["connectors"] = asyncio.run(connectors.measure(province, effort, tell))
    if Part.DOCUMENTS in parts:
        found["documents"] = documents.measure(effort, tell)
    if Part.LOG in parts:
        tell(f"log: {effort.leaves:,} leaves, and proofs in {effort.proven:,}")
        found["log"] = asyncio.run(log.measure(effort.leaves, effort.proven))
    if with_soak:
        found["soak"] = asyncio.run(soak.soak(province, tell))
    return found


async def router(province: Province, effort: Effort, missing: str | None, tell: Tell) -> Found:
    """Compare the throughput of router and contender; `missing`: why there is no contender."""
    tell(f"router: signing {effort.count:,} messages")
    rules = province.rules()
    wires = [admitted(province, message, rules) for message in messages(province, effort.count)]
    ours, theirs = await throughput.compare(
        province, wires, effort.runs, with_contender=missing is None, tell=tell
    )
    return comparison(ours, theirs, missing)


def comparison(ours: list[Rate], theirs: list[Rate], missing: str | None) -> Found:
    """Return the medians of both; without a contender, why there is none."""
    per_s = median([rate.per_s for rate in ours])
    contender = median([rate.per_s for rate in theirs]) if theirs else None
    cpu_us = median([rate.cpu_us for rate in ours])
    their_cpu_us = median([rate.cpu_us for rate in theirs]) if theirs else 0.0
    return {
        "per_s": round(per_s),
        "cpu_us_per_message": round(cpu_us),
        "contender_per_s": None if contender is None else round(contender),
        "ratio_to_contender": None if contender is None else round(per_s / contender, 2),
        "contender_cpu_us_per_message": None if contender is None else round(their_cpu_us),
        "processes": throughput.CORES,
        "contender": missing or "shown",
        "runs_per_s": [round(rate.per_s) for rate in ours],
        "contender_runs_per_s": [round(rate.per_s) for rate in theirs],
    }


async def _latency(province: Province, effort: Effort, missing: str | None, tell: Tell) -> Found:
    tell(f"latency: router at {', '.join(map(str, latency.RATES))}/s")
    ours = await latency.router_latency(province, latency.RATES, effort.latency_s)
    tell(f"latency: p99 {ours['300']['p99']} ms at 300/s")
    if missing is not None:
        return {"inbox_latency_ms": ours, "tuned_contender": None}
    return {
        "inbox_latency_ms": ours,
        "tuned_contender": await _tuned(province, effort, ours["300"]["p99"], tell),
    }


async def _tuned(province: Province, effort: Effort, p99: float, tell: Tell) -> Found:
    """Give the contender the commit interval that makes its p99 like the hub's; measure again."""
    tried = {}
    for commit_ms in latency.COMMITS_MS:
        tried[commit_ms] = await latency.contender_latency(province, effort.latency_s, commit_ms)
        tell(f"latency: contender, commit {commit_ms} ms: p99 {tried[commit_ms]['p99']} ms")
    chosen = latency.nearest(p99, tried)
    rules = province.rules()
    wires = [admitted(province, message, rules) for message in messages(province, effort.count)]
    rate = await throughput.tuned_run(province, wires, chosen)
    tell(f"latency: contender, commit {chosen} ms: {rate.per_s:,.0f}/s")
    return {
        "commit_ms": chosen,
        "per_s": round(rate.per_s),
        "at_300_per_s_ms": tried[chosen],
        "tried_p99_ms": {str(commit_ms): one["p99"] for commit_ms, one in tried.items()},
    }


def _machine(missing: str | None) -> Found:
    java = {"broker": str(find_java().executable)}
    if missing is None:
        java["contender"] = throughput.java()
    return machine(java)
