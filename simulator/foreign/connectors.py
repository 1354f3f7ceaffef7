"""What an operator writes for each peer: the connectors, as `hub connector put` takes them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simulator.foreign import cast
from simulator.foreign.peers import Peer, Peers

Connector = dict[str, Any]

NETWORK: Final = "127.0.0.0/8"
"""Where the sandboxes listen. Only a hub that is allowed loopback lets anybody approve it."""
SECONDS: Final = 5.0
"""Longest wait for one answer of a peer: a hanging one hangs for a second."""
_LIMITS: Final = {"poll_seconds": 0.5, "timeout_seconds": 20, "concurrency": 4}
_PASSWORD: Final = 0o600


@dataclass(frozen=True, slots=True)
class Folder:
    """Secrets and state of the connectors of one demo. New peers know nothing of older ones."""

    path: Path
    """What they must not forget."""
    secrets: Path
    """Below the hub's folder of secrets: no other file is read for a connector."""

    def secret(self, name: str, value: str) -> str:
        """Keep a secret in a file for this user alone; return the reference to it.

        Raises:
            OSError: it cannot be written.
        """
        self.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self.secrets / name
        file.touch(mode=_PASSWORD)
        file.write_text(value, encoding="utf-8")
        return f"file:{file}"

    def state(self, name: str) -> str:
        """Return where connectors that belong together keep what they must not forget.

        Raises:
            OSError: the folder cannot be made.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return str(self.path / f"{name}.db")


def connectors(peers: Peers, folder: Folder) -> list[Connector]:
    """Return the connectors of all peers that take part.

    Raises:
        OSError: a secret cannot be written.
        KeyError: a peer did not describe itself as its adapter needs it.
    """
    return [
        {"change": "put_connector", "wanted": "running", "limits": _LIMITS, **one}
        for peer, facts in peers.facts.items()
        for one in _OF[peer](facts, folder)
    ]


def _connector(name: str, adapter: str, system: str, config: Mapping[str, Any]) -> Connector:
    return {"name": name, "adapter": adapter, "system": system, "config": dict(config)}


def _notify(facts: Mapping[str, Any], folder: Folder) -> Iterator[Connector]:
    url, zalo = facts["url"], facts["zalo"]
    shared = {
        # One file for both ways: a notice that one has begun, the other does not tell again.
        "state": folder.state("notify"),
        "seconds": SECONDS,
        # The demo is shown at night too: equal times mean that there are no quiet hours.
        "quiet_from": "00:00:00",
        "quiet_to": "00:00:00",
    }
    sms = {
        **shared,
        "templates": _template(facts["vinaphone"]["templates"][0]),
        "gateway": "vinaphone",
        "url": f"{url}/vinaphone",
        "agent": facts["vinaphone"]["AGENTID"],
        "label": "TINH-MAU",
        "user": "mau",
        "password": folder.secret("sms", "khong-ai-hoi"),
    }
    zns = {
        **shared,
        "templates": _template(zalo["templates"][0]),
        "url": f"{url}/message/template",
        "oauth_url": f"{url}/v4/oa/access_token",
        "app_id": zalo["app_id"],
        "secret_key": folder.secret("zalo-key", zalo["secret_key"]),
        "refresh_token": folder.secret("zalo-refresh", zalo["refresh_token"]),
    }
    yield _connector("mau-sms", "notify-sms", cast.SMS, sms)
    yield _connector("mau-zalo", "notify-zns", cast.ZALO, zns)


def _template(gateway_id: str) -> dict[str, Any]:
    return {"KET-QUA-MAU": {"gateway_id": gateway_id, "parameters": ["ma_ho_so"]}}


def _axis(facts: Mapping[str, Any], folder: Folder) -> Iterator[Connector]:
    member = next(one for one in facts["systems"] if one["systemid"] == "mau.h99")
    config = {
        "url": facts["url"],
        "system_id": member["systemid"],
        "secret": folder.secret("axis", member["secret"]),
        "timeout_seconds": SECONDS,
        "own_codes": ["H99"],
    }
    yield _connector("mau-truc-gui", "edxml-axis-out", cast.AXIS, config)
    yield _connector("mau-truc-nhan", "edxml-axis-in", cast.AXIS, config)


def _payment(facts: Mapping[str, Any], folder: Folder) -> Iterator[Connector]:
    shared = {
        "state": folder.state("payment"),
        "secret": folder.secret("payment", facts["secret"]),
    }
    out = {
        **shared,
        "url": f"{facts['url']}/payment",
        "partner": facts["MaDoiTac"],
        "ip": "127.0.0.1",
        "seconds": SECONDS,
        # The sandbox's own, for want of a published list.
        "unknown_codes": ["03"],
        "denied_codes": ["02"],
    }
    yield _connector("mau-nop-phi-gui", "payment-out", cast.PAYMENT, out)
    yield _connector("mau-nop-phi-nhan", "payment-in", cast.PAYMENT, shared)


CALLBACK: Final = "/in/mau-nop-phi-nhan/ConfirmDvcPayment"
"""Where the platform calls the connector, below the hub's counter."""


def _vnpost(facts: Mapping[str, Any], folder: Folder) -> Iterator[Connector]:
    shared = {
        "url": facts["url"],
        "state": folder.state("vnpost"),
        "customer_code": facts["CustomerCode"],
        "user": "mau",
        "password": folder.secret("vnpost", "sandbox-password"),
        "seconds": SECONDS,
        "unknown_codes": facts["unknown_codes"],
        "token_errors": facts["token_errors"],
    }
    out = {
        **shared,
        "sender_name": "Sở Thử nghiệm tỉnh Mẫu",
        "sender_tel": "0200000000",
        "sender_address": "Số 1, đường Ví Dụ, tỉnh Mẫu",
        # The sandbox hangs for a second at most; a real post office is given a minute.
        "settle_seconds": 3,
    }
    ends = {name: facts[name] for name in ("delivered_codes", "ended_codes")}
    yield _connector("mau-buu-chinh-gui", "vnpost-out", cast.POST, out)
    yield _connector("mau-buu-chinh-nhan", "vnpost-in", cast.POST, {**shared, **ends})


def _dvcqg(facts: Mapping[str, Any], folder: Folder) -> Iterator[Connector]:
    config = {
        **{name: facts[name] for name in ("auth_endpoint", "adapter_url", "username", "dstcode")},
        "password": folder.secret("dvcqg", facts["password"]),
        "madonvi": "000.00.00.H99",
        "timeout_seconds": SECONDS,
    }
    yield _connector("mau-cong-gui", "dvcqg-out", cast.PORTAL, config)
    yield _connector("mau-cong-nhan", "dvcqg-in", cast.PORTAL, config)


_OF: Final[Mapping[Peer, Callable[[Mapping[str, Any], Folder], Iterator[Connector]]]] = {
    Peer.NOTIFY: _notify,
    Peer.AXIS: _axis,
    Peer.PAYMENT: _payment,
    Peer.VNPOST: _vnpost,
    Peer.DVCQG: _dvcqg,
}
