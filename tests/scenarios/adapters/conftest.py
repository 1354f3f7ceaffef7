"""One world for all scenarios with foreign systems."""

import pytest

from tests.scenarios.adapters.rig import World


@pytest.fixture(scope="session")
def world(running_hub):
    """Give the hub with its people and agencies; each scenario brings its own foreign systems."""
    world = World(running_hub)
    yield world
    world.close()


@pytest.fixture(scope="session")
def peers(world):
    """Give what starts a sandbox peer; all of them end with the run."""
    started = []

    def start(peer):
        world.aside.run(peer.start())
        started.append(peer)
        return peer

    yield start
    for peer in started:
        world.aside.run(peer.stop())
