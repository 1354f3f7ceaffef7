"""What scenarios share: one whole hub."""

import pytest

from hub.io.embedded.ports import free_port
from tests.running_hub import RunningHub


def called_by_peers(root):
    """Return a hub whose connectors can be called, and may call sandbox peers of this machine."""
    port = str(free_port())
    # Foreign systems of tests listen on loopback; a second person approves it all the same.
    return RunningHub(root, HUB_CONNECTORS_PORT=port, HUB_CONNECTORS_ALLOW_LOOPBACK="true")


@pytest.fixture(scope="session")
def running_hub(tmp_path_factory):
    """Give one whole hub for the run, started when first asked for. See `RunningHub`.

    Tests share it, so each registers systems of its own and leaves others' alone.
    """
    with called_by_peers(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture
def own_hub(tmp_path):
    """Give a whole hub of its own, not started yet, to a test that kills or stops it."""
    hub = called_by_peers(tmp_path)
    yield hub
    hub.stop()
