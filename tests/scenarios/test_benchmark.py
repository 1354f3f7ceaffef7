"""Parts of the benchmark with a few messages: they run; their figures say nothing."""

from dataclasses import replace

import pytest

from bench import connectors, effort, report
from bench.data import make_province

pytestmark = pytest.mark.kafka


@pytest.mark.long
async def test_the_production_router_is_measured_on_a_broker_of_its_own():
    lines: list[str] = []
    small = effort.chosen(quick=True, runs=1, count=6_000)
    found = await report.router(make_province(), small, "not shown: a test", lines.append)
    assert found["per_s"] > 0
    assert found["cpu_us_per_message"] > 0
    assert found["contender_per_s"] is None
    assert found["contender"] == "not shown: a test"
    assert any(line.startswith("run 1: router") for line in lines)


@pytest.mark.long
async def test_the_production_connectors_are_measured_with_a_dead_peer_and_with_nothing_to_do():
    lines: list[str] = []
    small = replace(effort.QUICK, idle_s=1.0, peers=5, idle_connectors=6)
    found = await connectors.measure(make_province(), small, lines.append)
    assert found["push_per_s"] > 0
    assert found["dead_peer"]["with_p99_ms"] > 0
    assert found["idle"]["count"] == 6
    assert found["idle"]["memory_mb"] > 0
