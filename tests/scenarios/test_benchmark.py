"""The benchmark's router part with a few messages: it runs; its figures say nothing."""

import pytest

from bench import effort, report
from bench.data import make_province

pytestmark = pytest.mark.kafka


async def test_the_production_router_is_measured_on_a_broker_of_its_own():
    lines: list[str] = []
    small = effort.chosen(quick=True, runs=1, count=6_000)
    found = await report.router(make_province(), small, "not shown: a test", lines.append)
    assert found["per_s"] > 0
    assert found["cpu_us_per_message"] > 0
    assert found["contender_per_s"] is None
    assert found["contender"] == "not shown: a test"
    assert any(line.startswith("run 1: router") for line in lines)
