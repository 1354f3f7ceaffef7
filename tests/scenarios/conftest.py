"""What scenarios share: one whole hub."""

import pytest

from tests.running_hub import RunningHub


@pytest.fixture(scope="session")
def running_hub(tmp_path_factory):
    """Give one whole hub for the run, started when first asked for. See `RunningHub`.

    Tests share it, so each registers systems of its own and leaves others' alone.
    """
    with RunningHub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture
def own_hub(tmp_path):
    """Give a whole hub of its own, not started yet, to a test that kills or stops it."""
    hub = RunningHub(tmp_path)
    yield hub
    hub.stop()
