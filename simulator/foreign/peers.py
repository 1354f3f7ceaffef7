"""Which sandbox peers take part, and where they are. They are reached by public HTTP only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Any, Final, Self


@unique
class Peer(StrEnum):
    """A foreign system of the demo."""

    NOTIFY = "notify"
    AXIS = "axis"
    PAYMENT = "payment"
    VNPOST = "vnpost"
    DVCQG = "dvcqg"


MODULES: Final[Mapping[Peer, str]] = {
    Peer.NOTIFY: "sandbox_notify",
    Peer.AXIS: "sandbox_edxml_axis",
    Peer.PAYMENT: "sandbox_payment",
    Peer.VNPOST: "sandbox_vnpost",
    Peer.DVCQG: "sandbox_dvcqg",
}
"""What `python -m` starts for each."""

ADAPTERS: Final[Mapping[Peer, tuple[str, ...]]] = {
    Peer.NOTIFY: ("notify-sms", "notify-zns"),
    Peer.AXIS: ("edxml-axis-out", "edxml-axis-in"),
    Peer.PAYMENT: ("payment-out", "payment-in"),
    Peer.VNPOST: ("vnpost-out", "vnpost-in"),
    Peer.DVCQG: ("dvcqg-out", "dvcqg-in"),
}
"""The adapters that must be installed with the hub for a peer to take part."""

TITLES: Final[Mapping[Peer, str]] = {
    Peer.NOTIFY: "Tin nhắn SMS, Zalo / SMS and Zalo",
    Peer.AXIS: "Trục văn bản quốc gia / national document axis",
    Peer.PAYMENT: "Nền tảng thanh toán / payment platform",
    Peer.VNPOST: "Bưu chính công ích / post office",
    Peer.DVCQG: "Cổng Dịch vụ công quốc gia / national portal",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The peers of one demo, as their processes described themselves."""

    facts: Mapping[Peer, Mapping[str, Any]]
    """What each printed when it started: its URL and how to enter."""
    misbehave: float
    """The share of all calls that they spoil."""
    counter: str
    """Where the hub's connectors are called: `http://127.0.0.1:…`."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the peers that `save` wrote.

        Raises:
            OSError, ValueError, KeyError: the file cannot be read or is none.
        """
        told = json.loads(path.read_text(encoding="utf-8"))
        facts = {Peer(name): one for name, one in told["peers"].items()}
        return cls(facts=facts, misbehave=told["misbehave"], counter=told["counter"])

    def save(self, path: Path) -> None:
        """Write them to a file for this user alone: it holds the sandboxes' passwords.

        Raises:
            OSError: it cannot be written.
        """
        path.touch(mode=0o600)
        told = {"peers": self.facts, "misbehave": self.misbehave, "counter": self.counter}
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")

    def url(self, peer: Peer) -> str:
        """Return where a peer listens."""
        return str(self.facts[peer]["url"])
