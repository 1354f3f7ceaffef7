"""What operators do to a connector while messages flow: nothing is lost, doubled or reordered."""

import pytest

from tests.scenarios.adapters import rig
from tests.scenarios.adapters.flowing import Flow

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def flow(world, peers):
    return Flow(world, "doi", peers)


def taken(world, flow):
    return len(world.effects(flow.hook, "webhook"))


def test_changed_paused_resumed_restarted_and_drained_under_way_all_arrives_in_order(world, flow):
    with flow.flowing(seed=7, count=100):
        world.put(flow.webhook(seconds=4.0))
        world.order(flow.out, "pause")
        world.await_state(flow.out, "paused")
        world.order(flow.out, "resume")
        world.put(flow.webhook(url=f"{flow.hook.url}/hook?moi=1"))
        world.order(flow.axis_out, "restart")
        world.await_state(flow.out, "running")
        world.order(flow.out, "stop")
        world.await_state(flow.out, "stopped")
        world.order(flow.out, "resume")
        world.order(flow.axis_in, "restart")
    flow.expect_all_once()


def test_while_it_is_paused_or_stopped_nothing_leaves_and_all_waits_for_it(world, flow):
    for order, state in (("pause", "paused"), ("stop", "stopped")):
        world.order(flow.out, order)
        world.await_state(flow.out, state)
        before = taken(world, flow)
        ids = [flow.push(1_000 + before + number) for number in range(10)]
        for id_ in ids:
            world.await_told(rig.DESK, id_, flow.web, "pending")
        assert taken(world, flow) == before
        world.order(flow.out, "resume")
        for id_ in ids:
            world.await_told(rig.DESK, id_, flow.web, "delivered")
    flow.expect_all_once()


def test_a_change_that_the_adapter_refuses_changes_nothing(world, flow):
    refused = flow.webhook(seconds=-1)
    with pytest.raises(AssertionError, match="seconds"):
        world.put(refused)
    id_ = flow.push(2_000)
    world.await_told(rig.DESK, id_, flow.web, "delivered")
