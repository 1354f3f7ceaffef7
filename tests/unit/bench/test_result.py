"""The result: its shape, its budgets, its tables."""

import json
import re

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bench import (
    budgets,
    connectors,
    documents,
    effort,
    latency,
    log,
    over_http,
    report,
    soak,
    table,
    throughput,
)
from bench.http_client import TargetFailed
from bench.percentiles import milliseconds
from bench.throughput import Rate
from hub.cli.main import app

TIMES = {"p50": 20.0, "p95": 40.0, "p99": 61.5}
MACHINE = {
    "cpu": "synthetic",
    "cores": 2,
    "memory_gib": 8.0,
    "kernel": "6.1",
    "python": "3.11",
    "java_broker": "17.0.1",
}
PACED = {"p50_ms": 50.0, "p95_ms": 90.0, "p99_ms": 120.0, "answer_ms": TIMES, "turned_away": 0}
HTTP = {
    "sustained_per_s": 1_500,
    "sustained": {"answer_ms": TIMES, "turned_away": 0},
    "at_300_per_s": PACED,
    "at_300_per_s_stream": PACED,
    "takeover_s": 1.2,
    "idle_polls_percent": 3.0,
    "idle_polls": 1_000,
    "batches_per_s": 4_000,
    "drain_s": {"router": 3.0, "views": 20.0},
    "accepted": 300_000,
    "lost": 0,
    "doubled": 0,
    "memory_mb": {"broker": 700.0, "total": 1_200.0},
}


CONNECTORS = {
    "push_per_s": 800,
    "push_cpu_us": 1_100,
    "push_runs_per_s": [800],
    "dead_peer": {
        "peers": 200,
        "without_p99_ms": 50.0,
        "with_p99_ms": 51.0,
        "change_percent": 2.0,
    },
    "idle": {"count": 1_000, "memory_mb": 600.0, "cpu_percent": 20.0},
}
DOCUMENTS = {"per_s": {"today": 90.0, "stamped": 60.0, "three": 35.0}, "slowest_per_s": 35.0}
LOG = {
    "leaves": 500_000,
    "leaves_per_s_per_core": 80_000,
    "leaves_per_s": 60_000,
    "memory_growth_mb": 10.0,
    "proven": 10_000_000,
    "proof_ms": {"p50": 1.0, "p95": 2.0, "p99": 3.0},
}


@pytest.fixture
def measured(monkeypatch):
    """Replace what takes minutes; the rest of the benchmark is real."""

    async def compare(_province, _wires, runs, *, with_contender, tell):
        tell("run")
        theirs = (
            [Rate(per_s=2_000.0 + n, cpu_us=700.0) for n in range(runs)] if with_contender else []
        )
        ours = [Rate(per_s=6_000.0 + n, cpu_us=150.0) for n in range(runs)]
        return ours, theirs if with_contender else []

    async def router_latency(_province, rates, _seconds):
        return {str(rate): milliseconds([0.02, 0.04]) for rate in rates}

    async def contender_latency(_province, _seconds, commit_ms):
        return milliseconds([commit_ms / 1000])

    async def tuned_run(_province, _wires, _commit_ms):
        return Rate(per_s=1_000.0, cpu_us=800.0)

    async def soaked(_province, _tell):
        return {
            "first": 2,
            "last": 10,
            "anonymous_mb": [90.0, 90.9],
            "rss_mb": [100.0, 140.0],
            "growth_percent": 1.0,
        }

    monkeypatch.setattr(throughput, "compare", compare)
    monkeypatch.setattr(throughput, "tuned_run", tuned_run)
    monkeypatch.setattr(throughput, "build_contender", lambda: None)
    monkeypatch.setattr(latency, "router_latency", router_latency)
    monkeypatch.setattr(latency, "contender_latency", contender_latency)
    monkeypatch.setattr(over_http, "measure", lambda *_: dict(HTTP))

    async def connected(*_):
        return dict(CONNECTORS)

    monkeypatch.setattr(connectors, "measure", connected)
    monkeypatch.setattr(documents, "measure", lambda *_: dict(DOCUMENTS))

    async def logged(*_):
        return dict(LOG)

    monkeypatch.setattr(log, "measure", logged)
    monkeypatch.setattr(soak, "soak", soaked)
    monkeypatch.setattr(report, "_machine", lambda _: dict(MACHINE))
    return monkeypatch


def run(*arguments):
    """Run `hub bench` and return its status and the object on the last line of its output."""
    done = CliRunner().invoke(app, ["bench", "--json", "--count", "6000", *arguments])
    return done.exit_code, json.loads(done.stdout.strip().splitlines()[-1]), done


def test_the_last_line_is_one_object_of_the_promised_shape(measured):  # noqa: ARG001
    status, found, _ = run("--runs", "3")
    assert status == 0
    router = {"per_s": 6_001, "cpu_us_per_message": 150, "contender_per_s": 2_001}
    assert found["router"].items() >= (router | {"ratio_to_contender": 3.0}).items()
    assert found["inbox_latency_ms"].keys() == {"100", "300", "1000"}
    assert all(
        times.keys() == {"p50", "p95", "p99"} for times in found["inbox_latency_ms"].values()
    )
    assert found["http"]["at_300_per_s"].keys() >= {"p50_ms", "p99_ms"}
    assert found["tuned_contender"]["commit_ms"] == 50
    assert found["machine"]["cores"] == 2


