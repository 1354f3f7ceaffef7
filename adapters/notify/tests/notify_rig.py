"""One connector of each way, and the sandbox with all gateways."""

import json
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub_adapter_notify import NotifyEmail, NotifySms, NotifyZns
from lgsp_adapter import Context
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from lgsp_adapter.testing import Bus, EngineRules, SinkEngine, delivery
from lgsp_adapter.testing.loopback import loopback

FIXTURES = Path(__file__).parent.parent / "fixtures"
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
SHORT = 0.3
"""Seconds of an adapter that gives up early; else it waits `LONG`: a busy machine is no fault."""
LONG = 10.0
RULES = EngineRules(timeout=30)
WAYS = ("vinaphone", "viettel", "zns", "email")
PATHS = {"vinaphone": "/vinaphone", "viettel": "/viettel", "zns": "/message", "email": "/smtp"}
CHANNELS = {"vinaphone": "sms", "viettel": "sms", "zns": "zalo", "email": "email"}
PARAMETERS = ["ten_nguoi_dan", "ma_ho_so", "trang_thai", "ten_dich_vu", "loi_nhan"]


class Meeting:
    """One connector of one way, and the peer with all of them."""

    def __init__(self, peer, way, folder):
        self.peer, self.way, self.folder = peer, way, folder
        self.refresh = ""
        """What an operator has put behind the reference meanwhile."""
        self.bus, self.path = Bus(name="notify"), PATHS[way]
        self.ctx = Context(
            "notify",
            resolvers={"peer": self.secret},
            now=lambda: NOON,
            networks=(UNSAFE_LOOPBACK,),
        )

    async def secret(self, name):
        facts = self.peer.describe()
        return {
            "viettel": facts["viettel"]["Password"],
            "vinaphone": "not asked for",
            "email": facts["smtp"]["password"],
            "key": facts["zalo"]["secret_key"],
            "refresh": self.refresh or facts["zalo"]["refresh_token"],
            "wrong": "sai",
        }[name]

    def config(self):
        facts = self.peer.describe()
        if self.way == "email":
            return {
                "host": "127.0.0.1",
                "port": facts["smtp"]["port"],
                "security": "starttls" if self.peer.trust else "unsafe_none",
                "user": facts["smtp"]["user"] if self.peer.trust else None,
                "password": "peer:email",
                "sender": "hub@mau.example",
            }
        if self.way == "zns":
            return {
                "url": f"{self.peer.url}/message/template",
                "oauth_url": f"{self.peer.url}/v4/oa/access_token",
                "app_id": facts["zalo"]["app_id"],
                "secret_key": "peer:key",
                "refresh_token": "peer:refresh",
            }
        agent = facts["vinaphone"]["AGENTID"], facts["viettel"]["CPCode"]
        return {
            "gateway": self.way,
            "url": self.peer.url + self.path,
            "agent": agent[self.way == "viettel"],
            "label": "NHAN-MAU",
            "user": facts["viettel"]["User"],
            "password": f"peer:{self.way}",
        }

    def sink(self, **changes):
        ids = {"zns": "100001", "vinaphone": "TPL-MAU-1", "viettel": "bulksms", "email": "1"}
        template = {
            "gateway_id": ids[self.way],
            "parameters": PARAMETERS,
            "text": "Chao {ma_ho_so}",
        }
        raw = {
            "state": str(self.folder / "s.db"),
            "templates": {"MAU": template},
            "seconds": LONG,
            **self.config(),
            **changes,
        }
        if self.way == "email":
            trust = self.peer.trust
            return NotifyEmail(
                NotifyEmail.config_of(raw),
                trust=lambda: ssl.create_default_context(cadata=trust),
            )
        kind: Any = NotifyZns if self.way == "zns" else NotifySms
        return kind(kind.config_of(raw), loopback(self.peer.trust))

    async def tell(self, *notices, **changes):
        self.bus.put(notices)
        await SinkEngine(self.sink(**changes), self.bus, rules=RULES, ctx=self.ctx).drain()

    @property
    def codes(self):
        return [each.code for each in self.bus.dead_letters.values()]


def number(n):
    return f"09{n:08d}"


def notice(n, way):
    body = {
        "notice_code": f"TB-{n}",
        "channels": [CHANNELS[way]],
        "recipient": {"telephone": number(n), "email": f"mau-{n}@congdan.example"},
        "template": {"id": "MAU", "parameters": dict.fromkeys(PARAMETERS, "Mẫu")},
        "consent": {"given": True},
        "agency": {"code": "H99.1"},
    }
    made = delivery(f"n-{n}", type_="vn.gov.citizen.notice.v1")
    return replace(made, body=json.dumps(body, ensure_ascii=False).encode())
