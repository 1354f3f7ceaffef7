"""What operators do to a connector while messages flow: nothing is lost, doubled or reordered."""

import json

import pytest
import yaml

from tests.scenarios.adapters import rig
from tests.scenarios.adapters.flowing import Flow
from tests.support import GOOD_BODY

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


def test_what_two_administrators_make_by_command_delivers(world, flow, tmp_path):
    system = world.register("lenh-mau", None, (rig.RECEIVED,))
    file, token = tmp_path / "lenh.yaml", tmp_path / "binh.token"
    connector = {**flow.webhook(), "name": "lenh", "system": system}
    file.write_text(yaml.safe_dump(connector, allow_unicode=True))
    token.write_text(world.second_token)
    why = ("--reason", rig.WHY)
    command(world, "put", str(file), *why)
    command(world, "networks", "ask", "lenh", rig.LOOPBACK, *why)
    binh = ("--token-file", str(token))
    command(world, "networks", "approve", "lenh", rig.LOOPBACK, *why, who=binh)
    world.await_state("lenh", "running")
    assert json.loads(command(world, "test", "lenh").stdout)["ok"] is True
    id_ = world.send(rig.DESK, system, rig.RECEIVED, GOOD_BODY, subject="HS-LENH")
    world.await_told(rig.DESK, id_, system, "delivered")


def command(world, *arguments, who=()):
    """Run `hub connector …` to its end, as an administrator; return what it said."""
    ended = world.hub.command("connector", "--url", world.hub.url, *who, *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended
