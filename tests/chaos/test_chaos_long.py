"""The whole storm: 20,000 messages, every named point, every outage. `make chaos` runs it."""

import pytest

from tests.chaos import outages
from tests.chaos.drill import Drill
from tests.chaos.flow import FULL, every_point, show, storm
from tests.chaos.points import all_points

pytestmark = [pytest.mark.kafka, pytest.mark.long]

MESSAGES = 20_000


@pytest.mark.timeout(1_800)
def test_20000_messages_arrive_once_whatever_is_killed_frozen_or_replaced(tmp_path, seed, capsys):
    with Drill(tmp_path, seed) as drill:
        figures = storm(drill, MESSAGES, FULL)
    with capsys.disabled():
        show("storm", figures)
    assert figures["admitted"] == figures["good"]
    assert figures["zombie_exit_status"] == 1


@pytest.mark.timeout(2_400)
def test_every_named_point_of_the_commit_path_is_hit_and_survived(tmp_path, seed, capsys):
    with Drill(tmp_path / "hub", seed) as drill:
        figures = every_point(drill, tmp_path)
    with capsys.disabled():
        show("named points", figures)
    assert figures["hit"] == [str(point) for point in all_points()]


@pytest.mark.timeout(900)
def test_without_sql_routing_goes_on_and_without_broker_nothing_is_acknowledged(
    tmp_path, seed, capsys
):
    with Drill(tmp_path, seed) as drill:
        without_sql = outages.routes_without_sql(drill)
        without_broker = outages.refuses_without_broker(drill)
    with capsys.disabled():
        show("without SQL", without_sql)
        show("without broker", without_broker)
