"""A short storm for every change: what `make chaos` does at length."""

import pytest

from tests.chaos.drill import Drill
from tests.chaos.flow import SHORT, every_point, show, storm
from tests.chaos.points import Point

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]

MESSAGES = 1_500

POINTS = (
    Point("router", "offsets", "after"),
    Point("router", "remember", "before"),
    Point("fanout", "written", "after"),
    Point("ingress", "durable", "after"),
    Point("recorder", "commit", "before"),
)


@pytest.fixture(scope="module")
def drill(tmp_path_factory, seed):
    """Give one hub to both tests: a start costs as much as a test."""
    with Drill(tmp_path_factory.mktemp("chaos"), seed) as running:
        yield running


def test_kill_9_of_router_and_broker_loses_and_doubles_nothing(drill, capsys):
    figures = storm(drill, MESSAGES, SHORT)
    with capsys.disabled():
        show("short storm", figures)
    assert figures["admitted"] == figures["good"]


def test_kill_9_between_two_awaits_loses_and_doubles_nothing(drill, tmp_path):
    figures = every_point(drill, tmp_path, POINTS)
    assert figures["hit"] == [str(point) for point in POINTS]
