"""A short storm for every change: what `make chaos` does at length."""

import pytest

from tests.chaos.drill import Drill
from tests.chaos.flow import SHORT, show, storm
from tests.chaos.pointing import Pointing
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


def test_kill_9_of_router_and_broker_loses_and_doubles_nothing(tmp_path, seed, capsys):
    figures = storm(tmp_path, seed, MESSAGES, SHORT)
    with capsys.disabled():
        show("short storm", figures)
    assert figures["admitted"] == figures["good"]


def test_kill_9_between_two_awaits_loses_and_doubles_nothing(tmp_path, seed):
    with Drill(tmp_path, seed) as drill:
        pointing = Pointing(drill, tmp_path)
        for point in POINTS:
            pointing.kill_at(point)
    assert pointing.hit == [str(point) for point in POINTS]
