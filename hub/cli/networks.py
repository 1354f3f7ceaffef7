"""Where connectors may never call."""

from hub.cli.environment import allows_loopback, read
from hub.control.network_rules import NetworkRules
from hub.control.settings import ControlSettings


def network_rules() -> NetworkRules:
    """Return which networks no connector may ever call.

    Raises:
        SettingsWrong: loopback is allowed, but the hub is not one that runs on this machine alone.
    """
    own = read(ControlSettings).networks()
    return NetworkRules(own=own, allow_loopback=allows_loopback())