def test_without_maven_the_contender_is_not_shown_and_no_budget_fails_for_it(measured):
    measured.setattr(throughput, "build_contender", lambda: "not shown: no Maven")
    status, found, _ = run()
    assert status == 0
    assert found["router"]["contender"] == "not shown: no Maven"
    assert found["router"]["contender_per_s"] is None
    assert found["router"]["ratio_to_contender"] is None
    assert found["tuned_contender"] is None


def test_a_broken_budget_ends_with_status_1_but_not_a_quick_run(measured):
    slow = HTTP | {"sustained_per_s": 999}
    measured.setattr(over_http, "measure", lambda *_: slow)
    status, _, done = run("--only", "http")
    assert status == 1
    assert "NOT OK" in done.stderr
    assert run("--only", "http", "--quick")[0] == 0


def test_only_one_part_is_measured_when_asked(measured):
    measured.setattr(over_http, "measure", lambda *_: pytest.fail("nobody asked"))
    assert run("--only", "router")[1].keys() == {"machine", "router"}
    assert run("--only", "router", "--soak")[1].keys() == {"machine", "router", "soak"}


def test_a_failed_measurement_is_told_in_one_line(measured):
    def fail(*_):
        raise RuntimeError("the router stands still")

    measured.setattr(over_http, "measure", fail)
    done = CliRunner().invoke(app, ["bench", "--only", "http"])
    assert done.exit_code == 1
    assert "the measurement failed: RuntimeError('the router stands still')" in done.stderr


def test_what_fails_in_the_load_generator_is_told_too(measured):
    def fail(*_):
        raise ExceptionGroup("unhandled", [TargetFailed("the hub refuses: 403")])

    measured.setattr(over_http, "measure", fail)
    done = CliRunner().invoke(app, ["bench", "--only", "http"])
    assert done.exit_code == 1
    assert "the hub refuses: 403" in done.stderr


def test_a_full_run_measures_what_the_budgets_name():
    whole = {
        "router": {"cpu_us_per_message": 1, "ratio_to_contender": 1},
        "inbox_latency_ms": {"300": TIMES},
        "http": HTTP,
        "connectors": CONNECTORS,
        "documents": DOCUMENTS,
        "log": LOG,
        "soak": {"growth_percent": 0.0},
    }
    assert all(verdict.value is not None for verdict in budgets.judge(whole))


@pytest.mark.parametrize(("value", "kept"), [(199.0, True), (200.0, True), (200.1, False)])
def test_a_limit_itself_is_within_the_budget(value, kept):
    most = budgets.Budget(title="", path=(), limit=200, unit="")
    assert budgets.Verdict(budget=most, value=value).kept is kept
    least = budgets.Budget(title="", path=(), limit=200, unit="", least=True)
    assert budgets.Verdict(budget=least, value=400 - value).kept is kept


def test_what_was_not_measured_neither_holds_nor_fails():
    verdicts = budgets.judge({"router": {"ratio_to_contender": None}, "http": "broken"})
    assert {verdict.kept for verdict in verdicts} == {None}
    assert budgets.kept(verdicts)


def test_a_lost_message_breaks_a_budget():
    assert not budgets.kept(budgets.judge({"http": {"lost": 1}}))


def test_the_nearest_commit_interval_is_chosen_by_ratio():
    tried = {25: {"p99": 60.0}, 50: {"p99": 110.0}, 100: {"p99": 210.0}}
    assert latency.nearest(75.0, tried) == 25
    assert latency.nearest(400.0, tried) == 100


def test_the_effort_takes_the_numbers_that_were_asked_for():
    assert effort.chosen(quick=False, runs=None, count=None) == effort.FULL
    assert effort.chosen(quick=True, runs=5, count=9_000).count == 9_000
    assert effort.chosen(quick=True, runs=5, count=None).runs == 5


def test_the_page_of_results_is_made_from_the_last_line(tmp_path, measured):  # noqa: ARG001
    _, found, _ = run("--soak")
    page = table.markdown(found)
    assert "synthetic, 2 cores" in page
    assert "| HTTP, one by one | 1,500 /s | ≥ 1,000 /s | ok |" in page
    assert "| admitted → readable at 1,000/s, p50 · p95 · p99 | 20 · 40 · 40 ms |" in page
    assert "NOT OK" not in page
    widths = {line.count("|") for line in page.splitlines() if line.startswith("|")}
    assert widths == {3, 5}
    alone = report.comparison([Rate(per_s=1.0, cpu_us=1.0)], [], "not shown: x")
    only = {"machine": MACHINE, "router": alone}
    assert "| contender | not shown: x |" in table.markdown(only)


def test_the_terminal_shows_each_budget_with_its_verdict():
    console = Console(width=120, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as shown:
        console.print(table.rich_table(budgets.judge({"http": HTTP | {"lost": 2}})))
    text = shown.get()
    assert re.search(r"messages lost\s+│?\s*2\s+│?\s*≤ 0\s+│?\s*NOT OK", text), text
    assert "not measured" in text
