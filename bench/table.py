"""The result as a table: on the terminal, and as Markdown with `python -m bench.table FILE.json`.

The file is what `hub bench --json` prints; of several lines, the last is read.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from bench.budgets import Verdict, judge

_WORDS: Final = {True: "ok", False: "NOT OK", None: "not measured"}
_LETTERS: Final = {
    "today": "one signature",
    "stamped": "one with a time stamp",
    "three": "three signatures",
    "new": "one signature of a seal not seen before",
}
_COLOURS: Final = {True: "green", False: "red", None: "dim"}


def rich_table(verdicts: tuple[Verdict, ...]) -> Table:
    """Return the budgets as a table for the terminal."""
    table = Table(title="Ngân sách hiệu năng / Budgets", title_justify="left")
    for name, justify in (("", "left"), ("measured", "right"), ("budget", "right"), ("", "left")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    for verdict in verdicts:
        colour = _COLOURS[verdict.kept]
        table.add_row(*_cells(verdict), f"[{colour}]{_WORDS[verdict.kept]}[/]")
    return table


def markdown(result: Mapping[str, Any]) -> str:
    """Return the machine, the figures and the budgets as Markdown."""
    lines = [_machine(result["machine"]), "", "| what | measured |", "|---|---:|"]
    lines += [f"| {what} | {value} |" for what, value in _figures(result)]
    lines += ["", "| budget | measured | limit | |", "|---|---:|---:|---|"]
    lines += [
        f"| {' | '.join(_cells(verdict))} | {_WORDS[verdict.kept]} |" for verdict in judge(result)
    ]
    return "\n".join(lines)


def _cells(verdict: Verdict) -> tuple[str, str, str]:
    budget = verdict.budget
    value = "–" if verdict.value is None else _number(verdict.value, budget.unit)
    sign = "≥" if budget.least else "≤"
    return budget.title, value, f"{sign} {_number(budget.limit, budget.unit)}"


def _number(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:,.1f}"  # noqa: PLR2004  (three digits say enough)
    return f"{text} {unit}".strip()


def _machine(machine: Mapping[str, Any]) -> str:
    java = ", ".join(
        f"Java {version} ({name.removeprefix('java_')})"
        for name, version in machine.items()
        if name.startswith("java_")
    )
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"Linux {machine['kernel']}, Python {machine['python']}, {java}"
    )


def _figures(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if router := result.get("router"):
        yield from _router(router)
    for rate, times in result.get("inbox_latency_ms", {}).items():
        yield f"admitted → readable at {int(rate):,}/s, p50 · p95 · p99", _times(times)
    if tuned := result.get("tuned_contender"):
        commit = f"commit interval {tuned['commit_ms']} ms"
        yield f"contender at 300/s, {commit}, p50 · p95 · p99", _times(tuned["at_300_per_s_ms"])
        yield f"contender, {commit}", _number(tuned["per_s"], "/s")
    if http := result.get("http"):
        yield from _http(http)
    if connectors := result.get("connectors"):
        yield from _connectors(connectors)
    for kind, rate in result.get("documents", {}).get("per_s", {}).items():
        yield f"verdicts on letters, {_LETTERS[kind]}, a core", _number(rate, "/s")
    if log := result.get("log"):
        yield from _log(log)
    if soak := result.get("soak"):
        after = f"after each {soak['first']:,} of {soak['last']:,} messages"
        yield f"router's own memory {after}", _each(soak["anonymous_mb"])
        yield f"… with the mapped pages of its cache {after}", _each(soak["rss_mb"])


def _each(megabytes: Sequence[float]) -> str:
    return " · ".join(_number(value, "MiB") for value in megabytes)


def _router(router: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield f"router, everything on, {router['processes']} processes", _number(router["per_s"], "/s")
    yield "router, CPU", _number(router["cpu_us_per_message"], "µs per message")
    if router["contender_per_s"] is None:
        yield "contender", router["contender"]
    else:
        yield (
            "contender (Kafka Streams), commit interval 1 s",
            _number(router["contender_per_s"], "/s"),
        )
        yield "contender, CPU", _number(router["contender_cpu_us_per_message"], "µs per message")


def _http(http: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "HTTP one by one, 64 connections", _number(http["sustained_per_s"], "/s")
    yield "… answer, p50 · p95 · p99", _times(http["sustained"]["answer_ms"])
    for name, how in (("at_300_per_s", "long poll"), ("at_300_per_s_stream", "event stream")):
        times = {part: http[name][f"{part}_ms"] for part in ("p50", "p95", "p99")}
        yield f"submitted → received by {how} at 300/s, p50 · p95 · p99", _times(times)
    yield "HTTP in batches of 50, 8 connections", _number(http["batches_per_s"], "/s")
    drained = http["drain_s"]
    yield "… then routed · recorded after", f"{drained['router']:g} s · {drained['views']:g} s"
    yield "accepted · lost · doubled", f"{http['accepted']:,} · {http['lost']} · {http['doubled']}"
    for name, used in http["memory_mb"].items():
        yield f"memory: {name}", _number(used, "MiB")


def _connectors(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "webhook pushes to a fast peer, one process", _number(found["push_per_s"], "/s")
    yield "… CPU", _number(found["push_cpu_us"], "µs per push")
    dead, idle = found["dead_peer"], found["idle"]
    shown = " · ".join(_number(dead[name], "ms") for name in ("without_p99_ms", "with_p99_ms"))
    yield f"pushed to {dead['peers'] - 1} peers, p99 · with a dead one beside them", shown
    yield f"{idle['count']:,} idle connectors", _number(idle["memory_mb"], "MiB")
    yield "… CPU, of a core", _number(idle["cpu_percent"], "%")


def _log(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "log, leaves of a core", _number(found["leaves_per_s_per_core"], "/s")
    yield "… with the disk's waiting", _number(found["leaves_per_s"], "/s")
    yield "… memory it grew by", _number(found["memory_growth_mb"], "MiB")
    times = " · ".join(f"{found['proof_ms'][part]:.2f}" for part in ("p50", "p95", "p99"))
    yield f"proof at {found['proven']:,} leaves, p50 · p95 · p99", f"{times} ms"


def _times(times: Mapping[str, float]) -> str:
    return " · ".join(f"{times[part]:,.0f}" for part in ("p50", "p95", "p99")) + " ms"


if __name__ == "__main__":
    last = Path(sys.argv[1]).read_text(encoding="utf-8").strip().splitlines()[-1]
    print(markdown(json.loads(last)))  # noqa: T201  (what it is for)
