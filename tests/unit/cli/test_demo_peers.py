"""The processes of the demo's sandbox peers."""

import pytest

from hub.cli import demo_peers
from hub.cli.demo_show import Show
from hub.cli.errors import CommandFailed
from simulator.foreign.peers import MODULES, Peer


class Said(Show):
    """Keeps what the demo says."""

    def __init__(self):
        super().__init__()
        self.lines: list[str] = []

    def say(self, text):
        self.lines.append(text)


def only(monkeypatch, module):
    """Let there be one peer, of this module."""
    monkeypatch.setattr(demo_peers, "Peer", (Peer.AXIS,))
    monkeypatch.setattr(demo_peers, "MODULES", {Peer.AXIS: module})


def test_without_a_package_the_demo_says_so_and_goes_on(monkeypatch):
    only(monkeypatch, "sandbox_khong_co")
    said = Said()
    with demo_peers.started(1, said) as running:
        assert running == {}
    (line,) = said.lines
    assert "sandbox_khong_co is not installed" in line
    assert "chưa cài sandbox_khong_co" in line


def test_a_peer_listens_and_ends_with_the_block(monkeypatch):
    only(monkeypatch, MODULES[Peer.AXIS])
    said = Said()
    with demo_peers.started(1, said) as running:
        facts = demo_peers._described(Peer.AXIS, running[Peer.AXIS])
        assert facts["url"].startswith("http://127.0.0.1:")
        assert running[Peer.AXIS].poll() is None
    assert running[Peer.AXIS].poll() is not None
    assert said.lines == []


def test_a_peer_that_ends_at_once_is_told(monkeypatch):
    only(monkeypatch, "this")  # It prints a poem, no JSON, and ends.
    with demo_peers.started(1, Said()) as running, pytest.raises(CommandFailed, match="this"):
        demo_peers._described(Peer.AXIS, running[Peer.AXIS])
