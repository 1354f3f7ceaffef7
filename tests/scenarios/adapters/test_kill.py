"""kill -9 of connectors at random moments loses nothing and doubles nothing at either peer."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.scenarios.adapters.flowing import Flow
from tests.scenarios.adapters.rig import World

pytestmark = pytest.mark.kafka


def kill_connectors(hub):
    """End the process of the connectors with -9; return once there is a new one."""
    pid = hub.row("connectors")["pid"]
    os.kill(pid, signal.SIGKILL)

    def again():
        row = hub.row("connectors")
        return row["pid"] not in {None, pid} and row["state"] == "ready"

    hub.await_that(again)


def kill_adapters(hub):
    """End the processes that adapters have of their own with -9, once there are any."""
    parent = hub.row("connectors")["pid"]
    children = Path(f"/proc/{parent}/task/{parent}/children")
    # Connectors that were just killed are ready before their adapters' processes are there.
    hub.await_that(lambda: children.read_text().split())
    for child in children.read_text().split():
        os.kill(int(child), signal.SIGKILL)


def test_kill_9_of_connectors_and_of_an_adapters_process_loses_and_doubles_nothing(world, peers):
    chance = random.Random(28)
    flow = Flow(world, "chet", peers)
    with flow.flowing(seed=28, count=60):
        for kill in (kill_adapters, kill_connectors, kill_adapters, kill_connectors):
            time.sleep(chance.uniform(0.0, 0.7))  # The moment is what is random.
            kill(world.hub)
    flow.expect_all_once()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_many_kills_at_random_moments_lose_and_double_nothing(own_hub, seed):
    chance, started = random.Random(seed), []
    own_hub.start()
    world = World(own_hub)

    def start(peer):
        world.aside.run(peer.start())
        started.append(peer)
        return peer

    flow = Flow(world, f"chet-{seed}", start)
    with flow.flowing(seed, count=500):
        # No more than six: a supervisor gives up what dies eight times within a minute each.
        for kill in [kill_connectors, kill_adapters, kill_connectors] * 2:
            time.sleep(chance.uniform(0.0, 3.0))
            kill(own_hub)
    flow.expect_all_once()
    world.disconnect(flow.out, flow.axis_out, flow.axis_in)
    for peer in started:
        world.aside.run(peer.stop())
    world.close()
