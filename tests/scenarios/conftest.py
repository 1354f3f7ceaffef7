"""What scenarios share: one whole hub."""

import pytest

from hub.io.embedded.ports import free_port
from tests.otlp_receiver import Receiver
from tests.running_hub import RunningHub
from tests.scenarios.adapters.aside import Aside

ALERTING = "canh-bao-mau"
"""The system in whose name alerts by SMS go through the hub; a scenario registers it."""
CORRECTING = "van-hanh-mau"
"""The hub's own system, in whose name operators send corrected copies; a scenario registers it."""
ALERTED, ALERTED_AGENCY = "sms-mau", "H99.31"
"""Whose `notify` connector sends them on."""


def called_by_peers(root, **settings):
    """Return a hub whose connectors can be called, and may call sandbox peers of this machine."""
    port = str(free_port())
    # Foreign systems of tests listen on loopback; a second person approves it all the same.
    loopback = {"HUB_CONNECTORS_PORT": port, "HUB_CONNECTORS_ALLOW_LOOPBACK": "true"}
    return RunningHub(root, **loopback, **settings)


def watched(spans):
    """Return the settings of a hub that tells all it can tell about itself."""
    rooms = ("ROUTER", "CONNECTORS", "RECORDER", "VIEWS", "DOCUMENTS")
    ports = {f"HUB_{room}_METRICS_PORT": str(free_port()) for room in rooms}
    return ports | {"HUB_OTLP_ENDPOINT": spans.url}


@pytest.fixture(scope="session")
def spans():
    """Give a collector of traces: what the hub of the run told it."""
    aside, receiver = Aside(), Receiver()
    listening = receiver.listening()
    aside.run(listening.__aenter__())
    yield receiver
    aside.run(listening.__aexit__(None, None, None))
    aside.close()


@pytest.fixture(scope="session")
def running_hub(tmp_path_factory, spans):
    """Give one whole hub for the run, started when first asked for. See `RunningHub`.

    Tests share it, so each registers systems of its own and leaves others' alone.
    """
    hub = called_by_peers(tmp_path_factory.mktemp("hub"), **watched(spans))
    hub.environ |= {
        "HUB_API_OWN_SYSTEM": CORRECTING,
        "HUB_RECORDER_ANCHOR_SECONDS": "2",  # What proves a period needs an anchor behind it.
        "HUB_VIEWS_MESSAGE_API": hub.url,
        "HUB_VIEWS_MESSAGE_SYSTEM": ALERTING,
        "HUB_VIEWS_MESSAGE_KEY": str(hub.home.connector_keys / f"{ALERTING}.pem"),
        "HUB_VIEWS_MESSAGE_TO": f"system:{ALERTED}",
        "HUB_VIEWS_MESSAGE_AGENCY": ALERTED_AGENCY,
    }
    with hub:
        yield hub


@pytest.fixture
def own_hub(tmp_path):
    """Give a whole hub of its own, not started yet, to a test that kills or stops it."""
    hub = called_by_peers(tmp_path)
    yield hub
    hub.stop()
