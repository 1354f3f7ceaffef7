"""The settings about networks: typed, and loopback never by mistake."""

import pytest

from hub.cli import networks
from hub.cli.errors import SettingsWrong

LOOPBACK = "HUB_CONNECTORS_ALLOW_LOOPBACK"


def test_by_default_loopback_is_never_called():
    assert networks.network_rules().allow_loopback is False


def test_the_hubs_own_networks_are_read(monkeypatch):
    monkeypatch.setenv("HUB_OWN_NETWORKS", "10.1.0.0/16, fd00:1::/32")
    assert [str(one) for one in networks.network_rules().own] == ["10.1.0.0/16", "fd00:1::/32"]


@pytest.mark.parametrize("text", ["10.1.0.1/16", "mang-mau", "10.1.0.0/16;10.2.0.0/16"])
def test_what_is_no_network_is_a_wrong_setting_and_not_a_hole(monkeypatch, text):
    monkeypatch.setenv("HUB_OWN_NETWORKS", text)
    with pytest.raises(SettingsWrong, match="HUB_OWN_NETWORKS"):
        networks.network_rules()


def test_loopback_is_possible_only_where_the_hub_runs_its_own_broker(monkeypatch):
    monkeypatch.setenv(LOOPBACK, "true")
    assert networks.network_rules().allow_loopback is True
    monkeypatch.setenv("HUB_BROKER", "external")
    with pytest.raises(SettingsWrong, match=LOOPBACK):
        networks.network_rules()
